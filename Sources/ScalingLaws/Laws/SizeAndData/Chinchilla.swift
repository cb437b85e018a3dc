public import Optimization

/// The additive law of model size and data, fitted as approach 3 [L2][L3].
///
/// L(N, D) = E + A·N^(−α) + B·D^(−β), in nats per token.
public struct Chinchilla: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "chinchilla", title: "Chinchilla, approach 3: additive law of model size and data",
      formula: "E + A/N^alpha + B/D^beta", citations: [.hoffmann2022, .besiroglu2024],
      columns: [.parameters, .tokens])
  }

  /// E, A, B, alpha, beta.
  public var parameters: [LawParameter] {
    [
      .amplitude("E", unit: "nats/token"), .amplitude("A"), .amplitude("B"),
      .exponent("alpha"), .exponent("beta"),
    ]
  }

  /// E + A·N^(−α) + B·D^(−β).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] + p[1] * exp(-p[3] * x.log(0)) + p[2] * exp(-p[4] * x.log(1))
  }
}
