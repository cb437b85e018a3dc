public import Quantities
internal import RealModule

/// How to divide training compute between model size and tokens.
public struct ComputePlan: Sendable, Hashable, Codable {
  /// C, training FLOPs: the budget, or what the target needs.
  public var compute: Estimated
  /// N*, the optimal number of parameters.
  public var size: Estimated
  /// D*, the optimal number of training tokens.
  public var tokens: Estimated
  /// D*/N*.
  public var tokensPerParameter: Estimated
  /// The outcome at the optimum.
  public var outcome: Estimated
  /// d(outcome)/d ln C along the optimum: what a factor e of compute buys [160].
  public var marginalReturn: Estimated
  /// d ln N*/d ln C, the exponent a.
  public var sizeExponent: Estimated
  /// How far N*, D* and C lie beyond the fitted table.
  public var reach: [Reach]
  /// What a reader must know.
  public var warnings: [String]
  /// What each law says, where several answer together; nil for one law.
  public var laws: [LawPlan]?
}

extension FittedLaw {
  /// The optimal size and tokens for a training budget [L2], at the other columns that the law
  /// reads, such as `U` or `streams`; searched numerically where a closed form is not wanted.
  /// Throws `FitError` where the law does not read N and D or a column is missing.
  public func plan(
    compute: Double, holding others: [String: Double] = [:], closedForm: Bool = true
  ) throws(FitError) -> ComputePlan {
    guard compute > 0, compute.isFinite else {
      throw .unusable("compute: found \(compute), expected a positive number of FLOPs")
    }
    let surface = try LossSurface(self, holding: others, closedForm: closedForm)
    return plan(on: surface) { _ in Double.log(compute) }
  }

  /// The least compute whose optimum reaches an outcome, and how to divide it.
  ///
  /// Where the target lies beyond the law's floor, compute, size and tokens are infinite.
  ///
  /// - Throws: `FitError` where the law does not read N and D or a column is missing.
  public func plan(
    reaching outcome: Double, holding others: [String: Double] = [:]
  ) throws(FitError) -> ComputePlan {
    let surface = try LossSurface(self, holding: others)
    let logCompute = surface.leastLogCompute(estimate, reaching: outcome)
    let centre =
      logCompute.isFinite
      ? (logCompute, surface.optimum(estimate, logCompute: logCompute).logN) : nil
    let plan = plan(on: surface) { point in
      surface.leastLogCompute(point, reaching: outcome, near: centre)
    }
    return plan.joining(
      modelShift(
        outcome, distance: plan.distance(beyond: self), centre: logCompute
      ) { surface.leastLogCompute(estimate, reaching: $0, near: centre) })
  }

  func plan(
    on surface: LossSurface, logCompute: ([Double]) -> Double
  ) -> ComputePlan {
    let centre = logCompute(estimate)
    let best = centre.isFinite ? surface.optimum(estimate, logCompute: centre) : nil
    var boundary = 0
    func measure(_ point: [Double]) -> [Double] {
      let logC = logCompute(point)
      guard logC.isFinite else {
        return [logC, logC, logC, .nan, .nan, .nan, .nan]
      }
      let guess = best.map { $0.logN + 0.5 * (logC - centre) }
      let found = surface.optimum(point, logCompute: logC, near: guess)
      if !found.isInterior { boundary += 1 }
      let step = 1e-4
      // By the envelope theorem the optimum's slope in ln C is that in ln D at fixed N.
      let above = surface.outcome(point, logN: found.logN, logD: found.logD + step)
      let below = surface.outcome(point, logN: found.logN, logD: found.logD - step)
      let exponent: Double
      if let powers = surface.powers(point) {
        exponent = powers.sizeExponent(flops: surface.flops)
      } else {
        exponent = surface.sizeExponent(point, at: found)
      }
      return [
        logC, found.logN, found.logD, found.logD - found.logN, found.outcome,
        (above - below) / (2 * step), exponent,
      ]
    }
    let all = derivedTogether(measure)
    func exponential(_ x: Estimated) -> Estimated {
      Estimated(value: Double.exp(x.value), low: Double.exp(x.low), high: Double.exp(x.high))
    }
    let optimum = (size: exponential(all[1]), tokens: exponential(all[2]))
    let compute = exponential(all[0])
    var warnings: [String] = []
    if !centre.isFinite {
      warnings.append("no compute reaches the target: it lies beyond the law's floor")
    }
    if let best, !best.isInterior {
      warnings.append(
        "the outcome improves up to the edge of the search: the law has no optimum at this compute"
      )
    } else if boundary > 0 {
      warnings.append(
        "\(boundary) of \(draws.count) refits have no optimum inside the search: the interval of the size is open there"
      )
    }
    if let sentence = extrapolatedCount(at: optimum.size.value, flops: surface.flops) {
      warnings.append(sentence)
    }
    let reach = Reach.all(
      [
        "N": optimum.size.value, "D": optimum.tokens.value, "C": compute.value,
        "D/N": optimum.tokens.value / optimum.size.value,
      ], ranges: ranges)
    var plan = ComputePlan(
      compute: compute, size: optimum.size, tokens: optimum.tokens,
      tokensPerParameter: exponential(all[3]), outcome: all[4], marginalReturn: all[5],
      sizeExponent: all[6], reach: reach, warnings: warnings)
    plan.outcome = widened(plan.outcome, distance: plan.distance(beyond: self))
    return plan
  }
}

extension FittedLaw {
  /// What is said of FLOPs per token far beyond the table; nil where they are 6·N or nearly known.
  private func extrapolatedCount(at size: Double, flops: FlopsPerToken) -> String? {
    guard !flops.isSixfold, abs(flops.exponent - 1) > 0.01, let range = ranges["N"], size.isFinite,
      size > 3 * range.upperBound
    else { return nil }
    func each(_ size: Double) -> String {
      NumberFormat.sentence(flops.perToken(size) / size, digits: 2)
    }
    return
      "FLOPs per token are extrapolated as a power of N: \(each(size))·N at the plan, where the largest model of the table has \(each(range.upperBound))·N; a formula of the architecture (--flops-per-token) would not have to be extrapolated"
  }
}

extension ComputePlan {
  /// The plan for a target with the law's own error in what it takes: N* and D* move along the
  /// optimum as the compute does.
  func joining(_ shift: (down: Double, up: Double)) -> ComputePlan {
    guard shift.down > 0 || shift.up > 0, compute.value.isFinite else { return self }
    func widened(_ x: Estimated, power: Double) -> Estimated {
      Estimated(
        value: Double.log(x.value), low: Double.log(x.low), high: Double.log(x.high)
      ).joining(power > 0 ? (shift.down * power, shift.up * power) : (0, 0)).exponential
    }
    let exponent = min(max(sizeExponent.value, 0), 1)
    var plan = self
    plan.compute = widened(compute, power: 1)
    plan.size = widened(size, power: exponent)
    plan.tokens = widened(tokens, power: 1 - exponent)
    return plan
  }
}
