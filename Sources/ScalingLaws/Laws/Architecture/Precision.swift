public import Cards
public import Optimization
internal import RealModule

/// Low precision in training acts as fewer parameters [L11].
///
/// N_eff = N·Π_x (1 − exp(n_x − P_x/γ_x)) over weights, activations and key–value cache, P_x in
/// bits. A factor at or below zero, where the form has no meaning, is held at a millionth.
public struct PrecisionScale: EffectiveScale {
  /// Which bit widths the table has.
  public enum Parts: String, Sendable, Hashable, CaseIterable {
    /// One column `bits` for everything.
    case one
    /// One column each for weights, activations and key–value cache.
    case three
  }

  /// Which bit widths the table has.
  public var parts: Parts

  /// Creates the replacement.
  public init(parts: Parts = .three) { self.parts = parts }

  /// γ and n of each part.
  public var parameters: [LawParameter] {
    suffixes.flatMap { suffix in
      [
        LawParameter.shape("gamma" + suffix, unit: "bits", bounds: 0.02...50, starts: [1, 2.5]),
        LawParameter.shape("n" + suffix, domain: .real, bounds: -20...20, starts: [0, 1.5]),
      ]
    }
  }

  /// The bit widths.
  public var columns: [ColumnRequirement] {
    switch parts {
    case .one: [ColumnRequirement("bits", unit: "bits", meaning: "training precision")]
    case .three:
      [
        ColumnRequirement("bits_weights", unit: "bits", meaning: "precision of weights"),
        ColumnRequirement("bits_activations", unit: "bits", meaning: "precision of activations"),
        ColumnRequirement("bits_kv", unit: "bits", meaning: "precision of keys and values"),
      ]
    }
  }

  private var suffixes: [String] {
    switch parts {
    case .one: [""]
    case .three: ["_w", "_a", "_kv"]
    }
  }

  /// `parts`.
  public var settings: [CardOption] {
    [
      .choice(
        "parts", parts, "one: the column bits; three: bits_weights, bits_activations, bits_kv")
    ]
  }

  /// The replacement with these settings.
  public func configured(_ values: OptionValues) -> PrecisionScale {
    PrecisionScale(parts: values.choice("parts"))
  }

  /// ln N + Σ_x ln(1 − exp(n_x − P_x/γ_x)).
  public func effective<let K: Int>(
    _ p: Span<Dual<K>>, surface: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>, _ x: Observation,
    first: Int
  ) -> (logN: Dual<K>, logD: Dual<K>) {
    var result = logN
    let smallest = Dual<K>(number: 1e-6)
    for part in 0..<p.count / 2 {
      let inverse = 1 / p[2 * part]
      let lost = exp(p[2 * part + 1] - inverse * x[first + part])
      result = result + log(maximum(1 - lost, smallest))
    }
    return (result, logD)
  }
}

/// The precision law [L11]: E + A/N_eff^alpha + B/D^alpha.
public typealias Precision = EffectiveLaw<TiedSurface, PrecisionScale>

extension EffectiveLaw where Surface == TiedSurface, Scale == PrecisionScale {
  /// Creates the precision law.
  public init(parts: PrecisionScale.Parts = .three) {
    self.init(
      surface: TiedSurface(), scale: PrecisionScale(parts: parts),
      card: LawCard(
        name: "precision", title: "Training precision as effective parameters",
        formula: "E + A/N_eff^alpha + B/D^alpha, "
          + "N_eff = N prod_x (1 - exp(n_x - bits_x/gamma_x))",
        citations: [.kumar2024], columns: [],
        caution: "The sign of n_x is the one under which activations fail at three bits; "
          + "a table whose precisions never vary cannot identify gamma and n."))
  }

  /// The constants of the paper's appendix K, in the order of the law with three parts [L11].
  public static var published: [Double] {
    [2.7648, 4299, 1.806e4, 0.4965, 2.6745, 0.3037, 2.2102, 1.4072, 0.9578, 2.4185]
  }

  /// The training precision that minimises the loss where N, D and P trade at compute ∝ N·D·P.
  ///
  /// It is the root of Σ_x (1/γ_x)·e^(n_x − P/γ_x)/(1 − e^(n_x − P/γ_x)) = 1/P [L11] and does not
  /// depend on the compute. One precision holds for all parts.
  ///
  /// - Parameter parts: γ and n of each part.
  /// - Returns: P* in bits; nil where the condition has no root.
  public static func optimalBits(parts: [(gamma: Double, n: Double)]) -> Double? {
    // Below this precision a factor of N_eff is not positive.
    let lowest = max(parts.map { $0.gamma * $0.n }.max() ?? 0, 0)
    return root(in: (lowest + 1e-9) * (1 + 1e-9)...lowest + 1e4) { bits in
      let gain = parts.reduce(0.0) { sum, part in
        let lost = Double.exp(part.n - bits / part.gamma)
        return sum + lost / (1 - lost) / part.gamma
      }
      return gain * bits - 1
    }
  }
}

/// What quantising after training adds to the loss [L11].
///
/// δ = C_T·D^γ_D/N^γ_N·exp(b − P/γ): the more a model has been trained, the more it loses. The sign
/// of the offset b follows that of n_x in the precision law.
public struct PostTrainingQuantization: Sendable, Hashable {
  /// C_T, the scale.
  public var scale: Double
  /// γ_D, the exponent of training tokens.
  public var tokenExponent: Double
  /// γ_N, the exponent of parameters.
  public var parameterExponent: Double
  /// γ, the bits over which the penalty falls by e.
  public var bitScale: Double
  /// b, the offset of the exponential.
  public var offset: Double

  /// Creates the penalty; the defaults are the constants of the paper's appendix K.
  public init(
    scale: Double = 0.0598, tokenExponent: Double = 0.5068, parameterExponent: Double = 0.3439,
    bitScale: Double = 0.5907, offset: Double = 1.1277
  ) {
    self.scale = scale
    self.tokenExponent = tokenExponent
    self.parameterExponent = parameterExponent
    self.bitScale = bitScale
    self.offset = offset
  }

  /// The penalty δ in nats per token.
  public func penalty(parameters: Double, tokens: Double, bits: Double) -> Double {
    scale * Double.pow(tokens, tokenExponent) / Double.pow(parameters, parameterExponent)
      * Double.exp(offset - bits / bitScale)
  }

  /// The training tokens beyond which more training raises the loss after quantisation.
  ///
  /// The root of dL/dD = 0 with L = … + B·D^(−β) + δ.
  public func criticalTokens(
    b: Double, beta: Double, parameters: Double, bits: Double
  ) -> Double {
    let slope = tokenExponent * penalty(parameters: parameters, tokens: 1, bits: bits)
    return Double.pow(b * beta / slope, 1 / (beta + tokenExponent))
  }
}
