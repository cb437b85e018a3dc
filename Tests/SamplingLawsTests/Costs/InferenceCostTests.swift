import Foundation
import RunTables
import SamplingLaws
import Testing

struct InferenceCostTests {
  private func qwen(_ name: String) throws -> InferenceArchitecture {
    try #require(InferenceArchitecture.named(name))
  }

  private let reasoning = InferenceWorkload(promptTokens: 256, outputTokens: 32768)

  @Test(arguments: [
    ("Qwen3-0.6B", 49.3, 125.1, 35175.8), ("qwen3-8b", 536.7, 321.6, 45226.0),
    ("Qwen3-32B", 2147.0, 1143.5, 80401.8),
  ])
  func goldenValues(_ name: String, _ linear: Double, _ attention: Double, _ traffic: Double) throws
  {
    let cost = try InferenceCost(qwen(name), reasoning)
    #expect(abs(cost.linearOperations / 1e12 - linear) < 0.0501)
    #expect(abs(cost.attentionOperations / 1e12 - attention) < 0.0501)
    #expect(abs(cost.trafficEquivalent / 1e12 - traffic) < 0.0501)
    #expect(
      cost.equivalentOperations
        == cost.linearOperations + cost.attentionOperations + cost.trafficEquivalent)
  }

  @Test(arguments: zip(["0.6B", "1.7B", "4B", "8B", "14B", "32B"], [716.0, 265, 173, 85, 52, 38]))
  func attentionOutweighsLinearLayers(_ size: String, _ ratio: Double) throws {
    let cost = try InferenceCost(qwen("Qwen3-\(size)"), reasoning)
    let attention = cost.attentionOperations + cost.trafficEquivalent
    #expect((attention / cost.linearOperations).rounded() == ratio)
  }

  @Test func elementsOfTheFamily() {
    #expect(
      InferenceArchitecture.qwen3.map(\.keyValueElementsPerToken)
        == [57344, 57344, 73728, 73728, 81920, 131072])
    let model = InferenceArchitecture(
      activeParameters: 1e9, keyValueElementsPerToken: 73728, queriesPerKeyValueHead: 4)
    #expect(model.queryElementsPerToken == 36 * 32 * 128)
    #expect(MachineBalance.b200.intensity == InferenceCost.defaultIntensity)
  }

  /// The published formula in raw dimensions, with trials.
  @Test func denseCostIsThePublishedFormula() throws {
    let work = InferenceWorkload(promptTokens: 512, outputTokens: 3000, trials: 8)
    let cost = try InferenceCost(qwen("Qwen3-14B"), work, intensity: 300)
    let (input, output, trials) = (512.0, 3000.0, 8.0)
    let compute =
      trials
      * (2 * 14.77e9 * output + 2 * (2 * input + output) * output * 40 * 128 * 40)
    let memory = 2 * (2 * input + trials * output) * output * 8 * 128 * 40
    #expect(abs(cost.operations / compute - 1) < 1e-14)
    #expect(abs(cost.keyValueBytes / memory - 1) < 1e-14)
  }

  @Test func withoutAttentionItIsTwoFLOPsAParameter() throws {
    let model = InferenceArchitecture(
      activeParameters: 3e9, keyValueElementsPerToken: 57344, queriesPerKeyValueHead: 0)
    let work = InferenceWorkload(promptTokens: 100, outputTokens: 1000, trials: 7)
    let cost = try InferenceCost(model, work, intensity: 0)
    #expect(cost.equivalentOperations == 2 * 7 * 3e9 * 1000)
  }

  @Test func doublingTheLengthQuadruplesAttention() throws {
    let model = try qwen("Qwen3-4B")
    let once = try InferenceCost(model, .init(promptTokens: 0, outputTokens: 1000))
    let twice = try InferenceCost(model, .init(promptTokens: 0, outputTokens: 2000))
    #expect(twice.linearOperations == 2 * once.linearOperations)
    #expect(twice.attentionOperations == 4 * once.attentionOperations)
    #expect(twice.keyValueBytes == 4 * once.keyValueBytes)
  }

  @Test(arguments: [1.0, 100, 256, 257, 700, 1256, 5000])
  func sparseTokensAreTheSumOverTokens(_ budget: Double) {
    let (input, output) = (256.0, 1000)
    let sum = (1...output).reduce(0.0) { $0 + min(budget, input + Double($1)) }
    let attended = InferenceCost.attendedTokens(
      promptTokens: input, outputTokens: Double(output), budget: budget)
    // The integral is half a token short of each step whose context still grows.
    #expect(attended <= sum && sum - attended <= Double(output) / 2 + 1e-9)
  }

  @Test func aFullBudgetIsDense() throws {
    let model = try qwen("Qwen3-8B")
    let full = try InferenceCost(model, reasoning, access: .sparse(tokens: 256 + 32768))
    let dense = try InferenceCost(model, reasoning)
    #expect(abs(full.keyValueBytes / dense.keyValueBytes - 1) < 1e-14)
    #expect(abs(full.operations / dense.operations - 1) < 1e-14)
    #expect(!full.warnings.isEmpty)
    // Trials share nothing then.
    var many = reasoning
    many.trials = 4
    let sparse = try InferenceCost(model, many, access: .sparse(tokens: 1024))
    let one = try InferenceCost(model, reasoning, access: .sparse(tokens: 1024))
    #expect(sparse.equivalentOperations == 4 * one.equivalentOperations)
    #expect(one.equivalentOperations < dense.equivalentOperations / 10)
  }

  @Test func blocksAddASearch() throws {
    let model = try qwen("Qwen3-8B")
    let work = InferenceWorkload(promptTokens: 1000, outputTokens: 4000, trials: 3)
    let blocks = try InferenceCost(
      model, work, access: .blocks(size: 16, count: 60, local: 64))
    let sparse = try InferenceCost(model, work, access: .sparse(tokens: 1024))
    #expect(blocks.attentionOperations == sparse.attentionOperations)
    // ⌊(2·1000 + 4000)/16⌋ = 375 and ⌊(2000 + 3·4000)/16⌋ = 875.
    #expect(blocks.searchOperations == 3 * 375 * 4000 * 32 * 128 * 36)
    #expect(blocks.keyValueBytes - sparse.keyValueBytes == 875 * 4000 * 8 * 128 * 36)
  }

  @Test func recordedLengthsAreAveragedAsCosts() throws {
    let model = try qwen("Qwen3-0.6B")
    var arm = OutcomeArm(problems: ["a", "b"], starts: [0, 2, 3], correct: [0, 1, 1])
    arm.tokens = [1000, 3000, .nan]
    arm.promptTokens = [100, 100, 100]
    let pricing = InferencePricing(architecture: model)
    let mean = try pricing.meanCost(of: arm, trials: 2)
    let costs = try [1000.0, 3000].map {
      try InferenceCost(model, .init(promptTokens: 100, outputTokens: $0, trials: 2))
        .equivalentOperations
    }
    #expect(abs(mean.equivalentOperations / ((costs[0] + costs[1]) / 2) - 1) < 1e-14)
    #expect(mean.warnings.count == 1)
    #expect(throws: PlanningError.missingColumn("tokens")) {
      var bare = arm
      bare.tokens = nil
      _ = try pricing.meanCost(of: bare)
    }
  }

  @Test func impossibleSettingsAreRefused() throws {
    let model = try qwen("Qwen3-0.6B")
    #expect(throws: PlanningError.self) {
      try InferenceCost(model, .init(promptTokens: -1, outputTokens: 10))
    }
    #expect(throws: PlanningError.self) {
      try InferenceCost(model, reasoning, access: .sparse(tokens: 0))
    }
    #expect(throws: PlanningError.self) { try InferenceCost(model, reasoning, intensity: -1) }
    #expect(InferenceArchitecture.named("Qwen3-7B") == nil)
    let constants = ["n_params": 8.19e9, "layers": 36, "heads": 32, "kv_heads": 8, "head_dim": 128]
    #expect(
      InferenceArchitecture(name: "Qwen3-8B", constants: constants) == (try qwen("Qwen3-8B")))
  }
}
