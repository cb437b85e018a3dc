public import Optimization
internal import RealModule

/// The additive law of size and data under a common power [L5].
///
/// L(N, D) = (A·N^(−α) + B·D^(−β))^k + E. k = 1 is ``Chinchilla``; k < 1 means that size and data
/// help each other. k trades off with E, so it needs a grid that reaches both corners.
public struct Coupled: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "coupled", title: "Coupled law: size and data under a common power",
      formula: "(A/N^alpha + B/D^beta)^k + E", citations: [.skaling2026],
      columns: [.parameters, .tokens],
      objective: Objective(residual: .log, loss: .huber(delta: 0.05)),
      caution: "k trades off with E: look at its interval before reading it")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// E, A, B, alpha, beta, k.
  public var parameters: [LawParameter] {
    [
      .amplitude("E", unit: "nats/token"),
      .shape("A", bounds: 1e-300...1e300, starts: [100, 1e4]),
      .shape("B", bounds: 1e-300...1e300, starts: [100, 1e4]),
      .exponent("alpha", upper: 20), .exponent("beta", upper: 20),
      .shape("k", bounds: 0.01...20, starts: [0.4, 0.7, 1]),
    ]
  }

  /// Powers, exponents and floors crossed; (L − E)^(1/k) is then linear in A and B.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let n = observations.column("N")
    let d = observations.column("D")
    guard let least = observations.response.min(), n.count == d.count else { return nil }
    let (centreN, centreD) = (geometricMean(n), geometricMean(d))
    let rates = [0.1, 0.2, 0.35, 0.6]
    return crossProduct([[0.4, 0.7, 1, 1.4], rates, rates, [0.02, 0.5, 0.85]]).map { c in
      let k = c[0]
      let (alpha, beta) = (c[1] / k, c[2] / k)
      let floor = c[3] * least
      let scale = startingAmplitudes(
        terms: [
          n.map { Double.pow(centreN / $0, alpha) }, d.map { Double.pow(centreD / $0, beta) },
        ], target: observations.response.map { Double.pow($0 - floor, 1 / k) })
      return [
        floor, scale[0] * Double.pow(centreN, alpha), scale[1] * Double.pow(centreD, beta), alpha,
        beta, k,
      ]
    }
  }

  /// (A·N^(−α) + B·D^(−β))^k + E.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let size = exp(log(p[1]) - p[3] * x.log(0))
    let data = exp(log(p[2]) - p[4] * x.log(1))
    return exp(p[5] * log(size + data)) + p[0]
  }
}
