public import Quantities

/// Both arms at one rung of the ladder, without any law.
///
/// Where a trunk has several branches, each branch is a row of its own.
public struct RungVerdict: Codable, Hashable, Sendable {
  /// What one arm did at a rung.
  public struct Side: Codable, Hashable, Sendable {
    /// Finished runs.
    public var runs: Int
    /// The mean loss of the finished runs, in nats per token; nil without any.
    public var loss: Double?
    /// The standard deviation of the loss between seeds; nil with fewer than two.
    public var spread: Double?
    /// Runs that diverged.
    public var diverged: Int
    /// Runs that failed.
    public var failed: Int
    /// Mean training FLOPs of a run.
    public var trainingOperations: Double
    /// Mean training FLOPs of a token.
    public var trainingOperationsPerToken: Double
    /// Training tokens.
    public var tokens: Double
    /// Parameters, all of them.
    public var parameters: Double
    /// Parameters that one token passes through.
    public var activeParameters: Double
    /// Bytes that decoding keeps of one sequence.
    public var stateBytes: Double
    /// Mean tokens a second, as measured in training; nil where it was not.
    public var tokensPerSecond: Double?
    /// The learning rates of the runs, ascending, each once.
    public var learningRates: [Double]
    /// Means over the runs of what they measured of themselves.
    public var diagnostics: [String: Double]
    /// Means over the runs of other results: `bits_per_byte`, `accuracy`.
    public var metrics: [String: Double]
  }

  /// The place in the ladder.
  public var rung: Int
  /// The place of the length among those of a trunk.
  public var branch: Int
  /// The size as people read it.
  public var size: String
  /// The baseline.
  public var baseline: Side
  /// The treated arm.
  public var treatment: Side
  /// Pairs of runs by seed.
  public var pairs: Int
  /// The paired difference treatment less baseline at the budgets as run, in nats per token.
  public var difference: IntervalEstimate
  /// The same in per cent of the baseline's loss.
  public var differencePercent: IntervalEstimate
  /// The same in per cent, corrected to equal training FLOPs by the baseline's law.
  public var percentAtEqualCompute: IntervalEstimate
  /// Where the interval comes from.
  public var noise: PairNoise
}
