public import Optimization

/// Parallel streams act as more parameters: N_eff = N·(1 + k·ln P) [108].
public struct StreamScale: EffectiveScale {
  /// k, the gain per natural logarithm of the number of streams.
  public var parameters: [LawParameter] {
    [.shape("k", bounds: 1e-8...100, starts: [0.2, 0.4, 0.8])]
  }
  /// The number of streams.
  public var columns: [ColumnRequirement] {
    [ColumnRequirement("streams", unit: "streams", meaning: "parallel streams P")]
  }
  /// ln N + ln(1 + k·ln P).
  public func effective<let K: Int>(
    _ p: Span<Dual<K>>, surface: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>, _ x: Observation,
    first: Int
  ) -> (logN: Dual<K>, logD: Dual<K>) {
    (logN + log(p[0] * x.log(first) + 1), logD)
  }
}

/// The parallel scaling law [108]: E + A/(N·(1 + k·ln P))^alpha.
public typealias ParScale = EffectiveLaw<SizeSurface, StreamScale>

extension EffectiveLaw where Surface == SizeSurface, Scale == StreamScale {
  /// Creates the parallel scaling law.
  ///
  /// The paper writes (A'/N_eff)^α; here A = A'^α, as in every other law of size.
  public init() {
    self.init(
      surface: SizeSurface(), scale: StreamScale(),
      card: LawCard(
        name: "parscale", title: "Parallel scaling law", formula: "E + A/(N (1 + k ln P))^alpha",
        citations: [.chen2025], columns: []))
  }
}
