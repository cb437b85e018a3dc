public import Quantities
internal import RealModule
internal import Statistics

/// What one law of a mixture plans.
public struct LawPlan: Sendable, Hashable, Codable {
  /// The law's name.
  public var law: String
  /// Its weight in the common answer.
  public var weight: Double
  /// N* by this law alone.
  public var size: Estimated
  /// D* by this law alone.
  public var tokens: Estimated
  /// D*/N* by this law alone.
  public var tokensPerParameter: Estimated
  /// The outcome at the optimum by this law alone.
  public var outcome: Estimated
}

/// One refit of a law, as a law without intervals.
private struct SinglePoint: FittedLaw {
  let base: any FittedLaw
  let estimate: [Double]
  /// Kept, because those of a fresh fit are read from its rows.
  let ranges: [String: ClosedRange<Double>]
  let flopsPerToken: FlopsPerToken
  var law: any Law { base.law }
  var draws: [[Double]] { [] }
  var tail: Double { base.tail }
  var level: Double { base.level }
  var scatter: Double { 0 }
  var objective: Objective { base.objective }
}

extension LawMixture {
  /// The optimal size and tokens for a training budget by all laws together [L2].
  ///
  /// A law that cannot divide compute between N and D has no part in the answer.
  ///
  /// - Throws: as ``FittedLaw/plan(compute:holding:closedForm:)`` of the chosen law.
  public func plan(
    compute: Double, holding others: [String: Double] = [:]
  ) throws(FitError) -> ComputePlan {
    try mixed { fitted throws(FitError) in try fitted.plan(compute: compute, holding: others) }.plan
  }

  /// The least compute whose optimum reaches an outcome, by all laws together.
  ///
  /// - Throws: as ``FittedLaw/plan(reaching:holding:)`` of the chosen law.
  public func plan(
    reaching outcome: Double, holding others: [String: Double] = [:]
  ) throws(FitError) -> ComputePlan {
    let (mixed, owns) = try mixed { fitted throws(FitError) in
      try fitted.plan(reaching: outcome, holding: others)
    }
    var plan = mixed
    // The refits that are mixed know nothing of the laws' own errors; the plans of the laws do.
    for law in plan.laws ?? [] where law.weight >= 0.05 {
      guard let own = owns[law.law] else { continue }
      plan.compute = plan.compute.holding(own.compute)
      plan.size = plan.size.holding(own.size)
      plan.tokens = plan.tokens.holding(own.tokens)
    }
    return plan
  }

