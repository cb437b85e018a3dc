public import Optimization

/// Average downstream error as a function of loss [37].
///
/// Err(L) = ε − k·exp(−γ·L): error approaches ε as the loss grows.
public struct LossToError: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "loss-to-error", title: "Average downstream error from loss",
      formula: "epsilon - k exp(-gamma loss)", citations: [.gadre2024],
      columns: [
        ColumnRequirement(
          "loss", unit: "nats/token", meaning: "validation loss", positive: false)
      ], response: .error, objective: .squared)
  }

  /// epsilon, k, gamma.
  public var parameters: [LawParameter] {
    [
      .amplitude("epsilon"), .amplitude("k"),
      .shape("gamma", unit: "1/nat", bounds: 1e-3...50, starts: [0.2, 0.4, 0.7, 1, 1.5, 3]),
    ]
  }

  /// ε − k·exp(−γ·L).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] - p[1] * exp(-p[2] * x[0])
  }
}
