/// One run of a study, with its place in it: a row of the study's table.
public struct StudyRow: Codable, Hashable, Sendable {
  /// What a run is for.
  public enum Purpose: String, Codable, Hashable, Sendable {
    /// To be compared.
    case comparison
    /// To choose a learning rate.
    case learningRateSweep = "learning-rate-sweep"
  }

  /// The run.
  public var identity: RunIdentity
  /// The arm.
  public var arm: String
  /// The place of the size in the ladder, from 0, smallest first.
  public var rung: Int
  /// The size as people read it: `4x128`.
  public var size: String
  /// The seed.
  public var seed: UInt64
  /// The place of the length among the lengths trained from one trunk, from 0, shortest first.
  public var branch: Int
  /// What names the trunk: runs of the same trunk are not independent.
  public var trunk: String
  /// What the run is for.
  public var purpose: Purpose
  /// The peak learning rate.
  public var learningRate: Double
  /// What the run costs, by the accountant.
  public var costs: Costs
  /// The number of tokens it trains on.
  public var tokens: Int
  /// Arithmetic of its training as if it had been trained alone, in FLOPs.
  public var compute: Double
  /// What came out; nil while it has not ended.
  public var outcome: RunOutcome?

  /// A row without outcome, its arithmetic by the costs of a token.
  public init(
    identity: RunIdentity, arm: String, rung: Int, size: String, seed: UInt64, branch: Int = 0,
    trunk: String = "", purpose: Purpose = .comparison, learningRate: Double, costs: Costs,
    tokens: Int
  ) {
    self.identity = identity
    self.arm = arm
    self.rung = rung
    self.size = size
    self.seed = seed
    self.branch = branch
    self.trunk = trunk
    self.purpose = purpose
    self.learningRate = learningRate
    self.costs = costs
    self.tokens = tokens
    compute = costs.trainingOperationsPerToken * Double(tokens)
  }

  /// The loss of a run that has one.
  public var loss: Double? { outcome?.loss }

  /// The loss of a finished run whose loss is a positive number.
  public var finishedLoss: Double? {
    guard let outcome, outcome.status == .finished, let loss = outcome.loss, loss.isFinite, loss > 0
    else { return nil }
    return loss
  }

  /// Active parameters.
  var activeCount: Double { Double(costs.activeParameters) }
  /// The size that all training FLOPs make at six a token and parameter.
  var chargedCount: Double { compute / (6 * Double(tokens)) }
  /// What runs of one trunk share.
  var trunkKey: String { "\(arm)/\(rung)/\(seed)" }
}

extension StudyRow {
  /// What a run costs: the axes on which arms are compared.
  public struct Costs: Codable, Hashable, Sendable {
    /// Parameters, all of them.
    public var parameters: Int
    /// Parameters that one token passes through.
    public var activeParameters: Int
    /// Parameters of embeddings, among all of them.
    public var embeddingParameters: Int
    /// Arithmetic of matrix products in a forward pass, for each token; a multiply-add is two.
    public var forwardOperationsPerToken: Double
    /// The same for a step of training, averaged over the run.
    public var trainingOperationsPerToken: Double
    /// Bytes that decoding keeps of one sequence of the run's length.
    public var stateBytes: Int

    /// Costs as an accountant counts them.
    public init(
      parameters: Int, activeParameters: Int, embeddingParameters: Int,
      forwardOperationsPerToken: Double, trainingOperationsPerToken: Double, stateBytes: Int
    ) {
      self.parameters = parameters
      self.activeParameters = activeParameters
      self.embeddingParameters = embeddingParameters
      self.forwardOperationsPerToken = forwardOperationsPerToken
      self.trainingOperationsPerToken = trainingOperationsPerToken
      self.stateBytes = stateBytes
    }
  }
}
