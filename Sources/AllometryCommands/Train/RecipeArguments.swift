internal import ArgumentParser
internal import Foundation
internal import Quantities
internal import Training

struct RecipeArguments: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("Train so many steps.", valueName: "count"))
  var steps: Int?

  @Option(help: ArgumentHelp("Train on so many tokens: 10M.", valueName: "count"))
  var trainingTokens: String?

  @Option(
    help: ArgumentHelp(
      "Train about so long: 90s, 3m, 1h; default 3m. Two seconds of trial set the number of steps.",
      valueName: "time"))
  var time: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Sequences of a step.", valueName: "count"))
  var batch: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("The peak.", valueName: "rate"))
  var learningRate: Double?

  @Option(help: "adamw, sgd, muon or lion.")
  var optimizer: String?

  @Option(help: "cosine, wsd, linear, constant or cooldown.")
  var schedule: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Steps in which the rate rises.", valueName: "steps"))
  var warmup: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Decay of matrices a step, times the rate.", valueName: "rate"))
  var weightDecay: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest norm of the gradient; 0 for any.", valueName: "norm"))
  var clip: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Weight of the squared log of softmax's sum.", valueName: "weight"))
  var zLoss: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Parts that a batch is computed in, to save memory.", valueName: "count"))
  var accumulation: Int?

  @Option(help: ArgumentHelp("Names starting weights and order of data; default 0."))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "A recipe.json with any of the settings, as a run folder has it; options go before it.",
      valueName: "file"))
  var recipe: String?

  func check() throws {
    let budgets = [
      ("--steps", steps != nil), ("--training-tokens", trainingTokens != nil),
      ("--time", time != nil),
    ].filter(\.1).map(\.0)
    guard budgets.count <= 1 else {
      throw CommandFailure(
        .usage, "\(budgets.joined(separator: " and ")): expected one of them")
    }
    try OptionCheck.atLeast(1, steps, option: "--steps")
    try OptionCheck.atLeast(1, batch, option: "--batch")
    try OptionCheck.atLeast(0, warmup, option: "--warmup")
    try OptionCheck.atLeast(1, accumulation, option: "--accumulation")
    try OptionCheck.positive(learningRate, option: "--learning-rate")
    try OptionCheck.nonnegative(weightDecay, option: "--weight-decay")
    try OptionCheck.nonnegative(clip, option: "--clip")
    try OptionCheck.nonnegative(zLoss, option: "--z-loss")
    if let optimizer {
      _ = try OptionCheck.choice(optimizer, OptimizerName.self, option: "--optimizer")
    }
    if let schedule {
      _ = try OptionCheck.choice(schedule, ScheduleName.self, option: "--schedule")
    }
    if let time { _ = try OptionCheck.seconds(time, option: "--time") }
    if let trainingTokens {
      _ = try OptionCheck.count(trainingTokens, option: "--training-tokens")
    }
    if let recipe { _ = try file(recipe) }
    if let batch, let accumulation, batch % accumulation != 0 {
      throw CommandFailure(
        .usage, "--accumulation: found \(accumulation), expected a divisor of the batch \(batch)")
    }
  }

  func file() throws -> TrainingRecipe? { try recipe.map { try file($0) } }

  private func file(_ path: String) throws -> TrainingRecipe {
    let json = try readFile(path)
    do throws(TrainingError) {
      return try TrainingRecipe(json: json, name: "the text")
    } catch {
      throw CommandFailure(.badConfiguration, "\(path): \(error)")
    }
  }

  /// The time to train in seconds, where that decides the number of steps.
  func timeBudget() throws -> Double? {
    if let time { return try OptionCheck.seconds(time, option: "--time") }
    guard steps == nil, trainingTokens == nil, recipe == nil else { return nil }
    return TrainingDefaults.seconds
  }

  /// The recipe without what depends on the number of steps: its budget may be a placeholder.
  /// `sequenceLength` serves where no file gives it.
  func base(sequenceLength: Int?) throws -> TrainingRecipe {
    var result = try file() ?? TrainingRecipe()
    if let sequenceLength { result.sequenceLength = sequenceLength }
    result.batchSize = batch ?? (recipe == nil ? TrainingDefaults.batch : result.batchSize)
    result.accumulation = accumulation ?? result.accumulation
    result.seed = seed ?? result.seed
    if let clip { result.clipNorm = clip > 0 ? clip : nil }
    result.zLoss = zLoss ?? result.zLoss
    if let steps { result.budget = .steps(steps) }
    if let trainingTokens {
      result.budget = .tokens(try OptionCheck.count(trainingTokens, option: "--training-tokens"))
    }
    try setOptimizer(of: &result)
    return result
  }

  /// What depends on the number of steps, for a recipe whose budget is final and so many
  /// micro-batches to validate on.
  func completed(
    _ recipe: TrainingRecipe, validationBatches: Int
  ) throws -> TrainingRecipe {
    var result = recipe
    let steps = result.steps
    let isFile = self.recipe != nil
    if schedule != nil || !isFile {
      result.schedule = Schedule(warmup: result.schedule.warmup, try shape(steps: steps))
    }
    if let warmup {
      guard warmup <= steps else {
        throw CommandFailure(
          .usage, "--warmup: found \(warmup), expected up to the \(steps) steps of the run")
      }
      result.schedule.warmup = warmup
    } else if !isFile {
      let usual = TrainingDefaults.warmup
      result.schedule.warmup = min(usual.steps, Int(saturating: usual.share * Double(steps)))
    }
    if !isFile {
      result.checkpoints.every = max(steps / TrainingDefaults.checkpoints, 1)
      // A forward pass is about a third of a step. So many of them are a small part of the run.
      let affordable =
        Int(saturating: 3 * TrainingDefaults.validationShare * Double(steps * result.accumulation))
      let fewest = min(TrainingDefaults.fewestValidationBatches, validationBatches)
      let times = max(min(TrainingDefaults.validations, affordable / fewest), 1)
      result.validation.every = max(steps / times, 1)
      result.validation.batches = max(min(validationBatches, affordable / times), fewest)
    }
    try result.validate()
    return result
  }

  private func setOptimizer(of recipe: inout TrainingRecipe) throws {
    let name: OptimizerName
    if let optimizer {
      name = try OptionCheck.choice(optimizer, option: "--optimizer")
    } else if self.recipe == nil {
      name = TrainingDefaults.optimizer
    } else {
      recipe.optimizer = adjusted(recipe.optimizer)
      return
    }
    recipe.optimizer = adjusted(name.usualSettings)
  }

  /// The same optimiser with the rate and the decay of the options.
  private func adjusted(_ optimizer: OptimizerSettings) -> OptimizerSettings {
    optimizer.adjusted(learningRate: learningRate, weightDecay: weightDecay)
  }

  private func shape(steps: Int) throws -> Schedule.Shape {
    let name: ScheduleName =
      try schedule.map { try OptionCheck.choice($0, option: "--schedule") }
      ?? TrainingDefaults.schedule
    return name.shape(steps: steps, decay: TrainingDefaults.decayShare)
  }
}