  /// The plan of all laws together, and what each law plans alone by its name.
  private func mixed(
    _ planned: (any FittedLaw) throws(FitError) -> ComputePlan
  ) throws(FitError) -> (plan: ComputePlan, owns: [String: ComputePlan]) {
    let first = try planned(chosen)
    var owns: [(member: Member, plan: ComputePlan)] = []
    for (index, member) in members.enumerated() {
      guard let own = index == 0 ? first : try? planned(member.fitted),
        own.size.value.isFinite, member.fitted.law.card.response == chosen.law.card.response
      else { continue }
      owns.append((member, own))
    }
    let alone = Dictionary(
      owns.map { ($0.member.fitted.law.name, $0.plan) }, uniquingKeysWith: { first, _ in first })
    // One law whose optimum runs away would drag what the others agree on.
    let runaways = owns.filter(\.plan.isRunaway)
    if runaways.count < owns.count { owns.removeAll(where: \.plan.isRunaway) }
    var result = owns.max { $0.member.weight < $1.member.weight }?.plan ?? first
    if !runaways.contains(where: { $0.member.fitted.law.name == chosen.law.name }) {
      result = first
    }
    if runaways.count < members.count {
      result.warnings += runaways.map { $0.plan.runawaySentence($0.member) }
    }
    var parts: [(weight: Double, plan: ComputePlan, refits: [ComputePlan], fitted: any FittedLaw)] =
      []
    for (member, own) in owns {
      let ranges = member.fitted.ranges
      let flops = member.fitted.flopsPerToken
      let refits = Self.thinned(member.fitted.draws).compactMap {
        try? planned(
          SinglePoint(
            base: member.fitted, estimate: $0, ranges: ranges, flopsPerToken: flops))
      }
      parts.append((member.weight, own, refits, member.fitted))
    }
    let total = parts.reduce(0) { $0 + $1.weight }
    guard parts.count > 1, total > 0 else { return (result, alone) }
    let tail = chosen.tail
    func mixture(
      _ quantity: (ComputePlan) -> Double, logarithmic: Bool
    ) -> Estimated {
      let centre = parts.reduce(0) { sum, part in
        let value = quantity(part.plan)
        return sum + part.weight / total * (logarithmic ? Double.log(value) : value)
      }
      return Estimated.mixture(
        logarithmic ? Double.exp(centre) : centre,
        of: parts.map { ($0.weight / total, $0.refits.map(quantity)) }, tail: tail)
    }
    let isBudget = result.compute.low == result.compute.high
    if !isBudget { result.compute = mixture(\.compute.value, logarithmic: true) }
    result.size = mixture(\.size.value, logarithmic: true)
    result.tokens = mixture(\.tokens.value, logarithmic: true)
    result.tokensPerParameter = mixture(\.tokensPerParameter.value, logarithmic: true)
    result.marginalReturn = mixture(\.marginalReturn.value, logarithmic: false)
    result.sizeExponent = mixture(\.sizeExponent.value, logarithmic: false)
    result.outcome = outcome(parts.map { ($0.weight / total, $0.plan, $0.refits, $0.fitted) })
    result.laws = parts.map {
      LawPlan(
        law: $0.fitted.law.name, weight: $0.weight / total, size: $0.plan.size,
        tokens: $0.plan.tokens, tokensPerParameter: $0.plan.tokensPerParameter,
        outcome: $0.plan.outcome)
    }
    result.reach = Reach.all(
      ["N": result.size.value, "D": result.tokens.value, "C": result.compute.value],
      ranges: chosen.ranges)
    return (result, alone)
  }

  /// The best model for a budget or a target under all limits together, by all laws together.
  ///
  /// The size is the weighted geometric mean of the laws' own, and the tokens are what the budget
  /// leaves at it. A law that allows no such plan has no part in the answer, and the warnings name
  /// it.
  ///
  /// - Throws: as ``FittedLaw/constrainedPlan(_:limits:holding:)`` where no law allows the plan.
  public func constrainedPlan(
    _ goal: PlanGoal, limits: PlanLimits, holding others: [String: Double] = [:]
  ) throws(FitError) -> ConstrainedPlan {
    var parts: [LimitedPart] = []
    var failures: [(law: String, error: FitError)] = []
    for member in members
    where member.fitted.law.card.response == chosen.law.card.response {
      do throws(FitError) {
        let search = try ConstrainedSearch(
          member.fitted, goal: goal, limits: limits, holding: others)
        let near = search.centre.logN
        parts.append(
          LimitedPart(
            member: member, search: search,
            values: search.quantities(member.fitted.estimate, near: near),
            refits: Self.thinned(member.fitted.draws).map {
              search.quantities($0, near: near)
            }))
      } catch { failures.append((member.fitted.law.name, error)) }
    }
    let runaways = parts.filter { ComputePlan.isRunaway(logRatio: $0.values[2]) }
    if runaways.count < parts.count {
      parts.removeAll { ComputePlan.isRunaway(logRatio: $0.values[2]) }
    }
    guard let first = parts.first else {
      throw failures.first?.error ?? .unusable("no law of the mixture can be planned with")
    }
    let total = parts.reduce(0) { $0 + $1.member.weight }
    var all = first.values.indices.map { slot -> Estimated in
      let centre = parts.reduce(0) { $0 + $1.member.weight / total * $1.values[slot] }
      return Estimated.mixture(
        centre, of: parts.map { part in (part.member.weight / total, part.column(slot)) },
        tail: chosen.tail)
    }
    if case .compute(let compute) = goal {
      all[1].value = first.search.logTokens(
        logCompute: Double.log(compute), logN: all[0].value)
    }
    let flops = first.search.surface.flops
    all[2].value = all[1].value - all[0].value
    all[4].value = flops.logPerToken(all[0].value) + all[1].value
    all[5].value = flops.logPerToken(all[0].value) + Double.log(limits.servedTokens / 3)
    var result = first.search.plan(
      all, ranges: chosen.ranges,
      held: parts.map { ($0.member.fitted.law.name, $0.values[0]) })
    result.outcome = Estimated.mixture(
      all[3].value,
      of: parts.enumerated().map { index, part in
        (part.member.weight / total, part.outcomes(seed: UInt64(index)))
      }, tail: chosen.tail)
    for warning in parts.dropFirst().flatMap(\.search.warnings)
    where !result.warnings.contains(warning) {
      result.warnings.append(warning)
    }
    result.warnings += failures.map { "law \($0.law) has no part in the limits: \($0.error)" }
    if parts.count > 1 { result.laws = parts.map { $0.plan(weight: $0.member.weight / total) } }
    return result
  }

