public import Optimization
internal import RealModule

/// The first joint law of model size and data [L1].
///
/// L(N, D) = [(N_c/N)^(α_N/α_D) + D_c/D]^α_D. Without limit on the data it is (N_c/N)^α_N, without
/// limit on the size (D_c/D)^α_D; there is no floor. N excludes embeddings in the source.
public struct Kaplan: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "kaplan", title: "Kaplan: joint law of model size and data without floor",
      formula: "((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D", citations: [.kaplan2020],
      columns: [.parameters, .tokens],
      caution: "it has no irreducible loss, so it extrapolates too low at large scale")
  }

  /// N_c, D_c, alpha_N, alpha_D.
  public var parameters: [LawParameter] {
    [
      .shape("N_c", unit: "parameters", bounds: 1e-300...1e300, starts: [1e9, 1e14]),
      .shape("D_c", unit: "tokens", bounds: 1e-300...1e300, starts: [1e9, 1e13]),
      .exponent("alpha_N", starts: [0.05, 0.1, 0.2, 0.4]),
      .exponent("alpha_D", starts: [0.05, 0.1, 0.2, 0.4]),
    ]
  }

  /// Exponents crossed; with them L^(1/α_D) is linear in N_c^(α_N/α_D) and D_c.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let n = observations.column("N").map { Double.log($0) }
    let d = observations.column("D").map { Double.log($0) }
    let exponents = [0.05, 0.1, 0.2, 0.4, 0.7]
    return crossProduct([exponents, exponents]).map { pair in
      let (alphaN, alphaD) = (pair[0], pair[1])
      let ratio = alphaN / alphaD
      let centreN = n.reduce(0, +) / Double(max(n.count, 1))
      let centreD = d.reduce(0, +) / Double(max(d.count, 1))
      let scale = startingAmplitudes(
        terms: [n.map { Double.exp(-ratio * ($0 - centreN)) }, d.map { Double.exp(centreD - $0) }],
        target: observations.response.map { Double.exp(Double.log($0) / alphaD) })
      return [
        Double.exp(centreN + Double.log(scale[0]) / ratio), scale[1] * Double.exp(centreD),
        alphaN, alphaD,
      ]
    }
  }

  /// [(N_c/N)^(α_N/α_D) + D_c/D]^α_D.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let size = exp((p[2] / p[3]) * (log(p[0]) - x.log(0)))
    let data = exp(log(p[1]) - x.log(1))
    return exp(p[3] * log(size + data))
  }
}
