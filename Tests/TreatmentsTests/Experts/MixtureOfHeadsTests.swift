import Cards
import Foundation
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct MixtureOfHeadsTests {
  /// The weights of the first layer's heads for six tokens, and the layer's balance loss.
  private func weights(
    _ options: [String: OptionValue], _ change: (LanguageModel<Double>) -> Void = { _ in }
  ) throws -> (weights: [[Double]], loss: Double?, input: [Double], model: LanguageModel<Double>) {
    let arm = Arm(
      name: "heads", choices: [try TreatmentCatalog.choice(named: "mixture-of-heads", options)])
    let model = try arm.model(TreatmentFixtures.baselines[0].model, seed: 1, of: Double.self)
    model.spread()
    change(model)
    let attention = try #require(model.blocks[0].tokenMixer as? Attention<Double>)
    let combiner = try #require(attention.combiner)
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 1, length: 6)
    let input = tape.input([6, 32])
    for index in 0..<input.count { input.values[index] = sin(Double(index * index)) }
    for row in 0..<6 { input.values[row * 32] = 1 }
    let ones = tape.input([6, 32])
    ones.buffer.update(repeating: 1)
    let result = combiner.record(ones, input: input, in: pass).array
    return (
      (0..<6).map { row in (0..<4).map { result[row * 32 + $0 * 8] } },
      pass.auxiliaryLosses.first?.values[0], input.array, model
    )
  }

  private func scores(
    _ input: [Double], _ row: Int, _ name: String, _ model: LanguageModel<Double>
  ) throws -> [Double] {
    let weight = try #require(model.parameters["layers.0.attention.\(name).weight"]).tensor
    let columns = weight.columnCount
    return (0..<columns).map { column in
      (0..<32).reduce(0) { $0 + input[row * 32 + $1] * weight.values[$1 * columns + column] }
    }
  }

  private func softmax(_ x: [Double]) -> [Double] {
    let sum = x.reduce(0) { $0 + exp($1) }
    return x.map { exp($0) / sum }
  }

  /// The formula of the paper, written out for each token.
  @Test func weightsFollowTheFormula() throws {
    let (weights, _, input, model) = try weights([:])
    for row in 0..<6 {
      let shared = softmax(try scores(input, row, "shared", model)).map { 2 * $0 }
      let routed = softmax(try scores(input, row, "router", model))
      let groups = softmax(try scores(input, row, "groups", model)).map { 2 * $0 }
      let best = routed[0] > routed[1] ? 0 : 1
      let expected =
        shared.map { groups[0] * $0 } + (0..<2).map { $0 == best ? groups[1] : 0 }
      for (one, other) in zip(weights[row], expected) { #expect(abs(one - other) <= 1e-12) }
    }
  }

  @Test func zeroMatricesWithAllHeadsGiveWeightsOfOne() throws {
    let (weights, _, _, _) = try weights(["active": 1]) { model in
      for parameter in model.parameters.parameters { parameter.tensor.buffer.update(repeating: 0) }
    }
    #expect(weights.joined().allSatisfy { abs($0 - 1) <= 1e-15 })
  }

  /// The paper counts k at balance, and the number of routed heads where one takes all.
  @Test func theBalanceLossFollowsThePaper() throws {
    func loss(_ options: [String: OptionValue], towards head: Int? = nil) throws -> Double {
      try #require(
        try weights(options) { model in
          for parameter in model.parameters.parameters
          where parameter.name.hasSuffix("router.weight") {
            parameter.tensor.buffer.update(repeating: 0)
            // The first feature of every token is one.
            if let head { parameter.tensor.values[head] = 100 }
          }
        }.loss)
    }
    // Two of four routed heads, and one of two.
    #expect(abs(try loss(["shared": 0, "active": 0.5, "balance": 1]) - 2) <= 1e-12)
    #expect(abs(try loss(["balance": 0.01]) - 0.01) <= 1e-14)
    let collapsed = try loss(["shared": 0, "active": 0.25, "balance": 1], towards: 2)
    #expect(abs(collapsed - 4) <= 1e-12)
  }

  @Test func fewerActiveThanSharedHeadsAreRefused() {
    #expect(throws: TreatmentError.self) {
      _ = try TreatmentCatalog.choice(
        named: "mixture-of-heads", ["shared": 0.75, "active": 0.5])
    }
  }
}
