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
}
