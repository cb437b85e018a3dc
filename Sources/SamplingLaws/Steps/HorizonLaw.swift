internal import RealModule

/// How long a task can be at a success rate, where every step is right with the same probability and no
/// error is repaired: H_s = ln s / ln p [29].
public struct HorizonLaw: Codable, Sendable, Hashable {
  /// The probability that a step is right, p.
  public let stepAccuracy: Double
  /// The probability that the whole task is, s.
  public let success: Double
  /// The horizon H_s, in steps; infinite for p = 1.
  public let steps: Double
  /// dH/dp = −ln s / (p · ln² p); one per mille more accuracy gives a thousandth of it.
  public let sensitivity: Double
  /// The step accuracy that doubles the horizon, √p: the errors need only halve.
  public let accuracyForDouble: Double

  /// Of a step accuracy 0 ≤ p ≤ 1 at a success rate 0 < s < 1; ½ gives the half-length.
  public init(stepAccuracy: Double, success: Double = 0.5) throws(PlanningError) {
    try PlanningError.require(
      stepAccuracy >= 0 && stepAccuracy <= 1,
      "The step accuracy \(stepAccuracy) does not lie between 0 and 1.")
    try Self.check(success)
    self.stepAccuracy = stepAccuracy
    self.success = success
    steps = Self.steps(stepAccuracy: stepAccuracy, success: success)
    let logarithm = Double.log(stepAccuracy)
    sensitivity = -Double.log(success) / (stepAccuracy * logarithm * logarithm)
    accuracyForDouble = stepAccuracy.squareRoot()
  }

  static func steps(stepAccuracy: Double, success: Double) -> Double {
    stepAccuracy >= 1 ? .infinity : Double.log(success) / Double.log(stepAccuracy)
  }

  /// The step accuracy that a horizon of H > 0 steps needs, s^(1/H).
  public static func stepAccuracy(forHorizon horizon: Double, success: Double = 0.5)
    throws(PlanningError) -> Double
  {
    try PlanningError.require(horizon > 0, "A horizon of \(horizon) steps is not positive.")
    try check(success)
    return Double.exp(Double.log(success) / horizon)
  }

  /// The longest task that succeeds with probability s: max{t : Π_{i≤t} p_i ≥ s}.
  public static func steps(accuracies: [Double], success: Double = 0.5) -> Int {
    var product = 1.0
    for (step, accuracy) in accuracies.enumerated() {
      product *= accuracy
      if product < success { return step }
    }
    return accuracies.count
  }

  static func check(_ success: Double) throws(PlanningError) {
    try PlanningError.require(
      success > 0 && success < 1, "The success rate \(success) does not lie between 0 and 1.")
  }
}
