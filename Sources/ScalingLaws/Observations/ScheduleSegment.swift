internal import RealModule

/// A stretch of a learning-rate schedule over which a law integrates.
public struct ScheduleSegment: Sendable, Hashable {
  /// The fall of the learning rate over the segment (negative for a rise).
  public var drop: Double
  /// The learning rate at the segment's end.
  public var rate: Double { didSet { logRate = Self.logarithm(rate) } }
  /// Its natural logarithm; a rate of zero counts as 1e-60, so its fall acts at once.
  @usableFromInline var logRate: Double
  /// The sum of learning rates over all steps before the segment.
  public var areaBefore: Double

  /// Creates a segment.
  public init(drop: Double, rate: Double, areaBefore: Double) {
    self.drop = drop
    self.rate = rate
    logRate = Self.logarithm(rate)
    self.areaBefore = areaBefore
  }

  init(drop: Double, logRate: Double, areaBefore: Double) {
    self.drop = drop
    rate = Double.exp(logRate)
    self.logRate = logRate
    self.areaBefore = areaBefore
  }

  private static func logarithm(_ rate: Double) -> Double { Double.log(max(rate, 1e-60)) }
}
