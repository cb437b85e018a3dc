public import Tensors

/// The time of a real training step on this machine, from a moment of trial.
public struct Calibration: Hashable, Sendable {
  /// Seconds a step.
  public var secondsPerStep: Double
  /// Tokens of a step.
  public var tokensPerStep: Int
  /// The number of steps that were timed.
  public var steps: Int

  /// Seconds a token.
  public var secondsPerToken: Double { secondsPerStep / Double(tokensPerStep) }

  /// Trains for a moment; nothing is written, but the parameters change.
  ///
  /// The first step, which finds cold caches and takes its memory, does not count; one step after
  /// it always does, however short the time.
  ///
  /// The recipe's length and schedule do not matter. Returns nil if the loss was not finite in the
  /// first steps.
  ///
  /// - Throws: ``TrainingError`` for a recipe that does not fit together or does not fit the model.
  public init?<Element: TensorElement>(
    _ objective: any Objective<Element>, recipe: TrainingRecipe, source: any BatchSource,
    pool: ThreadPool, seconds: Double = 2
  ) throws {
    var trial = recipe
    trial.budget = .steps(Int(Int32.max))
    trial.schedule = Schedule(.constant)
    trial.checkpoints.at = []
    let trainer = try Trainer(objective, recipe: trial, source: source, pool: pool)
    let stop = StopRequest()
    let clock = ContinuousClock()
    let start = clock.now
    var first: Double?
    var last = 0.0
    var count = 0
    _ = try trainer.run(stop: stop) { event in
      guard case .step = event else { return }
      let time = (clock.now - start) / .seconds(1)
      guard first != nil else { return first = time }
      count += 1
      last = time
      if time > seconds { stop.stop() }
    }
    guard let first, count > 0 else { return nil }
    secondsPerStep = (last - first) / Double(count)
    tokensPerStep = recipe.tokensPerStep
    steps = count
  }
}