  /// The outcome at the optimum with each law's own error beyond its data.
  private func outcome(
    _ parts: [(weight: Double, plan: ComputePlan, refits: [ComputePlan], fitted: any FittedLaw)]
  ) -> Estimated {
    let centre = parts.reduce(0) { $0 + $1.weight * $1.plan.outcome.value }
    let values = parts.enumerated().map { index, part -> (weight: Double, values: [Double]) in
      let draws = OutcomeSpread.simulate(
        part.fitted, value: part.plan.outcome.value, refits: part.refits.map(\.outcome.value),
        distance: part.plan.distance(beyond: part.fitted), seed: UInt64(index))
      return (part.weight, draws.law)
    }
    return Estimated.mixture(centre, of: values, tail: chosen.tail)
  }
}

private struct LimitedPart {
  var member: LawMixture.Member
  var search: ConstrainedSearch
  /// The quantities of the search at the law's estimate.
  var values: [Double]
  var refits: [[Double]]

  func column(_ slot: Int) -> [Double] { refits.map { $0[slot] } }

  /// Simulated outcomes at the optimum, with the law's own error beyond its data.
  func outcomes(seed: UInt64) -> [Double] {
    let place = [
      "N": Double.exp(values[0]), "D": Double.exp(values[1]), "C": Double.exp(values[4]),
    ]
    return OutcomeSpread.simulate(
      member.fitted, value: values[3], refits: column(3),
      distance: member.fitted.distanceBeyond(place), seed: seed
    ).law
  }

  func plan(weight: Double) -> LawPlan {
    func estimated(_ slot: Int, _ scale: (Double) -> Double) -> Estimated {
      Estimated(
        value: scale(values[slot]), over: column(slot).map(scale), tail: member.fitted.tail)
    }
    return LawPlan(
      law: member.fitted.law.name, weight: weight, size: estimated(0, Double.exp),
      tokens: estimated(1, Double.exp), tokensPerParameter: estimated(2, Double.exp),
      outcome: estimated(3) { $0 })
  }
}

extension ComputePlan {
  /// Whether ln(D/N) is that of no model that anybody would train: fewer than a hundredth of a token
  /// a parameter, or more than ten million. Such an optimum is the edge of the search or a term that
  /// the table does not hold down.
  static func isRunaway(logRatio: Double) -> Bool {
    !(logRatio > Double.log(0.01) && logRatio < Double.log(1e7))
  }

  fileprivate var isRunaway: Bool {
    Self.isRunaway(logRatio: Double.log(tokensPerParameter.value))
  }

  fileprivate func runawaySentence(_ member: LawMixture.Member) -> String {
    "law \(member.fitted.law.name) (weight \(NumberFormat.sentence(member.weight, digits: 2))) has no part in the plan: its optimum, \(NumberFormat.sentence(tokensPerParameter.value)) tokens per parameter, runs away from the data"
  }

  func distance(beyond fitted: any FittedLaw) -> Double {
    guard size.value.isFinite, tokens.value.isFinite, compute.value.isFinite else { return 0 }
    return fitted.distanceBeyond([
      "N": size.value, "D": tokens.value, "C": compute.value,
    ])
  }
}
