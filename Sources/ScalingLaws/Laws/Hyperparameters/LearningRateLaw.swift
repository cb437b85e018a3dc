public import Optimization

/// The best peak learning rate in model size and data [L17].
///
/// lr = c·N^a·D^b; the source found c = 1.79, a = −0.713 and b = 0.307. Each row is the optimum of one
/// grid, as ``RawSweep`` finds it.
public struct LearningRateLaw: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "learning-rate", title: "Step law: the best learning rate", formula: "c N^a D^b",
      citations: [.stepLaw2025], columns: [.parameters, .tokens],
      response: Response(column: "lr", unit: "learning rate", isChoice: true),
      objective: .squaredLog,
      caution: "the optimum depends on optimiser, schedule and architecture")
  }

  /// c, a, b.
  public var parameters: [LawParameter] {
    [
      .amplitude("c"),
      .shape("a", domain: .real, bounds: -5...5, starts: [-1, -0.5, 0]),
      .shape("b", domain: .real, bounds: -5...5, starts: [-0.3, 0, 0.4]),
    ]
  }

  /// c·N^a·D^b.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] * exp(p[1] * x.log(0) + p[2] * x.log(1))
  }
}
