internal import Quantities
internal import RealModule

/// Accuracy that saturates with the number of units, F(n) = F_max·(1 − (1 − p)^n): independent
/// samples, or rounds that each mend a wrong answer with chance p [60].
public struct SaturationCurve: Sendable, Hashable, Codable {
  /// F_max, what ever more units approach.
  public var ceiling: Double
  /// p, the chance that one unit succeeds.
  public var chance: Double

  /// A curve.
  public init(ceiling: Double = 1, chance: Double) {
    self.ceiling = ceiling
    self.chance = chance
  }

  /// F(n).
  public func value(_ n: Double) -> Double {
    if n == 0 { return 0 }
    return -ceiling * Double.expMinusOne(n * Double.log(onePlus: -chance))
  }

  /// What one unit more brings after n, F(n + 1) − F(n) = F_max·p·(1 − p)^n.
  public func gain(_ n: Double) -> Double {
    if n == 0 { return ceiling * chance }
    return ceiling * chance * Double.exp(n * Double.log(onePlus: -chance))
  }

  /// n*, the first number of units after which one more brings at most ε > 0:
  /// ⌈ln(ε/(F_max·p)) / ln(1 − p)⌉, or 0 where even the first brings no more.
  public func saturation(gain least: Double) -> Int {
    precondition(least > 0, "the least worthwhile gain must be positive")
    if ceiling * chance <= least { return 0 }
    if chance >= 1 { return 1 }
    let exact = Double.log(least / (ceiling * chance)) / Double.log(onePlus: -chance)
    // Rounding may put a whole number a hair off; the definition decides.
    var n = exact.rounded(.up)
    if gain(n) > least { n += 1 }
    if n > 0, gain(n - 1) <= least { n -= 1 }
    return Int(saturating: min(n, 1e15))
  }
}
