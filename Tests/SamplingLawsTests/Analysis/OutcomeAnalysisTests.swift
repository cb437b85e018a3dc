import Foundation
import RunTables
import SamplingLaws
import ScalingLaws
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
    let analysis = OutcomeAnalysis(Self.world().sample(seed: 3), settings: Self.settings)
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
    var table = world.sample(seed: 5)
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
}
