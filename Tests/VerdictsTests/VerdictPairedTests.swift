import Foundation
import Quantities
import Testing
import Verdicts

/// The paired test against SciPy, and what pairs are made of.
///
/// The script behind the expected values:
///
///     import numpy as np
///     from scipy import stats
///     x = np.log(np.array([1e13, 6e13, 3e14, 2e15, 1e16]))
///     y = np.array([-0.011, -0.008, -0.014, -0.009, -0.016])   # ln of treatment over baseline
///     z = y / -0.1                                             # ln multiplier; L = 30 C^-0.1
///     print(stats.ttest_1samp(z, 0).pvalue, z.mean(), stats.t.ppf(.95, 4) * stats.sem(z))
///     r = stats.linregress(x, z); print(r.slope, r.pvalue, r.stderr * stats.t.ppf(.95, 3))
///     res = y - np.polyval(np.polyfit(x, y, 1), x); s2 = (res**2).sum() / 3
///     print(stats.f.sf(((y**2).sum() - (res**2).sum()) / 2 / s2, 2, 3), s2**.5)
///     xt = np.log(1e18); v = r.intercept + r.slope * xt
///     se = np.sqrt(s2 * (1/5 + (xt - x.mean())**2 / ((x - x.mean())**2).sum())) / .1
///     h = stats.t.ppf(.95, 3) * se; print(np.exp(v), np.exp(v - h), np.exp(v + h), stats.t.cdf(v/se, 3))
///     # One run a size: its scatter is the size's own, which a new size has too.
///     se = np.sqrt(s2 * (1 + 1/5 + (xt - x.mean())**2 / ((x - x.mean())**2).sum())) / .1
///     h = stats.t.ppf(.95, 3) * se; print(np.exp(v - h), np.exp(v + h), stats.t.cdf(v/se, 3))
struct VerdictPairedTests {
  static let compute = [1e13, 6e13, 3e14, 2e15, 1e16]

  static func ladder() throws -> [StudyRow] {
    let differences = [-0.011, -0.008, -0.014, -0.009, -0.016]
    let first = compute.map { 30 * pow($0, -0.1) }
    let second = zip(first, differences).map { $0 * exp($1) }
    return try PlantedStudy.rows(arm: "baseline", losses: [first], compute: compute)
      + PlantedStudy.rows(arm: "gated", losses: [second], compute: compute)
  }

