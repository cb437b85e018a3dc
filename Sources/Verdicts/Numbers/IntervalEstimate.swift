/// A number with its interval; JSON has no infinity, so an unknown or unbounded end is nil.
public struct IntervalEstimate: Codable, Hashable, Sendable {
  /// The estimate; nil where it is unknown or infinite.
  public var value: Double?
  /// The lower end; nil where there is none.
  public var low: Double?
  /// The upper end; nil where there is none.
  public var high: Double?

  /// - Parameters:
  ///   - value: the estimate.
  ///   - low: the lower end.
  ///   - high: the upper end.
  public init(_ value: Double, low: Double = .nan, high: Double = .nan) {
    self.value = value.isFinite ? value : nil
    self.low = low.isFinite ? low : nil
    self.high = high.isFinite ? high : nil
  }

  /// The same number on another scale, where `transform` is increasing.
  func mapped(_ transform: (Double) -> Double) -> IntervalEstimate {
    IntervalEstimate(
      value.map(transform) ?? .nan, low: low.map(transform) ?? .nan,
      high: high.map(transform) ?? .nan)
  }
}
