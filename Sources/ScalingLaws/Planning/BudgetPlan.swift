internal import Quantities

/// Everything that is said of one training budget: one computation for reports and commands.
public struct BudgetPlan: Sendable, Hashable, Codable {
  /// The optimal division.
  public var plan: ComputePlan
  /// What other sizes cost at the same compute; empty where N* is not known.
  public var sizes: [SizeTradeoff]
  /// The runs that would narrow the predicted outcome, or N* where the table does not determine how
  /// to divide compute; nil without refits.
  public var next: NextRunAdvice?
  /// Which parameters make the optimal size uncertain; empty without refits or where N* is not
  /// known.
  public var sensitivity: [ParameterSensitivity]
}

extension FittedLaw {
  /// The plan of a training budget with what other choices cost and what to run next; what is
  /// counted from N* is left out where the table does not determine it. Nil means the numbers that
  /// this law's own plan gives, and the default cap of ``nextRuns(for:cap:holding:steps:count:)``
  /// on the compute of a next run. Throws `FitError` where the law does not read N and D or a
  /// column is missing.
  public func budgetPlan(
    compute: Double, determination: PlanDetermination? = nil, cap: Double? = nil,
    holding others: [String: Double] = [:]
  ) throws(FitError) -> BudgetPlan {
    let hasRefits = draws.count >= 20
    let plan = try plan(compute: compute, holding: others)
    let determination = determination ?? self.determination(of: plan)
    let knowsSize = determination.refusal(of: "size") == nil
    let target: PlanningTarget =
      determination.isDetermined ? .outcome(compute: compute) : .optimalSize(compute: compute)
    return BudgetPlan(
      plan: plan,
      sizes: knowsSize ? try sizeTradeoffs(compute: compute, holding: others) : [],
      next: hasRefits ? try nextRuns(for: target, cap: cap, holding: others) : nil,
      sensitivity: hasRefits && knowsSize
        ? try sizeSensitivity(compute: compute, holding: others) : [])
  }

  /// Why a planned model makes no sense against the fitted table; nil where it does.
  ///
  /// A law may put its optimum anywhere; a thousandth of the smallest run is no plan.
  public func refusal(size: Double, tokens: Double) -> String? {
    for (name, value, meaning) in [("N", size, "parameters"), ("D", tokens, "tokens")] {
      guard let range = ranges[name], range.lowerBound > 0, value.isFinite,
        value < range.lowerBound / 1000
      else { continue }
      return
        "the plan would have \(NumberFormat.sentence(value)) \(meaning), \(NumberFormat.sentence(range.lowerBound / value, digits: 2)) times fewer than the smallest run of the table (\(NumberFormat.sentence(range.lowerBound))): the fit says nothing there"
    }
    return nil
  }
}
