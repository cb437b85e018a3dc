public import Optimization

/// The law of fine-grained mixtures of experts [L10b].
///
/// L(N, D, G) = c + (g/G^γ + a)/N^α + b/D^β, where the granularity G is the width of the dense
/// feed-forward layer over that of one expert.
public struct FineGrainedMoE: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "fine-grained-moe", title: "Fine-grained mixture of experts: size, data, granularity",
      formula: "c + (g/granularity^gamma + a)/N^alpha + b/D^beta", citations: [.krajewski2024],
      columns: [
        .parameters, .tokens,
        ColumnRequirement(
          "granularity", unit: "", meaning: "width of the feed-forward layer over an expert's"),
      ],
      caution: "N counts all parameters, those of idle experts too; expansion is held fixed.")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// c, a, b, g, alpha, beta, gamma.
  public var parameters: [LawParameter] {
    [
      .amplitude("c", unit: "nats/token"), .amplitude("a"), .amplitude("b"), .amplitude("g"),
      .exponent("alpha"), .exponent("beta"), .exponent("gamma", starts: [0.2, 0.6, 1.5]),
    ]
  }

  /// c + (g·G^(−γ) + a)·N^(−α) + b·D^(−β).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let size = (p[3] * exp(-p[6] * x.log(2)) + p[1]) * exp(-p[4] * x.log(0))
    return p[0] + size + p[2] * exp(-p[5] * x.log(1))
  }

  /// The constants of the paper, in the law's order (from memory; the compute-optimal table that
  /// they imply agrees with the paper's).
  public static let published = [0.47, 18.1, 30.8, 2.1, 0.115, 0.147, 0.58]
}
