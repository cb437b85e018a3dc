import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct OptimalSamplesTests {
  private let bootstrap = ProblemBootstrap(resamples: 200)

  private func judged(_ passes: [Int], _ correct: [Int]) -> OutcomeArm {
    oneProblem(zip(passes, correct).map { OutcomeAttempt(correct: $1 == 1, passes: $0 == 1) })
  }

  private func gains(_ arm: OutcomeArm, wrong: Double, samples: [Int]) throws -> [Double] {
    try OptimalSamples(
      arm, costs: ResamplingCosts(wrong: [wrong]), samples: samples, bootstrap: bootstrap
    ).scenarios[0].gains.map(\.value)
  }

  @Test func goldenVectors() throws {
    let passes = [1, 0, 1, 0, 0, 1]
    let cases: [([Int], Double, [Double])] = [
      ([1, 0, 0, 1, 0, 0], 1, [-0.1666667, -0.2666667, -0.3166667, -0.3333333]),
      ([1, 0, 1, 1, 0, 0], 1, [0.1666667, 0.2666667, 0.3166667, 0.3333333]),
      ([1, 0, 1, 1, 0, 0], 4, [-0.3333333, -0.5333333, -0.6333333, -0.6666667]),
    ]
    for (correct, wrong, expected) in cases {
      let found = try gains(judged(passes, correct), wrong: wrong, samples: [1, 2, 3, 4])
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-6) }
    }
    // Rightness and passes in each other's place are another matter.
    let straight = judged(passes, [1, 0, 0, 1, 0, 0])
    var swapped = straight
    swapped.correct = straight.passes ?? []
    swapped.passes = straight.correct
    #expect(
      try gains(straight, wrong: 1, samples: [1, 2]) != gains(swapped, wrong: 1, samples: [1, 2]))
  }

  /// Every order of the attempts, walked until the first pass, with costs by sample and by token.
  @Test func equalsEnumerationOfOrders() throws {
    var random = SplittableRandom(seed: 12)
    for _ in 0..<15 {
      let count = 1 + random.nextIndex(below: 6)
      let list = (0..<count).map { _ in
        OutcomeAttempt(
          correct: random.nextUniform() < 0.5, tokens: Double(random.nextIndex(below: 100)),
          passes: random.nextUniform() < 0.4)
      }
      let costs = ResamplingCosts(rewardRight: 2, wrong: [1.5], perSample: 0.1, perToken: 0.01)
      let found = try OptimalSamples(
        oneProblem(list), costs: costs, samples: Array(1...count), bootstrap: bootstrap)
      let orders = permutations(Array(0..<count))
      for limit in 1...count {
        var gain = 0.0
        var drawn = 0.0
        var accepted = 0.0
        for order in orders {
          for index in order.prefix(limit) {
            drawn += 1
            gain -= 0.1 + 0.01 * (list[index].tokens ?? 0)
            if list[index].passes == true {
              accepted += 1
              gain += list[index].correct ? 2 : -1.5
              break
            }
          }
        }
        let total = Double(orders.count)
        #expect(abs(found.scenarios[0].gains[limit - 1].value - gain / total) < 1e-9)
        #expect(abs(found.meanSamples[limit - 1] - drawn / total) < 1e-9)
        #expect(abs(found.accepted[limit - 1] - accepted / total) < 1e-9)
      }
    }
  }

  private func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { index -> [[Int]] in
      var rest = items
      let first = rest.remove(at: index)
      return permutations(rest).map { [first] + $0 }
    }
  }

  @Test func replayAgreesWithTheExactCurve() throws {
    let arm = PlantedAttempts(problems: 30, attempts: 12).arm()
    let exact = try OptimalSamples(
      arm, costs: ResamplingCosts(wrong: [0]), samples: [1, 3, 8], bootstrap: bootstrap)
    let replay = try AdaptiveStopping(
      arm, rules: [.firstPass(limit: 1), .firstPass(limit: 3), .firstPass(limit: 8)],
      draws: 4000, bootstrap: bootstrap)
    for column in 0..<3 {
      let found = replay.rules[column]
      #expect(abs(found.accuracy.value - exact.accuracy[column].value) < 0.005)
      #expect(abs(found.samples.value - exact.meanSamples[column]) < 0.03)
    }
  }

  @Test func withoutCostsMoreSamplesNeverHurt() throws {
    let found = try OptimalSamples(
      PlantedAttempts(problems: 40, attempts: 100).arm(), bootstrap: bootstrap)
    let free = found.scenarios[0]
    #expect(free.costWrong == 0)
    #expect(zip(free.gains, free.gains.dropFirst()).allSatisfy { $0.value <= $1.value + 1e-12 })
    #expect(free.gains.last?.value ?? 1 <= found.ceiling.value)
    #expect(found.samples.last == 100 && found.samples.prefix(24) == Array(1...24)[...])
    // Costlier wrong answers ask for fewer samples.
    #expect(free.best == nil && free.isAtEnd && free.recordedBest == 100)
    let best = found.scenarios.map(\.recordedBest)
    #expect(zip(best, best.dropFirst()).allSatisfy { $0 >= $1 })
    for scenario in found.scenarios {
      #expect(abs(scenario.choices.reduce(0) { $0 + $1.share } - 1) < 1e-9)
      #expect(scenario.plausible.contains(scenario.recordedBest))
      #expect(scenario.selectionBias > -1e-12)
    }
  }

  @Test func nothingWorthItsCostMeansNoSample() throws {
    let arm = PlantedAttempts(
      problems: 60, attempts: 20, rate: { _ in 0.2 }, completeness: 0.5, soundness: 0.3
    ).arm()
    let found = try OptimalSamples(
      arm, costs: ResamplingCosts(wrong: [1]), bootstrap: bootstrap
    ).scenarios[0]
    #expect(found.best == 0)
    #expect(found.gain == Estimated(value: 0, low: 0, high: 0))
    #expect(found.choices.map(\.samples) == [0] && found.plausible == [0])
    #expect(found.meanSamples == 0 && found.precision.isNaN)
  }

  @Test func perfectVerifiersAreQuestioned() throws {
    var arm = PlantedAttempts(problems: 10, attempts: 5).arm()
    arm.passes = arm.correct
    let found = try OptimalSamples(arm, bootstrap: bootstrap)
    #expect(found.warnings.contains { $0.contains("exactly the right attempts") })
    #expect(abs(found.ceiling.value - 1) < 1e-12)
    arm.passes = nil
    #expect(throws: SelectionError.missingColumn("verifier_pass")) {
      try OptimalSamples(arm, bootstrap: bootstrap)
    }
  }

  @Test func thresholdsAreSwept() throws {
    let arm = PlantedAttempts(
      problems: 120, attempts: 20, rate: { $0.nextUniform() < 0.5 ? 0.7 : 0.1 }, separation: 2
    ).arm()
    let sweep = try ThresholdSweep(arm, bootstrap: bootstrap)
    #expect(zip(sweep.rows, sweep.rows.dropFirst()).allSatisfy { $0.threshold < $1.threshold })
    #expect(
      zip(sweep.rows, sweep.rows.dropFirst()).allSatisfy { $0.completeness >= $1.completeness })
    #expect(sweep.rows[0].completeness == 1 && sweep.rows[0].falsePositiveRate == 1)
    let choice = sweep.choices[0]
    let best = sweep.rows[choice.best]
    #expect(best.optima[0].gain.value > sweep.rows[0].optima[0].gain.value + 0.1)
    #expect(choice.crossFitted.value < best.optima[0].gain.value + 0.05)
    #expect(choice.crossFitted.low < best.optima[0].gain.value)
    // A row is the analysis of its passes.
    var judged = arm
    judged.passes = arm.passes(threshold: best.threshold)
    let alone = try OptimalSamples(
      judged, costs: ResamplingCosts(wrong: [1]), bootstrap: bootstrap)
    #expect(alone.scenarios[0].gain == best.optima[0].gain)
  }

  /// Every cost of a wrong answer and of a sample reaches the thresholds, one at a time or together.
  @Test func thresholdsFeelAllCosts() throws {
    let arm = PlantedAttempts(
      problems: 80, attempts: 12, rate: { $0.nextUniform() < 0.5 ? 0.7 : 0.1 }, separation: 1.5
    ).arm()
    func sweep(_ wrong: [Double], _ sample: Double = 0) throws -> ThresholdSweep {
      try ThresholdSweep(
        arm, costs: ResamplingCosts(wrong: wrong, perSample: sample), bootstrap: bootstrap)
    }
    let all = try sweep([0, 1, 8])
    for (place, wrong) in [0.0, 1, 8].enumerated() {
      let one = try sweep([wrong])
      #expect(one.choices[0] == all.choices[place])
      #expect(one.rows.map(\.optima[0].gain) == all.rows.map(\.optima[place].gain))
    }
    // Where wrong answers are dear more is rejected, and less is won.
    #expect(
      all.choices[0].best <= all.choices[1].best && all.choices[1].best <= all.choices[2].best)
    #expect(all.choices[0].crossFitted.value > all.choices[2].crossFitted.value + 0.1)
    let dear = try sweep([1], 0.3)
    #expect(dear.choices[0].crossFitted.value < all.choices[1].crossFitted.value - 0.05)
    let limits = dear.rows.compactMap(\.optima[0].best)
    #expect(limits.count == dear.rows.count && limits.allSatisfy { $0 < 12 })
  }

  /// More samples are always worth more if they are free and what passes is right often enough.
  @Test(arguments: [
    // Passes of two problems, rightness, cost of a wrong answer, cost of a sample, K* without a limit.
    ([1, 0, 1, 0], [1, 0, 1, 0], 4.0, 0.0, true),
    ([1, 0, 1, 0], [1, 0, 0, 0], 0.0, 0.0, true),
    ([1, 1, 0, 0], [1, 0, 0, 0], 1.0, 0.0, true),
    ([1, 1, 0, 0], [1, 0, 0, 0], 1.5, 0.0, false),
    ([1, 0, 1, 0], [1, 0, 1, 0], 1.0, 0.01, false),
  ])
  func limitsThatAreNone(
    passes: [Int], right: [Int], wrong: Double, sample: Double, isUnbounded: Bool
  ) throws {
    let attempts = zip(passes, right).map { OutcomeAttempt(correct: $1 == 1, passes: $0 == 1) }
    let found = try OptimalSamples(
      OutcomeArm(attempts: [attempts, attempts, attempts]),
      costs: ResamplingCosts(wrong: [wrong], perSample: sample), bootstrap: bootstrap
    ).scenarios[0]
    #expect((found.best == nil) == (isUnbounded && found.recordedBest > 0))
    if isUnbounded, found.recordedBest > 0 { #expect(found.recordedBest == 4) }
  }

  @Test func threadsChangeNothing() throws {
    let arm = PlantedAttempts(problems: 20, attempts: 30).arm()
    let one = try OptimalSamples(arm, bootstrap: ProblemBootstrap(resamples: 60, threads: 1))
    let two = try OptimalSamples(arm, bootstrap: ProblemBootstrap(resamples: 60, threads: 2))
    #expect(one.scenarios.map(\.gain) == two.scenarios.map(\.gain))
  }
}
