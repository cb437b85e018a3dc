import Foundation
import ScalingLaws
import Statistics
import Testing

@Suite struct PassUntilEstimationTests {
  private func count(
    rate: Double, until r: Int, cap: Int = 100_000, _ random: inout SplittableRandom
  ) -> PassCount {
    PassCount.sampling(until: r, cap: cap, using: &random) { $0.nextUniform() < rate }
  }

  /// The mean of K for r = 1 is 1/p, its standard deviation √(1 − p)/p.
  @Test func oneOverTheRateDrawsAreNeededForAPass() {
    var random = SplittableRandom(seed: 2)
    let trials = 20_000
    let total = (0..<trials).reduce(0) { sum, _ in sum + count(rate: 0.05, until: 1, &random).draws
    }
    let mean = Double(total) / Double(trials)
    #expect(abs(mean - 20) < 4 * 19.5 / Double(trials).squareRoot())
  }

  /// (r − 1)/(K − 1) is unbiased under negative binomial sampling; r/K is not.
  @Test func theSecondEstimatorIsUnbiased() throws {
    var random = SplittableRandom(seed: 3)
    var unbiased: [Double] = []
    var plain: [Double] = []
    for _ in 0..<40_000 {
      let count = count(rate: 0.3, until: 3, &random)
      unbiased.append(try #require(count.unbiasedRate))
      plain.append(count.rate)
    }
    let error = standardDeviation(unbiased) / 200
    #expect(abs(mean(unbiased) - 0.3) < 4 * error)
    #expect(mean(plain) - 0.3 > 10 * error)
    #expect(PassCount(passes: 1, draws: 9).unbiasedRate == nil)
  }

  @Test func theCapCensors() {
    var random = SplittableRandom(seed: 4)
    let count = count(rate: 0, until: 1, cap: 500, &random)
    #expect(count == PassCount(passes: 0, draws: 500))
    #expect(count.isCensored(target: 1))
    #expect(count.rate == 0)
  }

  @Test func manyDrawsRecoverTheLine() throws {
    let sizes = [3e7, 1e8, 3e8, 1e9]
    let exact = PassLine(logScale: log(2400), exponent: 0.35)
    let counts = sizes.map {
      PassCount(passes: Int((exact.rate(parameters: $0) * 1e9).rounded()), draws: 1_000_000_000)
    }
    let line = try #require(PassLine(sizes: sizes, counts: counts))
    #expect(abs(line.exponent - 0.35) < 1e-4)
    #expect(abs(line.logScale - log(2400)) < 2e-3)
  }

  /// The maximum of the likelihood: shifting either coefficient lowers it.
  @Test func theRegressionMaximisesTheLikelihood() throws {
    let sizes = [3e7, 1e8, 3e8, 1e9]
    let counts = [
      PassCount(passes: 0, draws: 5000), PassCount(passes: 1, draws: 900),
      PassCount(passes: 3, draws: 160), PassCount(passes: 3, draws: 21),
    ]
    let line = try #require(PassLine(sizes: sizes, counts: counts))
    func likelihood(_ line: PassLine) -> Double {
      zip(sizes, counts).reduce(0) { sum, pair in
        let rate = line.rate(parameters: pair.0)
        return sum + Double(pair.1.passes) * log(rate)
          + Double(pair.1.draws - pair.1.passes) * log(1 - rate)
      }
    }
    let best = likelihood(line)
    for step in [-1e-3, 1e-3] {
      #expect(likelihood(PassLine(logScale: line.logScale + step, exponent: line.exponent)) < best)
      #expect(likelihood(PassLine(logScale: line.logScale, exponent: line.exponent + step)) < best)
    }
  }

  @Test func nothingIsFittedToAnInstanceThatNeverPasses() {
    let counts = [PassCount(passes: 0, draws: 100), PassCount(passes: 0, draws: 100)]
    #expect(PassLine(sizes: [1e8, 1e9], counts: counts) == nil)
    let forecast = PassForecast(sizes: [1e8, 1e9], counts: [counts, counts])
    #expect(forecast.meanRate(parameters: 1e10, resamples: 10).value == 0)
  }

  /// 200 instances of different difficulty, models of 30M to 1.5B, predicted at 15B. One sample a
  /// model sees nothing at the small sizes.
  @Test func theMeanOfATenTimesLargerModelIsPredicted() {
    let sizes = [3e7, 1e8, 2e8, 4e8, 8e8, 1.5e9]
    var hits = 0
    for seed in 0..<10 {
      var random = SplittableRandom(seed: UInt64(100 + seed))
      var counts: [[PassCount]] = []
      var truth: [Double] = []
      var singlePasses = 0
      for _ in 0..<200 {
        let exponent = 0.3 + 0.03 * random.nextNormal()
        let hardness = 1.9 + 0.3 * random.nextNormal()
        let line = PassLine(logScale: hardness + exponent * log(3e7), exponent: exponent)
        truth.append(line.rate(parameters: 1.5e10))
        counts.append(
          sizes.map { count(rate: line.rate(parameters: $0), until: 5, &random) })
        singlePasses += random.nextUniform() < line.rate(parameters: 3e7) ? 1 : 0
      }
      let forecast = PassForecast(sizes: sizes, counts: counts)
      let predicted = forecast.meanRate(parameters: 1.5e10, level: 0.95, seed: UInt64(seed))
      hits += predicted.interval.contains(mean(truth)) ? 1 : 0
      #expect(abs(predicted.value / mean(truth) - 1) < 0.1)
      #expect(singlePasses <= 3)
    }
    #expect(hits >= 8, "\(hits) of 10 intervals hold the truth")
  }
}
