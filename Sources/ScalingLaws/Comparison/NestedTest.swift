internal import RealModule

/// A test of whether a larger hypothesis fits better than a smaller one that it contains.
public struct NestedTest: Sendable, Hashable {
  /// How the p-value was found.
  public enum Calibration: String, Sendable, Hashable, Codable {
    case fisher = "F distribution"
    case simulated = "simulated tables"
    /// From the F distribution over rungs, see ``RungScatter``.
    case rungs = "F distribution over rungs"
  }

  /// The hypothesis under test.
  public var smaller: DifferenceHypothesis
  /// The hypothesis it is tested against.
  public var larger: DifferenceHypothesis
  /// The F statistic, see ``statistic(smaller:larger:kappa:extra:freedom:)``.
  public var statistic: Double
  /// How many parameters the larger hypothesis adds.
  public var extraParameters: Int
  /// The independent rows less the larger hypothesis' parameters.
  public var degreesOfFreedom: Int
  /// The probability of a statistic at least as large if the smaller hypothesis were true.
  public var pValue: Double
  /// How the p-value was found.
  public var calibration: Calibration
  /// The smallest p-value that the calibration could have found: 0 where it was computed.
  public var floor = 0.0

  /// The statistic of two nested fits, F distributed for least squares with normal errors.
  ///
  /// F = (ν/q)·(exp(ln(f₀/f₁)/κ) − 1), with objectives f₀ ≥ f₁, q extra parameters and ν degrees
  /// of freedom. For squares κ is 1, and it is the F statistic; for a Huber loss κ makes
  /// (n/κ)·ln(f₀/f₁) the likelihood ratio of an error with free scale, as in profile intervals.
  ///
  /// - Returns: infinite where the larger hypothesis fits exactly and the smaller does not.
  public static func statistic(
    smaller: Double, larger: Double, kappa: Double, extra: Int, freedom: Int
  ) -> Double {
    guard smaller > larger else { return 0 }
    guard larger > 0 else { return .infinity }
    let rise = Double.log(smaller / larger) / kappa
    return Double(freedom) / Double(extra) * Double.expMinusOne(rise)
  }
}

extension Fit {
  /// κ = Σψr/(2Σρ): 1 for squares, ½ for absolute values, between for a Huber loss.
  var kappa: Double { objective.kappa(residuals: residuals, weights: observations.weights) }
}

extension Objective {
  func kappa(residuals: [Double], weights: [Double]) -> Double {
    var charge = 0.0
    var cost = 0.0
    for (residual, weight) in zip(residuals, weights) {
      let penalty = residual > 0 ? overestimatePenalty : 1
      charge += weight * penalty * min(abs(residual), threshold) * abs(residual)
      cost += weight * self.cost(ofResidual: residual)
    }
    return cost > 0 ? min(max(charge / (2 * cost), 0.5), 1) : 1
  }
}
