public import Optimization

/// The law of width where a model packs more features than dimensions [142].
///
/// L = C_m/m^α_m + rest, with m the width. Strong superposition gives α_m near 1 whatever the
/// frequencies of the features; α_m = 0.91 ± 0.04 over four open families.
public struct Superposition: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "superposition", title: "Loss by width under superposition",
      formula: "C_m/width^alpha_m + rest", citations: [.liu2025],
      columns: [ColumnRequirement("width", unit: "dimensions", meaning: "width of the model")])
  }

  /// C_m, rest, alpha_m.
  public var parameters: [LawParameter] {
    [
      .amplitude("C_m"), .amplitude("rest", unit: "nats/token"),
      .exponent("alpha_m", starts: [0.1, 0.3, 0.6, 1, 1.5, 2.5], upper: 10),
    ]
  }

  /// C_m·m^(−α_m) + rest.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] * exp(-p[2] * x.log(0)) + p[1]
  }

  /// The Welch bound √((n − m)/(m·(n − 1))): the least possible largest overlap of n unit vectors
  /// in m dimensions; zero where they fit without overlap.
  public static func welchBound(vectors n: Int, dimensions m: Int) -> Double {
    guard n > m, m > 0 else { return 0 }
    return (Double(n - m) / (Double(m) * Double(n - 1))).squareRoot()
  }

  /// The mean over pairs of two or more rows of equal length, none of them zero, of the squared
  /// cosine between them.
  ///
  /// Random directions give 1/m, which is where the exponent 1 of strong superposition comes from.
  /// The sum over all pairs is the squared norm of the m by m matrix Σ wwᵀ of unit rows w, less n.
  public static func meanSquaredOverlap(rows: [[Double]]) -> Double {
    let width = rows.first?.count ?? 0
    var gram = [Double](repeating: 0, count: width * width)
    for row in rows {
      let square = row.reduce(0) { $0 + $1 * $1 }
      for i in 0..<width {
        let scaled = row[i] / square
        for j in 0...i { gram[i * width + j] += scaled * row[j] }
      }
    }
    var sum = 0.0
    for i in 0..<width {
      for j in 0...i { sum += (i == j ? 1 : 2) * gram[i * width + j] * gram[i * width + j] }
    }
    let n = Double(rows.count)
    return (sum - n) / (n * (n - 1))
  }
}
