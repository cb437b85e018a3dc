import Foundation
import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

/// Everything at once, on worlds whose truth is known.
struct OutcomeAnalysisTests {
  private static func world() -> PlantedWorld {
    var world = PlantedWorld(problems: 120, attempts: 16, components: [.init(a: 1, b: 2)])
    world.answers = .init(wrong: 5)
    world.verifier = .init(discrimination: 1, completeness: 0.9, soundness: 0.8)
    world.tokens = .init(mean: 300, deviation: 100)
    return world
  }

  private static var settings: AnalysisSettings {
    var settings = AnalysisSettings()
    settings.bootstrap = ProblemBootstrap(resamples: 200)
    return settings
  }

  @Test func aTableOfAllColumnsGetsAllAnalyses() throws {
    let analysis = OutcomeAnalysis(Self.world().table(seed: 3), settings: Self.settings)
    let arm = try #require(analysis.arms.first)
    #expect(analysis.arms.count == 1 && analysis.rows == 120 * 16)
    #expect(arm.omissions.isEmpty, "\(arm.omissions)")
    let truth = PlantedTruth(Self.world())
    let last = try #require(arm.coverage.points.last)
    #expect(last.k == 16)
    #expect(abs(last.coverage.value - truth.coverage(16)) < 0.1)
    let vote = try #require(arm.selectors.first { $0.selector.hasPrefix("majority") })
    let majority = try #require(truth.majority(16))
    #expect(abs(try #require(vote.accuracy.last).value - majority) < 0.12)
    #expect(arm.optimalSamples != nil && arm.stopping != nil && arm.verifier != nil)
    #expect(arm.extrapolation != nil && arm.passUntil != nil && arm.saturation != nil)
    // Parameters are not known, so that arithmetic is not; tokens are.
    let costs = try #require(analysis.costs)
    #expect(costs.points.allSatisfy { $0.operations == nil && $0.tokens > 0 })
    #expect(costs.points.contains { $0.isBestForTokens })
    // What is printed for machines is JSON.
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    #expect(try encoder.encode(analysis).count > 1000)
  }

  @Test func onlyWhatTheColumnsAllowIsMade() throws {
    let arm = OutcomeArm(attempts: [
      [OutcomeAttempt(correct: true), OutcomeAttempt(correct: false)],
      [OutcomeAttempt(correct: false), OutcomeAttempt(correct: false)],
    ])
    let analysis = OutcomeAnalysis(
      OutcomeTable(source: "made", arms: [arm]), settings: Self.settings)
    let only = try #require(analysis.arms.first)
    #expect(only.selectors.isEmpty && only.verifier == nil && only.stopping == nil)
    #expect(analysis.costs == nil && analysis.comparisons.isEmpty)
    #expect(only.coverage.accuracy.value == 0.25)
  }

  /// Two models whose sizes are known: the second solves more, and both are compared by problem.
  @Test func armsAreComparedAndSizesTradedForSamples() throws {
    var world = Self.world()
    world.arms = [.init(name: "small"), .init(name: "large", ability: 1)]
    var table = world.table(seed: 5)
    for (index, parameters) in [1e6, 4e6].enumerated() {
      table.arms[index].constants = [
        "n_params": parameters, "layers": 4, "heads": 4, "head_dim": 16,
      ]
    }
    let analysis = OutcomeAnalysis(table, settings: Self.settings)
    let comparison = try #require(analysis.comparisons.first)
    #expect(comparison.first.hasPrefix("large") && comparison.matched == 120)
    let single = try #require(comparison.differences.first)
    #expect(single.difference.low > 0)
    let tradeoff = try #require(analysis.sizes.first { $0.selector == "coverage" })
    let exchange = try #require(tradeoff.exchanges.first)
    #expect(exchange.small == "small" && exchange.parameterRatio == 4)
    #expect(try #require(exchange.samples).value > 1)
    let costs = try #require(analysis.costs)
    #expect(costs.choice != nil)
    #expect(costs.points.contains { $0.equivalentOperations ?? 0 > $0.operations ?? .infinity })
  }

