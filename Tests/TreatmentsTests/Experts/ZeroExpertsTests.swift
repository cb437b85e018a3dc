import Cards
import LanguageModels
import Tensors
import Testing
import Training
import Treatments

@Suite struct ZeroExpertsTests {
  private func mixture(
    _ options: [String: OptionValue] = [:]
  ) throws -> (model: LanguageModel<Double>, mixture: ZeroExpertMixture<Double>) {
    let model = try TreatedModels.make("zero-experts", options)
    return (model, try #require(model.blocks[0].channelMixer as? ZeroExpertMixture<Double>))
  }

  /// Z = 0 and b = 0: a mixture of experts with raw softmax weights.
  @Test func withoutZeroExpertsItIsAMixture() throws {
    let (model, zero) = try mixture(
      ["zero-experts": 0, "mean-experts": 3, "weight-scale": 1])
    let plain = try TreatedModels.make(
      "mixture-of-experts", ["chosen": 3, "weights": "raw"])
    for name in ["router.weight", "experts.gateUp", "experts.down"] {
      let source = try #require(model.parameters["layers.0.mlp.\(name)"]).tensor
      try #require(plain.parameters["layers.0.mlp.routed.\(name)"]).tensor.set(source.array)
    }
    let (pass, input) = TreatedModels.rows(9)
    let found = zero.record(input, addingTo: nil, in: pass).array
    #expect(found == plain.blocks[0].channelMixer.record(input, addingTo: nil, in: pass).array)
  }

  /// A token that goes to zero-computation experts alone becomes γ Σ p times itself.
  @Test func zeroExpertsReturnTheirInput() throws {
    let (_, zero) = try mixture()
    let bias = try #require(zero.router.selectionBias)
    for choice in 8..<12 { bias.values[choice] = 10 }
    let (pass, input) = TreatedModels.rows(5)
    let found = zero.record(input, addingTo: nil, in: pass).array
    let routing = try #require(pass.routings["layers.0.mlp.router"])
    #expect(routing.chosen.array.allSatisfy { $0 >= 8 })
    for row in 0..<5 {
      let affinities = routing.affinities.array[row * 12..<(row + 1) * 12]
      let chosen = routing.chosen.array[row * 3..<(row + 1) * 3]
      let factor = 6 * chosen.reduce(0) { $0 + affinities[row * 12 + Int($1)] }
      for column in 0..<32 {
        let at = row * 32 + column
        #expect(abs(found[at] - factor * input.array[at]) < 1e-12)
      }
    }
  }

  /// From biases that leave feed-forward experts almost unused, the controller brings their mean
  /// number to K_e, and the biases of zero-computation experts stay.
  @Test func theControllerReachesTheMean() throws {
    let (model, zero) = try mixture(["bias-rate": 0.1, "rate-half-life": 0])
    let bias = try #require(zero.router.selectionBias)
    for choice in 0..<8 { bias.values[choice] = -0.5 }
    for index in 0..<zero.router.weight.count { zero.router.weight.values[index] *= 0.2 }
    let (pass, input) = TreatedModels.rows(400, isTraining: true)
    let output = zero.record(input, addingTo: nil, in: pass)
    let loss = pass.tape.sum(output)
    let routing = try #require(pass.routings["layers.0.mlp.router"])
    func mean() -> Double {
      Double(routing.chosen.array.count { $0 < 8 }) / 400
    }
    #expect(mean() < 0.5)
    var steps: [Double] = []
    for step in 0..<300 {
      pass.tape.replay()
      if step >= 250 { steps.append(mean()) }
      model.parameters.clearGradients()
      pass.tape.backward(from: loss)
    }
    let average = steps.reduce(0, +) / Double(steps.count)
    #expect(abs(average - 2) < 0.04, "\(average) feed-forward experts a token")
    #expect((8..<12).allSatisfy { bias.values[$0] == 0 })
  }

  /// The step of the biases is half as large after the half-life, and does not depend on the run.
  @Test func theBiasStepFalls() throws {
    let (model, _) = try mixture(["rate-half-life": 100, "bias-rate": 0.5])
    let rate = try #require(
      model.parameters.buffers.first { $0.name == "layers.1.mlp.router.biasRate" }
    ).tensor
    for (step, expected) in [(0, 0.5), (100, 0.25), (300, 0.125)] {
      for action in model.stepActions { action(TrainingMoment(step: step, steps: 7)) }
      #expect(abs(rate.values[0] - expected) < 1e-15)
    }
  }

  @Test func meansThatCannotBeReachedAreRefused() {
    for options: [String: OptionValue] in [
      ["mean-experts": 3.5], ["zero-experts": 0], ["zero-experts": 1, "mean-experts": 1],
      ["chosen": 13],
    ] {
      #expect(throws: TreatmentError.self) {
        try TreatmentCatalog.choice(named: "zero-experts", options)
      }
    }
  }
}
