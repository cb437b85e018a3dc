/// What a run reports while it trains.
public enum TrainingEvent: Sendable {
  /// The run continues after a step that an earlier process finished.
  case resumed(step: Int)
  /// A step is done.
  case step(TrainingProgress)
  /// The loss on held-out text after this many steps, in nats per token.
  case validation(step: Int, loss: Double)
  /// The diagnostics of the step that made the count.
  case diagnostics(step: Int, [Diagnostic])
  /// A checkpoint is on the disk.
  case checkpoint(step: Int, folder: String)
  /// Something was wrong that does not stop the run.
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
