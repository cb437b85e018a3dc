import LanguageModels
import Tensors
import Training
import Treatments

/// Runs of growing models with the parameters after each step.
enum GrowthRuns {
  /// Trains an arm and looks at the model after every step.
  static func train(
    _ arm: Arm, on baseline: ModelConfiguration, steps: Int,
    after: (Int, LanguageModel<Float>, Double) -> Void
  ) throws {
    var recipe = TreatmentFixtures.recipe
    recipe.budget = .steps(steps)
    recipe.checkpoints = CheckpointCadence(every: 0, keep: 1)
    recipe = try arm.recipe(recipe, for: baseline)
    let model: LanguageModel<Float> = try arm.model(baseline, seed: 3)
    let trainer = try Trainer(
      LanguageModelObjective(model), recipe: recipe,
      source: try arm.source(of: try TreatmentFixtures.dataset(for: arm.cards[0]), recipe: recipe),
      pool: .inline)
    _ = try trainer.run { event in
      if case .step(let progress) = event { after(progress.step, model, progress.crossEntropy) }
    }
  }

  /// All numbers of the parameters whose names begin so.
  static func numbers(_ model: LanguageModel<Float>, _ prefix: String) -> [[Float]] {
    model.parameters.parameters.filter { $0.name.hasPrefix(prefix) }.map(\.tensor.array)
  }
}
