internal import LanguageModels
public import Tensors

/// Trains an objective by a recipe, step by step, and keeps the run on disk so that it can be
/// killed at any moment and resumed with the same bits. In its folder a run keeps
///
/// - `recipe.json`, every setting in force;
/// - `loss.csv`, a row a step: `step,tokens,loss,cross_entropy,learning_rate,gradient_norm`;
/// - `validation.csv`: `step,tokens,loss`;
/// - `diagnostics.csv`: `step,measure,place,value`;
/// - `checkpoints/step-…`, the last few;
/// - `outcome.json`, once it has ended.
///
/// Steps count from one in the tables: row 1 is the loss before the first update.
public final class Trainer<Element: TensorElement> {
  /// What is trained.
  public let objective: any Objective<Element>
  /// How it is trained.
  public let recipe: TrainingRecipe
  /// The number of steps done.
  public private(set) var step = 0
  /// The number of tokens seen.
  public private(set) var tokens = 0

  private let source: any BatchSource
  private let validation: (any ValidationBatches)?
  private let pool: ThreadPool
  private let folder: RunFolder?
  private let unchanged: () throws -> Void
  private let training: TrainingStep<Element>
  private var tables: RunTables?
  /// Of the steps that this trainer took.
  private var ownCurves = TrainingCurves()

  /// Prepares a run; nothing is written yet.
  ///
  /// `validation` has held-out micro-batches of the recipe's `microBatchSize`; without a `folder`
  /// nothing is kept. `unchanged` throws if what is trained on is no longer what it was; asked
  /// before anything that outlives this process is made of it.
  ///
  /// - Throws: ``TrainingError`` for a recipe that does not fit together or does not fit the model.
  public init(
    _ objective: any Objective<Element>, recipe: TrainingRecipe, source: any BatchSource,
    validation: (any ValidationBatches)? = nil, pool: ThreadPool, folder: String? = nil,
    unchanged: @escaping () throws -> Void = {}
  ) throws {
    self.unchanged = unchanged
    try recipe.validate()
    try objective.check(recipe)
    self.objective = objective
    self.recipe = recipe
    self.source = source
    self.validation = validation
    self.pool = pool
    self.folder = folder.map { RunFolder(path: $0) }
    training = try TrainingStep(objective, recipe: recipe, pool: pool)
  }

  /// Trains until the end, from the newest undamaged checkpoint if the folder has one.
  ///
  /// `stop` asks the run to end early. `trunk` is where to begin if the folder has no checkpoint: a
  /// checkpoint of another run whose recipe differs in length, schedule and cadences alone, and not
  /// in the learning rate of any step that it took. The rows of its tables up to there are taken
  /// over. `checkpointSeconds` is the longest time between two checkpoints besides those of the
  /// recipe. When a checkpoint is written changes no result.
  ///
  /// - Returns: how the run ended.
  /// - Throws: an error if the data changed, if files cannot be written, if the folder's run has
  ///   another recipe, if none of its checkpoints is undamaged, or if the trunk's is damaged or not
  ///   this run's beginning.
  public func run(
    stop: StopRequest? = nil, startingFrom trunk: TrunkCheckpoint? = nil,
    checkpointSeconds: Double? = nil,
    report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    tables = try open(trunk, report)
    let clock = ContinuousClock()
    let start = clock.now
    let firstStep = step
    var lastCheckpoint = start
    while step < recipe.steps {
      if stop?.isStopped == true {
        try unchanged()
        try writeCheckpoint(report)
        return try end(.stopped(step: step))
      }
      let factor = recipe.schedule.factor(at: step, of: recipe.steps)
      let measures = isDue(recipe.diagnosticsEvery)
      let result = try training.run(
        TrainingMoment(step: step, steps: recipe.steps), source, schedule: factor,
        measures: measures)
      if let divergence = result.divergence {
        try unchanged()
        return try end(.diverged(step: step, what: divergence))
      }
      step += 1
      tokens += recipe.tokensPerStep
      let rate = recipe.optimizer.learningRate * factor
      try tables?.loss.append(
        "\(step),\(tokens),\(result.loss),\(result.crossEntropy),\(rate),\(result.gradientNorm)")
      ownCurves.append(step, crossEntropy: result.crossEntropy, learningRate: rate)
      if measures {
        for measurement in result.measurements {
          try tables?.diagnostics.append(
            "\(step),\(measurement.measure),\(measurement.place),\(measurement.value)")
        }
        ownCurves.measured.append(DiagnosticSummary.places(of: result.measurements))
        try report(.diagnostics(step: step, result.measurements))
      }
      let seconds = (clock.now - start) / .seconds(1)
      let speed = Double((step - firstStep) * recipe.tokensPerStep) / max(seconds, 1e-9)
      try report(
        .step(
          TrainingProgress(
            step: step, steps: recipe.steps, tokens: tokens, loss: result.loss,
            crossEntropy: result.crossEntropy, learningRate: rate,
            gradientNorm: result.gradientNorm, tokensPerSecond: speed,
            secondsLeft: Double((recipe.steps - step) * recipe.tokensPerStep) / speed)))
      if let validation, recipe.validation.every > 0,
        step % recipe.validation.every == 0 || step == recipe.steps
      {
        let loss = try Validation.loss(
          of: objective, on: validation, recipe: recipe, pool: pool)
        try tables?.validation.append("\(step),\(tokens),\(loss)")
        try report(.validation(step: step, loss: loss))
      }
      let isLate =
        checkpointSeconds.map { (clock.now - lastCheckpoint) / .seconds(1) > $0 } ?? false
      if step == recipe.steps || recipe.checkpoints.isDue(step) || isLate {
        try unchanged()
        try writeCheckpoint(report)
        lastCheckpoint = clock.now
      }
    }
    return try end(.finished)
  }

