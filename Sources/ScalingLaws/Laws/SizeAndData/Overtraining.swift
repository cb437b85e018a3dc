public import Optimization

/// Loss in compute and token multiplier [37].
///
/// L(C, M) = E + (a·M^η + b·M^(−η))·C^(−η) with M = D/N and C = 6·N·D, computed from `N` and `D`.
/// It is ``Chinchilla`` with equal exponents α = β = 2η, A = a·6^(−η) and B = b·6^(−η). At fixed M
/// the reducible loss is a line of slope −η in ln C, the same for every M; a plan finds the M of least
/// loss, (b/a)^(1/(2η)) at any C.
public struct Overtraining: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "overtraining", title: "Over-training: loss in compute and tokens per parameter",
      formula: "E + (a M^eta + b M^-eta) C^-eta, M = D/N, C = 6 N D", citations: [.gadre2024],
      columns: [.parameters, .tokens], objective: .squared)
  }

  /// E, a, b, eta.
  public var parameters: [LawParameter] {
    [
      .amplitude("E", unit: "nats/token"), .amplitude("a"), .amplitude("b"),
      .exponent("eta", starts: [0.04, 0.08, 0.12, 0.17, 0.25, 0.4]),
    ]
  }

  /// E + (a·M^η + b·M^(−η))·C^(−η).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let logM = x.log(1) - x.log(0)
    let logC = x.log(0) + x.log(1) + 1.791_759_469_228_055  // ln 6
    return p[0] + p[1] * exp(p[3] * (logM - logC)) + p[2] * exp(p[3] * (-logM - logC))
  }
}
