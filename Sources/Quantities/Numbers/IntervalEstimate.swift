/// An estimate as JSON writes it: JSON has no infinity, so an unknown or unbounded number is nil.
public struct IntervalEstimate: Codable, Hashable, Sendable {
  /// The estimate; nil where it is unknown or infinite.
  public var value: Double?
  /// The lower end; nil where there is none.
  public var low: Double?
  /// The upper end; nil where there is none.
  public var high: Double?

  /// Leaves out what is not finite.
  public init(_ value: Double, low: Double = .nan, high: Double = .nan) {
    self.init(Estimated(value: value, low: low, high: high))
  }

  /// Leaves out what is not finite.
  public init(_ estimate: Estimated) {
    func known(_ number: Double) -> Double? { number.isFinite ? number : nil }
    value = known(estimate.value)
    low = known(estimate.low)
    high = known(estimate.high)
  }

  /// The same number on another scale, where `transform` is increasing.
  public func mapped(_ transform: (Double) -> Double) -> IntervalEstimate {
    IntervalEstimate(
      value.map(transform) ?? .nan, low: low.map(transform) ?? .nan,
      high: high.map(transform) ?? .nan)
  }
}
