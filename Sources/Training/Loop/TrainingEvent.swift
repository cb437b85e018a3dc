/// What a run tells while it goes on.
public enum TrainingEvent: Sendable {
  /// The run goes on after a step that an earlier process finished.
  case resumed(step: Int)
  /// A step is done.
  case step(TrainingProgress)
  /// The loss on held-out text after so many steps, in nats per token.
  case validation(step: Int, loss: Double)
  /// The diagnostics of the step that made the count.
  case diagnostics(step: Int, [Diagnostic])
  /// A checkpoint is on the disk.
  case checkpoint(step: Int, folder: String)
  /// Something was wrong that the run gets along with.
  case warning(String)
}

/// How far a run has come.
public struct TrainingProgress: Hashable, Sendable {
  /// The number of steps done.
  public var step: Int
  /// The number of steps of the run.
  public var steps: Int
  /// The number of tokens seen.
  public var tokens: Int
  /// The loss before the step, in nats per token, with what is added to it.
  public var loss: Double
  /// The cross-entropy before the step, in nats per token.
  public var crossEntropy: Double
  /// The learning rate of the step.
  public var learningRate: Double
  /// The norm of the gradient before clipping.
  public var gradientNorm: Double
  /// Tokens a second in this process, validation and checkpoints included.
  public var tokensPerSecond: Double
  /// Seconds to the end of the run at that rate.
  public var secondsLeft: Double
}
