public import Optimization

/// Mixtures of experts by their total parameters and the share of them that is active.
///
/// Abnar et al. (2025), "Parameters vs FLOPs: Scaling Laws for Optimal Sparsity for
/// Mixture-of-Experts Language Models", arXiv:2501.12370:
/// L = a/T^α + b/D^β + c/(1 − S)^λ + d/((1 − S)^δ·T^γ) + e, where T counts all parameters and
/// 1 − S = N/T is the active share. λ may be negative: then a smaller active share helps by itself,
/// and the last term is its price, which falls with size.
public struct SparseMoE: Law {
  /// Creates the law.
  public init() {}

  /// The paper's coefficients, in the order of `parameters`.
  public static let published = [
    0.94, 16_612.5, 5455.67, 0.4598, 17.26, 0.5962, 0.3954, -0.1666, 0.1603, 0.1595,
  ]

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "sparse-moe", title: "Mixture of experts: total and active parameters, data",
      formula: "a/total^alpha + b/D^beta + c/r^lambda + d/(r^delta total^gamma) + e, r = N/total",
      citations: [.abnar2025],
      columns: [
        ColumnRequirement("N", unit: "parameters", meaning: "active parameters"), .tokens,
        ColumnRequirement("total", unit: "parameters", meaning: "all parameters, idle ones too"),
      ],
      caution: "ten parameters: it needs several active shares at several total sizes; its terms "
        + "trade off, so trust predictions inside the table, not single terms")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// e, a, b, c, d, alpha, beta, lambda, delta, gamma.
  public var parameters: [LawParameter] {
    [
      .amplitude("e", unit: "nats/token"), .amplitude("a"), .amplitude("b"), .amplitude("c"),
      .amplitude("d"), .exponent("alpha", starts: [0.3, 0.6]),
      .exponent("beta", starts: [0.2, 0.4]),
      .shape("lambda", domain: .real, bounds: -5...5, starts: [-0.2, 0.1]),
      .shape("delta", domain: .real, bounds: -5...5, starts: [0.15, 0.5]),
      .exponent("gamma", starts: [0.1, 0.25]),
    ]
  }

  /// a·T^(−α) + b·D^(−β) + c·r^(−λ) + d·r^(−δ)·T^(−γ) + e.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let logTotal = x.log(2)
    let logShare = x.log(0) - logTotal
    let size = p[1] * exp(-p[5] * logTotal) + p[2] * exp(-p[6] * x.log(1))
    let sparsity = p[3] * exp(-p[7] * logShare)
    let price = p[4] * exp(-p[8] * logShare - p[9] * logTotal)
    return size + sparsity + price + p[0]
  }
}
