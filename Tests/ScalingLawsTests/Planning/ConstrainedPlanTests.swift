import Quantities
import ScalingLaws
import Testing

/// Plans under several limits; expected values by SciPy's minimize_scalar and a grid in NumPy on
/// E 1.69, A 406.4, B 410.7, α 0.34, β 0.28.
@Suite struct ConstrainedPlanTests {
  static let law = GivenLaw(
    law: Chinchilla(), estimate: [1.69, 406.4, 410.7, 0.34, 0.28],
    ranges: ["N": 4e7...1.6e10, "D": 1e9...3e11, "C": 1e18...3e21, "D/N": 5...200])

  @Test func withoutLimitsItIsThePlan() throws {
    let free = try Self.law.constrainedPlan(.compute(5.76e23), limits: PlanLimits())
    let plan = try Self.law.plan(compute: 5.76e23)
    #expect(agree(free.size.value, plan.size.value, 1e-5))
    #expect(agree(free.outcome.value, plan.outcome.value, 1e-12))
    #expect(free.binding.isEmpty)
    let target = try Self.law.constrainedPlan(.outcome(plan.outcome.value), limits: PlanLimits())
    #expect(agree(target.trainingCompute.value, 5.76e23, 1e-6))
  }

  /// 40 GB at two bytes a parameter: 20B parameters on C/(6N) = 4.8T tokens.
  @Test func memoryCapsTheSize() throws {
    let limits = PlanLimits(caps: [.memory(40e9, bytesPerParameter: 2)])
    let plan = try Self.law.constrainedPlan(.compute(5.76e23), limits: limits)
    #expect(agree(plan.size.value, 20e9, 1e-9))
    #expect(agree(plan.tokens.value, 4.8e12, 1e-9))
    #expect(agree(plan.outcome.value, 1.933_373_297, 1e-9))
    #expect(plan.binding.count == 1 && plan.binding[0].hasPrefix("memory"))
    #expect(plan.reach.contains { $0.column == "D/N" && $0.isOutside })
    let roomy = PlanLimits(caps: [.memory(400e9, bytesPerParameter: 2, cache: 10e9)])
    #expect(try Self.law.constrainedPlan(.compute(5.76e23), limits: roomy).binding.isEmpty)
  }

  /// 20 ms at 3.35 TB/s read 67 GB, 33.5B parameters of two bytes, 28.5B beside 10 GB of cache.
  @Test func latencyCapsTheSize() {
    let cap = SizeCap.latency(0.02, bandwidth: 3.35e12, bytesPerParameter: 2)
    #expect(agree(cap.parameters, 33.5e9, 1e-12))
    let cached = SizeCap.latency(0.02, bandwidth: 3.35e12, bytesPerParameter: 2, cache: 10e9)
    #expect(agree(cached.parameters, 28.5e9, 1e-12))
  }

  @Test func uniqueDataAndMemoryTogether() throws {
    let unique = PlanLimits(uniqueTokens: 200e9)
    let free = try Self.law.constrainedPlan(.compute(5.76e23), limits: unique)
    #expect(agree(free.size.value, 2.6626e10, 1e-3))
    #expect(agree(free.outcome.value, 1.968_668_416, 1e-8))
    #expect(free.binding.first?.hasPrefix("unique data") == true)
    #expect(agree(try #require(free.epochs).value, free.tokens.value / 200e9, 1e-12))
    let both = PlanLimits(uniqueTokens: 200e9, caps: [.memory(40e9, bytesPerParameter: 2)])
    let plan = try Self.law.constrainedPlan(.compute(5.76e23), limits: both)
    #expect(agree(plan.size.value, 20e9, 1e-9))
    #expect(agree(plan.outcome.value, 1.970_320_984, 1e-8))
    #expect(plan.binding.count == 2)
  }

  @Test func servingIsPaidForOrNot() throws {
    let total = PlanLimits(servedTokens: 1e13, paysForServing: true)
    let plan = try Self.law.constrainedPlan(.compute(5.76e23), limits: total)
    #expect(agree(plan.size.value, 1.138_894e10, 1e-4))
    #expect(agree(plan.outcome.value, 1.958_424_902, 1e-9))
    #expect(agree(plan.trainingCompute.value + plan.servingCompute.value, 5.76e23, 1e-9))
    let training = try Self.law.constrainedPlan(
      .compute(5.76e23), limits: PlanLimits(servedTokens: 1e13))
    #expect(agree(training.trainingCompute.value, 5.76e23, 1e-9))
    let target = try Self.law.constrainedPlan(
      .outcome(1.95), limits: PlanLimits(servedTokens: 1e13))
    #expect(agree(target.size.value, 1.290_097e10, 1e-4))
    #expect(
      agree(target.trainingCompute.value + target.servingCompute.value, 6.783_140e23, 1e-6))
    let capped = PlanLimits(
      servedTokens: 1e13, caps: [SizeCap(reason: "memory", parameters: 10e9)])
    #expect(
      agree(try Self.law.constrainedPlan(.outcome(1.95), limits: capped).size.value, 10e9, 1e-9))
  }

  @Test func refusesPlansWithoutSense() throws {
    #expect(Self.law.refusal(size: 49.8, tokens: 1e12)?.contains("49.8 parameters") == true)
    #expect(Self.law.refusal(size: 1e9, tokens: 1e10) == nil)
    #expect(throws: FitError.self) {
      try Self.law.constrainedPlan(
        .compute(1e23), limits: PlanLimits(caps: [.memory(1, bytesPerParameter: 2)]))
    }
  }

  /// 512 H100 for 30 days at 40 % of 989 TFLOP/s: 5.25e23 FLOPs.
  @Test func clusters() throws {
    let cluster = ClusterTime(
      devices: 512, accelerator: try Accelerator.named("H100"), utilisation: 0.4, days: 30)
    #expect(agree(try #require(cluster.available), 512 * 30 * 86_400 * 989e12 * 0.4, 1e-12))
    #expect(cluster.fits(5e23) == true && cluster.fits(6e23) == false)
    #expect(agree(cluster.daysNeeded(5.25e23), 30, 1e-3))
    #expect(agree(try #require(cluster.devicesNeeded(1.05e24)), 1024, 1e-3))
  }
}
