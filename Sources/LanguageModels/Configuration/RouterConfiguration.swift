/// How a router scores what it chooses from, weighs what it chose, and keeps the loads even.
///
/// One router serves every axis along which a model chooses: experts, heads, depths, learners.
public struct RouterConfiguration: Codable, Hashable, Sendable {
  /// What a token's scores become before the choice.
  public var activation: Activation = .softmax
  /// How the chosen are weighted.
  public var weights: Weights = .renormalized
  /// How the loads are kept even.
  public var balancer: Balancer = .auxiliaryLoss(coefficient: 0.01)

  /// From scores to affinities.
  public enum Activation: String, Codable, Hashable, Sendable {
    /// Affinities sum to one over the choices.
    case softmax
    /// Each choice by itself.
    case sigmoid
  }

  /// From affinities to the weights of the chosen.
  public enum Weights: Codable, Hashable, Sendable {
    /// The affinities as they are.
    case raw
    /// Affinities over their sum over the chosen.
    case renormalized
    /// Affinities over their sum, times a factor.
    case scaled(Double)
  }

  /// How the loads are kept even.
  public enum Balancer: Codable, Hashable, Sendable {
    /// Nothing.
    case none
    /// Adds coefficient · E · Σ_e share_e · meanAffinity_e to the loss: the coefficient when even.
    case auxiliaryLoss(coefficient: Double)
    /// Adds a bias to the scores of the choice alone, moved against the load after each step,
    /// without a gradient [106].
    case bias(rate: Double)
  }

  /// The softmax router with renormalised weights and an auxiliary loss.
  public init() {}
}
