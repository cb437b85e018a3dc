import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct RoutedExpertsTests {
  /// y = Σ w_j E_{c_j}(x), written out for each token, plus the shared expert.
  @Test(arguments: ["renormalized", "raw"])
  func theMixtureIsTheWeightedSumOfItsExperts(weights: String) throws {
    let model = try TreatedModels.make(
      "mixture-of-experts",
      ["experts": 4, "chosen": 2, "weights": .word(weights), "shared-share": 0.25])
    let mixer = try #require(
      model.blocks[1].channelMixer as? RoutedBesideDense<Double>)
    let (pass, input) = TreatedModels.rows(6)
    let found = mixer.record(input, addingTo: nil, in: pass).array
    let shared = mixer.dense.record(input, addingTo: nil, in: pass).array
    let routing = try #require(pass.routings["layers.1.mlp.routed.router"])
    let parameter = { (name: String) in
      try #require(model.parameters["layers.1.mlp.routed.\(name)"]).tensor
    }
    let (up, down) = (try parameter("experts.gateUp"), try parameter("experts.down"))
    let router = try parameter("router.weight")
    let (width, inner) = (32, down.shape[1])
    for row in 0..<6 {
      let x = Array(input.array[row * width..<(row + 1) * width])
      let scores = (0..<4).map { expert in
        (0..<width).reduce(0) { $0 + x[$1] * router.values[$1 * 4 + expert] }
      }
      let total = scores.reduce(0) { $0 + exponential($1) }
      let chosen = routing.chosen.array[row * 2..<row * 2 + 2].map { Int($0) }
      #expect(Set(chosen) == Set((0..<4).sorted { scores[$0] > scores[$1] }.prefix(2)))
      let affinities = chosen.map { exponential(scores[$0]) / total }
      let sum = weights == "raw" ? 1 : affinities.reduce(0, +)
      var expected = Array(shared[row * width..<(row + 1) * width])
      for (expert, affinity) in zip(chosen, affinities) {
        let hidden: [Double] = (0..<inner).map { unit in
          func product(_ column: Int) -> Double {
            var sum = 0.0
            for at in 0..<width {
              sum += x[at] * up.values[(expert * width + at) * 2 * inner + column]
            }
            return sum
          }
          let gate = product(unit)
          return gate / (1 + exponential(-gate)) * product(inner + unit)
        }
        for column in 0..<width {
          for unit in 0..<inner {
            let weight = down.values[(expert * inner + unit) * width + column]
            expected[column] += affinity / sum * hidden[unit] * weight
          }
        }
      }
      #expect(
        TreatedModels.difference(expected, Array(found[row * width..<(row + 1) * width])) < 1e-10)
    }
  }

  /// Experts of 1 / chosen of the width pass a token through as many parameters as before, and the
  /// router's.
  @Test func activeParametersAreTheDenseModels() throws {
    let baseline = TreatedModels.baseline()
    let dense = try Arm(name: "dense").costs(baseline, length: 24)
    let routed = try TreatedModels.arm("mixture-of-experts").costs(baseline, length: 24)
    #expect(routed.activeParameters == dense.activeParameters + 2 * 32 * 8)
    // Four times the feed-forward in all: 8 experts of half the width.
    #expect(routed.parameters == dense.parameters + 2 * (32 * 8 + 3 * (3 * 32 * 96)))
    #expect(routed.forwardOperationsPerToken == dense.forwardOperationsPerToken + 2 * 2 * 32 * 8)
  }

  @Test func aRouterThatCannotLearnIsRefused() {
    let error = #expect(throws: TreatmentError.self) {
      try TreatmentCatalog.choice(named: "mixture-of-experts", ["chosen": 1])
    }
    #expect(error?.option == "weights")
    #expect(throws: TreatmentError.self) {
      try TreatmentCatalog.choice(named: "mixture-of-experts", ["experts": 2, "chosen": 3])
    }
  }

  @Test func aModelOfExpertsIsRefused() throws {
    let experts = try #require(TreatmentFixtures.baselines.first { $0.name == "experts" })
    #expect(throws: TreatmentError.self) {
      try TreatedModels.arm("mixture-of-experts").configuration(experts.model)
    }
  }
}
