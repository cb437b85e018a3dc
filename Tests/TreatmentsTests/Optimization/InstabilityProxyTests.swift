import Cards
import Foundation
import LanguageModels
import Tensors
import Testing
import Training
import Treatments

/// The methods of [145].
@Suite struct InstabilityProxyTests {
  /// 2·coefficient·log Z·softmax(logits) beside the cross-entropy's own gradient.
  @Test func theGradientOfZLoss() {
    let values = [0.5, -1, 2, 0.25]
    func gradient(_ zLoss: Double) -> [Double] {
      let tape = Tape<Double>(pool: .inline)
      let logits = tape.input([1, 4], requiresGradient: true)
      for (index, value) in values.enumerated() { logits.values[index] = value }
      let targets = tape.indices([1])
      targets.assign([2])
      tape.backward(from: tape.crossEntropy(logits, targets: targets, zLoss: zLoss).loss)
      return logits.gradientArray
    }
    let sum = values.reduce(0) { $0 + exp($1) }
    for (index, pair) in zip(gradient(1e-4), gradient(0)).enumerated() {
      let expected = 2e-4 * log(sum) * exp(values[index]) / sum
      #expect(abs(pair.0 - pair.1 - expected) <= 1e-15)
    }
  }

  @Test func zLossIsTheRecipes() throws {
    let arm = Arm(
      name: "z", choices: [try TreatmentCatalog.choice(named: "z-loss", ["coefficient": 0.01])])
    let baseline = TreatmentFixtures.baselines[0].model
    #expect(try arm.recipe(TreatmentFixtures.recipe, for: baseline).zLoss == 0.01)
    var recipe = TreatmentFixtures.recipe
    recipe.zLoss = 1e-4
    #expect(throws: TreatmentError.self) { _ = try arm.recipe(recipe, for: baseline) }
  }

  /// |score| ≤ √d · max|g_q| · max|g_k|, however large the weights.
  @Test func normalisedScoresAreBounded() throws {
    let arm = Arm(name: "qk-norm", choices: [try TreatmentCatalog.choice(named: "qk-norm")])
    let model = try arm.model(TreatmentFixtures.baselines[1].model, seed: 1, of: Double.self)
    model.spread(30) { $0.hasSuffix("weight") }
    model.spread(0.5) { $0.hasSuffix("Norm.gain") && $0.contains("attention.") }
    let pass = model.logits(TreatmentFixtures.tokens(24)).pass
    for layer in 0..<2 {
      func largest(_ part: String) throws -> Double {
        try #require(model.parameters["layers.\(layer).attention.\(part).gain"]).tensor.array
          .map(abs).max() ?? 0
      }
      let bound = 8.0.squareRoot() * (try largest("queryNorm")) * (try largest("keyNorm"))
      let summaries = try #require(pass.attentions["layers.\(layer).attention"]).summary(rows: 24)
      #expect(summaries.allSatisfy { $0.highestScore <= bound + 1e-12 })
      #expect(summaries.contains { $0.highestScore > 0.2 * bound })
    }
  }

  @Test func aModelIsNotNormalisedTwice() throws {
    let choice = try TreatmentCatalog.choice(named: "qk-norm")
    let arm = Arm(name: "twice", choices: [choice, choice])
    #expect(throws: TreatmentError.self) {
      _ = try arm.configuration(TreatmentFixtures.baselines[0].model)
    }
  }
}
