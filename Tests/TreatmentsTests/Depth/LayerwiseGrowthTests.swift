import Cards
import LanguageModels
import Tensors
import Testing
import Training
import Treatments

@Suite struct LayerwiseGrowthTests {
  /// Over a run the table keeps its bits, a layer changes in its own stage alone, and the head in all.
  @Test(arguments: ["binary", "random"])
  func onlyTheNewestLayerIsTrained(code: String) throws {
    let arm = try TreatedModels.arm("layerwise-growth", ["code": .word(code)])
    let baseline = TreatedModels.baseline(layers: 3)
    let parts = ["embedding.", "layers.0.", "layers.1.", "layers.2.", "head.", "finalNorm."]
    let start: LanguageModel<Float> = try arm.model(baseline, seed: 3)
    var last = parts.map { GrowthRuns.numbers(start, $0) }
    var changes: [[Bool]] = []
    try GrowthRuns.train(arm, on: baseline, steps: 6) { _, model, _ in
      let now = parts.map { GrowthRuns.numbers(model, $0) }
      changes.append(zip(last, now).map { $0 != $1 })
      last = now
    }
    let expected = (0..<6).map { step in
      [false] + (0..<3).map { $0 == step / 2 } + [true, true]
    }
    #expect(changes == expected)
  }

  /// The table receives no gradient, nor does a frozen layer.
  @Test func frozenPartsReceiveNoGradient() throws {
    let model = try TreatedModels.make("layerwise-growth", on: TreatedModels.baseline(layers: 3))
    for action in model.stepActions { action(TrainingMoment(step: 1, steps: 3)) }
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 1, length: 8)
    pass.tokens.assign(TreatmentFixtures.tokens(8))
    let targets = tape.indices([8])
    targets.assign(TreatmentFixtures.tokens(8, seed: 8))
    tape.backward(from: model.loss(pass, targets: targets))
    for parameter in model.parameters.parameters {
      let isTrained = ["layers.1.", "head.", "finalNorm."].contains {
        parameter.name.hasPrefix($0)
      }
      #expect(parameter.tensor.gradientArray.contains { $0 != 0 } == isTrained, "\(parameter.name)")
    }
  }

  /// A new layer that adds nothing to the stream leaves the logits as they were.
  @Test func aLayerWithoutOutputChangesNothing() throws {
    let model = try TreatedModels.make("layerwise-growth", on: TreatedModels.baseline(layers: 3))
    TreatedModels.set(model, "layers.1.attention.output.weight", to: 0)
    TreatedModels.set(model, "layers.1.mlp.down.weight", to: 0)
    let tokens = TreatmentFixtures.tokens(16)
    let logits = [0, 1, 2].map { step in
      for action in model.stepActions { action(TrainingMoment(step: step, steps: 3)) }
      return model.logits(tokens).values
    }
    #expect(logits[0] == logits[1])
    #expect(logits[1] != logits[2])
  }

  /// Different tokens have different rows of length one.
  @Test(arguments: ["binary", "random"])
  func codesTellTokensApart(code: String) throws {
    let model: LanguageModel<Double> = try TreatedModels.arm(
      "layerwise-growth", ["code": .word(code)]
    ).model(TreatedModels.baseline(), seed: 3)
    let rows = (0..<20).map { Array(model.embedding.array[$0 * 32..<($0 + 1) * 32]) }
    #expect(Set(rows).count == 20)
    for row in rows { #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12) }
  }

  /// One layer trained at a time: 3 forward passes of the new layer and the head, one of those below.
  @Test func trainingCostsTheMeanOfItsStages() throws {
    let baseline = TreatedModels.baseline(layers: 3)
    let costs = try TreatedModels.arm("layerwise-growth").costs(baseline, length: 24)
    let matrices = 32 * 96 + 32 * 32 + 3 * 32 * 96
    let layer = Double(2 * matrices + 4 * 32 * 25 / 2)
    let head = Double(2 * 32 * 20)
    #expect(abs(costs.forwardOperationsPerToken - 3 * layer - head) < 1e-6)
    // Forward passes of one, two and three layers; backward ones of one layer in each stage.
    let mean = 2 * layer + head + 2 * (layer + head)
    #expect(abs(costs.trainingOperationsPerToken - mean) < 1e-6)
  }
}
