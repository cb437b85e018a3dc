public import Optimization

/// The best weight decay in model size and data, of the form of the step law [L17].
///
/// weight decay = c·N^a·D^b. With AdamW only its product with the learning rate acts, over a time of
/// 1/(lr·decay) steps: hold the learning rate, or sweep both. Each row is the optimum of one grid.
public struct WeightDecayLaw: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "weight-decay", title: "The best weight decay", formula: "c N^a D^b",
      citations: [.stepLaw2025], columns: [.parameters, .tokens],
      response: Response(column: "weight_decay", unit: "weight decay", isChoice: true),
      objective: .squaredLog,
      caution: "it holds for the learning rates that the sweep used, or swept with it")
  }

  /// c, a, b.
  public var parameters: [LawParameter] {
    [
      .amplitude("c"),
      .shape("a", domain: .real, bounds: -5...5, starts: [-0.5, 0, 0.5]),
      .shape("b", domain: .real, bounds: -5...5, starts: [-0.5, 0, 0.5]),
    ]
  }

  /// c·N^a·D^b.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] * exp(p[1] * x.log(0) + p[2] * x.log(1))
  }
}
