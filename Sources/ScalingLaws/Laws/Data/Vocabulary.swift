public import Optimization
internal import RealModule

/// Loss in vocabulary size [L9].
///
/// The loss is normalised by the unigram model, L_u = −(1/T)·Σ ln(p(w|context)/p_unigram(w)), so that
/// vocabularies can be compared; it is negative. L_u = −E + A1/N^beta + A2/N_v^alpha2 + B/D^beta with
/// N the parameters outside the embedding, N_v = V·width, and D = H·f(V) tokens from H characters,
/// f(V) = 0.00639222·ln²V − 0.15811069·ln V + 1.20470122 for V up to 200,000. The exponents of N and D
/// are tied. The authors' script evaluates f at V/1000; here V is the vocabulary itself.
public struct Vocabulary: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "vocabulary", title: "Vocabulary: unigram-normalised loss in vocabulary size",
      formula: "-E + A1/N^beta + A2/(vocab width)^alpha2 + B/(characters f(vocab))^beta",
      citations: [.tao2024],
      columns: [
        ColumnRequirement(
          "N", unit: "parameters", meaning: "parameters outside the embedding"),
        ColumnRequirement("width", unit: "units", meaning: "width of the embedding"),
        ColumnRequirement("vocab", unit: "tokens", meaning: "vocabulary size"),
        ColumnRequirement("characters", unit: "characters", meaning: "training characters"),
      ],
      response: Response(column: "loss", unit: "nats/token", positive: false),
      objective: .huber, caution: "the loss must be normalised by the unigram model")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// E, A1, A2, B, alpha2, beta.
  public var parameters: [LawParameter] {
    [
      .amplitude("E", unit: "nats/token"), .amplitude("A1"), .amplitude("A2"), .amplitude("B"),
      .exponent("alpha2", starts: [0.1, 0.2, 0.4, 0.7, 1]),
      .exponent("beta", starts: [0.1, 0.2, 0.3, 0.45, 0.7]),
    ]
  }

  /// −E + A1·N^(−beta) + A2·N_v^(−alpha2) + B·D^(−beta).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let logV = x.log(2)
    let capped = logV.replacing(
      with: Lanes(repeating: Self.largestLogarithm), where: logV .> Self.largestLogarithm)
    let perCharacter = (capped * 0.006_392_22 - 0.158_110_69) * capped + 1.204_701_22
    let logD = x.log(3) + Lanes.log(perCharacter)
    let vocabulary = p[2] * exp(-p[4] * (x.log(1) + logV))
    return p[1] * exp(-p[5] * x.log(0)) + vocabulary + p[3] * exp(-p[5] * logD) - p[0]
  }

  /// ln 200,000: beyond it f is not measured and stays constant.
  private static let largestLogarithm = 12.206_072_645_530_174

  /// f(V), the tokens per character of a text under a vocabulary of V tokens [L9]; above 200,000
  /// the value at 200,000.
  public static func tokensPerCharacter(vocabulary: Double) -> Double {
    let logV = min(Double.log(vocabulary), largestLogarithm)
    return (0.006_392_22 * logV - 0.158_110_69) * logV + 1.204_701_22
  }

  /// The vocabulary of least training compute for a fixed text (approach 2 of [L9]).
  ///
  /// A larger vocabulary makes the text shorter and the embedding larger: the root of
  /// d/dV[(N + V·width)·f(V)] = 0.
  ///
  /// - Returns: V, or nil where the optimum lies outside 2 to 200,000.
  public static func optimalVocabulary(parameters: Double, width: Double) -> Double? {
    // The equation is multiplied by V, so that it has one sign change.
    let logarithm = root(in: Double.log(2)...largestLogarithm) { logV in
      let vocabulary = Double.exp(logV)
      let slope = 2 * 0.006_392_22 * logV - 0.158_110_69
      return vocabulary * width * tokensPerCharacter(vocabulary: vocabulary)
        + (parameters + vocabulary * width) * slope
    }
    return logarithm.map { Double.exp($0) }
  }
}
