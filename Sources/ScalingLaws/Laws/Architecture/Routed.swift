public import Optimization
internal import RealModule

/// Experts act as more parameters of a dense model [L10].
///
/// log10 L = a·log10 N + b·log10 Ê + c·log10 N·log10 Ê + d is exactly the power 10^d · N_eff^a of
/// ln N_eff = (1 + (c/a)·log10 Ê)·ln N + (b/a)·ln Ê. The saturating number of experts is
/// 1/Ê = 1/(E − 1 + 1/(1/E_start − 1/E_max)) + 1/E_max, which is E_start at E = 1 and tends to E_max.
public struct ExpertScale: EffectiveScale {
  /// b, c, E_start, E_max.
  public var parameters: [LawParameter] {
    [
      .shape("b", domain: .real, bounds: -10...10, starts: [-0.1]),
      .shape("c", domain: .real, bounds: -10...10, starts: [0.01]),
      .shape("E_start", unit: "experts", bounds: 1e-3...1e3, starts: [1, 2, 4, 8]),
      .shape("E_max", unit: "experts", bounds: 2...1e9, starts: [64, 256, 1024, 8192]),
    ]
  }
  /// The number of experts; 1 for a dense model.
  public var columns: [ColumnRequirement] {
    [ColumnRequirement("experts", unit: "experts", meaning: "experts E, 1 for a dense model")]
  }
  /// ln N_eff, with the loss of Ê = 1 as its reference.
  public func effective<let K: Int>(
    _ p: Span<Dual<K>>, surface: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>, _ x: Observation,
    first: Int
  ) -> (logN: Dual<K>, logD: Dual<K>) {
    let floor = 1 / p[3]
    let start = 1 / (1 / p[2] - floor)
    let logExperts = -log(1 / (start + (x[first] - 1)) + floor)
    let slope = p[1] * (1 / Double.log(10)) * logExperts + surface[0]
    return ((slope * logN + p[0] * logExperts) / surface[0], logD)
  }
}

/// The law of routed language models [L10]:
/// log10 L = a log10 N + b log10 Ê + c log10 N log10 Ê + d.
public typealias Routed = EffectiveLaw<LogPowerSurface, ExpertScale>

extension EffectiveLaw where Surface == LogPowerSurface, Scale == ExpertScale {
  /// Creates the law of routed models; `N` counts the parameters of the dense model of equal work.
  public init() {
    self.init(
      surface: LogPowerSurface(), scale: ExpertScale(),
      card: LawCard(
        name: "routed", title: "Routed models: experts as effective parameters",
        formula: "log10 L = a log10 N + b log10 Eh + c log10 N log10 Eh + d, "
          + "1/Eh = 1/(experts - 1 + 1/(1/E_start - 1/E_max)) + 1/E_max",
        citations: [.clark2022], columns: [], objective: .squaredLog,
        caution: "A power without a floor: do not read it far beyond the sizes of the table. "
          + "N is the size of the dense model with equal work per token, not the total count."))
  }

  /// The saturating number of experts Ê of E [L10]; 1, a dense model, gives E_start exactly.
  public static func saturatedExperts(_ experts: Double, point: [Double]) -> Double {
    let start = point[4]
    let limit = point[5]
    if experts == 1 { return start }
    return 1 / (1 / (experts - 1 + 1 / (1 / start - 1 / limit)) + 1 / limit)
  }

  /// The size of the dense model with the same loss as N, of the dense model of equal work [L10].
  ///
  /// N_eff = N^(α(E)/α(1)) · (Ê/E_start)^(b/α(1)) with α(E) = a + c·log10 Ê; it is N at E = 1.
  public static func effectiveParameters(
    _ parameters: Double, experts: Double, point: [Double]
  ) -> Double {
    let saturated = saturatedExperts(experts, point: point)
    let dense = point[0] + point[3] * Double.log10(point[4])
    let routed = point[0] + point[3] * Double.log10(saturated)
    return Double.pow(parameters, routed / dense)
      * Double.pow(saturated / point[4], point[2] / dense)
  }

  /// The size N_cut = 10^(−b/c) from which more experts no longer lower the loss [L10].
  ///
  /// - Returns: infinity where c is not positive, so that routing never stops helping.
  public static func cutoffParameters(point: [Double]) -> Double {
    point[3] > 0 ? Double.pow(10, -point[2] / point[3]) : .infinity
  }
}
