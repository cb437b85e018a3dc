import ScalingLaws
import Testing

@Suite struct FineGrainedMoETests {
  @Test func vastGranularityRemovesTheRouterTerm() {
    let point = FineGrainedMoE.published
    let fine = FineGrainedMoE().prediction(point, at: [1e9, 1e10, 1e30])
    var without = point
    without[3] = 0
    #expect(abs(fine - FineGrainedMoE().prediction(without, at: [1e9, 1e10, 1])) < 1e-12)
  }

  @Test func recoversPlantedParameters() throws {
    let planted = PlantedLaw(
      law: FineGrainedMoE(),
      truth: [
        "c": 0.47, "a": 18.1, "b": 30.8, "g": 2.1, "alpha": 0.115, "beta": 0.147, "gamma": 0.58,
      ],
      columns: PlantedLaw.grid([
        ("N", [1e8, 1e9, 1e10, 1e11]), ("D", [1e9, 1e10, 1e11]), ("granularity", [1, 2, 4, 16]),
      ]))
    #expect(try planted.recoveryError() < 1e-3)
  }

  /// Krajewski et al., table of compute-optimal models with 64-fold expansion: FLOPs, active
  /// parameters, tokens, G. From memory; the FLOPs agree with the formula of the plan.
  @Test(arguments: [
    (2.95e18, 1e8, 4.37e9, 8.0), (1.93e20, 1e9, 28.94e9, 16), (1.41e21, 3e9, 72.90e9, 16),
    (6.46e21, 7e9, 137.60e9, 32), (4.16e23, 7e10, 941.07e9, 32), (5.69e24, 3e11, 2.96e12, 64),
    (4.97e25, 1e12, 7.94e12, 64),
  ])
  func plansThePublishedModels(
    compute: Double, active: Double, tokens: Double, granularity: Double
  ) throws {
    let plan = try #require(GranularityPlan(compute: compute))
    #expect(plan.granularity == granularity)
    #expect(abs(plan.activeParameters / active - 1) < 0.05)
    #expect(abs(plan.tokens / tokens - 1) < 0.05)
    let cost = GranularityPlan.Shape().flopsPerToken(width: plan.width, granularity: granularity)
    #expect(abs(cost * plan.tokens / compute - 1) < 1e-9)
  }

  @Test func theBestGranularityGrowsWithCompute() throws {
    let best = try stride(from: 16.0, through: 28, by: 2).map { exponent in
      try #require(GranularityPlan(compute: power(10, exponent))).granularity
    }
    #expect(best == best.sorted())
    #expect(best.allSatisfy { $0 > 1 })
    #expect((best.last ?? 0) >= 4 * (best.first ?? 0))
  }

  private func power(_ base: Double, _ exponent: Double) -> Double {
    (0..<Int(exponent)).reduce(1) { product, _ in product * base }
  }

  @Test func refusesAnEmptyBudget() {
    #expect(GranularityPlan(compute: 0) == nil)
    #expect(GranularityPlan(compute: 1e20, granularities: []) == nil)
  }
}
