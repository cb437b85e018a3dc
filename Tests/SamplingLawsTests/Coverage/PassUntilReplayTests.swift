import Foundation
import Quantities
import RunTables
import SamplingLaws
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

  /// Exact means over all orders of the attempts, by walking through the orders.
  @Test(arguments: [2, 3]) func meansOverAllOrders(r: Int) throws {
    let problems = [[1, 1, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0], [1, 1, 0, 0, 1, 1]]
    let arm = OutcomeArm(
      problems: ["a", "b", "c"], starts: [0, 6, 12, 18],
      correct: problems.flatMap { $0.map { UInt8($0) } })
    var sums = [Double](repeating: 0, count: 4)
    for outcomes in problems {
      // Each choice of the places of the right ones is as likely as any other.
      let places = subsets(of: 6, size: outcomes.reduce(0, +))
      for right in places {
        var count = PassCount(passes: 0, draws: 0)
        for draw in 0..<6 where count.passes < r {
          count.draws += 1
          count.passes += right.contains(draw) ? 1 : 0
        }
        let numbers = [
          Double(count.draws), count.rate, count.unbiasedRate(target: r), Double(count.passes),
        ]
        for index in sums.indices { sums[index] += numbers[index] / Double(places.count) / 3 }
      }
    }
    let target = PassUntilReplay(arm, until: [r]).targets[0]
    #expect(abs(target.draws.value - sums[0]) < 1e-12)
    #expect(abs(target.maximumLikelihood.value - sums[1]) < 1e-12)
    #expect(abs(target.unbiased.value - sums[2]) < 1e-12)
    #expect(abs(target.pooled.value - sums[3] / sums[0]) < 1e-12)
    #expect(abs(target.censored - 1.0 / 3) < 1e-15)
    #expect(abs(target.relativePrecision - 1 / Double(r).squareRoot()) < 1e-12)
    #expect(target.smallestRate == Double(r - 1) / 5)
    let chances = PassUntilReplay.lastDraws(until: r, correct: 4, attempts: 6)
    #expect(abs(chances.reduce(0, +) - 1) < 1e-12 && chances.count == 3)
  }

  /// Attempts that are sorted by outcome, or not at all, are the same attempts.
  @Test func theOrderOfTheFileDecidesNothing() throws {
    let world = PlantedWorld(problems: 60, attempts: 20, components: [.init(a: 1, b: 3)])
    let arm = world.table(seed: 4).arms[0]
    let reference = PassUntilReplay(arm).targets
    for ascending in [true, false] {
      var other = arm
      for problem in 0..<arm.problemCount {
        let rows = arm.rows(ofProblem: problem)
        let sorted = arm.correct[rows].sorted()
        other.correct.replaceSubrange(rows, with: ascending ? sorted : sorted.reversed())
      }
      #expect(PassUntilReplay(other).targets == reference)
    }
  }

  @Test func meansOfAPlantedWorld() throws {
    let world = PlantedWorld(problems: 4000, attempts: 400, components: [.init(a: 2, b: 40)])
    let report = PassUntilReplay(
      world.table(seed: 8).arms[0], until: [3], bootstrap: ProblemBootstrap(resamples: 200))
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
