public import Optimization
internal import RealModule

/// 10^(a log10 N + d): a pure power of size, in the notation of the routed law [L10].
///
/// A pure power has no floor, so a change of N_eff moves the loss by a constant factor everywhere.
public struct LogPowerSurface: ScaleSurface {
  /// The formula.
  public var formula: String { "10^(a log10 N + d)" }
  /// a (negative where size helps), d.
  public var parameters: [LawParameter] {
    [
      .shape("a", domain: .real, bounds: -5 ... -1e-6, starts: [-0.08]),
      .shape("d", domain: .real, bounds: -100...100, starts: [1]),
    ]
  }
  /// The surface reads `N` only.
  public var readsTokens: Bool { false }
  /// exp(a·ln N + d·ln 10).
  public func loss<let K: Int>(_ p: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>) -> Dual<K> {
    exp(p[0] * logN + p[1] * Double.log(10))
  }
}
