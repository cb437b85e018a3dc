import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct ChainOfExpertsTests {
  private func chain(_ options: [String: OptionValue]) throws -> ExpertChain<Double> {
    let model = try TreatedModels.make("chain-of-experts", options)
    return try #require(model.blocks[0].channelMixer as? ExpertChain<Double>)
  }

  /// One pass is a mixture with raw weights; the flag adds the identity.
  @Test func onePassIsAMixtureAndTheIdentity() throws {
    let options: [String: OptionValue] = ["iterations": 1, "experts": 4]
    let model = try TreatedModels.make("chain-of-experts", options)
    let one = try #require(model.blocks[0].channelMixer as? ExpertChain<Double>)
    let mixture = try TreatedModels.make("mixture-of-experts", ["weights": "raw", "experts": 4])
    for (own, other) in [
      ("mlp.routers.0.weight", "mlp.routed.router.weight"),
      ("mlp.experts.gateUp", "mlp.routed.experts.gateUp"),
      ("mlp.experts.down", "mlp.routed.experts.down"),
    ] {
      let source = try #require(model.parameters["layers.0.\(own)"]).tensor
      let target = try #require(mixture.parameters["layers.0.\(other)"]).tensor
      target.set(source.array)
    }
    let (pass, input) = TreatedModels.rows(7)
    let expected = mixture.blocks[0].channelMixer.record(input, addingTo: nil, in: pass).array
    #expect(one.record(input, addingTo: nil, in: pass).array == expected)
    let whole = try chain(["iterations": 1, "experts": 4, "subtract-input": false])
    let sum = zip(expected, input.array).map { $0 + $1 }
    let found = whole.record(input, addingTo: nil, in: pass).array
    #expect(TreatedModels.difference(found, sum) < 1e-12)
  }

  /// Experts that make nothing leave the token as it is.
  @Test(arguments: ["each", "end"])
  func withoutExpertsTheInputComesOut(residual: String) throws {
    let whole = try chain(["subtract-input": false, "residual": .word(residual)])
    whole.bank.down.buffer.update(repeating: 0)
    let (pass, input) = TreatedModels.rows(5)
    #expect(whole.record(input, addingTo: nil, in: pass).array == input.array)
  }

  /// With linear experts M_i, each pass multiplies by I + g M_i of the expert that it chose.
  @Test func linearExpertsMultiply() throws {
    var baseline = TreatedModels.baseline()
    for index in baseline.layers.indices {
      baseline.layers[index].channelMixer = .feedForward(
        FeedForwardConfiguration(width: 16, activation: .relu, hasBias: false))
    }
    let model = try TreatedModels.make(
      "chain-of-experts",
      ["experts": 3, "chosen": 2, "iterations": 2, "expert-share": 1, "subtract-input": false],
      on: baseline)
    let chain = try #require(model.blocks[0].channelMixer as? ExpertChain<Double>)
    // Hidden units of positive inputs and weights are not cut off.
    for tensor in [chain.bank.up, chain.bank.down] {
      for index in 0..<tensor.count { tensor.values[index] = abs(tensor.values[index]) / 10 }
    }
    let (pass, input) = TreatedModels.rows(6)
    for index in 0..<input.count { input.values[index] = abs(input.values[index]) }
    let found = chain.record(input, addingTo: nil, in: pass).array
    let first = try #require(pass.routings["layers.0.mlp.routers.0"])
    let second = try #require(pass.routings["layers.0.mlp.routers.1"])
    for row in 0..<6 {
      var x = Array(input.array[row * 32..<(row + 1) * 32])
      for routing in [first, second] {
        let expert = Int(routing.chosen.values[row])
        var hidden = [Double](repeating: 0, count: 16)
        for unit in 0..<16 {
          for at in 0..<32 {
            hidden[unit] += x[at] * chain.bank.up.values[(expert * 32 + at) * 16 + unit]
          }
        }
        for column in 0..<32 {
          for unit in 0..<16 {
            let weight = chain.bank.down.values[(expert * 16 + unit) * 32 + column]
            x[column] += routing.weights.values[row] * hidden[unit] * weight
          }
        }
      }
      #expect(TreatedModels.difference(x, Array(found[row * 32..<(row + 1) * 32])) < 1e-11)
    }
  }

  /// Half the experts in each of two passes cost what one pass costs, but for a second router.
  @Test func passesShareTheBudget() throws {
    let baseline = TreatedModels.baseline()
    let one = try TreatedModels.arm("chain-of-experts", ["iterations": 1]).costs(
      baseline, length: 24)
    let two = try TreatedModels.arm("chain-of-experts").costs(baseline, length: 24)
    #expect(two.parameters == one.parameters + 2 * 32 * 8)
    #expect(two.forwardOperationsPerToken == one.forwardOperationsPerToken + 2 * 2 * 32 * 8)
    let shared = try TreatedModels.arm("chain-of-experts", ["shared-router": true]).costs(
      baseline, length: 24)
    #expect(shared.parameters == one.parameters)
  }

  @Test func choicesThatDoNotDivideAreRefused() {
    #expect(throws: TreatmentError.self) {
      try TreatmentCatalog.choice(named: "chain-of-experts", ["chosen": 3])
    }
  }
}
