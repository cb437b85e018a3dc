import Foundation
import RunTables
import SamplingLaws
import ScalingLaws
import Statistics
import Testing

@Suite struct PassUntilTests {
  /// p = 0.05, r = 3: the maximum of the likelihood averages 0.0718, the unbiased estimate 0.0498.
  @Test func biasOfTheTwoEstimates() throws {
    var random = SplittableRandom(seed: 11)
    var plain = 0.0
    var unbiased = 0.0
    let runs = 40_000
    for _ in 0..<runs {
      let count = PassCount.sampling(until: 3, cap: 100_000, using: &random) {
        $0.nextUniform() < 0.05
      }
      plain += count.rate
      unbiased += count.unbiasedRate(target: 3)
    }
    // The standard deviations are about 0.06, so five errors are 0.0015.
    #expect(abs(plain / Double(runs) - 0.0718) < 0.0015)
    #expect(abs(unbiased / Double(runs) - 0.05) < 0.0015)
  }

  /// The expectation over all 2^N sequences is p exactly, whatever the cap.
  @Test(arguments: [2, 3], [4, 7, 10]) func censoredEstimateIsUnbiased(r: Int, cap: Int) {
    let p = 0.3
    var mean = 0.0
    var plain = 0.0
    for sequence in 0..<(1 << cap) {
      var count = PassCount(passes: 0, draws: 0)
      for draw in 0..<cap where count.passes < r {
        count.draws += 1
        count.passes += (sequence >> draw) & 1
      }
      let right = Double(sequence.nonzeroBitCount)
      let weight = pow(p, right) * pow(1 - p, Double(cap) - right)
      mean += weight * count.unbiasedRate(target: r)
      plain += weight * count.rate
    }
    #expect(abs(mean - p) < 1e-12)
    #expect(plain > p + 0.004)
  }

  @Test func replaysAttemptsInOrder() throws {
    let arm = OutcomeArm(
      problems: ["a", "b", "c"], starts: [0, 6, 12, 18],
      correct: [0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0])
    #expect(
      PassUntilReplay.counts(arm, until: 2)
        == [
          PassCount(passes: 2, draws: 4), PassCount(passes: 0, draws: 6),
          PassCount(passes: 2, draws: 2),
        ])
    let report = PassUntilReplay(arm, until: [2, 3])
    let two = report.targets[0]
    #expect(two.draws.value == 4)
    #expect(abs(two.censored - 1.0 / 3) < 1e-15)
    #expect(abs(two.maximumLikelihood.value - (0.5 + 0 + 1) / 3) < 1e-15)
    #expect(abs(two.unbiased.value - (1.0 / 3 + 0 + 1) / 3) < 1e-15)
    #expect(abs(two.pooled.value - 4.0 / 12) < 1e-15)
    #expect(abs(two.relativePrecision - 0.7071068) < 1e-6)
    #expect(two.smallestRate == 0.2)
    #expect(report.resolution == 1.0 / 6)
  }

  @Test func meansOfAPlantedWorld() throws {
    let world = PlantedWorld(problems: 4000, attempts: 400, components: [.init(a: 2, b: 40)])
    let report = PassUntilReplay(
      world.sample(seed: 8).arms[0], until: [3], bootstrap: ProblemBootstrap(resamples: 200))
    let target = report.targets[0]
    // The mean pass rate is 1/21.
    #expect(abs(target.unbiased.value - 1.0 / 21) < 0.002)
    #expect(abs(try #require(target.betaMean) - 1.0 / 21) < 0.002)
    #expect(target.maximumLikelihood.low > 1.0 / 21)
    #expect(target.pooled.high < 1.0 / 21)
  }

  @Test func logPassRatesOfUnsolvedProblemsAreBounds() throws {
    let counts = AttemptCounts(problems: ["x", "y"], attempts: [100, 50], correct: [0, 5])
    let rates = LogPassRate.all(counts, level: 0.9)
    #expect(rates[0].isBound && !rates[1].isBound)
    #expect(abs(rates[0].logRate.value - log(1 - pow(0.1, 0.01))) < 1e-12)
    #expect(abs(rates[1].logRate.value - log(0.1)) < 1e-12)
    // Clopper–Pearson for 5 of 50 at 90 %: 0.0402 to 0.1990 by the beta quantiles.
    #expect(abs(exp(rates[1].logRate.low) - 0.0402) < 2e-4)
    #expect(abs(exp(rates[1].logRate.high) - 0.1990) < 2e-4)
  }
}
