import LanguageModels
import Tensors
import Testing
import Training
import Treatments

@Suite struct StackedGrowthTests {
  /// The upper half waits unchanged, then is a copy of the lower one, then goes its own way; the loss
  /// after stacking is below that of a random start.
  @Test func theUpperHalfBeginsAsTheLower() throws {
    let arm = try TreatedModels.arm("stacked-growth")
    let baseline = TreatedModels.baseline(layers: 4)
    let start: LanguageModel<Float> = try arm.model(baseline, seed: 3)
    let upper = GrowthRuns.numbers(start, "layers.2.") + GrowthRuns.numbers(start, "layers.3.")
    var losses: [Double] = []
    try GrowthRuns.train(arm, on: baseline, steps: 40) { step, model, loss in
      losses.append(loss)
      func half(_ first: Int) -> [[Float]] {
        (first...first + 1).flatMap { GrowthRuns.numbers(model, "layers.\($0).") }
      }
      #expect((half(2) == upper) == (step <= 20))
      guard step == 20 else { return }
      // What the trainer is about to do before the next step.
      let lower = half(0)
      for action in model.stepActions { action(TrainingMoment(step: 20, steps: 40)) }
      #expect(half(0) == lower)
      #expect(half(2) == lower)
      #expect(lower != upper)
    }
    // Row 21 of the losses is the first with all layers, before any of its steps.
    #expect(losses[20].isFinite)
    #expect(losses[20] < losses[0] - 0.2)
  }

  /// Half the run at half the layers.
  @Test func trainingCostsTheMeanOfBothParts() throws {
    let baseline = TreatedModels.baseline(layers: 4)
    let dense = try Arm(name: "dense").costs(baseline, length: 24)
    let grown = try TreatedModels.arm("stacked-growth").costs(baseline, length: 24)
    let matrices = 32 * 96 + 32 * 32 + 3 * 32 * 96
    let layer = Double(2 * matrices + 4 * 32 * 25 / 2)
    let saved = dense.trainingOperationsPerToken - grown.trainingOperationsPerToken
    #expect(abs(saved - 3 * layer) < 1e-6)
    #expect(grown.forwardOperationsPerToken == dense.forwardOperationsPerToken)
  }

  @Test func oddNumbersOfLayersAreRefused() throws {
    #expect(throws: TreatmentError.self) {
      try TreatedModels.arm("stacked-growth").configuration(TreatedModels.baseline(layers: 3))
    }
  }
}