  @Test func oneSeedAgreesWithSciPy() throws {
    let verdict = try StudyVerdict(
      of: Self.ladder(), baseline: "baseline",
      settings: VerdictSettings(target: .trainingOperations(1e18), refits: 0))
    let axis = try #require(verdict.arms[0].atEqualCompute)
    func close(_ found: Double?, _ wanted: Double, _ tolerance: Double = 1e-4) -> Bool {
      abs((found ?? .nan) / wanted - 1) < tolerance
    }
    #expect(close(axis.test.pConstant, 0.0015184767092789576))
    #expect(close(axis.test.pSlope, 0.3936334084973199))
    #expect(close(axis.test.pScale, 0.010308030140253258))
    #expect(close(axis.test.pNoDifference, 2 * 0.0015184767092789576))
    #expect(close(axis.test.scatter, 0.0033668736700655957))
    #expect(close(axis.test.degreesOfFreedom, 4))
    #expect(axis.test.accepted == .constant)
    #expect(close(axis.test.logFactor.value, 0.116))
    #expect(close(axis.test.logFactor.low, 0.116 - 0.032048684572130344))
    #expect(close(axis.test.slope.value, 0.0061057563962594935))
    #expect(
      close(axis.test.slope.high, 0.0061057563962594935 + 0.014460790486265302))
    let line = try #require(axis.forecastOfLine)
    #expect(close(line.multiplier.value, 1.1794500507713226))
    #expect(close(line.multiplier.low, 1.0445630921755615, 1e-3))
    #expect(close(line.multiplier.high, 1.3317552885840145, 1e-3))
    #expect(close(line.probabilityBetter, 0.9752998579891015))
    let forecast = try #require(axis.forecast)
    #expect(close(forecast.multiplier.value, 1.1794500507713226))
    #expect(close(forecast.multiplier.low, 1.0202395177192258, 1e-3))
    #expect(close(forecast.multiplier.high, 1.363505724003246, 1e-3))
    #expect(close(forecast.probabilityBetter, 0.9624291888503318))
    #expect(axis.test.method == .leastSquares)
    #expect(axis.test.shareOfSize == nil)
    #expect(axis.test.moreRuns?.widthWithTwiceTheSeeds == nil)
    #expect(close(axis.ratioTest.pConstant, 0.0015184767092789576))
    #expect(close(axis.ratioTest.logFactor.value, -0.0116))
    #expect(verdict.arms[0].conclusion == .helps)
    #expect(verdict.arms[0].rungs.map(\.noise) == Array(repeating: .regression, count: 5))
    let worth = verdict.arms[0].sentences[0]
    #expect(worth.hasPrefix("gated is worth 1.12x [1.09, 1.16] training compute"), "\(worth)")
  }

  @Test func differencesOfARungAreStudents() throws {
    // t over three pairs: scipy.stats.t.interval(0.9, 2, d.mean(), stats.sem(d)), d in nats.
    let first = [
      [3.0, 2.5, 2.2, 2.0, 1.9], [3.01, 2.52, 2.21, 2.02, 1.91],
      [2.99, 2.49, 2.19, 1.99, 1.88],
    ]
    var second = first
    for (seed, shift) in [-0.01, -0.03, -0.02].enumerated() { second[seed][0] += shift }
    let rows =
      try PlantedStudy.rows(arm: "baseline", losses: first, compute: Self.compute)
      + PlantedStudy.rows(arm: "gated", losses: second, compute: Self.compute)
    let verdict = try StudyVerdict(
      of: rows, baseline: "baseline", settings: VerdictSettings(refits: 0))
    let rung = verdict.arms[0].rungs[0]
    #expect(rung.pairs == 3)
    #expect(rung.noise == .pairs)
    #expect(abs((rung.difference.value ?? 0) + 0.02) < 1e-12)
    #expect(abs((rung.difference.low ?? 0) - (-0.0368585446)) < 1e-6)
    #expect(abs((rung.baseline.spread ?? 0) - 0.01) < 1e-9)
  }

  @Test func whatCouldNotBeComparedIsNamed() throws {
    var rows = try PlantedStudy(seeds: 2).rows(3)
    func index(_ arm: String, _ rung: Int, _ seed: UInt64) -> Int {
      rows.firstIndex { $0.arm == arm && $0.rung == rung && $0.seed == seed } ?? 0
    }
    let diverged = index("gated", 1, 1)
    rows[diverged].outcome?.status = .diverged
    rows[diverged].outcome?.message = "loss at step 40"
    rows[diverged].outcome?.loss = nil
    let failed = index("baseline", 2, 2)
    rows[failed].outcome?.status = .failed
    let running = index("baseline", 3, 1)
    rows[running].outcome = nil
    rows.remove(at: index("gated", 4, 2))
    let arm = try StudyVerdict(
      of: rows, baseline: "baseline", settings: VerdictSettings(refits: 0)
    ).arms[0]
    #expect(arm.pairing.pairs == 6)
    #expect(arm.pairing.seeds == [1, 2])
    #expect(arm.pairing.diverged.map(\.message) == ["loss at step 40"])
    #expect(arm.pairing.failed.map(\.rung) == [2])
    #expect(arm.pairing.missing.map(\.message) == ["not ended", "not in the study"])
    #expect(arm.pairing.unpaired.map(\.arm) == ["baseline", "gated", "gated", "baseline"])
    #expect(arm.rungs[1].treatment.diverged == 1)
    #expect(arm.flags.contains { $0.reason == .diverged && $0.rung == 1 })
  }

  @Test func extraArithmeticIsCharged() throws {
    // As good a loss at 1.4 times the FLOPs a token: worse at equal FLOPs, equal at equal size.
    let planted = PlantedStudy(noise: 0.001, pairing: 0.5, cost: 1.4)
    let arm = try StudyVerdict(
      of: planted.rows(5), baseline: "baseline", settings: VerdictSettings(refits: 0)
    ).arms[0]
    #expect(arm.conclusion == .hurts)
    let compute = try #require(arm.atEqualCompute)
    #expect(abs((compute.constantMultiplier.value ?? 0) * 1.4 - 1) < 0.05)
    #expect(arm.atEqualParameters?.test.accepted == .noDifference)
    let rung = arm.rungs[2]
    #expect(rung.treatment.trainingOperations > 1.39 * rung.baseline.trainingOperations)
    #expect((rung.percentAtEqualCompute.value ?? 0) > (rung.differencePercent.value ?? 0) + 1)
  }

  @Test func branchesOfATrunkCountOnce() throws {
    let planted = PlantedStudy(seeds: 2, lengths: [10, 20, 40])
    let arm = try StudyVerdict(
      of: planted.rows(5), baseline: "baseline", settings: VerdictSettings(refits: 0)
    ).arms[0]
    #expect(arm.pairing.pairs == 30)
    #expect(arm.pairing.independentPairs == 10)
    #expect(arm.atEqualCompute?.test.pairs == 10)
    #expect(arm.atEqualCompute?.slopeLaw == "chinchilla")
    #expect(arm.atEqualCompute?.test.slopeWithLength?.value != nil)
    #expect(arm.rungs.count == 15)
    #expect(arm.laws.map(\.law) == ["chinchilla"])
  }
}
