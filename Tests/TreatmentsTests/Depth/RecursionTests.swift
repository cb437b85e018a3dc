import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct RecursionTests {
  /// A stack with tied weights and an untied one with copies of them compute the same.
  @Test func sharedLayersAreCopiesOfEachOther() throws {
    let baseline = TreatedModels.baseline(layers: 6)
    let tied = try TreatedModels.make("recursion", on: baseline)
    #expect(tied.blocks.count == 4)
    let copies: LanguageModel<Double> = try Arm(name: "copies").model(baseline, seed: 3)
    // Layers 1 and 2 run twice: 0, 1, 2, 1, 2, 3.
    let sources = [0: 0, 1: 1, 2: 2, 3: 1, 4: 2, 5: 3]
    for parameter in copies.parameters.parameters {
      var parts = parameter.name.split(separator: ".").map(String.init)
      if parts[0] == "layers", let layer = Int(parts[1]) { parts[1] = "\(sources[layer] ?? -1)" }
      let source = try #require(tied.parameters[parts.joined(separator: ".")])
      parameter.tensor.set(source.tensor.array)
    }
    let tokens = TreatmentFixtures.tokens(2 * TreatmentFixtures.context)
    #expect(tied.logits(tokens, batch: 2).values == copies.logits(tokens, batch: 2).values)
  }

  @Test func eitherDepthOrParametersStay() throws {
    let baseline = TreatedModels.baseline(layers: 6)
    let dense = try Arm(name: "dense").costs(baseline, length: 24)
    let depth = try TreatedModels.arm("recursion").costs(baseline, length: 24)
    #expect(depth.forwardOperationsPerToken == dense.forwardOperationsPerToken)
    #expect(depth.parameters < dense.parameters)
    let kept = try TreatedModels.arm("recursion", ["keep": "parameters"]).costs(
      baseline, length: 24)
    #expect(kept.parameters == dense.parameters)
    #expect(kept.forwardOperationsPerToken > dense.forwardOperationsPerToken)
  }

  @Test func layersThatDoNotDivideAreRefused() {
    #expect(throws: TreatmentError.self) {
      try TreatedModels.arm("recursion", ["recursions": 3]).configuration(
        TreatedModels.baseline(layers: 6))
    }
    #expect(throws: TreatmentError.self) {
      try TreatedModels.arm("recursion").configuration(TreatedModels.baseline(layers: 2))
    }
  }
}
