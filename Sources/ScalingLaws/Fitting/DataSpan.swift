internal import RealModule

/// The region that a table covers, as a measure of how far beyond it a run lies.
///
/// A run one span beyond the largest lies as far from it, on the logarithmic scale, as the smallest
/// lies below the largest. The column furthest out counts; compute is one of them wherever it is
/// known, for a run large in size and data at once.
struct DataSpan: Sendable {
  private struct Extent {
    var name: String
    var low: Double
    var high: Double
    var isLogarithmic: Bool
  }
  private var extents: [Extent] = []

  /// The least span of a column: a factor of two, so that a column which hardly varies does not
  /// make every other value infinitely far.
  private static let leastSpan = Double.log(2)

  init(_ observations: Observations, law: any Law) {
    let used = observations.weights.indices.filter { observations.weights[$0] > 0 }
    self.init(law: law) { name in
      let values = used.compactMap { observations.value(name, row: $0) }.filter(\.isFinite)
      guard let low = values.min(), let high = values.max() else { return nil }
      return low...high
    }
  }

  init(law: any Law, range: (String) -> ClosedRange<Double>?) {
    var names = law.card.columns.map(\.name)
    if names.contains("N"), names.contains("D"), !names.contains("C") { names.append("C") }
    for name in names {
      guard let range = range(name) else { continue }
      let isPositive = law.card.columns.first { $0.name == name }?.positive ?? true
      let isLogarithmic = isPositive && range.lowerBound > 0
      extents.append(
        isLogarithmic
          ? Extent(
            name: name, low: Double.log(range.lowerBound), high: Double.log(range.upperBound),
            isLogarithmic: true)
          : Extent(
            name: name, low: range.lowerBound, high: range.upperBound, isLogarithmic: false))
    }
  }

  /// How far beyond the region a run lies, in spans; zero inside. Columns that are not known are
  /// nil.
  func distance(_ value: (String) -> Double?) -> Double {
    extents.reduce(0) { furthest, extent in
      guard let raw = value(extent.name), !raw.isNaN else { return furthest }
      let place = extent.isLogarithmic ? Double.log(max(raw, 1e-300)) : raw
      let beyond = max(place - extent.high, extent.low - place)
      // A run that only rounding puts outside is inside.
      guard beyond > 1e-9 * (abs(extent.low) + abs(extent.high)) else { return furthest }
      let width = extent.high - extent.low
      let span = extent.isLogarithmic ? max(width, Self.leastSpan) : width
      return span > 0 ? max(furthest, beyond / span) : furthest
    }
  }
}

extension FittedLaw {
  /// How far beyond the fitted table a run with these columns (the product's names) lies, in spans
  /// of the table; zero inside. C follows from N and D.
  public func distanceBeyond(_ columns: [String: Double]) -> Double {
    let ranges = self.ranges
    return DataSpan(law: law) { ranges[$0] }.distance { name in
      if let value = columns[name] { return value }
      guard name == "C", let n = columns["N"], let d = columns["D"] else { return nil }
      return flopsPerToken.perToken(n) * d
    }
  }
}
