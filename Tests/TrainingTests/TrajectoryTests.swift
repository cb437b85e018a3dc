import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

/// Fifty AdamW steps of PyTorch on the tiny GPT-2 of `transformers`; the script beside the numbers in
/// LanguageModelsTests says how they came.
@Suite struct TrajectoryTests {
  private struct Trajectory: Decodable {
    var losses: [Double]
    var gradientNorms: [Double]
    var learningRates: [Double]
  }

  /// Four batches of four rows of 17 tokens, by turns.
  private final class Batches: BatchSource {
    var position = 0
    private var tokens: [Int32] = []

    init(vocabulary: Int) {
      var state = 12345
      for _ in 0..<4 * 4 * 17 {
        state = (1_103_515_245 * state + 12345) % (1 << 31)
        tokens.append(Int32((state >> 16) % vocabulary))
      }
    }

    func fill(
      tokens inputs: UnsafeMutableBufferPointer<Int32>,
      targets: UnsafeMutableBufferPointer<Int32>, sequences: Int, length: Int
    ) {
      for row in 0..<4 {
        for place in 0..<16 {
          let index = ((position % 4) * 4 + row) * 17 + place
          inputs[row * 16 + place] = tokens[index]
          targets[row * 16 + place] = tokens[index + 1]
        }
      }
      position += 1
    }
  }

  private static let goldens = PackageRoot.url("Tests/LanguageModelsTests/Goldens/parity")

  @Test func lossesEqualThoseOfPyTorch() throws {
    try check(as: Double.self, tolerance: 1e-6)
    try check(as: Float.self, tolerance: 1e-3)
  }

  private func check<Element: TensorElement>(
    as type: Element.Type, tolerance: Double
  ) throws {
    let expected = try JSONDecoder().decode(
      Trajectory.self,
      from: Data(contentsOf: Self.goldens.appendingPathComponent("adamw_trajectory.json")))
    let model = try ModelCheckpoint.load(
      Self.goldens.appendingPathComponent("gpt2").path, as: type)
    var recipe = TrainingRecipe(
      batchSize: 4, sequenceLength: 16, budget: .steps(50),
      optimizer: .adamW(AdamWSettings(learningRate: 3e-3)),
      schedule: Schedule(warmup: 10, .cosine(floor: 0.1)))
    recipe.accumulation = 2
    let trainer = try Trainer(
      LanguageModelObjective(model), recipe: recipe,
      source: Batches(vocabulary: model.configuration.vocabularyCount), pool: .inline)
    var steps: [TrainingProgress] = []
    _ = try trainer.run { if case .step(let progress) = $0 { steps.append(progress) } }
    #expect(steps.count == 50)
    for (index, step) in steps.enumerated() {
      #expect(abs(step.loss - expected.losses[index]) < tolerance, "step \(step.step)")
      #expect(abs(step.gradientNorm / expected.gradientNorms[index] - 1) < 10 * tolerance)
      #expect(abs(step.learningRate - expected.learningRates[index]) < 1e-12)
    }
  }
}
