import Foundation
import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct HorizonTests {
  @Test(arguments: [(0.9, 6.578813), (0.99, 68.967564), (0.999, 692.800549)])
  func goldenValues(_ accuracy: Double, _ steps: Double) throws {
    let law = try HorizonLaw(stepAccuracy: accuracy)
    #expect(abs(law.steps - steps) < 1e-6)
    #expect(abs(try HorizonLaw.stepAccuracy(forHorizon: steps) - accuracy) < 1e-8)
    #expect(
      abs(law.sensitivity * accuracy * log(accuracy) * log(accuracy) - log(2)) < 1e-12)
    let double = try HorizonLaw(stepAccuracy: law.accuracyForDouble)
    #expect(abs(double.steps / law.steps - 2) < 1e-10)
  }

  @Test func sensitivityIsTheDerivative() throws {
    let (p, h) = (0.97, 1e-6)
    let high = try HorizonLaw(stepAccuracy: p + h, success: 0.8).steps
    let low = try HorizonLaw(stepAccuracy: p - h, success: 0.8).steps
    let law = try HorizonLaw(stepAccuracy: p, success: 0.8)
    #expect(abs((high - low) / (2 * h) / law.sensitivity - 1) < 1e-6)
  }

  @Test func changingAccuracies() throws {
    #expect(HorizonLaw.steps(accuracies: [0.9, 0.8, 0.7, 0.9]) == 3)
    #expect(HorizonLaw.steps(accuracies: [0.4]) == 0)
    #expect(HorizonLaw.steps(accuracies: [1, 1]) == 2)
    #expect(try HorizonLaw(stepAccuracy: 1).steps == .infinity)
    #expect(throws: PlanningError.self) { try HorizonLaw(stepAccuracy: 1.1) }
    #expect(throws: PlanningError.self) { try HorizonLaw(stepAccuracy: 0.9, success: 1) }
  }

  /// Attempts given as the outcomes of their steps.
  private func arm(_ problems: [[[Bool]]]) -> OutcomeArm {
    OutcomeArm(
      attempts: problems.map { attempts in
        attempts.enumerated().flatMap { number, steps in
          steps.enumerated().map {
            OutcomeAttempt(correct: $0.element, step: $0.offset, attempt: number)
          }
        }
      })
  }

  @Test func kaplanMeierByHand() throws {
    // Errors at steps 2 and 3, ends without one after 2 and 4.
    let runs: [[Bool]] = [
      [true, false, true, true], [true, true], [true, true, false], [true, true, true, true],
    ]
    let result = try HorizonEstimate(
      arm([runs]), success: [0.7, 0.5, 0.3], bootstrap: ProblemBootstrap(resamples: 100))
    // At risk: 4, 4, 2, 1.
    #expect(result.survival.map(\.step) == [2, 3])
    #expect(result.survival.map(\.atRisk) == [4, 2])
    #expect(result.survival.map(\.share) == [0.75, 0.375])
    #expect(result.errorFree == 2 && result.attempts == 4)
    #expect(abs(result.stepAccuracy.value - (1 - 2.0 / 11)) < 1e-12)
    #expect(result.horizons.map(\.steps) == [2, 2, 4])
    #expect(result.horizons.map(\.isReached) == [true, true, false])
    // Between 0.75 at step 2 and 0.375 at step 3.
    #expect(abs(result.horizons[1].length.value - (2 + log(0.5 / 0.75) / log(0.5))) < 1e-12)
    #expect(result.horizons[2].length.value == .infinity)
    // Steps after an error count for positions.
    #expect(result.positions.map(\.rows) == [4, 4, 3, 2])
    #expect(result.positions.map(\.accuracy.value) == [1, 0.75, 2.0 / 3, 1])
    // Four attempts with three right have the variance ¾·¼/3: Wilson's interval of three of them.
    let second = result.positions[1].accuracy
    for end in [second.low, second.high] {
      let deviate = StudentT(degreesOfFreedom: 3).quantile(0.95)
      #expect(abs(abs(end - 0.75) - deviate * (end * (1 - end) / 3).squareRoot()) < 1e-9)
    }
  }

  /// Planted accuracies, with attempts cut off at random.
  private func planted(
    _ accuracy: (Int, Int) -> Double, problems: Int, attempts: Int, seed: UInt64
  ) -> OutcomeArm {
    var random = SplittableRandom(seed: seed)
    return arm(
      (0..<problems).map { problem in
        (0..<attempts).map { _ in
          let length = 5 + random.nextIndex(below: 60)
          return (0..<length).map { random.nextUniform() < accuracy(problem, $0) }
        }
      })
  }

  @Test func aPlantedHorizonIsRecovered() throws {
    var covered = 0
    for seed in 0..<20 {
      let result = try HorizonEstimate(
        planted({ _, _ in 0.97 }, problems: 40, attempts: 10, seed: UInt64(seed)),
        bootstrap: ProblemBootstrap(resamples: 200))
      let truth = log(0.5) / log(0.97)
      let half = result.horizons[0]
      if half.length.low < truth, truth < half.length.high { covered += 1 }
      #expect(abs(half.length.value - truth) < 4)
      #expect(abs(half.constantLength.value - truth) < 3)
    }
    // Ninety per cent intervals.
    #expect(covered >= 15)
  }

  @Test func decliningAccuracyIsSaid() throws {
    let arm = planted(
      { _, step in 0.995 - 0.002 * Double(step) }, problems: 60, attempts: 20, seed: 1)
    let result = try HorizonEstimate(arm, bootstrap: ProblemBootstrap(resamples: 200))
    let truth = HorizonLaw.steps(accuracies: (0..<64).map { 0.995 - 0.002 * Double($0) })
    #expect(abs(result.horizons[0].steps - truth) <= 2)
    #expect(result.warnings.contains { $0.contains("changes with position") })
    // Each position's interval mostly holds its accuracy.
    let inside = result.positions.count {
      let accuracy = 0.995 - 0.002 * Double($0.first - 1)
      return $0.accuracy.low < accuracy && accuracy < $0.accuracy.high
    }
    #expect(Double(inside) >= 0.75 * Double(result.positions.count))
  }

  @Test func problemsAreTheUnits() throws {
    // Half of the problems never fail: attempts at one problem agree.
    let arm = planted(
      { problem, _ in problem % 2 == 0 ? 1 : 0.9 }, problems: 30, attempts: 30, seed: 2)
    let bootstrap = ProblemBootstrap(resamples: 300)
    let clustered = try HorizonEstimate(arm, success: [0.8], bootstrap: bootstrap)
    var pooled = arm
    pooled.problems = ["all"]
    pooled.starts = [0, arm.attemptCount]
    pooled.attemptNumbers = renumbered(arm)
    let naive = try HorizonEstimate(pooled, success: [0.8], bootstrap: bootstrap)
    #expect(naive.horizons[0].length.value == clustered.horizons[0].length.value)
    let wide = clustered.stepAccuracy.high - clustered.stepAccuracy.low
    let narrow = naive.stepAccuracy.high - naive.stepAccuracy.low
    #expect(wide > 2 * narrow)
    #expect(naive.warnings.contains { $0.hasPrefix("There is one problem") })
  }

  private func renumbered(_ arm: OutcomeArm) -> [Int32] {
    var number: Int32 = -1
    return (arm.steps ?? []).map { step in
      if step == 0 { number += 1 }
      return number
    }
  }

  @Test func threadsDoNotMatter() throws {
    let arm = planted({ _, _ in 0.95 }, problems: 30, attempts: 5, seed: 3)
    let one = try HorizonEstimate(arm, bootstrap: ProblemBootstrap(resamples: 100, threads: 1))
    let two = try HorizonEstimate(arm, bootstrap: ProblemBootstrap(resamples: 100, threads: 2))
    #expect(one.horizons.map(\.length.value) == two.horizons.map(\.length.value))
    #expect(one.stepAccuracy == two.stepAccuracy)
    #expect(one.positions == two.positions)
  }

  @Test func stepsAreNeeded() {
    #expect(throws: PlanningError.missingColumn("step")) {
      try HorizonEstimate(
        OutcomeArm(attempts: [[.init(correct: true)]]), bootstrap: ProblemBootstrap())
    }
  }
}
