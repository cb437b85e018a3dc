internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Tensors
internal import Training
internal import Treatments

extension Dataset {
  /// The task of the data, if its solutions are written in steps.
  var stepwiseTask: (any StepwiseTask)? {
    guard case .task(let task) = content else { return nil }
    return task as? any StepwiseTask
  }
}

/// Carries out one job: its trunk, and every run that branches off it.
///
/// Everything is kept in a folder of the job until its last run is recorded, so that a killed job
/// goes on from its last checkpoint.
struct JobRunner {
  /// What is trained on.
  let data: Dataset
  /// Where outcomes are kept.
  let log: any RunLog
  /// Where jobs keep their checkpoints.
  let folder: String
  /// Asks all jobs to end early.
  let stop: StopRequest

  /// What a job tells while it goes on.
  struct Report {
    /// The run whose steps are being taken; the longest one while the trunk is trained.
    var run: PlannedRun
    /// Whether the steps are the trunk's.
    var isTrunk: Bool
    /// How far it is.
    var progress: TrainingProgress
  }

  /// How a job ended.
  enum Ending {
    /// All its runs are recorded.
    case finished
    /// It was asked to stop, with its checkpoints on the disk.
    case stopped
    /// Another process has one of its runs.
    case taken
  }

  /// Carries a job out.
  ///
  /// - Parameters:
  ///   - job: what to do.
  ///   - pool: the threads.
  ///   - report: is told what happens.
  /// - Throws: an error of the store or the disk; what is wrong with the run itself is its outcome.
  func run(_ job: Job, pool: ThreadPool, report: (Report) -> Void) throws -> Ending {
    var claimed: [PlannedRun] = []
    for run in job.runs {
      guard try log.claim(run.row.identity, definition: try run.definition.canonicalText) else {
        for other in claimed { try log.release(other.row.identity) }
        return .taken
      }
      claimed.append(run)
    }
    var open = claimed[...]
    do {
      let place = "\(folder)/\(job.id)"
      let trunk = job.runs.map(\.trunkSteps).max() ?? 0
      if trunk > 0 {
        guard try train(trunk: job, at: place, pool, report) else {
          for run in open { try log.release(run.row.identity) }
          return .stopped
        }
      }
      while let run = open.first {
        guard try train(run, at: place, pool, report) else {
          for run in open { try log.release(run.row.identity) }
          return .stopped
        }
        open = open.dropFirst()
      }
      try? FileManager.default.removeItem(atPath: place)
      return .finished
    } catch {
      for run in open { try? log.release(run.row.identity) }
      throw error
    }
  }

  /// Trains the steps that all runs of a job share.
  ///
  /// - Returns: false if it was asked to stop. A trunk that diverges leaves the runs that need its
  ///   later checkpoints to diverge by themselves.
  private func train(
    trunk job: Job, at place: String, _ pool: ThreadPool, _ report: (Report) -> Void
  ) throws -> Bool {
    guard let longest = job.runs.last else { return true }
    let ends = job.runs.map(\.trunkSteps).filter { $0 > 0 }
    guard let last = ends.last else { return true }
    var recipe = longest.recipe
    recipe.budget = .steps(last)
    recipe.schedule.shape = .constant
    recipe.validation.every = 0
    recipe.checkpoints = CheckpointCadence(every: cadence(longest), keep: 1, at: ends)
    if ends.allSatisfy({ TrunkCheckpoint(after: $0, in: "\(place)/trunk").exists }) { return true }
    let trainer = try trainer(longest, recipe, at: "\(place)/trunk", pool)
    let outcome = try trainer.run(stop: stop) { event in
      if case .step(let progress) = event {
        report(Report(run: longest, isTrunk: true, progress: progress))
      }
    }
    if case .stopped = outcome { return false }
    return true
  }

