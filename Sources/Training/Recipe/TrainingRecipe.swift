/// Everything that decides a training run besides the model and the data.
///
/// The same recipe, model and data give the same bits, whatever the number of threads and however
/// often the run was interrupted.
public struct TrainingRecipe: Hashable, Sendable {
  /// The number of sequences of a step, over all micro-batches.
  public var batchSize: Int
  /// The number of tokens of a sequence that predict a next one.
  public var sequenceLength: Int
  /// How long to train.
  public var budget: Budget
  /// The rule by which gradients change parameters.
  public var optimizer: OptimizerSettings
  /// How the learning rate changes over the run.
  public var schedule: Schedule
  /// The norm that the gradient of all parameters together is clipped to; nil for no clipping.
  public var clipNorm: Double?
  /// The coefficient of the square of the logarithm of softmax's denominator [145].
  public var zLoss: Double
  /// The number of micro-batches that a step's batch is cut into; it divides `batchSize`.
  public var accumulation: Int
  /// Names the starting values and the order of the data.
  public var seed: UInt64
  /// When to measure the loss on held-out text.
  public var validation: ValidationCadence
  /// When to write checkpoints.
  public var checkpoints: CheckpointCadence
  /// The number of steps between diagnostics; zero for none.
  public var diagnosticsEvery: Int

  /// The usual settings for small decoders, unless given.
  public init(
    batchSize: Int = 16, sequenceLength: Int = 128, budget: Budget = .steps(1000),
    optimizer: OptimizerSettings = .adamW(AdamWSettings()),
    schedule: Schedule = Schedule(warmup: 100, .cosine(floor: 0.1))
  ) {
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    self.budget = budget
    self.optimizer = optimizer
    self.schedule = schedule
    clipNorm = 1
    zLoss = 0
    accumulation = 1
    seed = 0
    validation = ValidationCadence()
    checkpoints = CheckpointCadence()
    diagnosticsEvery = 0
  }

  /// How long to train.
  public enum Budget: Hashable, Sendable {
    /// This many steps.
    case steps(Int)
    /// At least this many tokens, in whole steps.
    case tokens(Int)
  }

  /// The number of tokens of a step.
  public var tokensPerStep: Int { batchSize * sequenceLength }

  /// The number of sequences that are computed at once.
  public var microBatchSize: Int { batchSize / max(accumulation, 1) }

  /// The number of steps of the run.
  public var steps: Int {
    switch budget {
    case .steps(let steps): steps
    case .tokens(let tokens): (tokens + max(tokensPerStep, 1) - 1) / max(tokensPerStep, 1)
    }
  }

  /// Checks that all settings are in their ranges and fit together.
  ///
  /// - Throws: ``TrainingError`` naming the first that does not.
  public func validate() throws(TrainingError) {
    try SettingRange.atLeastOne(batchSize, "batchSize")
    try SettingRange.atLeastOne(sequenceLength, "sequenceLength")
    switch budget {
    case .steps(let steps): try SettingRange.atLeastOne(steps, "steps")
    case .tokens(let tokens): try SettingRange.atLeastOne(tokens, "tokens")
    }
    try SettingRange.atLeastOne(accumulation, "accumulation")
    if batchSize % accumulation != 0 {
      throw TrainingError(
        .badSetting, "accumulation",
        "found \(accumulation) micro-batches, which do not divide a batch of \(batchSize)")
    }
    try optimizer.validate()
    try schedule.validate(steps: steps)
    if let clipNorm { try SettingRange.positive(clipNorm, "clipNorm") }
    try SettingRange.nonnegative(zLoss, "zLoss")
    for (value, key) in [
      (validation.every, "validation.every"), (checkpoints.every, "checkpoints.every"),
      (diagnosticsEvery, "diagnosticsEvery"),
    ] where value < 0 {
      throw TrainingError(.badSetting, key, "found \(value), expected 0 for never, or more")
    }
    try SettingRange.atLeastOne(validation.batches, "validation.batches")
    try SettingRange.atLeastOne(checkpoints.keep, "checkpoints.keep")
    if let step = checkpoints.at.first(where: { !(1...steps).contains($0) }) {
      throw TrainingError(
        .badSetting, "checkpoints.at", "found step \(step) in a run of \(steps) steps")
    }
  }
}

/// When to measure the loss on held-out text.
public struct ValidationCadence: Encodable, Hashable, Sendable {
  /// The number of steps between measurements; zero for none. The last step is measured too.
  public var every: Int
  /// The number of micro-batches of a measurement, at most; always the same ones.
  public var batches: Int

  /// A measurement every `every` steps.
  public init(every: Int = 100, batches: Int = 16) {
    self.every = every
    self.batches = batches
  }
}

/// When to write checkpoints, and how many to keep.
public struct CheckpointCadence: Encodable, Hashable, Sendable {
  /// The number of steps between checkpoints; zero for one at the end alone.
  public var every: Int
  /// How many of those to keep.
  public var keep: Int
  /// Steps after which there is a checkpoint besides, ascending; all of these are kept, for runs that
  /// branch off there.
  public var at: [Int]

  /// A checkpoint every `every` steps, and after the steps listed.
  public init(every: Int = 500, keep: Int = 2, at: [Int] = []) {
    self.every = every
    self.keep = keep
    self.at = at
  }

  /// Whether there is a checkpoint after a step that is not a run's last.
  func isDue(_ step: Int) -> Bool { (every > 0 && step % every == 0) || at.contains(step) }
}
