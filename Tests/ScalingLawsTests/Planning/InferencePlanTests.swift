import Quantities
import ScalingLaws
import Testing

@Suite struct InferencePlanTests {
  @Test func withoutDemandItIsChinchilla() throws {
    let plain = try Surfaces.given.plan(compute: 1e22)
    let plan = try Surfaces.given.inferencePlan(
      reaching: plain.outcome.value, demand: InferenceDemand(tokens: 0))
    #expect(agree(plan.size.value, plain.size.value, 1e-5))
    #expect(agree(plan.totalCompute.value, 1e22, 1e-9))
    #expect(abs(plan.saving.value) < 1e-9)
    let budget = try Surfaces.given.inferencePlan(
      totalCompute: 1e22, demand: InferenceDemand(tokens: 0))
    #expect(agree(budget.size.value, plain.size.value, 1e-5))
  }

  /// Size falls with demand, and 6·D + 2·D_inf + 6·N·dD/dN vanishes [L15]; dD/dN along the
  /// iso-loss curve of the additive law is −(α·A·N^(−α−1))/(β·B·D^(−β−1)).
  @Test func sizeFallsAndIsStationary() throws {
    let p = Surfaces.replication
    let target = try Surfaces.given.plan(compute: 1e22).outcome.value
    var previous = Double.infinity
    for demand in [0, 1e11, 1e12, 1e13, 1e14] {
      let plan = try Surfaces.given.inferencePlan(
        reaching: target, demand: InferenceDemand(tokens: demand))
      let (n, d) = (plan.size.value, plan.tokens.value)
      #expect(n < previous)
      previous = n
      #expect(agree(Surfaces.loss(p, n, d), target, 1e-11))
      let sizeTerm = p[3] * (p[1] / power(n, p[3])) / n
      let dataTerm = p[4] * (p[2] / power(d, p[4])) / d
      let slope = -sizeTerm / dataTerm
      let balance = 6 * d + 2 * demand + 6 * n * slope
      #expect(abs(balance) < 1e-5 * (6 * d + 2 * demand))
      #expect(agree(plan.totalCompute.value, 6 * n * d + 2 * n * demand, 1e-9))
      #expect(plan.saving.value >= -1e-9 && plan.saving.value < 1)
    }
  }

  private func power(_ x: Double, _ y: Double) -> Double {
    // E = 0, A = 1 and no data term: the law's own power.
    1 / Chinchilla().prediction([0, 1, 0, y, 1], at: [x, 1])
  }

  @Test func aTotalBudgetIsSpent() throws {
    let demand = InferenceDemand(tokens: 3e12)
    let plan = try Surfaces.given.inferencePlan(totalCompute: 1e23, demand: demand)
    #expect(
      agree(6 * plan.size.value * plan.tokens.value + 2 * plan.size.value * 3e12, 1e23, 1e-9))
    // The same outcome cannot be had for less in all.
    let back = try Surfaces.given.inferencePlan(reaching: plan.outcome.value, demand: demand)
    #expect(agree(back.totalCompute.value, 1e23, 1e-7))
    #expect(agree(back.size.value, plan.size.value, 1e-3))
  }

  /// Prices by hand: 2 $/h at 50 % against 1 $/h at 5 % of equal peaks is a ratio of 5.
  @Test func prices() {
    let training = ComputePrice(hourly: 2, peak: 1e15, utilisation: 0.5)
    let serving = ComputePrice(hourly: 1, peak: 1e15, utilisation: 0.05)
    let demand = InferenceDemand(
      inputTokens: 100, outputTokens: 10, training: training, input: training, output: serving)
    #expect(agree(demand.equivalentTokens, 150, 1e-12))
  }
}

@Suite struct LimitedDataPlanTests {
  @Test func plentyOfDataChangesNothing() throws {
    let plain = try Surfaces.given.plan(compute: 1e22)
    let plan = try Surfaces.given.limitedDataPlan(
      compute: 1e22, uniqueTokens: 1e3 * plain.tokens.value)
    #expect(agree(plan.plan.size.value, plain.size.value, 1e-5))
    #expect(plan.epochs.value < 1)
    #expect(plan.borrowsRepetition)
  }

  /// Under repetition the budget goes to epochs rather than parameters [L6]: fewer tokens are worth
  /// it than with unlimited data, but the size stays at or below the unlimited one.
  @Test func scarceDataMeansEpochs() throws {
    let plain = try Surfaces.given.plan(compute: 1e22)
    let unique = plain.tokens.value / 8
    let plan = try Surfaces.given.limitedDataPlan(compute: 1e22, uniqueTokens: unique)
    #expect(plan.plan.outcome.value > plain.outcome.value)
    #expect(plan.epochs.value > 4)
    #expect(agree(6 * plan.plan.size.value * plan.plan.tokens.value, 1e22, 1e-9))
    // No neighbour on the iso-FLOP line does better: search by hand through the law that knows U.
    let tied = GivenLaw(
      law: DataConstrained(), estimate: [1.87, 521, 1488, 0.3526596, 15.387756, 5.309743],
      ranges: Surfaces.given.ranges)
    let own = try tied.limitedDataPlan(compute: 1e22, uniqueTokens: 3e9)
    #expect(!own.borrowsRepetition)
    let best = own.plan.outcome.value
    for factor in [0.5, 0.9, 1.1, 2] {
      let n = own.plan.size.value * factor
      #expect(try tied.forecast(at: ["N": n, "C": 1e22, "U": 3e9]).law.value > best)
    }
  }

  /// Chinchilla with α = β borrowing R* equals the data-constrained law with those constants.
  @Test func borrowingEqualsKnowing() throws {
    let tied = GivenLaw(
      law: DataConstrained(), estimate: [1.87, 521, 1488, 0.3526596, 15.387756, 5.309743],
      ranges: Surfaces.given.ranges)
    let base = GivenLaw(
      law: Chinchilla(), estimate: [1.87, 521, 1488, 0.3526596, 0.3526596],
      ranges: Surfaces.given.ranges)
    for unique in [1e9, 2e10, 1e12] {
      let own = try tied.limitedDataPlan(compute: 1e22, uniqueTokens: unique)
      let borrowed = try base.limitedDataPlan(compute: 1e22, uniqueTokens: unique)
      #expect(agree(own.plan.outcome.value, borrowed.plan.outcome.value, 1e-10))
      #expect(agree(own.plan.size.value, borrowed.plan.size.value, 1e-4))
    }
  }
}
