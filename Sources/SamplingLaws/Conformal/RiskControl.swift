internal import Quantities
public import RunTables

/// Answering only where the score is high enough that wrong answers stay rare: conformal risk control of
/// the loss 1{answered and wrong}.
///
/// The least threshold with n/(n + 1) · R̂ + 1/(n + 1) ≤ α keeps the expected risk on a new problem at or
/// below α if problems are exchangeable; n counts problems, as attempts at one are not.
public struct RiskControl: Codable, Sendable, Hashable {
  /// The risk that is allowed, α.
  public var alpha: Double
  /// The number of problems, n.
  public var problems: Int
  /// Answers are given where the score is better than this; infinite for always or never.
  public var threshold: Double
  /// The share of attempts answered, averaged over problems.
  public var answered: Double
  /// The share of attempts answered and wrong, R̂.
  public var risk: Double
  /// The bound n/(n + 1) · R̂ + 1/(n + 1).
  public var bound: Double
  /// The share of answered attempts that are right.
  public var accuracyOfAnswered: Double
  /// What to beware of.
  public var warnings: [String]

  /// The largest mean loss of n calibration units that α allows, (α(n + 1) − 1)/n; below 0 where none is.
  public static func allowedRisk(alpha: Double, units: Int) -> Double {
    (alpha * Double(units + 1) - 1) / Double(units)
  }

  /// Finds the threshold; attempts without a score are not answered.
  ///
  /// - Throws: without scores or problems.
  public init(
    _ arm: OutcomeArm, alpha: Double, direction: ScoreDirection = .lowIsBad
  ) throws(PlanningError) {
    guard let raw = arm.scores else { throw .missingColumn("score") }
    try PlanningError.require(
      alpha > 0 && alpha < 1, "The risk \(alpha) does not lie between 0 and 1.")
    try PlanningError.require(arm.steps == nil, "Risk control needs one row an attempt.")
    let sign = -direction.sign
    var values: [Double] = []
    var weights: [Double] = []
    var count = 0
    for problem in 0..<arm.problemCount {
      let rows = arm.rows(ofProblem: problem)
      if rows.isEmpty { continue }
      count += 1
      for row in rows where arm.correct[row] == 0 && !raw[row].isNaN {
        values.append(sign * raw[row])
        weights.append(1 / Double(rows.count))
      }
    }
    if count == 0 { throw .tooFew("There is no problem.") }
    let allowed = Self.allowedRisk(alpha: alpha, units: count) * Double(count)
    // Sums of shares may miss a whole number by rounding.
    let limit = allowed + 1e-9 * max(allowed, 1)
    let above =
      allowed < 0
      ? Double.infinity
      : RankedSelection.firstExceeding(values, weights: weights, limit: limit) ?? -.infinity
    var (answered, wrong) = (0.0, 0.0)
    for problem in 0..<arm.problemCount {
      let rows = arm.rows(ofProblem: problem)
      for row in rows where sign * raw[row] > above {
        answered += 1 / Double(rows.count)
        if arm.correct[row] == 0 { wrong += 1 / Double(rows.count) }
      }
    }
    self.alpha = alpha
    problems = count
    threshold = sign * above
    self.answered = answered / Double(count)
    risk = wrong / Double(count)
    bound = (wrong + 1) / Double(count + 1)
    accuracyOfAnswered = answered > 0 ? 1 - wrong / answered : .nan
    warnings = []
    if allowed < 0 {
      warnings.append(
        "\(count) problems cannot show a risk of \(alpha); nothing is answered. It takes "
          + "\(Int(saturating: (1 / alpha).rounded(.up)) - 1) at least.")
    } else if answered == 0 {
      warnings.append("No threshold keeps the risk at \(alpha); nothing is answered.")
    }
  }
}
