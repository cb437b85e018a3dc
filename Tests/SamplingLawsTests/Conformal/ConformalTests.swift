import Foundation
import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct ConformalTests {
  @Test func goldenRate() throws {
    #expect(try ConformalRejection.rate(alpha: 0.4, calibrationCount: 50) == 20.0 / 51)
    #expect(try ConformalRejection.rate(alpha: 0, calibrationCount: 50) == 0)
    #expect(try ConformalRejection.rate(alpha: 1, calibrationCount: 50) == 1)
    // 0.29 · 100 is below 29 in floating point.
    #expect(try ConformalRejection.rate(alpha: 0.29, calibrationCount: 99) == 0.29)
    #expect(throws: PlanningError.self) {
      try ConformalRejection.rate(alpha: 1.2, calibrationCount: 9)
    }
  }

  @Test(arguments: 0..<20)
  func theThresholdIsTheTestOfPValues(_ seed: UInt64) throws {
    var random = SplittableRandom(seed: seed)
    let count = 1 + random.nextIndex(below: 60)
    // Ties, negative numbers and both zeros.
    func score() -> Double {
      let number = Double(random.nextIndex(below: 21) - 10)
      return number == 0 && random.nextUniform() < 0.5 ? -0.0 : number / 4
    }
    let calibration = (0..<count).map { _ in score() }
    for alpha in [0, 0.05, 0.3, 0.5, 0.9, 1] {
      let rule = try ConformalRejection(calibration: calibration, alpha: alpha)
      for _ in 0..<50 {
        let candidate = score()
        let p = ConformalRejection.pValue(candidate, calibration: calibration)
        #expect(rule.handsOver(candidate) == (p <= alpha + 1e-12))
      }
    }
  }

  /// With n + 1 exchangeable scores each is the candidate equally often: the rate is exact.
  @Test func theRateIsExactOverPermutations() throws {
    var random = SplittableRandom(seed: 1)
    let scores = (0..<51).map { _ in random.nextNormal() }
    var handed = 0
    for candidate in scores.indices {
      var others = scores
      let score = others.remove(at: candidate)
      let rule = try ConformalRejection(calibration: others, alpha: 0.4)
      if rule.handsOver(score) { handed += 1 }
    }
    #expect(handed == 20)
  }

  /// Attempts of several turns, whose scores rise (are worse) by a drift a turn.
  private func arm(
    problems: Int, attempts: Int, turns: Int, drift: Double, seed: UInt64
  ) -> OutcomeArm {
    var random = SplittableRandom(seed: seed)
    var arm = OutcomeArm(
      attempts: (0..<problems).map { _ in
        (0..<attempts).flatMap { attempt -> [OutcomeAttempt] in
          let trouble = random.nextNormal()
          let right = random.nextUniform() < 1 / (1 + exp(2 * trouble))
          return (0..<turns).map { turn in
            OutcomeAttempt(
              correct: right, tokens: 100,
              score: trouble + 0.5 * random.nextNormal() + drift * Double(turn), round: turn)
          }
        }
      })
    arm.attemptNumbers = (0..<problems).flatMap { _ in
      (0..<attempts).flatMap { [Int32](repeating: Int32($0), count: turns) }
    }
    return arm
  }

  @Test func exchangeableScoresKeepTheRate() throws {
    var drifted = 0
    for seed in 0..<10 {
      let report = try ConformalReport(
        arm(problems: 200, attempts: 4, turns: 3, drift: 0, seed: UInt64(seed)), alpha: 0.4,
        direction: .highIsBad, bootstrap: ProblemBootstrap(resamples: 20, level: 0.95))
      #expect(report.calibrationProblems == 60 && report.problems == 140)
      #expect(report.calibrationCount == 240)
      #expect(report.turns.count == 3)
      for turn in report.turns {
        #expect(turn.rows == 560)
        #expect(abs(turn.rate.value - 0.4) < 0.12)
        if turn.hasDrifted { drifted += 1 }
      }
    }
    #expect(drifted <= 4)
  }

  @Test func driftIsFoundAndMended() throws {
    let data = arm(problems: 300, attempts: 4, turns: 4, drift: 0.5, seed: 2)
    let report = try ConformalReport(
      data, alpha: 0.3, direction: .highIsBad, bootstrap: ProblemBootstrap(resamples: 20))
    #expect(!report.turns[0].hasDrifted)
    #expect(report.turns[2].hasDrifted && report.turns[3].hasDrifted)
    #expect(report.turns[3].rate.value > 0.6)
    for turn in report.turns {
      #expect(turn.recalibratedRate.low < 0.3 && 0.3 < turn.recalibratedRate.high)
      #expect(abs(turn.onlineRate - 0.3) < 0.07)
    }
    #expect(report.warnings.contains { $0.contains("turn 2, 3") || $0.contains("turn 1, 2, 3") })
    // Negated scores with the other direction are the same test.
    var negated = data
    negated.scores = data.scores?.map { -$0 }
    let other = try ConformalReport(
      negated, alpha: 0.3, bootstrap: ProblemBootstrap(resamples: 20))
    #expect(other.turns == report.turns)
    #expect(other.threshold == -report.threshold)
  }

  @Test func limitsOfTheCascade() throws {
    let data = arm(problems: 100, attempts: 5, turns: 2, drift: 0, seed: 3)
    var target = OutcomeArm(
      attempts: (0..<100).map { problem in
        (0..<2).map { .init(correct: problem % 10 < 8 || $0 == 0, tokens: 300) }
      })
    target.problems = data.problems
    func cascade(_ alpha: Double) throws -> ConformalReport.Cascade {
      let report = try ConformalReport(
        data, alpha: alpha, direction: .highIsBad, target: target, targetCost: 2,
        bootstrap: ProblemBootstrap(resamples: 200))
      return try #require(report.cascade)
    }
    let never = try cascade(0)
    #expect(never.accuracy.value == never.draftAccuracy.value && never.handedOver.value == 0)
    // Two turns of a hundred tokens.
    #expect(abs(never.cost.value - 200) < 1e-9 && never.targetCost == 600)
    let always = try cascade(1)
    #expect(abs(always.accuracy.value - always.targetAccuracy.value) < 1e-12)
    #expect(abs(always.cost.value - 800) < 1e-9)
    let some = try cascade(0.3)
    #expect(some.problems == 70)
    #expect(some.gainOverRandom.low > 0)
    #expect(some.accuracy.value > some.randomAccuracy.value)
    #expect(some.accuracy.value > some.draftAccuracy.value + 0.2)
    #expect(abs(some.cost.value - 200 - 600 * some.handedOver.value) < 1e-9)
    // An attempt is handed over at any of its two turns.
    #expect(some.handedOver.value > 0.3 && some.handedOver.value < 0.6)
  }

  /// Risk control against a search over all thresholds.
  @Test(arguments: 0..<20)
  func riskControlIsTheLeastThreshold(_ seed: UInt64) throws {
    var random = SplittableRandom(seed: seed)
    let problems = 20 + random.nextIndex(below: 40)
    let data = OutcomeArm(
      attempts: (0..<problems).map { _ in
        (0..<1 + random.nextIndex(below: 4)).map { _ in
          let score = Double(random.nextIndex(below: 15))
          return .init(correct: random.nextUniform() < score / 15, score: score)
        }
      })
    let alpha = 0.15
    let control = try RiskControl(data, alpha: alpha)
    func bound(_ threshold: Double) -> Double {
      var loss = 0.0
      for problem in 0..<problems {
        let rows = data.rows(ofProblem: problem)
        loss +=
          Double(rows.count { data.correct[$0] == 0 && (data.scores?[$0] ?? 0) > threshold })
          / Double(rows.count)
      }
      return (loss + 1) / Double(problems + 1)
    }
    #expect(abs(bound(control.threshold) - control.bound) < 1e-12)
    #expect(control.bound <= alpha + 1e-9)
    let candidates = [-Double.infinity] + (0..<15).map { Double($0) }
    for candidate in candidates where candidate < control.threshold {
      #expect(bound(candidate) > alpha)
    }
  }

  @Test func riskStaysControlled() throws {
    var total = 0.0
    let runs = 200
    for seed in 0..<runs {
      var random = SplittableRandom(seed: UInt64(seed))
      func outcome() -> (Double, Bool) {
        let score = random.nextUniform()
        return (score, random.nextUniform() < score)
      }
      let calibration = (0..<40).map { _ in outcome() }
      let control = try RiskControl(
        OutcomeArm(attempts: calibration.map { [.init(correct: $0.1, score: $0.0)] }), alpha: 0.2)
      // The risk above a threshold λ is ∫_λ^1 (1 − s) ds.
      let rest = 1 - min(max(control.threshold, 0), 1)
      total += rest * rest / 2
    }
    let risk = total / Double(runs)
    #expect(risk <= 0.21 && risk > 0.15)
  }

  @Test func tooFewProblemsAnswerNothing() throws {
    let data = OutcomeArm(attempts: (0..<5).map { _ in [.init(correct: true, score: 1)] })
    let control = try RiskControl(data, alpha: 0.1)
    #expect(control.threshold == .infinity && control.answered == 0)
    #expect(control.warnings.contains { $0.contains("It takes 9 at least") })
    let enough = OutcomeArm(attempts: (0..<9).map { _ in [.init(correct: true, score: 1)] })
    #expect(try RiskControl(enough, alpha: 0.1).answered == 1)
  }
}
