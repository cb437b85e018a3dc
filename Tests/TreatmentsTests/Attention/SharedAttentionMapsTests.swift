import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct SharedAttentionMapsTests {
  private static let tokens = TreatmentFixtures.tokens(2 * TreatmentFixtures.context)

  /// A layer whose queries, keys and input are those of the layer before loses nothing by using its
  /// map: with the leader's output and feed-forward at zero both layers read the same stream.
  @Test(arguments: [nil, 2])
  func equalQueriesAndKeysMakeTheSameMap(keyValueHeads: Int?) throws {
    let baseline = TreatedModels.baseline(layers: 4, keyValueHeads: keyValueHeads)
    let all: LanguageModel<Double> = try Arm(name: "all").model(baseline, seed: 3)
    all.spread()
    let shared = try TreatedModels.make("shared-attention-maps", on: baseline)
    #expect(
      shared.blocks.map { $0.tokenMixer is SharedMapAttention<Double> } == [
        false, false, true, false,
      ])
    let projected = (4 + 2 * (keyValueHeads ?? 4)) * 8
    let mapColumns = (4 + (keyValueHeads ?? 4)) * 8
    func tensor(_ model: LanguageModel<Double>, _ name: String) throws -> Tensor<Double> {
      try #require(model.parameters[name]).tensor
    }
    let leader = try tensor(all, "layers.1.attention.qkv.weight")
    let follower = try tensor(all, "layers.2.attention.qkv.weight")
    let value = try tensor(shared, "layers.2.attention.value.weight")
    for row in 0..<32 {
      for column in 0..<mapColumns {
        follower.values[row * projected + column] = leader.values[row * projected + column]
      }
      for column in mapColumns..<projected {
        value.values[row * (projected - mapColumns) + column - mapColumns] =
          follower.values[row * projected + column]
      }
    }
    for model in [all, shared] {
      TreatedModels.set(model, "layers.1.attention.output.weight", to: 0)
      TreatedModels.set(model, "layers.1.mlp.down.weight", to: 0)
      try tensor(model, "layers.2.attentionNorm.gain").set(
        try tensor(model, "layers.1.attentionNorm.gain").array)
    }
    let found = shared.logits(Self.tokens, batch: 2).values
    #expect(TreatedModels.difference(found, all.logits(Self.tokens, batch: 2).values) < 1e-11)
    // The leader's map is what the follower uses.
    try tensor(shared, "layers.1.attention.qkv.weight").buffer.update(repeating: 0.1)
    #expect(TreatedModels.difference(shared.logits(Self.tokens, batch: 2).values, found) > 1e-4)
  }

  /// (k − 1)·2·D² parameters a group, and keys of one layer of the group in the cache.
  @Test(arguments: [2, 3])
  func groupsSaveQueriesAndKeys(group: Int) throws {
    let baseline = TreatedModels.baseline(layers: 10)
    let all = try Arm(name: "all").costs(baseline, length: 24)
    let shared = try TreatedModels.arm(
      "shared-attention-maps", ["group": .number(Double(group))]
    ).costs(baseline, length: 24)
    // Layers 3 to 8: six in groups.
    let followers = 6 - 6 / group
    #expect(all.parameters - shared.parameters == followers * 2 * 32 * 32)
    #expect(all.stateBytes - shared.stateBytes == followers * 24 * 32 * 4)
  }

  @Test func modelsWithoutMiddleLayersAreRefused() {
    #expect(throws: TreatmentError.self) {
      try TreatedModels.arm("shared-attention-maps").configuration(
        TreatedModels.baseline(layers: 2))
    }
  }
}
