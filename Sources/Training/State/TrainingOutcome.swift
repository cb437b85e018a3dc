/// How a run ended.
public enum TrainingOutcome: Hashable, Sendable {
  /// All steps were taken.
  case finished
  /// The run was asked to stop after this many steps; a checkpoint is on the disk.
  case stopped(step: Int)
  /// A number was not finite; the parameters are those before the step, counted from zero.
  case diverged(step: Int, what: Divergence)

  /// What was not finite.
  public enum Divergence: String, Codable, Hashable, Sendable {
    /// The loss.
    case loss
    /// The norm of the gradient, although the loss was finite.
    case gradient
  }
}

/// An outcome is written as `{"outcome": "diverged", "step": 120, "what": "loss"}`.
extension TrainingOutcome: Codable {
  private enum CodingKeys: String, CodingKey { case outcome, step, what }

  /// Reads an outcome.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(String.self, forKey: .outcome) {
    case "finished": self = .finished
    case "stopped": self = .stopped(step: try container.decode(Int.self, forKey: .step))
    case "diverged":
      self = .diverged(
        step: try container.decode(Int.self, forKey: .step),
        what: try container.decode(Divergence.self, forKey: .what))
    case let word:
      throw TrainingError(
        .badData, "outcome", "found \(word), expected finished, stopped or diverged")
    }
  }

  /// Writes an outcome.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .finished:
      try container.encode("finished", forKey: .outcome)
    case .stopped(let step):
      try container.encode("stopped", forKey: .outcome)
      try container.encode(step, forKey: .step)
    case .diverged(let step, let what):
      try container.encode("diverged", forKey: .outcome)
      try container.encode(step, forKey: .step)
      try container.encode(what, forKey: .what)
    }
  }
}
