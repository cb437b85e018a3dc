internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Tensors
internal import Training
internal import Treatments
internal import Verdicts

extension Dataset {
  /// The task of the data, if its solutions are written in steps.
  var stepwiseTask: (any StepwiseTask)? {
    guard case .task(let task) = content else { return nil }
    return task as? any StepwiseTask
  }
}

/// Carries out one job: its trunk, and every run that branches off it.
///
/// The trunk and each run have a folder of their own until what they are for is recorded, so that a
/// killed job goes on from its last checkpoint. A folder that does not fit, because it is damaged or
/// somebody else's, is set aside and what it was to hold is trained anew.
struct JobRunner {
  let data: Dataset
  let log: any RunLog
  let places: WorkFolders
  /// Asks all jobs to end early.
  let stop: StopRequest
  /// Is told in a sentence what was got along with.
  let warn: (String) -> Void

  struct Report {
    /// The run whose steps are being taken; the longest one while the trunk is trained.
    var run: PlannedRun
    var isTrunk: Bool
    var progress: TrainingProgress
  }

  enum Ending {
    /// All its runs are recorded.
    case finished
    /// It was asked to stop, with its checkpoints on the disk.
    case stopped
    /// Another process has one of its runs, or the folder of one.
    case taken
  }

  /// Carries a job out. An error of the store or the disk is thrown; what is wrong with the run
  /// itself is its outcome.
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
      let ending = try carryOut(job, &open, pool, report)
      for run in open { try log.release(run.row.identity) }
      return ending
    } catch {
      for run in open { try? log.release(run.row.identity) }
      throw error
    }
  }

  /// Trains the runs of a job, shortest first, and takes those that are recorded off the list.
  private func carryOut(
    _ job: Job, _ open: inout ArraySlice<PlannedRun>, _ pool: ThreadPool,
    _ report: (Report) -> Void
  ) throws -> Ending {
    let trunk = try Trunk(job, cadence: cadence)
    var shared: WorkFolder?
    if let trunk {
      shared = try places.open("trunk-\(trunk.name)", content: trunk.content, runs: trunk.runs)
      guard shared != nil else { return .taken }
    }
    while let run = open.first {
      let own = try places.open(
        "run-\(run.row.identity)", content: try run.definition.canonicalText,
        runs: [run.row.identity])
      guard let own else { return .taken }
      let isDone = try mending([own] + (shared.map { [$0] } ?? [])) {
        if let trunk, let shared {
          guard try train(trunk, at: shared.path, pool, report) else { return false }
        }
        return try train(run, in: own, trunk: shared, pool, report)
      }
      guard isDone else { return .stopped }
      own.remove()
      open = open.dropFirst()
    }
    shared?.remove()
    return .finished
  }

  /// Does something with folders; where what earlier processes left in them does not fit, sets that
  /// aside and does it again from the beginning.
  private func mending(_ folders: [WorkFolder], _ body: () throws -> Bool) throws -> Bool {
    do {
      return try body()
    } catch let error where Self.isTheFolders(error) && folders.contains(where: { !$0.isFresh }) {
      for folder in folders where !folder.isFresh {
        let place = try folder.setAside()
        warn("\(folder.path) does not fit and is set aside as \(place): \(error)")
      }
      return try body()
    }
  }

  /// Trains the steps that all runs of a job share, as far as one of them needs; false if it was
  /// asked to stop. A trunk that diverges leaves the runs that need its later checkpoints to
  /// diverge by themselves.
  private func train(
    _ trunk: Trunk, at place: String, _ pool: ThreadPool, _ report: (Report) -> Void
  ) throws -> Bool {
    guard let last = trunk.needed.last else { return true }
    if trunk.needed.allSatisfy({ TrunkCheckpoint(after: $0, in: place).exists }) { return true }
    let trainer = try trainer(trunk.run, trunk.recipe, at: place, pool)
    // The study may have longer runs, whose steps nobody needs now.
    let halt = StopRequest()
    let outcome = try trainer.run(stop: halt, checkpointSeconds: Self.checkpointSeconds) { event in
      if stop.isStopped { halt.stop() }
      switch event {
      case .step(let progress):
        report(Report(run: trunk.run, isTrunk: true, progress: progress))
        if progress.step >= last { halt.stop() }
      case .warning(let text): warn("\(place): \(text)")
      default: break
      }
    }
    if case .stopped(let step) = outcome { return step >= last }
    return true
  }

  /// Trains one run to its end and records it; false if it was asked to stop.
  private func train(
    _ run: PlannedRun, in own: WorkFolder, trunk: WorkFolder?, _ pool: ThreadPool,
    _ report: (Report) -> Void
  ) throws -> Bool {
    var recipe = run.recipe
    let start = trunk.map { TrunkCheckpoint(after: run.trunkSteps, in: $0.path) }
      .flatMap { run.trunkSteps > 0 && $0.exists ? $0 : nil }
    recipe.checkpoints.every = cadence(run)
    recipe.checkpoints.keep = 1
    let clock = ContinuousClock()
    let began = clock.now
    let trainer: Trainer<Float>
    let ending: TrainingOutcome
    var first: Int?
    do {
      trainer = try self.trainer(run, recipe, at: own.path, pool)
      ending = try trainer.run(
        stop: stop, startingFrom: start, checkpointSeconds: Self.checkpointSeconds
      ) { event in
        switch event {
        case .step(let progress):
          first = first ?? progress.step - 1
          report(Report(run: run, isTrunk: false, progress: progress))
        case .warning(let text): warn("\(own.path): \(text)")
        default: break
        }
      }
    } catch let error where Self.isTheRunsOwn(error) && own.isFresh && trunk?.isFresh != false {
      try record(failure: "\(error)", of: run)
      return true
    }
    let seconds = (clock.now - began) / .seconds(1)
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
    let curves = try trainer.curves()
    outcome.diagnostics = curves.diagnostics.values
    // A branch of a trunk whose tables somebody removed is not recorded without its curve.
    guard trainer.step == 0 || !curves.steps.isEmpty else {
      throw StudyError(.inputOutput, "\(own.path): the tables of the run are gone")
    }
    // What it was judged by counts as much as what it was trained on.
    try data.checkUnchanged()
    let kept =
      curves.steps.isEmpty
      ? []
      : [
        StepCurve(name: "loss", steps: curves.steps, values: curves.crossEntropy),
        StepCurve(name: "learning_rate", steps: curves.steps, values: curves.learningRate),
      ]
    try log.record(outcome, curves: kept + (samples?.curves ?? []), of: run.row.identity)
    return true
  }

  /// Seconds between checkpoints at most, whatever the arithmetic of a step.
  private static let checkpointSeconds = 30.0

  /// The number of steps between checkpoints: a time that is short enough to lose, by arithmetic, so
  /// that a run that goes on has the cadence that it began with.
  private func cadence(_ run: PlannedRun) -> Int {
    let operations =
      run.row.costs.trainingOperationsPerToken * Double(run.recipe.tokensPerStep)
    return max(Int(saturating: 1e12 / max(operations, 1)), 1)
  }

  private func trainer(
    _ run: PlannedRun, _ recipe: TrainingRecipe, at folder: String, _ pool: ThreadPool
  ) throws -> Trainer<Float> {
    let model: LanguageModel<Float> = try run.arm.model(run.definition.model, seed: recipe.seed)
    return try Trainer(
      LanguageModelObjective(model), recipe: recipe,
      source: try run.arm.source(of: data, recipe: recipe), pool: pool, folder: folder,
      unchanged: data.checkUnchanged)
  }

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

  /// Whether an error may follow from what stands in a folder.
  private static func isTheFolders(_ error: any Error) -> Bool {
    switch error {
    case let error as TrainingError: error.code != .inputOutput
    case let error as CheckpointError: error.code != .inputOutput
    case is TreatmentError, is ConfigurationError: true
    default: false
    }
  }
}

