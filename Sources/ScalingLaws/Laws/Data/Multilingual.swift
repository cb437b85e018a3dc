public import Optimization
internal import RealModule

/// The share of a task in the training mixture acts as a share of the parameters [149].
///
/// N_eff = f(p)·N with f(p) = p + c1·p^c2·(1 − p)^c3 (form from memory), so that f(1) = 1: the law
/// of the task alone. More than p is transfer from the other tasks.
public struct ShareScale: EffectiveScale {
  /// c1, c2, c3.
  public var parameters: [LawParameter] {
    [
      .shape("c1", bounds: 1e-8...100, starts: [0.1, 0.5]),
      .shape("c2", bounds: 0.05...10, starts: [0.3, 1]),
      .shape("c3", bounds: 0.05...10, starts: [0.5, 1.5]),
    ]
  }
  /// The share of the task, from 0 (excluded) to 1.
  public var columns: [ColumnRequirement] {
    [ColumnRequirement("share", unit: "fraction", meaning: "share of the task in the mixture")]
  }
  /// ln N + ln f(p).
  public func effective<let K: Int>(
    _ p: Span<Dual<K>>, surface: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>, _ x: Observation,
    first: Int
  ) -> (logN: Dual<K>, logD: Dual<K>) {
    // At a share of one the transfer vanishes; the tiny remainder keeps its logarithm finite.
    var rest = 1 - x[first]
    rest.replace(with: Lanes(repeating: 1e-300), where: rest .< 1e-300)
    let transfer = p[0] * exp(p[1] * x.log(first) + p[2] * Lanes.log(rest))
    return (logN + log(transfer + x[first]), logD)
  }
}

/// The law of one task in a mixture [149]: E + A/(f(share)·N)^alpha.
public typealias Multilingual = EffectiveLaw<SizeSurface, ShareScale>

extension EffectiveLaw where Surface == SizeSurface, Scale == ShareScale {
  /// Creates the law of one task in a mixture.
  public init() {
    self.init(
      surface: SizeSurface(), scale: ShareScale(),
      card: LawCard(
        name: "multilingual", title: "Share of the mixture as effective parameters",
        formula: "E + A/(f N)^alpha, f = share + c1 share^c2 (1 - share)^c3",
        citations: [.fernandes2023],
        columns: [],
        caution: "The form of f is from memory. It knows transfer between tasks but no harm, "
          + "so f(share) is never below the share."))
  }

  /// The effective share f(p) of the parameters that a task uses [149].
  public static func effectiveShare(_ share: Double, point: [Double]) -> Double {
    share + point[3] * Double.pow(share, point[4]) * Double.pow(1 - share, point[5])
  }

  /// f(p) + f(1 − p) − 1: above zero where tasks help each other, zero for disjoint capacity.
  public static func transfer(share: Double, point: [Double]) -> Double {
    effectiveShare(share, point: point) + effectiveShare(1 - share, point: point) - 1
  }
}
