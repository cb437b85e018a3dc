public import Optimization

/// E + A/N^alpha: size alone.
public struct SizeSurface: ScaleSurface {
  /// The formula.
  public var formula: String { "E + A/N^alpha" }
  /// E, A, alpha.
  public var parameters: [LawParameter] {
    [.amplitude("E", unit: "nats/token"), .amplitude("A"), .exponent("alpha")]
  }
  /// The surface reads `N` only.
  public var readsTokens: Bool { false }
  /// E + A·N^(−α).
  public func loss<let K: Int>(_ p: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>) -> Dual<K> {
    p[0] + p[1] * exp(-p[2] * logN)
  }
}

/// E + A/N^alpha + B/D^beta, the additive surface of size and data [L2].
public struct ChinchillaSurface: ScaleSurface {
  /// The formula.
  public var formula: String { "E + A/N^alpha + B/D^beta" }
  /// E, A, B, alpha, beta.
  public var parameters: [LawParameter] { Chinchilla().parameters }
  /// The surface reads `N` and `D`.
  public var readsTokens: Bool { true }
  /// E + A·N^(−α) + B·D^(−β).
  public func loss<let K: Int>(_ p: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>) -> Dual<K> {
    p[0] + p[1] * exp(-p[3] * logN) + p[2] * exp(-p[4] * logD)
  }
}

/// E + A/N^alpha + B/D^alpha: the additive surface with one exponent for size and data.
public struct TiedSurface: ScaleSurface {
  /// The formula.
  public var formula: String { "E + A/N^alpha + B/D^alpha" }
  /// E, A, B, alpha.
  public var parameters: [LawParameter] {
    [.amplitude("E", unit: "nats/token"), .amplitude("A"), .amplitude("B"), .exponent("alpha")]
  }
  /// The surface reads `N` and `D`.
  public var readsTokens: Bool { true }
  /// E + A·N^(−α) + B·D^(−α).
  public func loss<let K: Int>(_ p: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>) -> Dual<K> {
    p[0] + p[1] * exp(-p[3] * logN) + p[2] * exp(-p[3] * logD)
  }
}
