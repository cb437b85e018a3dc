internal import Quantities
internal import RealModule
internal import Statistics

/// The best outcomes by compute: what a power law of a family of models is fitted to.
public struct ComputeFrontier: Sendable, Hashable, Codable {
  /// One point of the frontier.
  public struct Point: Sendable, Hashable, Codable {
    /// C of the best run.
    public var compute: Double
    /// The geometric centre of its bin.
    public var binCentre: Double
    /// Its outcome.
    public var outcome: Double
    /// Its row.
    public var row: Int
  }

  /// The points by ascending compute.
  public var points: [Point]

  /// The lowest outcome in each of some bins of equal width in ln C [105], over a range or that of
  /// the runs; runs outside are left out.
  public init(
    compute: [Double], outcome: [Double], bins: Int, range: ClosedRange<Double>? = nil
  ) {
    let rows = zip(compute, outcome).enumerated().filter {
      $0.element.0 > 0 && $0.element.1.isFinite
    }.map(\.offset)
    guard bins > 0, let least = rows.map({ compute[$0] }).min(),
      let most = rows.map({ compute[$0] }).max()
    else {
      points = []
      return
    }
    let limits = range ?? least...most
    let low = Double.log(limits.lowerBound)
    let width = (Double.log(limits.upperBound) - low) / Double(bins)
    var best: [Int: Int] = [:]
    for row in rows where limits.contains(compute[row]) {
      let position = width > 0 ? Int(saturating: (Double.log(compute[row]) - low) / width) : 0
      let bin = min(max(position, 0), bins - 1)
      if let other = best[bin], outcome[other] <= outcome[row] { continue }
      best[bin] = row
    }
    points = best.keys.sorted().compactMap { bin in
      best[bin].map { row in
        Point(
          compute: compute[row], binCentre: Double.exp(low + (Double(bin) + 0.5) * width),
          outcome: outcome[row], row: row)
      }
    }
  }

  /// The power law outcome = k·C^exponent, by least squares of logarithms.
  ///
  /// - Parameter atBinCentres: whether C is the centre of the bin instead of the run's own.
  /// - Returns: nil where fewer than two points differ in compute.
  public func powerLaw(atBinCentres: Bool = false) -> (prefactor: Double, exponent: Double)? {
    let x = points.map { Double.log(atBinCentres ? $0.binCentre : $0.compute) }
    guard
      let line = leastSquaresLine(x, points.map { Double.log($0.outcome) })
    else { return nil }
    return (Double.exp(line.intercept), line.slope)
  }
}
