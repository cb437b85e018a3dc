internal import Foundation
public import LanguageModels
internal import Tensors
public import Training
public import Treatments

/// How fast this machine trains an arm with all workers busy, from a moment of real training that
/// changes nothing.
public struct SpeedTrial: Sendable {
  private let data: Dataset
  private let workers: Int

  /// Trials of so many jobs side by side.
  public init(data: Dataset, workers: Int) {
    self.data = data
    self.workers = workers
  }

  /// Arithmetic of the accountant a second of one job while as many others run, of an arm on the
  /// baseline's model and recipe, whose length does not matter; throws where the arm cannot be
  /// trained at all.
  public func operationsPerSecond(
    _ arm: Arm, _ model: ModelConfiguration, _ recipe: TrainingRecipe, seconds: Double
  ) throws -> Double {
    var trial = try arm.recipe(recipe, for: model)
    // Methods that plan the data of the whole run must find as much as any run here has.
    trial.budget = .steps(4096)
    trial.diagnosticsEvery = 0
    trial.validation.every = 0
    let recipe = trial
    let costs = try arm.costs(model, length: recipe.sequenceLength)
    let results = ThreadPool(threads: workers).results(workers) { _ in
      Result { try self.secondsPerStep(arm, model, recipe, seconds: seconds) }
    }
    let times = try results.map { try $0.get() }
    let mean = times.reduce(0, +) / Double(times.count)
    return costs.trainingOperationsPerToken * Double(recipe.tokensPerStep) / mean
  }

  private func secondsPerStep(
    _ arm: Arm, _ model: ModelConfiguration, _ recipe: TrainingRecipe, seconds: Double
  ) throws -> Double {
    let built: LanguageModel<Float> = try arm.model(model, seed: recipe.seed)
    let calibration = try Calibration(
      LanguageModelObjective(built), recipe: recipe,
      source: try arm.source(of: data, recipe: recipe), pool: ThreadPool(threads: 1),
      seconds: seconds)
    guard let calibration else {
      throw StudyError(
        .badStudy, "\(arm.name): the trial diverged in its first steps; lower the learning rate")
    }
    return calibration.secondsPerStep
  }
}

extension ThreadPool {
  fileprivate func results<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Value
  ) -> [Value] {
    withUnsafeTemporaryAllocation(of: Value?.self, capacity: count) { buffer in
      buffer.initialize(repeating: nil)
      defer { buffer.deinitialize() }
      nonisolated(unsafe) let slots = buffer
      forEach(count) { slots[$0] = body($0) }
      return buffer.compactMap { $0 }
    }
  }
}
