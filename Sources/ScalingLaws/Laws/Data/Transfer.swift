public import Optimization
internal import RealModule

/// The log-law of translation quality after fine-tuning [141].
///
/// BLEU = (ln(A·D^α))^β in pre-training tokens D, so that BLEU^(1/β) is linear in ln D. It holds
/// where the pre-training data suit the task; ``TransferAlarm`` tests that.
public struct Transfer: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "transfer", title: "Quality after fine-tuning by pre-training tokens",
      formula: "bleu = (ln(A D^alpha))^beta", citations: [.isik2024], columns: [.tokens],
      response: Response(column: "bleu", unit: "BLEU", higherIsBetter: true),
      objective: Objective(residual: .log, loss: .huber(delta: 0.1)),
      caution: "Holds for pre-training data that suit the task; where quality falls with more "
        + "tokens the data are misaligned and the law must not be used to buy more of them.")
  }

  /// A, alpha, beta.
  public var parameters: [LawParameter] {
    [
      .shape("A", bounds: 1e-300...1e300, starts: [1]), .exponent("alpha", upper: 100),
      .exponent("beta", starts: [0.3, 0.6, 1, 1.5, 2.5, 4], upper: 20),
    ]
  }

  /// (ln A + α·ln D)^β; not defined where A·D^α is at most 1.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    pow(log(p[0]) + p[1] * x.log(0), p[2])
  }

  /// For each β the straight line of BLEU^(1/β) on ln D.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let data = observations.column("D").map { Double.log($0) }
    let count = Double(max(data.count, 1))
    let centre = data.reduce(0, +) / count
    let spread = data.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    return parameters[2].starts.map { beta in
      let straight = observations.response.map { Double.pow(max($0, 1e-300), 1 / beta) }
      let mean = straight.reduce(0, +) / count
      let covariance = zip(data, straight).reduce(0) { $0 + ($1.0 - centre) * ($1.1 - mean) }
      // A line that does not rise starts nearly flat: the law has no falling form.
      let slope = spread > 0 ? max(covariance / spread, 1e-3 * mean) : 1e-3 * mean
      return [Double.exp(mean - slope * centre), slope, beta]
    }
  }
}
