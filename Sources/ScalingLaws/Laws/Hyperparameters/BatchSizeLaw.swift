public import Optimization

/// The best batch size in model size and data [L17].
///
/// batch = c·N^a·D^b tokens; the source found no dependence on size, c = 0.58, a = 0 and b = 0.571:
/// hold a with `--fix a=0` to fit its form. Each row is the optimum of one grid, as
/// ``RawSweep`` finds it.
public struct BatchSizeLaw: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "batch-size", title: "Step law: the best batch size", formula: "c N^a D^b",
      citations: [.stepLaw2025], columns: [.parameters, .tokens],
      response: .batchSize, objective: .squaredLog,
      caution: "the source found a = 0; without many sizes hold it there")
  }

  /// c, a, b.
  public var parameters: [LawParameter] {
    [
      .amplitude("c", unit: "tokens"),
      .shape("a", domain: .real, bounds: -5...5, starts: [-0.3, 0, 0.3]),
      .shape("b", domain: .real, bounds: -5...5, starts: [0, 0.5, 1]),
    ]
  }

  /// c·N^a·D^b.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] * exp(p[1] * x.log(0) + p[2] * x.log(1))
  }
}
