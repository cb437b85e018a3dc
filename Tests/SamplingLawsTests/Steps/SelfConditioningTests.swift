import Foundation
import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct SelfConditioningTests {
  /// Steps whose logit is a course, plus b times the share of earlier errors, plus effects.
  private func arm(
    slope: Double, problems: Int, attempts: Int, steps: Int, seed: UInt64,
    attemptSpread: Double = 0,
    effect: (inout SplittableRandom) -> Double, course: (Int) -> Double
  ) -> OutcomeArm {
    var random = SplittableRandom(seed: seed)
    return OutcomeArm(
      attempts: (0..<problems).map { _ in
        let own = effect(&random)
        return (0..<attempts).flatMap { attempt -> [OutcomeAttempt] in
          let luck = attemptSpread * random.nextNormal()
          var errors = 0
          return (0..<steps).map { step in
            let share = step > 0 ? Double(errors) / Double(step) : 0
            let logit = own + luck + course(step + 1) + slope * share
            let right = random.nextUniform() < 1 / (1 + exp(-logit))
            if !right { errors += 1 }
            return OutcomeAttempt(correct: right, step: step, attempt: attempt)
          }
        }
      })
  }

  @Test func aPlantedSlopeIsRecoveredWithoutBias() throws {
    var covered = 0
    var total = 0.0
    let runs = 24
    for seed in 0..<runs {
      // One attempt a problem, for which free effects would be biased.
      let result = try SelfConditioning(
        arm(
          slope: -2, problems: 150, attempts: 1, steps: 20, seed: UInt64(seed),
          effect: { $0.nextNormal() }, course: { 1.5 - 0.02 * Double($0) }))
      total += result.slope.value
      if result.slope.low < -2, -2 < result.slope.high { covered += 1 }
    }
    // The mean of the estimates has a standard error of about 0.09.
    #expect(abs(total / Double(runs) + 2) < 0.27)
    // Ninety per cent intervals.
    #expect(covered >= 18)
  }

  @Test func aDecliningAccuracyAloneIsNoSelfConditioning() throws {
    var covered = 0
    var rejected = 0
    let runs = 20
    for seed in 0..<runs {
      let result = try SelfConditioning(
        arm(
          slope: 0, problems: 100, attempts: 4, steps: 30, seed: UInt64(100 + seed),
          effect: { 2 * $0.nextUniform() - 1 },
          // Fast at first, then slowly.
          course: { 0.5 + 2 * exp(-Double($0) / 4) - 0.02 * Double($0) }))
      if result.slope.low < 0, 0 < result.slope.high { covered += 1 }
      if result.isSelfConditioning { rejected += 1 }
      #expect(result.decline.value < 0)
      // Differences between problems alone make the slope without effects negative.
      #expect(result.slopeWithoutEffects.high < 0)
    }
    #expect(covered >= 15 && rejected <= 4)
  }

  @Test func effectsNeedNotBeNormal() throws {
    var total = 0.0
    for seed in 0..<8 {
      let result = try SelfConditioning(
        arm(
          slope: -1.5, problems: 120, attempts: 6, steps: 25, seed: UInt64(200 + seed),
          effect: { $0.nextUniform() < 0.3 ? -1.5 : 1 }, course: { _ in 1 }))
      total += result.slope.value
    }
    #expect(abs(total / 8 + 1.5) < 0.2)
  }

  @Test func noDifferencesBetweenProblems() throws {
    let result = try SelfConditioning(
      arm(
        slope: -2, problems: 200, attempts: 5, steps: 20, seed: 7, effect: { _ in 0 },
        course: { _ in 1 }), course: .linear)
    #expect(result.slope.low < -2 && -2 < result.slope.high)
    #expect(result.effectSpread < 0.25)
    #expect(abs(result.slope.value - result.slopeWithoutEffects.value) < 0.2)
    #expect(result.isSelfConditioning)
  }

  /// Attempts that are lucky or not throughout look like self-conditioning, unless each has an effect.
  @Test func attemptsMayHaveEffects() throws {
    let data = arm(
      slope: 0, problems: 80, attempts: 6, steps: 30, seed: 11, attemptSpread: 1,
      effect: { _ in 0.5 }, course: { _ in 0.5 })
    let byProblem = try SelfConditioning(data)
    #expect(byProblem.isSelfConditioning)
    let byAttempt = try SelfConditioning(data, effect: .attempt)
    #expect(byAttempt.slope.low < 0 && 0 < byAttempt.slope.high)
    #expect(abs(byAttempt.effectSpread - 1) < 0.2)
  }

  /// Without effects and in two positions the fit is that of a table of counts.
  @Test func aSaturatedFitIsTheLogOdds() throws {
    // After a right first step 30 of 40 are right, after a wrong one 10 of 20.
    func pair(_ first: Bool, _ second: Bool, _ count: Int) -> [[Bool]] {
      [[Bool]](repeating: [first, second], count: count)
    }
    let runs =
      pair(true, true, 30) + pair(true, false, 10) + pair(false, true, 10) + pair(false, false, 10)
    let data = OutcomeArm(attempts: [
      runs.enumerated().flatMap { number, steps in
        steps.enumerated().map {
          OutcomeAttempt(correct: $0.element, step: $0.offset, attempt: number)
        }
      }
    ])
    let result = try SelfConditioning(data)
    #expect(abs(result.slope.value - (log(1.0) - log(3.0))) < 1e-6)
    // The delta method's variance of a difference of log odds, with 59 degrees of freedom.
    let deviation = (1.0 / 30 + 0.1 + 0.1 + 0.1).squareRoot() * (60.0 / 59).squareRoot()
    let half = StudentT(degreesOfFreedom: 59).quantile(0.95) * deviation
    #expect(abs(result.slope.high - result.slope.value - half) < 1e-6)
    #expect(result.warnings.contains { $0.hasPrefix("There is one problem") })
  }

  @Test func threadsAndLimitsOfRows() throws {
    let data = arm(
      slope: -1, problems: 60, attempts: 8, steps: 20, seed: 12, effect: { 0.5 * $0.nextNormal() },
      course: { _ in 1 })
    let one = try SelfConditioning(data, threads: 1)
    let two = try SelfConditioning(data, threads: 2)
    #expect(one == two)
    let half = try SelfConditioning(data, rowLimit: 4800)
    #expect(half.steps == 4800 && half.attempts == 240)
    #expect(half.warnings.contains { $0.contains("one in 2 attempts") })
  }

  /// Positions without any error have no finite logit; the slope is told by the others.
  @Test(arguments: [1, 3])
  func firstStepsMayAllBeRight(_ clean: Int) throws {
    let result = try SelfConditioning(
      arm(
        slope: -1.5, problems: 100, attempts: 5, steps: 30, seed: 21,
        effect: { 0.5 * $0.nextNormal() }, course: { $0 <= clean ? 60 : 1.5 }))
    #expect(result.slope.low < -1.5 && -1.5 < result.slope.high)
    #expect(result.slope.high - result.slope.low < 1)
    #expect(abs(result.effectSpread - 0.5) < 0.15)
  }

  @Test func withoutErrorsThereIsNoSlope() {
    let data = arm(
      slope: 0, problems: 10, attempts: 2, steps: 5, seed: 1, effect: { _ in 40 },
      course: { _ in 0 })
    #expect(throws: PlanningError.self) { try SelfConditioning(data) }
  }
}
