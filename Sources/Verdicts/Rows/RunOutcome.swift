/// What came out of one run.
public struct RunOutcome: Codable, Hashable, Sendable {
  /// How a run ended.
  public enum Status: String, Codable, Hashable, Sendable, CaseIterable {
    /// All steps were taken.
    case finished
    /// A number was not finite.
    case diverged
    /// Something else ended it, for the reason in ``RunOutcome/message``.
    case failed
  }

  /// How it ended.
  public var status: Status
  /// Why it failed, or what diverged and when; nil for finished runs.
  public var message: String?
  /// The loss on held-out data at the end, in nats per token; nil unless finished.
  public var loss: Double?
  /// Other results by name: `bits_per_byte`, `accuracy`, `loss.DOMAIN`.
  public var metrics: [String: Double]
  /// Means over the last tenth of the run, by measure: `attention_entropy`, `sink_mass`,
  /// `router_load_max` and the like.
  public var diagnostics: [String: Double]
  /// What the run cost, by the accountant.
  public var costs: StudyRow.Costs
  /// The number of tokens trained on.
  public var tokens: Int
  /// Arithmetic of all training that the result stands for, its share of a trunk included.
  public var compute: Double
  /// Seconds of training in this run alone.
  public var seconds: Double
  /// Tokens a second of training in this run alone.
  public var tokensPerSecond: Double
  /// The instruction set of the kernels.
  public var kernels: String
  /// When it ended, in seconds since 1970.
  public var ended: Double

  /// An outcome that has measured nothing yet.
  public init(status: Status, costs: StudyRow.Costs) {
    self.status = status
    self.costs = costs
    message = nil
    loss = nil
    metrics = [:]
    diagnostics = [:]
    tokens = 0
    compute = 0
    seconds = 0
    tokensPerSecond = 0
    kernels = ""
    ended = 0
  }
}
