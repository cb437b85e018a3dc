internal import Statistics

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

  /// A number with the interval that its values over refits span; no interval without refits.
  ///
  /// Infinite values are kept at the ends they stand for; NaN is left out.
  public init(value: Double, over refits: [Double], tail: Double) {
    let sorted = refits.filter { !$0.isNaN }.sorted()
    self.init(value: value)
    guard !sorted.isEmpty else { return }
    low = quantile(sorted: sorted, tail)
    high = quantile(sorted: sorted, 1 - tail)
  }
}

extension Estimated {
  /// The interval without what a rate cannot be; a value outside, as of scores in per cent, is left
  /// alone.
  func within(_ range: ClosedRange<Double>?) -> Estimated {
    guard let range, range.contains(value), !low.isNaN, !high.isNaN else { return self }
    return Estimated(
      value: value, low: max(low, range.lowerBound), high: min(high, range.upperBound))
  }
}
