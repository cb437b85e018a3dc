internal import Quantities
internal import RealModule

/// How far a value lies beyond the range of a column in the fitted table.
public struct Reach: Sendable, Hashable, Codable {
  /// The column.
  public var column: String
  /// The value asked for.
  public var value: Double
  /// The smallest value in the table.
  public var low: Double
  /// The largest value in the table.
  public var high: Double
  /// value/high above the table, low/value below it, 1 inside; NaN where a ratio means nothing.
  public var factor: Double

  /// Measures the distance of a value from a range.
  public init(column: String, value: Double, range: ClosedRange<Double>) {
    self.column = column
    self.value = value
    low = range.lowerBound
    high = range.upperBound
    if range.contains(value) {
      factor = 1
    } else if range.lowerBound > 0, value > 0 {
      factor = value > range.upperBound ? value / range.upperBound : range.lowerBound / value
    } else {
      factor = .nan
    }
  }

  /// log₁₀ of the factor: 0 inside the table.
  public var decades: Double { Double.log10(factor) }
  /// Whether the value lies outside the table by more than rounding.
  public var isOutside: Bool { !(factor <= 1 + 1e-9) }

  /// The reach of every named value whose column is in the table: N, D and C first.
  static func all(
    _ values: [String: Double], ranges: [String: ClosedRange<Double>]
  ) -> [Reach] {
    let first = ["N", "D", "C"]
    let names = first + values.keys.filter { !first.contains($0) }.sorted()
    return names.compactMap { name in
      guard let value = values[name], let range = ranges[name] else { return nil }
      return Reach(column: name, value: value, range: range)
    }
  }

  /// `C is 12 times beyond the largest in the table`; nil inside the table.
  public var sentence: String? {
    guard isOutside else { return nil }
    let side = value > high ? "above the largest" : "below the smallest"
    guard factor.isFinite else { return "\(column) is \(side) in the table" }
    if factor < 2 {
      return
        "\(column) is \(NumberFormat.sentence((factor - 1) * 100, digits: 2)) % \(side) in the table"
    }
    return "\(column) is \(NumberFormat.sentence(factor, digits: 2)) times \(side) in the table"
  }
}
