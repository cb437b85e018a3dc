public import Treatments

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
  public var costs: RunCosts
  /// The number of tokens it trains on.
  public var tokens: Int
  /// Arithmetic of its training as if it had been trained alone, in FLOPs.
  public var compute: Double
  /// What came out; nil while it has not ended.
  public var outcome: RunOutcome?

  /// A row without outcome.
  ///
  /// - Parameters:
  ///   - identity: the run.
  ///   - arm: the arm.
  ///   - rung: the place of the size in the ladder.
  ///   - size: the size as people read it.
  ///   - seed: the seed.
  ///   - branch: the place of the length among those of a trunk.
  ///   - trunk: what names the trunk.
  ///   - purpose: what the run is for.
  ///   - learningRate: the peak learning rate.
  ///   - costs: what the run costs.
  ///   - tokens: the number of tokens.
  public init(
    identity: RunIdentity, arm: String, rung: Int, size: String, seed: UInt64, branch: Int = 0,
    trunk: String = "", purpose: Purpose = .comparison, learningRate: Double, costs: RunCosts,
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

  /// The loss of a finished run.
  public var loss: Double? { outcome?.loss }
}