  /// The curves of the run so far, the steps of its trunk and of earlier processes included where
  /// their tables are there.
  ///
  /// - Throws: ``TrainingError`` if what they wrote cannot be read.
  public func curves() throws(TrainingError) -> TrainingCurves {
    guard var curves = try tables?.keptCurves() else { return ownCurves }
    curves.append(ownCurves)
    return curves
  }

  /// Whether the step about to be taken is one of those that come every so often.
  private func isDue(_ every: Int) -> Bool { every > 0 && (step + 1) % every == 0 }

  private func end(_ outcome: TrainingOutcome) throws -> TrainingOutcome {
    try folder?.write(outcome)
    return outcome
  }

  /// Restores the newest undamaged checkpoint, or else the trunk's if there is one, and opens the
  /// tables.
  private func open(
    _ trunk: TrunkCheckpoint?, _ report: (TrainingEvent) throws -> Void
  ) throws -> RunTables? {
    try folder?.prepare(recipe)
    // What a checkpoint does not know is trained again.
    if folder != nil { ownCurves = TrainingCurves() }
    if let folder, let state = try resume(folder.checkpoints, report) {
      return try folder.openTables(keeping: state)
    }
    guard let trunk else { return try folder?.openTables(keeping: nil) }
    let (checkpoints, candidate) = try trunk.located()
    let state = try checkpoints.state(candidate)
    try recipe.check(branchingFrom: state.recipe, after: state.step)
    try restore(state, from: checkpoints)
    try report(.resumed(step: step))
    return try folder?.openTables(beginningWith: checkpoints, state)
  }

  /// Restores the newest undamaged checkpoint of this run; nil if it has none.
  private func resume(
    _ checkpoints: CheckpointFolder, _ report: (TrainingEvent) throws -> Void
  ) throws -> TrainingState? {
    for candidate in checkpoints.steps.reversed() {
      let state: TrainingState
      do {
        state = try checkpoints.state(candidate)
      } catch {
        try report(
          .warning("the checkpoint of step \(candidate) is passed over: \(error)"))
        continue
      }
      try RunFolder.refuse(recipe, ifDifferentFrom: state.recipe)
      try restore(state, from: checkpoints)
      try checkpoints.removeLeftovers()
      try checkpoints.removeSurplus(upTo: step, keeping: recipe.checkpoints)
      try report(.resumed(step: step))
      return state
    }
    guard checkpoints.steps.isEmpty else {
      throw TrainingError(
        .badData, "checkpoints",
        "all \(checkpoints.steps.count) checkpoints are damaged; remove them to start anew")
    }
    return nil
  }

  private func restore(_ state: TrainingState, from checkpoints: CheckpointFolder) throws {
    try checkpoints.read(state.step, into: objective, training.optimizer)
    try source.restore(state.dataPosition)
    step = state.step
    tokens = state.tokens
    training.optimizer.stepCount = state.optimizerSteps
    training.optimizer.missedSteps = state.missedSteps ?? [:]
    training.noiseScale = state.noiseScale
  }

  private func writeCheckpoint(_ report: (TrainingEvent) throws -> Void) throws {
    guard let folder, let tables else { return }
    // Rows are on the disk before the checkpoint that counts on them.
    try tables.synchronize()
    let missed = training.optimizer.missedSteps
    let state = TrainingState(
      step: step, tokens: tokens, optimizerSteps: training.optimizer.stepCount,
      missedSteps: missed.isEmpty ? nil : missed,
      dataPosition: try source.encodedPosition(), recipe: recipe,
      lossBytes: tables.loss.byteCount, validationBytes: tables.validation.byteCount,
      diagnosticsBytes: tables.diagnostics.byteCount, noiseScale: training.noiseScale)
    try folder.checkpoints.write(
      state, of: objective, training.optimizer, keeping: recipe.checkpoints)
    try report(.checkpoint(step: step, folder: folder.checkpoints.folder(step)))
  }
}
