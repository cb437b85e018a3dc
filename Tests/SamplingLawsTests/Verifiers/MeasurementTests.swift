import Foundation
import Quantities
import SamplingLaws
import Statistics
import Testing

struct MeasurementTests {
  @Test func wilsonOfThePapers() {
    let errors = BinomialInterval.wilson(successes: 126, trials: 4000)
    #expect(abs(errors.low - 0.026521) < 1e-6 && abs(errors.high - 0.037378) < 1e-6)
    let tasks = BinomialInterval.wilson(successes: 75, trials: 95)
    #expect(abs(tasks.low - 0.697069) < 1e-6 && abs(tasks.high - 0.859378) < 1e-6)
  }

  @Test func aPerfectJudgeChangesNothing() throws {
    let result = try JudgeCorrection(
      judged: .init(75, of: 95), sensitivity: .init(100_000, of: 100_000),
      specificity: .init(100_000, of: 100_000))
    #expect(abs(result.corrected.value - 75.0 / 95) < 1e-12)
    #expect(abs(result.observed.low - 0.697069) < 1e-6)
    // Nearly Wilson's interval, whose centre and width the correction shares to first order.
    #expect(abs(result.corrected.low - result.observed.low) < 0.01)
    #expect(abs(result.corrected.high - result.observed.high) < 0.01)
  }

  /// θ·a + (1 − θ)(1 − b) is what the judge reports.
  @Test func theCorrectionInvertsTheJudge() {
    for truth in [0.0, 0.2, 0.79, 1] {
      let reported = truth * 0.85 + (1 - truth) * 0.25
      let back = JudgeCorrection.corrected(observed: reported, sensitivity: 0.85, specificity: 0.75)
      #expect(abs(back - truth) < 1e-12)
    }
  }

  @Test(arguments: [0.1, 0.5, 0.8])
  func intervalsCover(_ truth: Double) throws {
    var random = SplittableRandom(seed: 4)
    let (a, b) = (0.85, 0.77)
    var covered = 0
    let runs = 1000
    for _ in 0..<runs {
      let result = try JudgeCorrection(
        judged: .init(
          random.nextBinomial(trials: 200, probability: truth * a + (1 - truth) * (1 - b)), of: 200),
        sensitivity: .init(random.nextBinomial(trials: 60, probability: a), of: 60),
        specificity: .init(random.nextBinomial(trials: 50, probability: b), of: 50))
      if result.corrected.low <= truth, truth <= result.corrected.high { covered += 1 }
    }
    #expect(covered >= 930 && covered <= 985)
  }

  @Test func uselessJudgesAreRefused() throws {
    #expect(throws: PlanningError.self) {
      try JudgeCorrection(
        judged: .init(1, of: 2), sensitivity: .init(5, of: 10), specificity: .init(5, of: 10))
    }
    #expect(throws: PlanningError.self) {
      try JudgeCorrection(
        judged: .init(3, of: 2), sensitivity: .init(9, of: 10), specificity: .init(9, of: 10))
    }
    let beyond = try JudgeCorrection(
      judged: .init(0, of: 50), sensitivity: .init(90, of: 100), specificity: .init(90, of: 100))
    #expect(beyond.corrected.value == 0 && !beyond.warnings.isEmpty)
  }

  private let efforts = [1.0, 2, 4, 8, 16, 32, 64]

  private func matrix(_ b: Double, _ c: Double, seed: UInt64, problems: Int = 300) -> ProblemMatrix
  {
    var random = SplittableRandom(seed: seed)
    var matrix = ProblemMatrix(columnCount: efforts.count)
    for _ in 0..<problems {
      matrix.append(
        efforts.map { x in
          let chance = 1 / (1 + exp(1 - b * log(x) + c * x))
          return Double(random.nextBinomial(trials: 4, probability: chance)) / 4
        })
    }
    return matrix
  }

  @Test func aPlantedPeakIsFound() throws {
    var covered = 0
    for seed in 0..<10 {
      let result = try RiseAndFall(
        efforts: efforts, accuracies: matrix(0.8, 0.05, seed: UInt64(seed)),
        bootstrap: ProblemBootstrap(resamples: 200))
      #expect(result.falls)
      let peak = try #require(result.peak)
      #expect(abs(peak.value - 16) < 4)
      if peak.low < 16, 16 < peak.high { covered += 1 }
    }
    #expect(covered >= 7)
  }

  @Test func aRiseAloneHasNoPeak() throws {
    var falls = 0
    for seed in 0..<10 {
      let result = try RiseAndFall(
        efforts: efforts, accuracies: matrix(0.4, 0, seed: UInt64(50 + seed)),
        bootstrap: ProblemBootstrap(resamples: 200))
      if result.falls { falls += 1 }
      if !result.falls {
        #expect(result.loss.value == 0 && result.peak == nil)
        #expect(abs(result.gain.value - 0.4) < 0.06)
      }
    }
    // One in twenty by chance.
    #expect(falls <= 2)
  }

  /// Expected counts are fitted exactly, and the bootstrap's intervals are about the likelihood's.
  @Test func exactCountsAreFitted() throws {
    let trials = efforts.map { _ in 1200.0 }
    let successes = efforts.map { 1200 / (1 + exp(1 - 0.8 * log($0) + 0.05 * $0)) }
    let result = try RiseAndFall(efforts: efforts, successes: successes, trials: trials)
    #expect(abs(result.intercept.value + 1) < 1e-9)
    #expect(abs(result.gain.value - 0.8) < 1e-9 && abs(result.loss.value - 0.05) < 1e-9)
    let peak = try #require(result.peak)
    #expect(abs(peak.value - 16) < 1e-6)
    for (fitted, count) in zip(result.fitted, successes) {
      #expect(abs(fitted - count / 1200) < 1e-9)
    }
    let drawn = try RiseAndFall(
      efforts: efforts, accuracies: matrix(0.8, 0.05, seed: 3),
      bootstrap: ProblemBootstrap(resamples: 500))
    let ratio =
      (drawn.loss.high - drawn.loss.low) / (result.loss.high - result.loss.low)
    #expect(ratio > 0.8 && ratio < 1.25)
    #expect(throws: PlanningError.self) {
      try RiseAndFall(efforts: [1, 2], successes: [1, 2], trials: [3, 3])
    }
    #expect(throws: PlanningError.self) {
      try RiseAndFall(efforts: [1, 2, 3], successes: [3, 3, 3], trials: [3, 3, 3])
    }
  }
}
