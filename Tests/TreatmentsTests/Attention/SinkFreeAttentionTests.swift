import Cards
import Foundation
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct SinkFreeAttentionTests {
  @Test func theMetricOfHandMadeMaps() {
    let count = 64
    let even = (0..<count).map { row in
      (0..<count).map { $0 <= row ? 1 / Double(row + 1) : 0 }
    }
    let harmonic = (1...count).reduce(0.0) { $0 + 1 / Double($1) }
    let received = AttentionSink.receivedWeight(even)
    #expect(abs(received - harmonic / Double(count)) <= 1e-15)
    #expect(abs(received - 0.074) < 0.0005)
    #expect(AttentionSink.rate([received]) == 0)
    // The last key is seen by the last query alone, the one before it by two.
    #expect(abs(AttentionSink.receivedWeight(even, key: 63) - 1 / 64.0) <= 1e-15)
    #expect(abs(AttentionSink.receivedWeight(even, key: 62) - (1 / 63.0 + 1 / 64.0) / 2) <= 1e-15)
    let toFirst = (0..<count).map { _ in (0..<count).map { $0 == 0 ? 1.0 : 0 } }
    #expect(AttentionSink.receivedWeight(toFirst) == 1)
    #expect(AttentionSink.receivedWeight(toFirst, key: 3) == 0)
    #expect(AttentionSink.rate([1, received, 1, 0.3]) == 50)
  }

  private func layer(
    _ options: [String: OptionValue]
  ) throws -> (model: LanguageModel<Double>, attention: Attention<Double>) {
    let arm = Arm(
      name: "sink-free",
      choices: [try TreatmentCatalog.choice(named: "sink-free-attention", options)])
    let gpt2 = TreatmentFixtures.baselines[2].model
    let model = try arm.model(gpt2, seed: 1, of: Double.self)
    model.spread()
    return (model, try #require(model.blocks[0].tokenMixer as? Attention<Double>))
  }

  /// Unnormalised sigmoids of scores, written out from queries, keys and values.
  @Test(arguments: ["sigmoid", "shifted-sigmoid"])
  func sigmoidWeightsAreEachByThemselves(weights: String) throws {
    let (model, _) = try layer(["weights": .word(weights)])
    var (projected, mixed): ([Double], [Double]) = ([], [])
    var hooks = Hooks<Double>()
    hooks.read(at: "layers.0.attention.qkv") { projected = Array($0) }
    hooks.read(at: "layers.0.attention.mixed") { mixed = Array($0) }
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: 1, length: 8, hooks: hooks)
    pass.tokens.assign(TreatmentFixtures.tokens(8))
    _ = model.logits(pass)
    tape.replay()
    let shift = weights == "sigmoid" ? 0 : log(Double(TreatmentFixtures.context))
    for query in 0..<8 {
      for head in 0..<2 {
        for column in head * 16..<(head + 1) * 16 {
          let expected = (0...query).reduce(0.0) { sum, key in
            let score = (head * 16..<(head + 1) * 16).reduce(0.0) {
              $0 + projected[query * 96 + $1] * projected[key * 96 + 32 + $1]
            }
            return sum + projected[key * 96 + 64 + column] / (1 + exp(-score / 4 + shift))
          }
          #expect(abs(mixed[query * 32 + column] - expected) <= 1e-12 * (1 + abs(expected)))
        }
      }
    }
  }

  /// A learned key is one more token in front of all others, without its query.
  @Test(arguments: ["key", "key-value"])
  func aLearnedKeyIsOneMoreToken(bias: String) throws {
    let (model, attention) = try layer(["weights": "softmax", "bias": .word(bias)])
    let supplement = try #require(attention.supplement)
    let tape = Tape<Double>(pool: .inline)
    let count = 5
    let pass = ForwardPass(tape: tape, batch: 1, length: count)
    let projected = tape.input([count, 96])
    for index in 0..<projected.count { projected.values[index] = sin(Double(index)) }
    var settings = AttentionSettings<Double>(
      batch: 1, headCount: 2, headWidth: 16, pattern: .full)
    let attended = tape.attention(projected, settings)
    let found = supplement.record(
      attended, queries: HeadColumns(projected), settings, in: pass)

    let longer = tape.input([count + 1, 96])
    for index in 0..<projected.count { longer.values[96 + index] = projected.values[index] }
    let key = try #require(model.parameters["layers.0.attention.sink.key"]).tensor
    for index in 0..<32 { longer.values[32 + index] = key.values[index] }
    if bias == "key-value" {
      let value = try #require(model.parameters["layers.0.attention.sink.value"]).tensor
      for index in 0..<32 { longer.values[64 + index] = value.values[index] }
    }
    settings.pattern = .full
    let expected = tape.attention(longer, settings).output
    for index in 0..<found.count {
      #expect(abs(found.values[index] - expected.values[32 + index]) <= 1e-12)
    }
  }

  @Test func aBiasNeedsASoftmax() {
    #expect(throws: TreatmentError.self) {
      _ = try TreatmentCatalog.choice(
        named: "sink-free-attention", ["weights": "sigmoid", "bias": "key"])
    }
  }
}
