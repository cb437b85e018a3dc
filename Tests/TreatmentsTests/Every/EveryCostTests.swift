import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

/// What the accountant says is what models have and recordings count.
@Suite struct EveryCostTests {
  /// Without the planted gain, whose point is that its costs are not charged.
  static let charged = TreatmentFixtures.cases.filter {
    $0.options["accounted-as-baseline"] != .flag(true)
  }

  @Test(arguments: charged)
  func parametersAreThoseOfTheModel(_ test: TreatedCase) throws {
    let model = try test.arm.model(test.baseline, seed: 1, of: Float.self)
    let costs = try test.arm.costs(test.baseline, length: 16)
    #expect(costs.parameters == model.parameters.count)
    #expect(costs.activeParameters <= costs.parameters)
    #expect(costs.embeddingParameters <= costs.parameters)
  }

  /// A token's arithmetic is what a further sequence adds, so that what is done once a step to the
  /// weights themselves is not counted by tokens.
  @Test(arguments: charged, [8, TreatmentFixtures.context])
  func operationsAreThoseOfTheRecording(_ test: TreatedCase, length: Int) throws {
    let model = try test.model(as: Float.self)
    // Where training and inference follow different rules, a run pays for the training.
    let isTraining = test.card.causality != .causal
    func recorded(_ batch: Int) -> Double {
      let pass = model.logits(
        TreatmentFixtures.tokens(batch * length), batch: batch, isTraining: isTraining
      ).pass
      return pass.tape.costs.reduce(0) { $0 + $1.cost.forward }
    }
    let perToken = (recorded(3) - recorded(1)) / Double(2 * length)
    let costs = try test.arm.costs(test.baseline, length: length)
    #expect(
      abs(costs.forwardOperationsPerToken - perToken) <= 1e-9 * perToken,
      "\(costs.forwardOperationsPerToken) against \(perToken) of the recording")
  }

  /// Bytes of a sequence: all that the mixers ask a cache to keep, less where they look at a part of
  /// it only.
  @Test(arguments: TreatmentFixtures.cases.filter(\.card.decodes))
  func stateIsWhatDecodingKeeps(_ test: TreatedCase) throws {
    let model = try test.arm.model(test.baseline, seed: 1, of: Float.self)
    let length = TreatmentFixtures.context
    let kept = model.mixerStates.reduce(0) { sum, state in
      switch state {
      case .keysAndValues(let keys, let values): sum + 4 * length * (keys + values)
      case .constant(let count): sum + 4 * count
      }
    }
    let seesAll = model.blocks.allSatisfy { block in
      guard let attention = block.tokenMixer as? Attention<Float> else { return true }
      switch attention.pattern {
      case .causal, .full: return attention.selection == nil
      case .window, .blocks: return false
      }
    }
    let costs = try test.arm.costs(test.baseline, length: length)
    if seesAll {
      #expect(costs.stateBytes == kept)
    } else {
      #expect(costs.stateBytes <= kept)
    }
  }
}
