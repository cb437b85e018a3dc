import Foundation
import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct AheadByKTests {
  @Test(arguments: [
    (0.9978, 1_048_575.0, 3, 0.988824, 3.013258), (0.99, 1e6, 4, 0.989644, 4.081633),
    (0.9, 1000, 5, 0.983208, 6.249788), (0.85, 1023, 6, 0.969576, 8.570911),
  ])
  func goldenValues(_ p: Double, _ steps: Double, _ lead: Int, _ success: Double, _ samples: Double)
    throws
  {
    let plan = try AheadPlan(.init(stepAccuracy: p, steps: steps))
    #expect(plan.lead == lead)
    #expect(abs(plan.taskSuccess - success) < 1e-6)
    #expect(abs(plan.samplesPerVote - samples) < 1e-6)
    #expect(plan.taskSuccess >= 0.95 && plan.taskSuccessOneLess < 0.95)
    #expect(abs(plan.cost - steps * plan.samplesPerVote) < 1e-6 * steps)
  }

  @Test func samplesOfTheCatalogue() {
    #expect(abs(AheadByKLaw.expectedSamples(accuracy: 0.7, lead: 3) - 6.405) < 5e-4)
    #expect(abs(AheadByKLaw.expectedSamples(accuracy: 0.6, lead: 4) - 13.40) < 5e-3)
    #expect(abs(AheadByKLaw.expectedSamples(accuracy: 0.5, lead: 4) - 16) < 1e-12)
    #expect(AheadByKLaw.expectedSamples(accuracy: 1, lead: 4) == 4)
    #expect(AheadByKLaw.variance(accuracy: 1, lead: 4) == 0)
  }

  /// P(a vote takes k, k + 2, k + 4, … samples); at most `tail` is left out at the end.
  private static func sampleDistribution(accuracy: Double, lead: Int, tail: Double = 1e-12)
    -> [Double]
  {
    precondition(lead >= 1, "a lead of at least one vote")
    // The difference of votes, from −(k − 1) to k − 1.
    var states = [Double](repeating: 0, count: 2 * lead - 1)
    states[lead - 1] = 1
    var result: [Double] = []
    var left = 1.0
    var samples = 0
    while left > tail, result.count < 10_000_000 {
      var next = [Double](repeating: 0, count: states.count)
      var ended = 0.0
      for (index, mass) in states.enumerated() where mass != 0 {
        if index + 1 < states.count {
          next[index + 1] += mass * accuracy
        } else {
          ended += mass * accuracy
        }
        if index > 0 {
          next[index - 1] += mass * (1 - accuracy)
        } else {
          ended += mass * (1 - accuracy)
        }
      }
      states = next
      samples += 1
      if samples >= lead, (samples - lead) % 2 == 0 { result.append(ended) }
      left = states.reduce(0, +)
    }
    return result
  }

  @Test(arguments: [(0.5, 3), (0.5 + 1e-6, 4), (0.55, 5), (0.7, 3), (0.9, 6), (0.3, 2), (0.99, 1)])
  func momentsAreThoseOfTheDistribution(_ p: Double, _ lead: Int) {
    let masses = Self.sampleDistribution(accuracy: p, lead: lead, tail: 1e-15)
    func moment(_ power: Double) -> Double {
      masses.enumerated().reduce(0) { $0 + $1.element * pow(Double(lead + 2 * $1.offset), power) }
    }
    #expect(abs(moment(0) - 1) < 1e-12)
    let mean = AheadByKLaw.expectedSamples(accuracy: p, lead: lead)
    #expect(abs(moment(1) - mean) < 1e-8 * mean)
    let variance = AheadByKLaw.variance(accuracy: p, lead: lead)
    #expect(abs(moment(2) - moment(1) * moment(1) - variance) < 1e-7 * max(variance, 1))
  }

  @Test(arguments: [(0.6, 2), (0.7, 3), (0.8, 4)])
  func votingAgreesWithTheFormulas(_ p: Double, _ lead: Int) {
    var random = SplittableRandom(seed: 5)
    let draws = 20000
    var (wins, total) = (0, 0)
    for _ in 0..<draws {
      var difference = 0
      while abs(difference) < lead {
        difference += random.nextUniform() < p ? 1 : -1
        total += 1
      }
      if difference > 0 { wins += 1 }
    }
    let success = AheadByKLaw.success(accuracy: p, lead: lead)
    let error = (success * (1 - success) / Double(draws)).squareRoot()
    #expect(abs(Double(wins) / Double(draws) - success) < 4 * error)
    let spread = (AheadByKLaw.variance(accuracy: p, lead: lead) / Double(draws)).squareRoot()
    let mean = AheadByKLaw.expectedSamples(accuracy: p, lead: lead)
    #expect(abs(Double(total) / Double(draws) - mean) < 4 * spread)
  }

  /// A right answer, one rival and blanks that count for neither.
  @Test func aRivalAndTheRest() throws {
    var random = SplittableRandom(seed: 6)
    let (p, q, lead) = (0.5, 0.2, 3)
    let plan = try AheadPlan(
      .init(stepAccuracy: p, rivalProbability: q, steps: 10, lead: lead))
    var (wins, total, squares) = (0, 0.0, 0.0)
    let draws = 20000
    for _ in 0..<draws {
      var difference = 0
      var samples = 0.0
      while abs(difference) < lead {
        let u = random.nextUniform()
        if u < p { difference += 1 } else if u < p + q { difference -= 1 }
        samples += 1
      }
      if difference > 0 { wins += 1 }
      total += samples
      squares += samples * samples
    }
    let mean = total / Double(draws)
    let deviation = (squares / Double(draws) - mean * mean).squareRoot()
    #expect(abs(Double(wins) / Double(draws) - plan.voteSuccess) < 0.008)
    #expect(abs(mean - plan.samplesPerVote) < 4 * deviation / Double(draws).squareRoot())
    #expect(abs(deviation / plan.samplesPerVoteDeviation - 1) < 0.03)
  }

  @Test func theLeadIsTheLeastThatSuffices() throws {
    for p in [0.51, 0.6, 0.75, 0.9, 0.999] {
      for steps in [1.0, 10, 1e3, 1e6] {
        for target in [0.5, 0.9, 0.99] {
          let lead = try #require(AheadByKLaw.lead(accuracy: p, votes: steps, target: target))
          #expect(AheadByKLaw.success(accuracy: p, lead: lead, votes: steps) >= target)
          if lead > 1 {
            #expect(AheadByKLaw.success(accuracy: p, lead: lead - 1, votes: steps) < target)
          }
        }
      }
    }
    #expect(AheadByKLaw.lead(accuracy: 0.5, votes: 10, target: 0.9) == nil)
    #expect(AheadByKLaw.lead(accuracy: 1, votes: 10, target: 0.9) == 1)
  }

  @Test func blocksOfStepsAreDear() throws {
    let single = try AheadPlan(.init(stepAccuracy: 0.95, steps: 1000))
    let block = try AheadPlan(
      .init(stepAccuracy: 0.95, steps: 1000, stepsPerSample: 5, validFraction: 0.5))
    let votes = 200.0
    let right = pow(0.95, 5.0)
    #expect(abs(block.voteAccuracy - right) < 1e-15)
    let ratio = (1 - right) / right
    #expect(block.lead == Int((log(pow(0.95, -1 / votes) - 1) / log(ratio)).rounded(.up)))
    #expect(
      abs(
        block.samples
          - votes * AheadByKLaw.expectedSamples(accuracy: right, lead: block.lead) / 0.5) < 1e-9)
    #expect(abs(block.cost - 5 * block.samples) < 1e-9)
    #expect(block.cost > single.cost)
    let hopeless = try AheadPlan(.init(stepAccuracy: 0.4, steps: 10))
    #expect(!hopeless.isReachable && hopeless.lead == 0 && !hopeless.warnings.isEmpty)
    #expect(throws: PlanningError.self) { try AheadPlan(.init(stepAccuracy: 1.4, steps: 10)) }
    #expect(throws: PlanningError.self) {
      try AheadPlan(.init(stepAccuracy: 0.9, steps: 10, target: 1))
    }
  }

  /// Steps with a planted accuracy; at some of them a wrong answer is systematic.
  private func arm(_ wrong: Int, of steps: Int, attempts: Int, asSteps: Bool) -> OutcomeArm {
    var random = SplittableRandom(seed: 8)
    var outcomes: [[OutcomeAttempt]] = (0..<steps).map { step in
      (0..<attempts).map { attempt in
        let isSystematic = step < wrong
        let right = random.nextUniform() < (isSystematic ? 0.1 : 0.9)
        let answer =
          right ? "right \(step)" : isSystematic ? "trap \(step)" : "\(random.nextIndex(below: 4))"
        return OutcomeAttempt(
          correct: right, answer: answer, step: asSteps ? step : nil,
          attempt: asSteps ? attempt : nil)
      }
    }
    if asSteps {
      // One problem whose attempts each pass through every step.
      outcomes = [
        (0..<attempts).flatMap { attempt in (0..<steps).map { outcomes[$0][attempt] } }
      ]
    }
    return OutcomeArm(attempts: outcomes)
  }

  @Test(arguments: [false, true])
  func systematicErrorsAreFound(_ asSteps: Bool) throws {
    let arm = arm(20, of: 100, attempts: 40, asSteps: asSteps)
    let result = try AheadDiagnosis(arm, bootstrap: ProblemBootstrap(resamples: 200))
    #expect(result.overall.steps == 100 && result.overall.attempts == 4000)
    #expect(result.wrongMode.value == 0.2 && result.surelyWrongMode == 0.2)
    #expect(abs(result.overall.accuracy.value - 0.74) < 0.02)
    #expect(result.taskSuccessWithWrongModes < 1e-6)
    #expect(result.bothWrong.value > 2 * result.bothWrongIfIndependent)
    #expect(result.warnings.contains { $0.hasPrefix("20 of 100 steps") })
    if !asSteps { #expect(result.bothWrong.low > result.bothWrongIfIndependent) }
  }

  @Test func independentErrorsRaiseNoAlarm() throws {
    let arm = arm(0, of: 300, attempts: 40, asSteps: false)
    let result = try AheadDiagnosis(arm, steps: 1e4, bootstrap: ProblemBootstrap(resamples: 200))
    #expect(result.wrongMode.value == 0)
    #expect(result.bothWrong.low < result.bothWrongIfIndependent)
    #expect(result.bothWrong.high > result.bothWrongIfIndependent)
    // Four equally likely wrong answers.
    #expect(result.collisionRate.low < 0.25 && 0.25 < result.collisionRate.high)
    let plan = try #require(result.plan)
    #expect(plan.task.stepAccuracy < 0.9 && plan.task.stepAccuracy > 0.88)
    #expect(plan.task.steps == 1e4)
    #expect(result.overall.voteAccuracy > result.overall.accuracy.value)
    let rival = try #require(result.rivalPlan)
    #expect(rival.lead < plan.lead)
  }

  /// Pairs and modes of small steps against enumeration.
  @Test func countsAreThoseOfEnumeration() throws {
    var random = SplittableRandom(seed: 9)
    let steps = (0..<40).map { _ in
      (0..<6).map { _ -> OutcomeAttempt in
        let answer = random.nextIndex(below: 5)
        return OutcomeAttempt(
          correct: answer == 0, tokens: Double(random.nextIndex(below: 10)),
          answer: answer == 4 ? nil : String(answer))
      }
    }
    let result = try AheadDiagnosis(
      OutcomeArm(attempts: steps), lengthLimit: 7, bootstrap: ProblemBootstrap(resamples: 50))
    var (pairs, both, same, wrongMode, tied, usable) = (0.0, 0.0, 0.0, 0.0, 0.0, 0)
    var known = 0.0
    for step in steps {
      let valid = step.filter { $0.answer != nil && ($0.tokens ?? 0) <= 7 }
      usable += valid.count
      if valid.isEmpty { continue }
      known += 1
      for i in valid.indices {
        for j in 0..<i {
          pairs += 1
          if valid[i].correct || valid[j].correct { continue }
          both += 1
          if valid[i].answer == valid[j].answer { same += 1 }
        }
      }
      let counts = Dictionary(grouping: valid, by: { $0.answer ?? "" }).mapValues(\.count)
      let right = counts["0"] ?? 0
      let rival = counts.filter { $0.key != "0" }.values.max() ?? 0
      if rival > right { wrongMode += 1 }
      if rival == right { tied += 1 }
    }
    #expect(result.overall.attempts == usable)
    #expect(abs(result.validFraction - Double(usable) / 240) < 1e-12)
    #expect(abs(result.bothWrong.value - both / pairs) < 1e-12)
    #expect(abs(result.collisionRate.value - same / both) < 1e-12)
    #expect(abs(result.wrongMode.value - wrongMode / known) < 1e-12)
    #expect(abs(result.tiedMode - tied / known) < 1e-12)
  }
}