/// The steps that the runs of a job share.
private struct Trunk {
  /// The run of the job that takes most of them; the trunk has its model and data.
  let run: PlannedRun
  let recipe: TrainingRecipe
  /// The steps after which a run of the job leaves it, ascending.
  let needed: [Int]
  let runs: [RunIdentity]
  /// Everything that decides what the trunk's folder holds, and its hash.
  let content: String
  let name: String

  /// Splits runs of one trunk, shortest first; nil where they share no steps. `cadence` is the
  /// steps between checkpoints of a run.
  init?(_ job: Job, cadence: (PlannedRun) -> Int) throws {
    guard let run = job.runs.last, let last = run.trunkEnds.last else { return nil }
    needed = Set(job.runs.map(\.trunkSteps)).filter { $0 > 0 }.sorted()
    guard !needed.isEmpty else { return nil }
    self.run = run
    runs = job.runs.map(\.row.identity)
    // Nothing of this may depend on which runs are left: a job that goes on finds its trunk.
    var recipe = run.recipe
    recipe.budget = .steps(last)
    recipe.schedule.shape = .constant
    recipe.validation.every = 0
    recipe.diagnosticsEvery = max(last / 20, 1)
    recipe.checkpoints = CheckpointCadence(every: cadence(run), keep: 1, at: run.trunkEnds)
    self.recipe = recipe
    content =
      try run.definition.trunk.canonicalText + "\n"
      + String(decoding: try recipe.json, as: UTF8.self)
    name = RunIdentity(of: content).description
  }
}
