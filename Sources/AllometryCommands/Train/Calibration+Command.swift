internal import LanguageModels
internal import Quantities
internal import Tensors
internal import Training

extension Calibration {
  /// Trains a copy of the model for two seconds.
  ///
  /// - Throws: `CommandFailure` if the trial diverges.
  init(
    _ model: ModelConfiguration, recipe: TrainingRecipe, data: Dataset, pool: ThreadPool
  ) throws {
    let objective = LanguageModelObjective(try LanguageModel<Float>(model, seed: recipe.seed))
    guard
      let trial = try Calibration(
        objective, recipe: recipe, source: try data.source(recipe), pool: pool)
    else {
      throw CommandFailure(
        .internalError, "the trial diverged in its first steps; lower --learning-rate")
    }
    self = trial
  }

  /// The number of steps that fit into a time, validation included.
  func steps(in seconds: Double) -> Int {
    max(Int(saturating: seconds / secondsPerStep / (1 + TrainingDefaults.validationShare)), 1)
  }
}
