internal import LanguageModels
internal import Tensors
internal import Training

/// The time of a real training step, from two seconds of trial that change nothing.
struct Calibration {
  /// Seconds a step.
  var secondsPerStep: Double

  /// Trains a copy of the model for a moment.
  ///
  /// - Parameters:
  ///   - model: what is trained.
  ///   - recipe: its sizes and optimiser.
  ///   - data: what it is trained on.
  ///   - pool: the threads.
  init(
    _ model: ModelConfiguration, recipe: TrainingRecipe, data: TrainingData, pool: ThreadPool
  ) throws {
    var trial = recipe
    trial.budget = .steps(Int(Int32.max))
    trial.schedule = Schedule(.constant)
    let objective = LanguageModelObjective(try LanguageModel<Float>(model, seed: recipe.seed))
    let trainer = try Trainer(
      objective, recipe: trial, source: try data.source(trial), pool: pool)
    let stop = StopRequest()
    let clock = ContinuousClock()
    let start = clock.now
    var times: [Double] = []
    _ = try trainer.run(stop: stop) { event in
      guard case .step = event else { return }
      times.append((clock.now - start) / .seconds(1))
      // The first step finds cold caches; one after it is the least that says anything.
      if times.count >= 2, times[times.count - 1] > 2 { stop.stop() }
    }
    let steps = zip(times, times.dropFirst()).map { $1 - $0 }
    guard !steps.isEmpty else {
      throw CommandFailure(
        .internalError, "the trial diverged in its first steps; lower --learning-rate")
    }
    secondsPerStep = steps.reduce(0, +) / Double(steps.count)
  }

  /// The number of steps that fit into a time, validation included.
  func steps(in seconds: Double) -> Int {
    max(Int(seconds / secondsPerStep / (1 + TrainingDefaults.validationShare)), 1)
  }
}
