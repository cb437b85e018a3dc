public import Optimization
internal import RealModule

/// The law of floating-point training by layout of the format [136].
///
/// L = n/N^α + d/D^β + ε + (D^β/N^α)·log2 B / (γ·(E + ½)^δ·(M + ½)^ν), with E exponent bits,
/// M mantissa bits and B elements per scaling block.
public struct FloatQuantization: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "float-quantization", title: "Floating-point quantised training",
      formula: "n/N^alpha + d/D^beta + eps + D^beta/N^alpha log2(block)"
        + "/(gamma (exponent_bits + 1/2)^delta (mantissa_bits + 1/2)^nu)",
      citations: [.sun2025],
      columns: [
        .parameters, .tokens,
        ColumnRequirement(
          "exponent_bits", unit: "bits", meaning: "exponent bits E", positive: false),
        ColumnRequirement(
          "mantissa_bits", unit: "bits", meaning: "mantissa bits M", positive: false),
        ColumnRequirement("block", unit: "elements", meaning: "elements per scaling block"),
      ])
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// n, d, eps, alpha, beta, gamma, delta, nu.
  public var parameters: [LawParameter] {
    [
      .amplitude("n"), .amplitude("d"), .amplitude("eps", unit: "nats/token"),
      .exponent("alpha", starts: [0.15, 0.3, 0.5]), .exponent("beta", starts: [0.2, 0.35, 0.6]),
      .shape("gamma", bounds: 1e-300...1e300, starts: [1]),
      .exponent("delta", starts: [1, 3], upper: 20), .exponent("nu", starts: [1, 3], upper: 20),
    ]
  }

  /// The law's formula.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let size = exp(-p[3] * x.log(0))
    let logData = p[4] * x.log(1)
    let layout = p[6] * Lanes.log(x[2] + 0.5) + p[7] * Lanes.log(x[3] + 0.5)
    let penalty = size * exp(logData - layout) * (x.log(4) * (1 / Double.log(2))) / p[5]
    return p[0] * size + p[1] * exp(-logData) + p[2] + penalty
  }

  /// The cross product of the exponents' starts; the amplitudes, to which 1/γ belongs, are solved.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let size = observations.column("N")
    let data = observations.column("D")
    let exponentBits = observations.column("exponent_bits")
    let mantissaBits = observations.column("mantissa_bits")
    let block = observations.column("block")
    let exponents = [3, 4, 6, 7].map { parameters[$0].starts }
    return crossProduct(exponents).map { start in
      let terms = [
        size.map { Double.pow($0, -start[0]) },
        data.map { Double.pow($0, -start[1]) },
        size.map { _ in 1 },
        size.indices.map { row in
          Double.pow(data[row], start[1]) * Double.pow(size[row], -start[0])
            * Double.log(block[row]) / Double.log(2)
            * Double.pow(exponentBits[row] + 0.5, -start[2])
            * Double.pow(mantissaBits[row] + 0.5, -start[3])
        },
      ]
      let amplitudes = startingAmplitudes(terms: terms, target: observations.response)
      return [
        amplitudes[0], amplitudes[1], amplitudes[2], start[0], start[1], 1 / amplitudes[3],
        start[2], start[3],
      ]
    }
  }

  /// The constants of the paper's table 2, in the law's order.
  public static let published = [
    69.2343, 68973.0621, 1.9061, 0.2368, 0.5162, 11334.5197, 3.1926, 2.9543,
  ]

  /// The training tokens beyond which more training raises the loss [136].
  ///
  /// D_crit = (d·γ·N^α·(E + ½)^δ·(M + ½)^ν / log2 B)^(1/(2β)).
  public static func criticalTokens(
    parameters: Double, exponentBits: Double, mantissaBits: Double, block: Double,
    point: [Double] = published
  ) -> Double {
    let format =
      Double.pow(exponentBits + 0.5, point[6]) * Double.pow(mantissaBits + 0.5, point[7])
    let ratio = point[1] * point[5] * Double.pow(parameters, point[3]) * format
    return Double.pow(ratio * Double.log(2) / Double.log(block), 1 / (2 * point[4]))
  }

  /// The integer layout with the smallest penalty at P = E + M + 1 bits.
  ///
  /// - Returns: nil for fewer than two bits.
  public static func integerLayout(
    bits: Int, point: [Double] = published
  ) -> (exponentBits: Int, mantissaBits: Int)? {
    guard bits >= 2 else { return nil }
    func benefit(_ exponentBits: Int) -> Double {
      point[6] * Double.log(Double(exponentBits) + 0.5)
        + point[7] * Double.log(Double(bits - 1 - exponentBits) + 0.5)
    }
    let best = (0..<bits).max { (benefit($0), -$0) < (benefit($1), -$1) } ?? 0
    return (best, bits - 1 - best)
  }
}
