import LanguageModels
import Tensors
import Testing

@Suite struct CostsTests {
  /// Parameters as `transformers` counts them for the published configurations.
  @Test func publishedModelsHaveTheirParameters() {
    let gpt2 = ModelConfiguration.gpt2(
      width: 768, layers: 12, heads: 12, vocabulary: 50_257, context: 1_024)
    #expect(ModelCosts(gpt2).parameterCount == 124_439_808)

    var llama = ModelConfiguration.llama(
      width: 4_096, layers: 32, heads: 32, vocabulary: 32_000, context: 2_048)
    for index in llama.layers.indices {
      llama.layers[index].channelMixer = .feedForward(
        FeedForwardConfiguration(width: 11_008, activation: .swiGLU, hasBias: false))
    }
    #expect(ModelCosts(llama).parameterCount == 6_738_415_616)

    let bert = ModelConfiguration.bert(
      width: 768, layers: 12, heads: 12, vocabulary: 30_522, context: 512)
    #expect(ModelCosts(bert).parameterCount == 109_514_298)
  }

  @Test(arguments: SmallModels.causal.map(\.name) + ["bert"])
  func countedParametersEqualTheAccountants(name: String) throws {
    let configuration =
      SmallModels.causal.first { $0.name == name }?.configuration ?? SmallModels.bert
    let model = try LanguageModel<Float>(configuration, seed: 1)
    let costs = ModelCosts(configuration)
    #expect(costs.parameterCount == model.parameters.count)
    #expect(costs.activeParameterCount <= costs.parameterCount)
  }

  @Test func anIdleExpertIsNotActive() {
    let costs = ModelCosts(SmallModels.experts())
    let expert = 3 * 16 * 24
    #expect(
      costs.parameterCount - costs.activeParameterCount
        >= SmallModels.experts().layers.count * 2 * expert)
  }

  @Test(arguments: SmallModels.causal.map(\.name) + ["bert"])
  func operationsEqualThoseOfTheRecording(name: String) throws {
    let configuration =
      SmallModels.causal.first { $0.name == name }?.configuration ?? SmallModels.bert
    // σReparam's own products with the matrix are not the model's.
    guard name != "spectral" else { return }
    let model = try LanguageModel<Float>(configuration, seed: 1)
    let (batch, length) = (2, 16)
    let pass = SmallModels.logits(
      model, SmallModels.tokens(batch * length), batch: batch
    ).pass
    let recorded = pass.tape.costs.reduce(0) { $0 + $1.cost.forward }
    let expected = Double(batch) * ModelCosts(configuration).forwardOperations(length: length)
    #expect(abs(recorded - expected) <= 1e-9 * expected, "\(recorded) against \(expected)")
  }

  @Test func trainingOnGPT2CostsAboutSixOperationsAParameter() {
    let gpt2 = ModelConfiguration.gpt2(
      width: 768, layers: 12, heads: 12, vocabulary: 50_257, context: 1_024)
    let costs = ModelCosts(gpt2)
    let ratio =
      costs.trainingOperationsPerToken(length: 1_024)
      / Double(6 * (costs.parameterCount - 1_024 * 768))
    // Attention's share: 12·L·H·d·T/2 over 6N is 0.076 at this size.
    #expect(abs(ratio - 1.076) < 0.002)
  }

  @Test func statesGrowWithTheSequenceUnlessAWindowEndsThem() {
    let llama = ModelCosts(SmallModels.llama)
    // 2 layers × keys and values × 2 heads of 4 × 4 bytes.
    #expect(llama.stateBytes(length: 10) == 10 * 2 * 2 * 8 * 4)
    let window = ModelCosts(SmallModels.gpt2 { $0.pattern = .window(width: 4, sinks: 1) })
    #expect(window.stateBytes(length: 100) == window.stateBytes(length: 5))
    let recurrence = ModelCosts(SmallModels.linearRecurrence)
    #expect(recurrence.stateBytes(length: 1) == recurrence.stateBytes(length: 1_000))
  }
}
