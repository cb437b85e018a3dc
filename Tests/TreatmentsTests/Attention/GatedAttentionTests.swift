import Cards
import Foundation
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct GatedAttentionTests {
  private static let llama = TreatmentFixtures.baselines[0].model
  private static let tokens = TreatmentFixtures.tokens(12)

  private func treated(
    _ options: [String: OptionValue]
  ) throws -> LanguageModel<Double> {
    let arm = Arm(
      name: "gated", choices: [try TreatmentCatalog.choice(named: "gated-attention", options)])
    let model = try arm.model(Self.llama, seed: 1, of: Double.self)
    model.spread()
    return model
  }

  private func plain() throws -> LanguageModel<Double> {
    let model = try LanguageModel<Double>(Self.llama, seed: 1)
    model.spread()
    return model
  }

  private func set(_ model: LanguageModel<Double>, _ suffix: String, _ value: (Int) -> Double) {
    for parameter in model.parameters.parameters where parameter.name.hasSuffix(suffix) {
      for index in 0..<parameter.tensor.count { parameter.tensor.values[index] = value(index) }
    }
  }

  /// What the first layer's attention adds to the stream.
  private func attentionOutput(
    _ model: LanguageModel<Double>, hooks: Hooks<Double> = Hooks()
  ) -> [Double] {
    var result: [Double] = []
    var hooks = hooks
    hooks.read(at: "layers.0.attention.output") { result = Array($0) }
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: 1, length: Self.tokens.count, hooks: hooks)
    pass.tokens.assign(Self.tokens)
    _ = model.logits(pass)
    tape.replay()
    return result
  }

  @Test(
    arguments: ["element", "head"], ["attention", "values", "output"])
  func aConstantGateScalesTheLayer(granularity: String, position: String) throws {
    guard granularity == "element" || position != "output" else { return }
    for (activation, gate) in [
      ("sigmoid", 1 / (1 + exp(-0.7))), ("half-sigmoid", 0.5 + 0.5 / (1 + exp(-0.7))),
      ("silu", 0.7 / (1 + exp(-0.7))),
    ] {
      let model = try treated([
        "granularity": .word(granularity), "position": .word(position),
        "activation": .word(activation), "bias": true, "bias-start": 0.7,
      ])
      set(model, "gate.weight") { _ in 0 }
      set(model, "gate.bias") { _ in 0.7 }
      let expected = attentionOutput(try plain())
      let found = attentionOutput(model)
      #expect(found.count == expected.count && !found.isEmpty)
      for (one, other) in zip(found, expected) {
        #expect(abs(one - gate * other) <= 1e-12 * (1 + abs(other)))
      }
    }
  }

  /// A gate on queries or keys scales all scores of softmax, as a temperature does.
  @Test(arguments: ["queries", "keys"])
  func aConstantGateOnQueriesOrKeysIsATemperature(position: String) throws {
    let model = try treated(["position": .word(position), "bias": true])
    set(model, "gate.weight") { _ in 0 }
    set(model, "gate.bias") { _ in 0 }
    let scaled = try plain()
    let weight = try #require(scaled.parameters["layers.0.attention.qkv.weight"]).tensor
    for row in 0..<weight.rowCount {
      for column in 0..<32 { weight.values[row * weight.columnCount + column] *= 0.5 }
    }
    let (found, expected) = (attentionOutput(model), attentionOutput(scaled))
    for (one, other) in zip(found, expected) { #expect(abs(one - other) <= 1e-12) }
  }

  @Test func aClosedGateRemovesExactlyItsHead() throws {
    let model = try treated(["granularity": "head", "bias": true])
    set(model, "gate.weight") { _ in 0 }
    set(model, "gate.bias") { $0 == 2 ? -1_000 : 100 }
    var hooks = Hooks<Double>()
    hooks.edit(at: "layers.0.attention.mixed") { values in
      for row in 0..<Self.tokens.count {
        for index in 16..<24 { values[row * 32 + index] = 0 }
      }
    }
    #expect(attentionOutput(model) == attentionOutput(try plain(), hooks: hooks))
  }

  @Test func aGateDependsOnItsOwnTokenAlone() throws {
    let model = try treated([:])
    let attention = try #require(model.blocks[0].tokenMixer as? Attention<Double>)
    let combiner = try #require(attention.combiner)
    func gates(changing place: Int?) -> [Double] {
      let tape = Tape<Double>(pool: .inline)
      let pass = ForwardPass(tape: tape, batch: 1, length: 6)
      let input = tape.input([6, 32])
      for index in 0..<input.count { input.values[index] = sin(Double(index)) }
      if let place { input.values[place * 32] += 1 }
      let ones = tape.input([6, 32])
      ones.buffer.update(repeating: 1)
      return combiner.record(ones, input: input, in: pass).array
    }
    let (before, after) = (gates(changing: nil), gates(changing: 3))
    for token in 0..<6 {
      let row = token * 32..<(token + 1) * 32
      #expect((Array(before[row]) == Array(after[row])) == (token != 3))
    }
    #expect(before.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test func anAddedGateIsASum() throws {
    let model = try treated(["additive": true, "activation": "silu"])
    let attention = try #require(model.blocks[0].tokenMixer as? Attention<Double>)
    let combiner = try #require(attention.combiner)
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 1, length: 1)
    let (input, mixed) = (tape.input([1, 32]), tape.input([1, 32]))
    for index in 0..<32 { input.values[index] = cos(Double(index)) }
    for index in 0..<32 { mixed.values[index] = Double(index) }
    let result = combiner.record(mixed, input: input, in: pass).array
    let weight = try #require(model.parameters["layers.0.attention.gate.weight"]).tensor
    for column in 0..<32 {
      let z = (0..<32).reduce(0.0) { $0 + input.values[$1] * weight.values[$1 * 32 + column] }
      #expect(abs(result[column] - (Double(column) + z / (1 + exp(-z)))) <= 1e-12)
    }
  }

  @Test func headsAreNeededForAHeadwiseGate() {
    for options: [String: OptionValue] in [
      ["granularity": "head", "position": "output"], ["granularity": "head", "additive": true],
    ] {
      #expect(throws: TreatmentError.self) {
        _ = try TreatmentCatalog.choice(named: "gated-attention", options)
      }
    }
  }
}
