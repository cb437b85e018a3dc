internal import RealModule

/// The two powers between which a law trades size against data.
///
/// The law's outcome rises with u = A·N^(−α) + B·D^(−β). Amplitudes are kept as logarithms because
/// A can exceed every floating-point number that a user would want to read.
public struct PowerPair: Sendable, Hashable {
  /// ln A.
  public var logA: Double
  /// α.
  public var alpha: Double
  /// ln B.
  public var logB: Double
  /// β.
  public var beta: Double

  /// The exponent of compute in the optimal size, a = β/(α + β) [L2].
  public var sizeExponent: Double { beta / (alpha + beta) }

  /// ln N* at a compute of 6·N·D: N* = G·(C/6)^a with G = (α·A/(β·B))^(1/(α + β)) [L2].
  public func optimalLogSize(logCompute: Double) -> Double {
    let ratio = Double.log(alpha) + logA - Double.log(beta) - logB
    return (ratio + beta * (logCompute - Double.log(6))) / (alpha + beta)
  }

  /// ln N* at a compute of c·N^p·D: N^p takes the place of N, and α/p that of α.
  public func optimalLogSize(logCompute: Double, flops: FlopsPerToken) -> Double {
    guard !flops.isSixfold else { return optimalLogSize(logCompute: logCompute) }
    let p = flops.exponent
    let ratio = Double.log(alpha / p) + logA - Double.log(beta) - logB
    return (ratio + beta * (logCompute - Double.log(flops.coefficient))) / (alpha + beta * p)
  }

  /// d ln N*/d ln C at a compute of c·N^p·D.
  public func sizeExponent(flops: FlopsPerToken) -> Double {
    flops.isSixfold ? sizeExponent : beta / (alpha + beta * flops.exponent)
  }

  /// ln N of the size for which D tokens are optimal: α·A·N^(−α) = β·B·D^(−β).
  public func logSizeCalledFor(byLogTokens logTokens: Double) -> Double {
    (Double.log(alpha) + logA - Double.log(beta) - logB + beta * logTokens) / alpha
  }
}

/// A law whose outcome is a rising function of A·N^(−α) + B·D^(−β), so that its compute-optimal
/// size has a closed form.
public protocol AdditiveTradeoff: Law {
  /// The two powers at the given parameters.
  func tradeoff(_ point: [Double]) -> PowerPair
}

extension Chinchilla: AdditiveTradeoff {
  /// The law's own terms.
  public func tradeoff(_ p: [Double]) -> PowerPair {
    PowerPair(logA: Double.log(p[1]), alpha: p[3], logB: Double.log(p[2]), beta: p[4])
  }
}

extension Coupled: AdditiveTradeoff {
  /// The terms under the common power, which does not move the optimum.
  public func tradeoff(_ p: [Double]) -> PowerPair {
    PowerPair(logA: Double.log(p[1]), alpha: p[3], logB: Double.log(p[2]), beta: p[4])
  }
}

extension Kaplan: AdditiveTradeoff {
  /// (N_c/N)^(α_N/α_D) and D_c/D.
  public func tradeoff(_ p: [Double]) -> PowerPair {
    let ratio = p[2] / p[3]
    return PowerPair(
      logA: ratio * Double.log(p[0]), alpha: ratio, logB: Double.log(p[1]), beta: 1)
  }
}

extension Overtraining: AdditiveTradeoff {
  /// With C = 6·N·D the two terms are a·6^(−η)·N^(−2η) and b·6^(−η)·D^(−2η).
  public func tradeoff(_ p: [Double]) -> PowerPair {
    let common = p[3] * Double.log(6)
    return PowerPair(
      logA: Double.log(p[1]) - common, alpha: 2 * p[3], logB: Double.log(p[2]) - common,
      beta: 2 * p[3])
  }
}
