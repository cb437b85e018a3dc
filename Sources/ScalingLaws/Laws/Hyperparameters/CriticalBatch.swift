public import Optimization
internal import RealModule

/// Steps to a fixed loss against batch size [L12].
///
/// S = S_min·(1 + B_crit/B), one branch of the hyperbola (S/S_min − 1)·(E/E_min − 1) = 1 with
/// E = B·S tokens and E_min = B_crit·S_min. Each row is a run at another batch that reaches the
/// same target loss; the response is the number of steps it took.
public struct CriticalBatch: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "critical-batch", title: "Steps to a fixed loss against batch size",
      formula: "S_min (1 + B_crit/B)", citations: [.mccandlish2018],
      columns: [ColumnRequirement("batch_tokens", unit: "tokens", meaning: "tokens in a batch")],
      response: Response(column: "step", unit: "steps"),
      caution: "all rows must have reached the same loss")
  }

  /// S_min, B_crit.
  public var parameters: [LawParameter] {
    [
      .amplitude("S_min", unit: "steps"),
      .shape("B_crit", unit: "tokens", bounds: 1e-9...1e300, starts: [1e5, 1e6, 1e7]),
    ]
  }

  /// Critical batches around the table's own batches.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let centre = geometricMean(observations.column("batch_tokens"))
    let points = [0.01, 0.1, 0.3, 1, 3, 10, 100].map { [0, $0 * centre] }
    return solvingAmplitudes(in: points, for: observations)
  }

  /// S_min·(1 + B_crit/B).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] * (exp(log(p[1]) - x.log(0)) + 1)
  }

  /// The steps S = S_min·(1 + B_crit/B) and tokens B·S = E_min·(1 + B/B_crit) that a run at a batch
  /// of B tokens takes to the target loss [L12].
  public static func cost(
    batch: Double, minimumSteps: Double, criticalBatch: Double
  ) -> (steps: Double, tokens: Double) {
    let steps = minimumSteps * (1 + criticalBatch / batch)
    return (steps, steps * batch)
  }

  /// The fewest steps, had the batch been far above the critical one: S/(1 + B_crit/B).
  public static func minimumSteps(steps: Double, batch: Double, criticalBatch: Double) -> Double {
    steps / (1 + criticalBatch / batch)
  }

  /// The critical batch at a loss in nats per token, B_crit(L) = Bstar/L^(1/α_B), in tokens like
  /// the scale Bstar [L1].
  public static func criticalBatch(loss: Double, scale: Double, exponent: Double) -> Double {
    scale * Double.pow(loss, -1 / exponent)
  }
}
