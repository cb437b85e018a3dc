public import Optimization
internal import RealModule

/// The law of the probability to pass, measured by sampling until success [5].
///
/// PU = exp(−c·N^(−α)), so that ln(−ln PU) is a straight line in ln N.
public struct PassUntil: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "passuntil", title: "Probability to pass by model size",
      formula: "exp(-c/N^alpha)", citations: [.hu2023], columns: [.parameters],
      response: Response(column: "pass", unit: "fraction", higherIsBetter: true),
      objective: .squaredLog,
      caution: "Fit one task instance or a set of instances of like difficulty; a mean over "
        + "instances of different difficulty is a mean of such curves, not one of them.")
  }

  /// c, alpha.
  public var parameters: [LawParameter] {
    [
      .shape("c", bounds: 1e-300...1e300, starts: [1]),
      .exponent("alpha", starts: [0.1, 0.2, 0.4, 0.8, 1.5]),
    ]
  }

  /// exp(−c·N^(−α)).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    exp(-(p[0] * exp(-p[1] * x.log(0))))
  }

  /// Each exponent with the c that fits the mean of ln(−ln PU).
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let transformed = observations.response.map { rate -> Double in
      Double.log(-Double.log(min(max(rate, 1e-12), 1 - 1e-12)))
    }
    let mean = transformed.reduce(0, +) / Double(max(transformed.count, 1))
    let size = Double.log(geometricMean(observations.column("N")))
    return parameters[1].starts.map { [Double.exp(mean + $0 * size), $0] }
  }
}
