import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct ARISETests {
  private let bootstrap = ProblemBootstrap(resamples: 200)

  /// One attempt a problem and level: accuracies and tokens `[problem][level]`.
  private func ladder(_ accuracies: [[Double]], _ tokens: [[Double]]) -> EffortLadder {
    let levels = accuracies[0].indices
    return EffortLadder(
      labels: levels.map { String($0) },
      arms: levels.map { level in
        OutcomeArm(
          attempts: accuracies.indices.map { problem in
            [.init(correct: accuracies[problem][level] == 1, tokens: tokens[problem][level])]
          })
      })
  }

  @Test func goldenValues() {
    let tokens = [100.0, 200, 400, 800]
    #expect(ARISE.score(accuracies: [0, 1, 1, 0], tokens: tokens).score == -1.5)
    #expect(
      ARISE.score(accuracies: [0, 1, 1, 0], tokens: tokens.reversed()).score == 1.5)
    #expect(ARISE.score(accuracies: [0, 1], tokens: [1, 2]).score == 0.5)
    #expect(ARISE.score(accuracies: [1, 0], tokens: [1, 2]).score == -2)
    #expect(ARISE.score(accuracies: [1, 0], tokens: [3, 3]).score == -1)
    #expect(ARISE.score(accuracies: [0.4, 0.4], tokens: [3, 9]).score == 0)
  }

  @Test(arguments: 0..<20)
  func reversingTheLevelsNegatesIt(_ seed: UInt64) {
    var random = SplittableRandom(seed: seed)
    let accuracies = (0..<5).map { _ in random.nextUniform() }
    let tokens = (0..<5).map { _ in 10 + 100 * random.nextUniform() }
    let forward = ARISE.score(accuracies: accuracies, tokens: tokens).score
    let back = ARISE.score(accuracies: accuracies.reversed(), tokens: tokens.reversed()).score
    #expect(abs(forward + back) < 1e-12)
    // With constant tokens it is the difference of accuracies.
    let flat = ARISE.score(accuracies: accuracies, tokens: [Double](repeating: 7, count: 5)).score
    #expect(abs(flat - (accuracies[4] - accuracies[0])) < 1e-12)
  }

  @Test func flipsTellEqualAggregatesApart() throws {
    let tokens = [[100.0, 200], [100, 200]]
    let steady = try ARISE(ladder([[0, 0], [1, 1]], tokens), bootstrap: bootstrap)
    let swapped = try ARISE(ladder([[0, 1], [1, 0]], tokens), bootstrap: bootstrap)
    #expect(steady.levels.map(\.accuracy.value) == swapped.levels.map(\.accuracy.value))
    #expect(steady.adjacentSlope.value == swapped.adjacentSlope.value)
    #expect(steady.score.value == 0)
    #expect(swapped.score.value == (0.5 - 2) / 2)
    #expect(swapped.gains.value == 0.25 && swapped.losses.value == -1)
    #expect(swapped.perProblem.map(\.score) == [0.5, -2])
  }

  @Test func slopesAreOfAggregates() throws {
    let result = try ARISE(
      ladder([[0, 1, 1], [0, 0, 1]], [[100, 200, 400], [100, 200, 400]]), bootstrap: bootstrap)
    #expect(abs(result.adjacentSlope.value - (5 + 2.5) / 2) < 1e-12)
    #expect(abs(result.pairwiseSlope.value - (5 + 2.5 + 1000.0 / 300) / 3) < 1e-12)
  }

  @Test func arithmeticOrderComesFromTheTable() throws {
    func arm(_ key: [String], _ tokens: Double, _ labels: [String]) -> OutcomeArm {
      OutcomeArm(
        key: key, problems: labels,
        attempts: labels.map { _ in [.init(correct: true, tokens: tokens)] })
    }
    let table = OutcomeTable(
      source: "test", armColumns: ["model", "level"],
      arms: [
        arm(["m", "10"], 30, ["a", "b"]), arm(["m", "9"], 20, ["b", "c", "a"]),
        arm(["m", "2"], 10, ["a", "b"]), arm(["other", "2"], 10, ["a"]),
      ])
    let ladders = try EffortLadder.ladders(of: table)
    #expect(ladders.map(\.name) == ["m"])
    #expect(ladders[0].labels == ["2", "9", "10"])
    let result = try ARISE(ladders[0], bootstrap: bootstrap)
    #expect(result.problems == 2 && result.score.value == 0)
    #expect(result.warnings == ["1 problems are not in every arm; left out."])
    let named = OutcomeTable(
      source: "test", armColumns: ["level"],
      arms: [arm(["high"], 30, ["a"]), arm(["low"], 10, ["a"])])
    #expect(try EffortLadder.ladders(of: named)[0].labels == ["low", "high"])
    #expect(throws: PlanningError.missingColumn("level")) {
      try EffortLadder.ladders(of: OutcomeTable(source: "", arms: [arm([], 1, ["a"])]))
    }
  }

  /// Accuracies that do not depend on the level: the score of right-to-wrong flips is planted.
  @Test func plantedFlipsAreRecovered() throws {
    var random = SplittableRandom(seed: 3)
    let problems = 4000
    // Tokens double; a problem turns right with probability 0.3 and wrong with 0.1.
    let accuracies = (0..<problems).map { _ -> [Double] in
      let first = random.nextUniform() < 0.5
      let next = first ? random.nextUniform() >= 0.2 : random.nextUniform() < 0.6
      return [first ? 1 : 0, next ? 1 : 0]
    }
    let result = try ARISE(
      ladder(accuracies, accuracies.map { _ in [100, 200] }),
      bootstrap: ProblemBootstrap(resamples: 1000, level: 0.99))
    let truth = 0.3 * 0.5 - 0.1 * 2
    #expect(result.score.low < truth && truth < result.score.high)
    #expect(result.score.high - result.score.low < 0.06)
  }

  @Test func scattersByHand() {
    let rule = RepeatRule()
    let correct: [UInt8] = [1, 0, 0, 0]
    // √(¼·¾)/¼ and 0.
    #expect(
      abs(rule.scatter(correct: correct, tokens: [5, 5, 5, 5] as [Float]) - 3.0.squareRoot()) < 1e-6
    )
    // Population deviation 1 of mean 2.
    #expect(abs(rule.scatter(correct: [1, 1] as [UInt8], tokens: [1, 3] as [Float]) - 0.5) < 1e-6)
    let jeffreys = RepeatRule(scatter: .jeffreys)
    #expect(
      abs(
        jeffreys.scatter(correct: correct, tokens: [5, 5, 5, 5] as [Float])
          - (1.5 * 3.5 / (25 * 6)).squareRoot()) < 1e-12)
  }

  @Test func repeatsAreReplayed() throws {
    func attempts(_ right: [Bool]) -> [OutcomeAttempt] {
      right.map { OutcomeAttempt(correct: $0, tokens: 100) }
    }
    let arm = OutcomeArm(attempts: [
      attempts([Bool](repeating: true, count: 12)),
      attempts([true, false] + [Bool](repeating: false, count: 10)),
      // Rarely right: the coefficient of variation stays above one half.
      attempts([true, true, false, true, true, true, true, true, true, true, true, true]),
      attempts([false, true, false]),
    ])
    let replay = try RepeatReplay(RepeatRule(), on: EffortLadder(labels: ["1"], arms: [arm]))
    // The third cell: CV of 2/3 is .71, of 3/4 .58, of 4/5 just .5.
    #expect(replay.levels[0].meanRepeats == Double(3 + 10 + 5 + 3) / 4)
    #expect(replay.levels[0].atMaximum == 0.25 && replay.levels[0].short == 0.25)
    let steady = try RepeatReplay(
      RepeatRule(scatter: .jeffreys), on: EffortLadder(labels: ["1"], arms: [arm]))
    #expect(steady.levels[0].meanRepeats == 3 && steady.levels[0].short == 0)
  }
}
