import Quantities
import ScalingLaws
import Testing

@Suite struct ComputePlanTests {
  /// Published constants at Chinchilla's budget [L2] and the replication's refit [L3]: the
  /// catalogue's goldens.
  @Test func goldens() throws {
    let published = GivenLaw(law: Chinchilla(), estimate: Surfaces.chinchilla)
    let plan = try published.plan(compute: 5.76e23)
    #expect(agree(plan.size.value, 4.03e10, 0.005))
    #expect(agree(plan.tokens.value, 2.38e12, 0.005))
    #expect(agree(plan.tokensPerParameter.value, 59, 0.005))
    let refit = try Surfaces.given.plan(compute: 5.76e23)
    #expect(agree(refit.size.value, 7.32e10, 0.005))
    #expect(agree(refit.tokens.value, 1.31e12, 0.005))
    #expect(agree(refit.tokensPerParameter.value, 17.9, 0.005))
    #expect(agree(try Surfaces.given.plan(compute: 1e18).size.value, 8.0e7, 0.01))
    #expect(agree(refit.sizeExponent.value, 0.5139, 1e-3))
  }

  static let closedForms: [GivenLaw] = [
    Surfaces.given,
    GivenLaw(
      law: Coupled(), estimate: [0.5, 30, 80, 0.5, 0.45, 0.5], ranges: Surfaces.given.ranges),
    GivenLaw(
      law: Kaplan(), estimate: [6.4e13, 1.8e13, 0.076, 0.103], ranges: Surfaces.given.ranges),
    GivenLaw(
      law: Overtraining(), estimate: [1.5, 141, 190, 0.121], ranges: Surfaces.given.ranges),
  ]

  @Test(arguments: closedForms, [1e19, 5.76e23])
  func closedFormAgreesWithSearch(law: GivenLaw, compute: Double) throws {
    let closed = try law.plan(compute: compute)
    let searched = try law.plan(compute: compute, closedForm: false)
    // A minimum is known to the square root of rounding.
    #expect(agree(closed.size.value, searched.size.value, 2e-5))
    #expect(agree(closed.outcome.value, searched.outcome.value, 1e-13))
    #expect(agree(closed.sizeExponent.value, searched.sizeExponent.value, 1e-4))
    #expect(agree(6 * searched.size.value * searched.tokens.value, compute, 1e-12))
    #expect(closed.warnings.isEmpty && searched.warnings.isEmpty)
  }

  /// d(loss)/d ln C against the difference of two plans.
  @Test func marginalReturn() throws {
    let plan = try Surfaces.given.plan(compute: 1e22)
    let up = try Surfaces.given.plan(compute: 1.01e22).outcome.value
    let down = try Surfaces.given.plan(compute: 1e22 / 1.01).outcome.value
    let slope = (up - down) / 0.019_900_661_7  // 2·ln 1.01
    #expect(agree(plan.marginalReturn.value, slope, 1e-4))
    #expect(plan.marginalReturn.value < 0)
  }

  @Test func leastComputeInvertsThePlan() throws {
    for law in Self.closedForms {
      let plan = try law.plan(compute: 3e22)
      let back = try law.plan(reaching: plan.outcome.value)
      #expect(agree(back.compute.value, 3e22, 1e-9))
      #expect(agree(back.size.value, plan.size.value, 1e-8))
    }
    let never = try Surfaces.given.plan(reaching: 1.8)
    #expect(never.compute.value == .infinity)
    #expect(never.warnings.count == 1)
  }

  @Test func intervalsCoverThePlan() throws {
    var law = Surfaces.given
    law.draws = (0..<200).map { index in
      let shift = Double(index - 100) / 2000
      var p = Surfaces.replication
      p[4] *= 1 + shift
      return p
    }
    let plan = try law.plan(compute: 1e22)
    #expect(plan.size.low < plan.size.value && plan.size.value < plan.size.high)
    let numeric = try law.plan(compute: 1e22, closedForm: false)
    #expect(agree(plan.size.low, numeric.size.low, 1e-4))
    #expect(agree(plan.size.high, numeric.size.high, 1e-4))
    let target = try law.plan(reaching: plan.outcome.value)
    #expect(target.compute.low < 1e22 && target.compute.high > 1e22)
  }