  @Test func stepsArePutTogetherToAttempts() {
    let rows = [
      OutcomeAttempt(correct: true, tokens: 2, step: 0, attempt: 0),
      OutcomeAttempt(correct: false, tokens: 3, step: 1, attempt: 0),
      OutcomeAttempt(correct: true, tokens: 4, step: 0, attempt: 1),
      OutcomeAttempt(correct: true, tokens: 5, step: 1, attempt: 1),
    ]
    let arm = OutcomeArm(attempts: [rows]).byAttempt
    #expect(arm.correct == [0, 1])
    #expect(arm.tokens == [5, 9])
    #expect(arm.steps == nil)
  }

  @Test func experimentsOnAPlantedWorldHoldTheTruth() throws {
    let plan = PlannedExperiment(
      Self.world(), replicates: 20, beyond: 64, bootstrap: ProblemBootstrap(resamples: 100))
    #expect(plan.quantities.count == 6)
    for quantity in plan.quantities {
      #expect(quantity.replicates == 20)
      #expect(abs(quantity.mean - quantity.truth) < 0.06, "\(quantity.name)")
      #expect(quantity.held >= 0.65, "\(quantity.name) \(quantity.held)")
    }
  }

  // MARK: Numbers of attempts that are asked for

  @Test func askedNumbersAreExactAsFarAsTheyAreRecorded() throws {
    var settings = Self.settings
    settings.samples = [3, 5, 16, 17, 1000]
    let table = Self.world().table(seed: 3)
    let analysis = OutcomeAnalysis(table, settings: settings)
    let arm = try #require(analysis.arms.first)
    #expect(arm.asked.map(\.isExtrapolated) == [false, false, false, true, true])
    #expect(arm.coverage.points.map(\.k) == [1, 2, 3, 4, 5, 8, 16])
    let counts = AttemptCounts(table.arms[0])
    for asked in arm.asked.prefix(3) {
      let exact =
        counts.correct.reduce(0) {
          $0 + Coverage.passAtK(Int(asked.k), correct: $1, attempts: 16)
        } / 120
      #expect(abs(try #require(asked.coverage).value - exact) < 1e-12)
    }
    #expect(try #require(arm.asked[4].coverage).value > (arm.asked[2].coverage?.value ?? 1))
    // Where some problems have fewer attempts nothing is exact beyond those.
    var ragged = table
    ragged.arms[0] = OutcomeArm(
      problems: ["a", "b"], starts: [0, 4, 12], correct: [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
    let mixed = try #require(OutcomeAnalysis(ragged, settings: settings).arms.first)
    #expect(mixed.asked.map(\.isExtrapolated) == [false, true, true, true, true])
    // One attempt a problem says nothing of more.
    var single = table
    single.arms[0] = OutcomeArm(problems: ["a", "b"], starts: [0, 1, 2], correct: [1, 0])
    let one = try #require(OutcomeAnalysis(single, settings: settings).arms.first)
    #expect(one.asked.allSatisfy { $0.coverage == nil && $0.isExtrapolated })
  }

  // MARK: What rows are

  /// Two strategies whose answers are as good at every budget: what a search draws within its budget
  /// says something else.
  private static func strategies(kinds: Bool) -> (attempts: OutcomeTable, answers: OutcomeTable) {
    var random = SplittableRandom(seed: 12)
    let columns = ["model", "strategy", "verifier", "budget"]
    var attempts = OutcomeTable(source: "attempts", armColumns: columns, arms: [])
    var answers = OutcomeTable(source: "answers", armColumns: columns, arms: [])
    let ease = (0..<200).map { _ in random.nextUniform() }
    for (strategy, verifier) in [("parallel-sampling", "none"), ("beam-search", "prm")] {
      for budget in [4, 16] {
        // Candidates of a search agree with each other.
        let drawn = ease.map { ease in
          let found = random.nextUniform() < ease
          return (0..<budget).map { _ in
            OutcomeAttempt(
              correct: strategy == "beam-search" ? found : random.nextUniform() < 0.8 * ease,
              tokens: 10, answer: "x")
          }
        }
        let given = ease.map { ease in
          [OutcomeAttempt(correct: random.nextUniform() < ease, tokens: Double(10 * budget))]
        }
        let key = ["m", strategy, verifier, "\(budget)"]
        var candidates = OutcomeArm(key: key, attempts: drawn)
        var answered = OutcomeArm(key: key, attempts: given)
        if kinds {
          candidates.kind = strategy == "beam-search" ? .candidate : .sample
          answered.kind = .answer
        }
        candidates.strata = ease.map { $0 < 0.5 ? "hard" : "easy" }
        answered.strata = candidates.strata
        attempts.arms.append(candidates)
        answers.arms.append(answered)
      }
    }
    return (attempts, answers)
  }

  @Test(arguments: [true, false]) func candidatesAreNoAttempts(kinds: Bool) throws {
    let (attempts, answers) = Self.strategies(kinds: kinds)
    let analysis = OutcomeAnalysis(attempts, settings: Self.settings)
    #expect(analysis.allocations.isEmpty && analysis.arise.isEmpty)
    let reasons = analysis.omissions.map(\.reason)
    #expect(reasons.contains { $0.contains("not the answers that it gave") })
    #expect(analysis.omissions.contains { $0.analysis == "strategies by difficulty" })
    for arm in analysis.arms where arm.key["strategy"] == "beam-search" {
      #expect(arm.kind == .candidate && arm.selectors.isEmpty && arm.extrapolation == nil)
      #expect(arm.coverage.points.count == 1 && arm.passUntil == nil && arm.stopping == nil)
    }
    for arm in analysis.arms where arm.key["strategy"] == "parallel-sampling" {
      #expect(arm.kind == .sample && !arm.selectors.isEmpty)
    }
    #expect(
      kinds
        == !analysis.cautions.contains { $0.contains("taken for candidates of a search") })
    // The answers say that neither is better.
    let given = OutcomeAnalysis(answers, settings: Self.settings)
    let allocation = try #require(given.allocations.first)
    #expect(given.allocations.count == 1 && allocation.verifier == "prm")
    #expect(allocation.bins.measure == .stratum)
    #expect(allocation.budgets.map(\.budget) == [4, 16])
    #expect(Set(allocation.budgets[0].choices.map(\.bin)) == ["easy", "hard"])
    for budget in allocation.budgets {
      #expect(abs(budget.gainOverBestFixed.value) < 0.05)
      #expect(budget.gainOverBestFixed.low < 0 && budget.gainOverBestFixed.high > -0.05)
    }
    #expect(given.arise.count == 2)
    #expect(given.omissions.isEmpty, "\(given.omissions)")
  }

  @Test func allocationIsNeverSilent() throws {
    let (_, answers) = Self.strategies(kinds: true)
    var blind = answers
    for index in blind.arms.indices { blind.arms[index].strata = nil }
    let untold = OutcomeAnalysis(blind, settings: Self.settings)
    #expect(untold.allocations.isEmpty)
    #expect(untold.omissions.contains { $0.reason.hasPrefix("Difficulty cannot be told") })
    // Two verifiers have an allocation each, and share what needs none.
    var two = answers
    for index in [2, 3] {
      var other = answers.arms[index]
      other.key[2] = "orm"
      two.arms.append(other)
    }
    var settings = Self.settings
    settings.baseline = "beam-search"
    let both = OutcomeAnalysis(two, settings: settings)
    #expect(both.allocations.map(\.verifier) == ["prm", "orm"])
    #expect(both.allocations.allSatisfy { $0.budgets[0].fixed.count == 2 })
    #expect(both.allocations.allSatisfy { $0.referenceStrategy == "m · beam-search" })
    #expect(both.transfer != nil)
    settings.baseline = "best-of-n"
    let unknown = OutcomeAnalysis(two, settings: settings)
    #expect(unknown.omissions.contains { $0.reason.hasPrefix("There is no strategy `best-of-n`") })
  }

  // MARK: The best of many ways to choose

  /// Scores that say nothing: the best of many selectors is the best by luck alone.
  @Test func theBestOfManyIsFlattered() throws {
    var world = Self.world()
    world.problems = 60
    world.verifier = .init(discrimination: 0)
    var settings = Self.settings
    settings.topShare = 0.5
    var excess = 0.0
    for seed in 0..<20 {
      let analysis = OutcomeAnalysis(world.table(seed: UInt64(seed)), settings: settings)
      let arm = try #require(analysis.arms.first)
      let choice = try #require(arm.choice)
      #expect(choice.selectors == arm.selectors.count && choice.samples == 16)
      #expect(arm.selectors.contains { $0.selector == choice.best })
      excess += (choice.accuracy.value - choice.crossFitted.value) / 20
      #expect(choice.accuracy.value >= choice.crossFitted.value - 1e-9)
    }
    #expect(excess > 0.005)
  }
}