  /// Trains one run to its end and records it.
  ///
  /// - Returns: false if it was asked to stop.
  private func train(
    _ run: PlannedRun, at place: String, _ pool: ThreadPool, _ report: (Report) -> Void
  ) throws -> Bool {
    let own = "\(place)/run-\(run.row.branch)"
    var recipe = run.recipe
    let trunk = TrunkCheckpoint(after: run.trunkSteps, in: "\(place)/trunk")
    recipe.checkpoints.every = cadence(run)
    recipe.checkpoints.keep = 1
    let clock = ContinuousClock()
    let start = clock.now
    let trainer: Trainer<Float>
    let ending: TrainingOutcome
    var first: Int?
    do {
      trainer = try self.trainer(run, recipe, at: own, pool)
      ending = try trainer.run(
        stop: stop, startingFrom: run.trunkSteps > 0 && trunk.exists ? trunk : nil
      ) { event in
        guard case .step(let progress) = event else { return }
        first = first ?? progress.step - 1
        report(Report(run: run, isTrunk: false, progress: progress))
      }
    } catch let error where Self.isTheRunsOwn(error) {
      try record(failure: "\(error)", of: run)
      return true
    }
    let seconds = (clock.now - start) / .seconds(1)
    var outcome: RunOutcome
    var samples: RunSampling?
    switch ending {
    case .stopped:
      return false
    case .diverged(let step, let what):
      outcome = RunOutcome(status: .diverged, costs: run.row.costs)
      outcome.message = "the \(what.rawValue) was not finite at step \(step + 1)"
    case .finished:
      outcome = RunOutcome(status: .finished, costs: run.row.costs)
      try judge(trainer, run, pool, &outcome)
      samples = try sample(trainer, run, pool)
      if let samples { outcome.metrics.merge(samples.metrics) { _, new in new } }
    }
    outcome.tokens = run.row.tokens
    outcome.compute = run.row.compute
    outcome.seconds = seconds
    let steps = trainer.step - (first ?? trainer.step)
    outcome.tokensPerSecond = Double(steps * recipe.tokensPerStep) / max(seconds, 1e-9)
    outcome.kernels = InstructionSet.name
    outcome.ended = Date().timeIntervalSince1970
    let tables = RunTablesFile(folder: own)
    outcome.diagnostics = try tables.diagnostics()
    try log.record(
      outcome, curves: try tables.curves() + (samples?.curves ?? []), of: run.row.identity)
    try? FileManager.default.removeItem(atPath: own)
    return true
  }

  /// The number of steps between checkpoints: a time that is short enough to lose, by arithmetic, so
  /// that a run that goes on has the cadence that it began with.
  private func cadence(_ run: PlannedRun) -> Int {
    let operations =
      run.row.costs.trainingOperationsPerToken * Double(run.recipe.tokensPerStep)
    return max(Int(1e12 / max(operations, 1)), 1)
  }

  private func trainer(
    _ run: PlannedRun, _ recipe: TrainingRecipe, at folder: String, _ pool: ThreadPool
  ) throws -> Trainer<Float> {
    let model: LanguageModel<Float> = try run.arm.model(run.definition.model, seed: recipe.seed)
    return try Trainer(
      LanguageModelObjective(model), recipe: recipe,
      source: try run.arm.source(of: data, recipe: recipe), pool: pool, folder: folder)
  }

  /// Measures the trained model on held-out data.
  private func judge(
    _ trainer: Trainer<Float>, _ run: PlannedRun, _ pool: ThreadPool, _ outcome: inout RunOutcome
  ) throws {
    let batches = try data.validation(run.recipe)
    let losses = try Validation.losses(
      of: trainer.objective, on: batches, recipe: run.recipe, pool: pool)
    let loss = losses.mean
    guard loss.isFinite else {
      outcome.status = .diverged
      outcome.message = "the loss on held-out data was not finite"
      return
    }
    // A model that ends far above guessing has left all that training makes; its loss would only
    // spoil a law.
    let guessing = Foundation.log(Double(data.vocabularyCount))
    guard loss < guessing + 1 else {
      outcome.status = .diverged
      outcome.message = "the loss on held-out data, \(loss), is above that of guessing, \(guessing)"
      return
    }
    outcome.loss = loss
    for (name, loss) in losses.parts { outcome.metrics["loss.\(name)"] = loss }
    if let bytes = data.bytesPerHeldOutToken {
      outcome.metrics["bits_per_byte"] = loss / Foundation.log(2) / bytes
    }
    guard case .task = data.content,
      let objective = trainer.objective as? LanguageModelObjective<Float>
    else { return }
    let accuracy = try AnswerAccuracy(
      of: objective.model, on: batches, recipe: run.recipe, pool: pool)
    outcome.metrics["accuracy"] = accuracy.tokens
    outcome.metrics["sequence_accuracy"] = accuracy.sequences
  }

  /// Samples the trained model on held-out problems, where the study asks for that.
  private func sample(
    _ trainer: Trainer<Float>, _ run: PlannedRun, _ pool: ThreadPool
  ) throws -> RunSampling? {
    guard let plan = run.definition.sampling, let task = data.stepwiseTask,
      let objective = trainer.objective as? LanguageModelObjective<Float>
    else { return nil }
    return try RunSampling(
      objective.model, task: task, plan: plan, seed: run.recipe.seed, pool: pool)
  }

  private func record(failure message: String, of run: PlannedRun) throws {
    var outcome = RunOutcome(status: .failed, costs: run.row.costs)
    outcome.message = message
    outcome.ended = Date().timeIntervalSince1970
    try log.record(outcome, curves: [], of: run.row.identity)
  }

  /// Whether an error follows from what the run is, so that trying again would give it again; a full
  /// disk does not.
  private static func isTheRunsOwn(_ error: any Error) -> Bool {
    switch error {
    case let error as TrainingError: error.code == .badSetting
    case is TreatmentError, is ConfigurationError: true
    default: false
    }
  }
}