  @Test func reachAndRefusals() throws {
    let plan = try Surfaces.given.plan(compute: 3e24)
    let compute = try #require(plan.reach.first { $0.column == "C" })
    #expect(agree(compute.factor, 1000, 1e-9))
    #expect(agree(compute.decades, 3, 1e-9))
    #expect(throws: FitError.self) {
      try GivenLaw(law: PowerConstant(), estimate: [1, 1, 1]).plan(compute: 1e20)
    }
    #expect(throws: FitError.self) { try Surfaces.given.plan(compute: -1) }
    #expect(throws: FitError.self) {
      try GivenLaw(law: ParScale(), estimate: [1, 1, 1, 1]).plan(compute: 1e20)
    }
  }

  @Test func sizeTradeoffs() throws {
    let rows = try Surfaces.given.sizeTradeoffs(compute: 1e22)
    #expect(rows.map(\.factor).sorted() == rows.map(\.factor))
    let one = try #require(rows.first { $0.factor == 1 })
    #expect(one.extraOutcome.value == 0)
    #expect(agree(one.computeToMatch.value, 1e22, 1e-9))
    for row in rows where row.factor != 1 {
      #expect(row.extraOutcome.value > 0)
      #expect(row.computeRatio.value > 1)
      let matched = Surfaces.loss(Surfaces.replication, row.size, row.tokensToMatch.value)
      let best = Surfaces.loss(Surfaces.replication, one.size, one.tokens)
      #expect(agree(matched, best, 1e-11))
      #expect(agree(row.computeToMatch.value, row.computeRatio.value * 1e22, 1e-9))
    }
    // A size whose own floor lies above the target can never match.
    let tiny = try Surfaces.given.sizeTradeoffs(compute: 1e22, factors: [1e-3])
    #expect(tiny[0].computeToMatch.value == .infinity)
  }

  @Test func gridAndFrontier() throws {
    let grid = try Surfaces.given.outcomeGrid(sizes: 1e8...1e10, tokens: 1e9...1e12, steps: 5)
    #expect(grid.sizes.count == 5 && grid.tokens.count == 5)
    #expect(
      grid.outcome[2][3]
        == Surfaces.loss(Surfaces.replication, grid.sizes[2], grid.tokens[3])
        || agree(
          grid.outcome[2][3],
          Surfaces.loss(Surfaces.replication, grid.sizes[2], grid.tokens[3]), 1e-13)
    )
    let frontier = try Surfaces.given.efficientFrontier(compute: 1e20...1e24, steps: 5)
    #expect(agree(frontier[1].compute.value, 1e21, 1e-9))
    #expect(
      zip(frontier, frontier.dropFirst()).allSatisfy { $0.outcome.value > $1.outcome.value })
  }
}

@Suite struct ComputeBudgetTests {
  /// 1,000 H100-hours at 40 %: 1000 · 3600 · 989e12 · 0.4.
  @Test func arithmetic() throws {
    let budget = ComputeBudget(hours: 1000, on: try .named("h100"))
    #expect(agree(budget.flops, 1.42416e21, 1e-12))
    #expect(agree(budget.hours ?? 0, 1000, 1e-12))
    #expect(ComputeBudget(flops: 1e20).hours == nil)
    let footprint = Footprint(
      hours: 1000, kilowatts: 0.7, powerUsageEffectiveness: 1.1, carbonIntensity: 0.4,
      hourlyPrice: 2)
    #expect(agree(footprint.kilowattHours, 770, 1e-12))
    #expect(agree(footprint.kilogramsCO2 ?? 0, 308, 1e-12))
    #expect(footprint.price == 2000)
  }

  @Test func names() throws {
    #expect(try Accelerator.named("Trillium").peak == 918e12)
    #expect(try Accelerator.named("rtx 4090").peak == 165e12)
    #expect(Set(Accelerator.all.map(\.name)).count == Accelerator.all.count)
    #expect(throws: FitError.self) { try Accelerator.named("abacus") }
  }
}
