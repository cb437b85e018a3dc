public import Optimization
internal import RealModule

/// Repeated tokens are worth less than new ones, and so are parameters beyond what they feed [L6].
///
/// With U unique tokens, U_D = min(D, U) and R = D/U_D − 1 repetitions, D_eff = U_D + U_D·R_D·(1 −
/// exp(−R/R_D)); R_D is the number of repetitions after which their value has fallen by 1/e. The
/// same form with R_N holds for parameters beyond N_opt(U), the size that U unique tokens would
/// call for under the surface's own optimum.
public struct RepetitionScale: EffectiveScale {
  /// R_D and R_N, the repetitions of data and of parameters.
  public var parameters: [LawParameter] {
    [
      .shape("R_D", bounds: 0.01...1e5, starts: [3, 15, 60]),
      .shape("R_N", bounds: 0.01...1e5, starts: [3, 15]),
    ]
  }
  /// The number of unique tokens.
  public var columns: [ColumnRequirement] {
    [ColumnRequirement("U", unit: "tokens", meaning: "unique training tokens")]
  }
  /// Without a limit no token is repeated.
  public var takesTokensAsNew: Bool { true }
  /// The effective logarithms; `surface` holds E, A, B and the tied exponent.
  public func effective<let K: Int>(
    _ p: Span<Dual<K>>, surface: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>, _ x: Observation,
    first: Int
  ) -> (logN: Dual<K>, logD: Dual<K>) {
    let logU = Dual<K>(constant: x.log(first))
    // The closed form at the start probes amplitudes of zero; a tiny one keeps their ratio finite.
    let least = Dual<K>(number: 1e-200)
    let ratio = log(maximum(surface[1], least)) - log(maximum(surface[2], least))
    let logOptimum = logU + ratio / surface[3]
    return (
      saturating(logN, unique: minimum(logN, logOptimum), repeats: p[1]),
      saturating(logD, unique: minimum(logD, logU), repeats: p[0])
    )
  }

  /// ln(u·(1 + r·(1 − exp(−R/r)))) with R = total/u − 1.
  private func saturating<let K: Int>(
    _ total: Dual<K>, unique: Dual<K>, repeats: Dual<K>
  ) -> Dual<K> {
    let excess = exp(total - unique) - 1
    return unique + log(repeats * (1 - exp(-excess / repeats)) + 1)
  }
}

/// The data-constrained law [L6]: ``TiedSurface`` with ``RepetitionScale``.
public typealias DataConstrained = EffectiveLaw<TiedSurface, RepetitionScale>

extension EffectiveLaw where Surface == TiedSurface, Scale == RepetitionScale {
  /// Creates the data-constrained law.
  public init() {
    self.init(
      surface: TiedSurface(), scale: RepetitionScale(),
      card: LawCard(
        name: "data-constrained", title: "Data-constrained: repeated tokens are worth less",
        formula: "E + A/N_eff^alpha + B/D_eff^alpha, D_eff = U_D (1 + R_D (1 - exp(-R/R_D)))",
        citations: [.muennighoff2023], columns: [],
        caution: "R_D needs runs with several epochs, R_N runs larger than N_opt(U)"))
  }

  /// What D tokens of which U are unique are worth, in new tokens, with R_D `repeats`.
  public static func effectiveTokens(
    tokens: Double, unique: Double, repeats: Double
  ) -> Double {
    let base = Swift.min(tokens, unique)
    return base * (1 + repeats * (1 - Double.exp((1 - tokens / base) / repeats)))
  }

  /// The size that U unique tokens call for, N_opt(U) = U·(A/B)^(1/α).
  public static func optimalSize(
    unique: Double, A: Double, B: Double, alpha: Double
  ) -> Double {
    unique * Double.pow(A / B, 1 / alpha)
  }
}
