/// A number with its interval.
public struct Estimated: Sendable, Hashable, Codable {
  /// The value at the estimate.
  public var value: Double
  /// The lower end of the interval; NaN where there is none.
  public var low: Double
  /// The upper end of the interval; NaN where there is none.
  public var high: Double

  /// Creates a number with its interval.
  public init(value: Double, low: Double = .nan, high: Double = .nan) {
    self.value = value
    self.low = low
    self.high = high
  }

  /// The interval without what a rate cannot be; a value outside, as of scores in per cent, is left
  /// alone.
  public func within(_ range: ClosedRange<Double>?) -> Estimated {
    guard let range, range.contains(value), !low.isNaN, !high.isNaN else { return self }
    return Estimated(
      value: value, low: max(low, range.lowerBound), high: min(high, range.upperBound))
  }
}
