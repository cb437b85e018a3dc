public import Verdicts

/// How far a study is, as people follow it.
public struct StudyProgress: Sendable {
  /// A run that is being trained.
  public struct Running: Hashable, Sendable {
    /// Its place in the study.
    public var row: StudyRow
    /// Whether the steps are those of a trunk that several lengths share.
    public var isTrunk: Bool
    /// The number of steps done.
    public var step: Int
    /// The number of steps to take.
    public var steps: Int
    /// The training loss, in nats per token; nil before the first step.
    public var loss: Double?
    /// Tokens a second.
    public var tokensPerSecond: Double
    /// Seconds to the end of these steps; nil before the first.
    public var secondsLeft: Double?
  }

  /// What is being trained, in the order of the workers.
  public var running: [Running]
  /// Rows that ended since the last report.
  public var ended: [StudyRow]
  /// What went wrong since the last report and was got along with, in sentences.
  public var warnings: [String]
  /// The number of rows that have an outcome.
  public var done: Int
  /// The number of rows known so far.
  public var total: Int
  /// Whether rows are still to be added once learning rates are chosen.
  public var mayGrow: Bool
  /// Seconds since the executor began.
  public var seconds: Double
  /// Seconds to the end of the study at the speed so far; nil while it is not known.
  public var secondsLeft: Double?
}
