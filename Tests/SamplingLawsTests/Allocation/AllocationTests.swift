import Foundation
import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct AllocationTests {
  private let bootstrap = ProblemBootstrap(resamples: 200)

  /// Strategies whose accuracy at a problem of a given difficulty and budget is planted.
  private func arms(
    problems: Int, attempts: Int, seed: UInt64, budgets: [Double] = [4, 16],
    _ strategies: [(String, (Double, Double) -> Double)]
  ) -> [AllocationArm] {
    var random = SplittableRandom(seed: seed)
    let ease = (0..<problems).map { _ in random.nextUniform() }
    return strategies.flatMap { name, accuracy in
      budgets.map { budget in
        AllocationArm(
          strategy: name, budget: budget,
          arm: OutcomeArm(
            attempts: ease.map { one in
              (0..<attempts).map { _ in
                .init(correct: random.nextUniform() < accuracy(one, budget))
              }
            }))
      }
    }
  }

  /// Search is better on hard problems and worse on easy ones.
  private func crossing(_ seed: UInt64) -> [AllocationArm] {
    arms(
      problems: 400, attempts: 8, seed: seed,
      [
        ("best-of-N", { ease, budget in min(0.02 + 0.9 * ease + 0.02 * log2(budget), 1) }),
        ("beam", { ease, budget in min(0.35 + 0.2 * ease + 0.02 * log2(budget), 1) }),
      ])
  }

  @Test func choosingByDifficultyBeatsBothStrategies() throws {
    let result = try AllocationByDifficulty(crossing(1), bootstrap: bootstrap)
    #expect(result.referenceStrategy == "best-of-N" && result.problems == 400)
    for budget in result.budgets {
      for fixed in budget.fixed { #expect(budget.accuracy.value > fixed.accuracy.value + 0.03) }
      #expect(budget.gain.low > 0 && budget.gainOverBestFixed.low > 0)
      #expect(budget.choices.count == 5)
      #expect(budget.choices[0].strategy == "beam" && budget.choices[4].strategy == "best-of-N")
      #expect(budget.choices[0].agreement == 1)
      // Mean of the better strategy over five bins of ease e.
      let shift = 0.02 * log2(budget.budget)
      let truth = (0..<5).reduce(0.0) { sum, bin in
        let middle = (Double(bin) + 0.5) / 5
        return sum + max(0.02 + 0.9 * middle, 0.35 + 0.2 * middle) / 5
      }
      // Difficulty is told by four attempts, which mistakes some problems.
      #expect(budget.accuracy.value < truth + shift + 0.02)
      #expect(budget.accuracy.value > truth + shift - 0.06)
    }
    #expect(result.budgets[0].efficiency.value > 4)
  }

  /// Strategies that are all alike: choosing and judging on the same problems invents a gain.
  @Test func shuffledLabelsShowTheLeak() throws {
    let alike: (Double, Double) -> Double = { ease, _ in 0.2 + 0.6 * ease }
    var spurious = 0
    var covering = 0
    let runs = 10
    for seed in 0..<runs {
      let strategies = (0..<6).map { ("strategy \($0)", alike) }
      let data = arms(
        problems: 120, attempts: 4, seed: UInt64(seed), budgets: [4], strategies)
      let leaking = try AllocationByDifficulty(data, isCrossFitted: false, bootstrap: bootstrap)
      if leaking.budgets[0].gain.low > 0 { spurious += 1 }
      #expect(leaking.budgets[0].gain.value > 0)
      #expect(leaking.warnings.contains { $0.contains("inflated") })
      let honest = try AllocationByDifficulty(data, bootstrap: bootstrap)
      let gain = honest.budgets[0].gain
      if gain.low < 0, 0 < gain.high { covering += 1 }
      #expect(gain.value < leaking.budgets[0].gain.value)
    }
    #expect(spurious >= 8)
    #expect(covering >= 8)
  }

  /// The baseline's own attempts sort the problems: without splitting them it looks best on what it
  /// happened to solve.
  @Test func difficultyIsToldByOtherAttempts() throws {
    let alike: (Double, Double) -> Double = { _, _ in 0.5 }
    let data = arms(
      problems: 3000, attempts: 2, seed: 3, budgets: [1], [("a", alike), ("b", alike)])
    let honest = try AllocationByDifficulty(data, bootstrap: bootstrap)
    for choice in honest.budgets[0].choices {
      #expect(choice.accuracies.allSatisfy { abs($0 - 0.5) < 0.07 })
    }
    let leaking = try AllocationByDifficulty(data, isCrossFitted: false, bootstrap: bootstrap)
    #expect(leaking.budgets[0].choices[0].accuracies[0] == 0)
    #expect(leaking.budgets[0].choices[4].accuracies[0] > 0.9)
  }

  @Test func absoluteBinsAndScores() throws {
    var data = arms(
      problems: 300, attempts: 10, seed: 4, [("a", { ease, _ in ease }), ("b", { _, _ in 0.4 })])
    let absolute = try AllocationByDifficulty(data, bins: .absolute, bootstrap: bootstrap)
    #expect(
      absolute.budgets[0].choices.map(\.bin) == ["below 0.1", "0.1 to 0.5", "from 0.5"])
    #expect(absolute.budgets[0].choices.map(\.strategy) == ["b", "b", "a"])
    // Shares of a uniform pass rate.
    let sizes = absolute.budgets[0].choices.map(\.problems)
    #expect(sizes.reduce(0, +) == 300 && abs(sizes[2] - 150) < 40)
    // Scores that rise with ease sort the problems as well, without labels.
    data[0].arm.scores = (0..<data[0].arm.problemCount).flatMap { problem -> [Double] in
      let rows = data[0].arm.rows(ofProblem: problem)
      let others = data[1].arm.rows(ofProblem: problem)
      let share = others.reduce(0.0) { $0 + Double(data[1].arm.correct[$1]) } / Double(others.count)
      return rows.map { _ in share }
    }
    let scored = try AllocationByDifficulty(
      data, bins: .init(measure: .score, edges: .quantiles(2)), bootstrap: bootstrap)
    #expect(scored.budgets[0].choices.map(\.strategy) == ["b", "a"])
    #expect(throws: PlanningError.missingColumn("score")) {
      try AllocationByDifficulty(
        Array(data.dropFirst()), bins: .init(measure: .score), bootstrap: bootstrap)
    }
  }

  @Test func oneBinChoosesOneStrategy() throws {
    let data = arms(
      problems: 60, attempts: 3, seed: 5, budgets: [4],
      [("a", { ease, _ in ease }), ("b", { _, _ in 0.5 })])
    let outside = arms(problems: 60, attempts: 1, seed: 5, [("c", { ease, _ in ease })])[0]
    let result = try AllocationByDifficulty(
      data, baseline: outside, bins: .init(edges: .absolute([])), bootstrap: bootstrap)
    func accuracy(_ arm: OutcomeArm, _ problem: Int) -> Double {
      let rows = arm.rows(ofProblem: problem)
      return rows.reduce(0.0) { $0 + Double(arm.correct[$1]) } / Double(rows.count)
    }
    let means = data.map { arm in
      (0..<60).reduce(0.0) { $0 + accuracy(arm.arm, $1) } / 60
    }
    for (fixed, mean) in zip(result.budgets[0].fixed, means) {
      #expect(abs(fixed.accuracy.value - mean) < 1e-12)
    }
    // One bin: choosing by bin is choosing one strategy, and both are worse than the best in hindsight.
    #expect(result.budgets[0].gainOverBestFixed.value == 0)
    #expect(result.budgets[0].accuracy.value <= (means.max() ?? 0) + 1e-12)
    let least = means.min() ?? 0
    #expect(result.budgets[0].accuracy.value >= least - 1e-12)
  }

  @Test func efficiencyIsARatioOfBudgets() throws {
    // The other strategy at budget b is what the reference is at 4b, exactly.
    func arm(_ name: String, _ budget: Double, _ right: Int) -> AllocationArm {
      AllocationArm(
        strategy: name, budget: budget,
        arm: OutcomeArm(attempts: (0..<32).map { [.init(correct: $0 < right)] }))
    }
    let data = [
      arm("reference", 1, 4), arm("reference", 4, 8), arm("reference", 16, 12),
      arm("other", 1, 8), arm("other", 4, 12), arm("other", 16, 24),
    ]
    let baseline = arm("baseline", 1, 16)
    let result = try AllocationByDifficulty(
      data, baseline: baseline, bins: .init(edges: .absolute([])), isCrossFitted: false,
      bootstrap: bootstrap)
    #expect(abs(result.budgets[0].efficiency.value - 4) < 1e-9)
    #expect(abs(result.budgets[1].efficiency.value - 4) < 1e-9)
    #expect(result.budgets[2].efficiency.value == .infinity)
  }

  @Test func verifiersDiffer() throws {
    // With verifier A beam is better on all problems, with verifier B it is worse.
    func arms(_ verifier: String, _ beam: Double, _ seed: UInt64) -> [AllocationArm] {
      self.arms(
        problems: 300, attempts: 4, seed: seed, budgets: [16],
        [("best-of-N", { _, _ in 0.5 }), ("beam", { _, _ in beam })]
      ).map {
        AllocationArm(strategy: $0.strategy, budget: 16, verifier: verifier, arm: $0.arm)
      }
    }
    let data = arms("A", 0.7, 6) + arms("B", 0.3, 7)
    let baseline = self.arms(problems: 300, attempts: 4, seed: 8, [("cot", { ease, _ in ease })])[0]
    let result = try VerifierTransfer(data, baseline: baseline, bootstrap: bootstrap)
    #expect(result.regrets.count == 4)
    for regret in result.regrets {
      if regret.tunedWith == regret.usedWith {
        #expect(regret.regret.value == 0)
      } else {
        #expect(regret.regret.low > 0.15 && regret.regret.low < 0.2)
      }
    }
    #expect(throws: PlanningError.self) {
      try VerifierTransfer(arms("A", 0.7, 6), bootstrap: bootstrap)
    }
    #expect(throws: PlanningError.self) {
      try AllocationByDifficulty(data, bootstrap: bootstrap)
    }
  }

  @Test func armsOfATable() throws {
    func arm(_ key: [String]) -> OutcomeArm {
      OutcomeArm(key: key, problems: ["a"], starts: [0, 1], correct: [1])
    }
    let table = OutcomeTable(
      source: "", armColumns: ["model", "strategy", "verifier", "budget"],
      arms: [arm(["m", "beam", "prm", "4"]), arm(["m", "vote", "", "16"])])
    let found = try AllocationArm.arms(of: table)
    #expect(found.map(\.strategy) == ["m · beam", "m · vote"])
    #expect(found.map(\.budget) == [4, 16] && found.map(\.verifier) == ["prm", ""])
    #expect(throws: PlanningError.self) {
      try AllocationArm.arms(
        of: OutcomeTable(source: "", armColumns: ["budget"], arms: [arm(["many"])]))
    }
    #expect(throws: PlanningError.missingColumn("budget")) {
      try AllocationArm.arms(of: OutcomeTable(source: "", arms: [arm([])]))
    }
  }

  @Test func threadsDoNotMatter() throws {
    let data = crossing(9)
    let one = try AllocationByDifficulty(data, bootstrap: .init(resamples: 50, threads: 1))
    let two = try AllocationByDifficulty(data, bootstrap: .init(resamples: 50, threads: 2))
    #expect(one == two)
  }
}
