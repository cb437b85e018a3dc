internal import RealModule

/// The chance p that an attempt is right: Beta(a, b), and a share of problems with p = 0.
public struct DifficultyDistribution: Sendable, Hashable, Codable {
  /// a, which is also the exponent of the tail: the failure rate falls as k^(−a).
  public var a: Double
  /// b.
  public var b: Double
  /// π₀, the share of problems that no number of attempts solves.
  public var zeroMass: Double

  /// A distribution.
  public init(a: Double, b: Double, zeroMass: Double = 0) {
    self.a = a
    self.b = b
    self.zeroMass = zeroMass
  }

  /// The coverage that ever more attempts approach, 1 − π₀.
  public var ceiling: Double { 1 - zeroMass }

  /// The mean of p.
  public var mean: Double { (1 - zeroMass) * a / (a + b) }

  /// E (1 − p)^k of the beta part, Γ(b + k)·Γ(a + b) / (Γ(b)·Γ(a + b + k)), for any k ≥ 0.
  public func betaFailure(_ k: Double) -> Double {
    Double.exp(LogPochhammer.value(b, a) - LogPochhammer.value(b + k, a))
  }

  /// pass@k for any k ≥ 0, however far beyond what was recorded.
  public func coverage(_ k: Double) -> Double {
    -(1 - zeroMass)
      * Double.expMinusOne(LogPochhammer.value(b, a) - LogPochhammer.value(b + k, a))
  }

  /// pass^k: E p^k.
  public func reliability(_ k: Double) -> Double {
    (1 - zeroMass)
      * Double.exp(LogPochhammer.value(a, b) - LogPochhammer.value(a + k, b))
  }
}
