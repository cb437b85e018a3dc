internal import LanguageModels
public import Training
public import Treatments

/// All runs of a study: which there are, in which order they are known, and which are left.
///
/// A plan is a pure function of the study file, the data and what earlier runs gave: learning rates
/// that are swept are chosen from outcomes, so some runs are known only once others have ended.
public struct StudyPlan: Sendable {
  /// The study file.
  public let file: StudyFile
  /// The data, as runs name them.
  public let data: DatasetRecord
  /// The sizes, smallest first.
  public let rungs: [Rung]
  /// The baseline and the treated arms.
  public let arms: [Arm]
  /// The length of sequences.
  public let context: Int

  /// Plans a study.
  ///
  /// - Parameters:
  ///   - file: the study file.
  ///   - data: the data, as runs name them.
  ///   - rungs: the sizes, smallest first.
  ///   - context: the length of sequences.
  /// - Throws: ``StudyError`` or a `TreatmentError` where an arm does not fit a rung.
  public init(
    _ file: StudyFile, data: DatasetRecord, rungs: [Rung], context: Int
  ) throws {
    self.file = file
    self.data = data
    self.rungs = rungs
    self.context = context
    arms = [file.baseline] + file.arms
    for arm in arms {
      for rung in rungs { _ = try arm.costs(rung.model, length: context) }
    }
    for run in try runs(knowing: [:]) { try run.recipe.validate() }
  }

  /// The runs that are known, in the order of arms, rungs, seeds and lengths.
  ///
  /// - Parameter outcomes: what earlier runs gave.
  /// - Returns: runs with their outcomes; those of rungs whose learning rate is not chosen yet are
  ///   missing.
  public func runs(knowing outcomes: [RunIdentity: RunOutcome]) throws -> [PlannedRun] {
    var runs: [PlannedRun] = []
    for arm in arms {
      var transferred: Double?
      if case .rung(let index) = file.recipe.sweep, file.recipe.learningRates.count > 1 {
        let sweep = try sweep(arm, index, outcomes)
        runs += sweep.runs
        transferred = sweep.best
        if transferred == nil { continue }
      }
      for index in rungs.indices {
        let rate: Double
        if file.recipe.learningRates.count == 1 {
          rate = file.recipe.learningRates[0]
        } else if let transferred {
          rate = transferred
        } else {
          let sweep = try sweep(arm, index, outcomes)
          runs += sweep.runs
          guard let best = sweep.best else { continue }
          rate = best
        }
        for seed in file.ladder.seeds {
          for branch in file.ladder.lengths.indices {
            runs.append(try run(arm, index, seed, branch, rate, .comparison))
          }
        }
      }
    }
    for index in runs.indices { runs[index].row.outcome = outcomes[runs[index].row.identity] }
    return runs
  }

  /// All outcomes that a log has of the study.
  ///
  /// - Parameters:
  ///   - log: where outcomes are kept.
  ///   - known: outcomes that need not be asked for again.
  public func outcomes(
    in log: any RunLog, beyond known: [RunIdentity: RunOutcome] = [:]
  ) throws -> [RunIdentity: RunOutcome] {
    var known = known
    // Outcomes make further runs known, whose outcomes may be there too.
    while true {
      let missing = try runs(knowing: known).map(\.row.identity).filter { known[$0] == nil }
      let found = try log.outcomes(of: missing)
      if found.isEmpty { return known }
      known.merge(found) { _, new in new }
    }
  }

  /// The number of rows of the whole study, those that are not known yet included.
  public var rowCount: Int {
    let rates = file.recipe.learningRates.count
    let compared = rungs.count * file.ladder.seeds.count * file.ladder.lengths.count
    guard rates > 1 else { return arms.count * compared }
    switch file.recipe.sweep {
    case .everyRung: return arms.count * (compared + rungs.count * rates)
    case .rung: return arms.count * (compared + rates)
    }
  }

  /// The runs that choose a learning rate at a rung, and the rate with the lowest loss once all of
  /// them have ended.
  private func sweep(
    _ arm: Arm, _ rung: Int, _ outcomes: [RunIdentity: RunOutcome]
  ) throws -> (runs: [PlannedRun], best: Double?) {
    let runs = try file.recipe.learningRates.map { rate in
      try run(
        arm, rung, file.ladder.seeds[0], file.ladder.lengths.count - 1, rate, .learningRateSweep)
    }
    var best: (rate: Double, loss: Double)?
    for run in runs {
      guard let outcome = outcomes[run.row.identity] else { return (runs, nil) }
      // A run that diverged has no loss and is never the best.
      guard let loss = outcome.loss else { continue }
      if best.map({ loss < $0.loss }) ?? true { best = (run.row.learningRate, loss) }
    }
    // If all diverged the smallest rate is the least bad, and the rung is flagged.
    return (runs, best?.rate ?? file.recipe.learningRates[0])
  }

  /// The jobs of the whole study before any has run, the middle one standing for learning rates that
  /// are still to be chosen.
  ///
  /// - Returns: jobs, largest first, for telling times; not all of them need be run.
  public func jobsWithAllRates() throws -> [Job] {
    let rates = file.recipe.learningRates
    guard rates.count > 1 else { return try jobs(knowing: [:]) }
    // A plan whose sweeps all end with the same rate is one of those that are possible.
    var outcomes: [RunIdentity: RunOutcome] = [:]
    var jobs: [String: Job] = [:]
    while true {
      let open = try self.jobs(knowing: outcomes)
      if open.isEmpty { break }
      for job in open {
        jobs[job.id] = job
        for run in job.runs {
          var outcome = RunOutcome(status: .finished, costs: run.row.costs)
          outcome.loss = run.row.learningRate == rates[rates.count / 2] ? 1 : 2
          outcomes[run.row.identity] = outcome
        }
      }
    }
    return jobs.values.sorted { ($0.operations, $0.id) > ($1.operations, $1.id) }
  }

  private func run(
    _ arm: Arm, _ rung: Int, _ seed: UInt64, _ branch: Int, _ rate: Double,
    _ purpose: StudyRow.Purpose
  ) throws -> PlannedRun {
    let model = rungs[rung].model
    let costs = try arm.costs(model, length: context)
    let plain = recipe(rung, seed, branch, rate, costs: costs, arm: arm)
    let recipe = try arm.recipe(plain, for: model)
    let definition = RunDefinition(
      data: data, model: model,
      treatments: arm.choices.map {
        .init(name: $0.card.name, version: $0.card.version, options: $0.options.values)
      }, recipe: plain, sampling: file.sampling?.plan)
    let tokens = recipe.steps * recipe.tokensPerStep
    var trunk = definition
    // Runs whose steps depend on the length of the run share nothing.
    if recipe.schedule.isTrunk, !arm.treatments.contains(where: { $0.dependsOnRunLength }) {
      trunk.recipe.schedule.shape = .constant
      trunk.recipe.budget = .steps(1)
      trunk.recipe.diagnosticsEvery = 0
      trunk.sampling = nil
    }
    let row = StudyRow(
      identity: try definition.identity, arm: arm.name, rung: rung, size: rungs[rung].size,
      seed: seed, branch: branch, trunk: try trunk.identity.description, purpose: purpose,
      learningRate: rate, costs: costs, tokens: tokens)
    return PlannedRun(row: row, definition: definition, arm: arm, recipe: recipe)
  }

  /// The baseline's recipe of a run.
  private func recipe(
    _ rung: Int, _ seed: UInt64, _ branch: Int, _ rate: Double, costs: RunCosts, arm: Arm
  ) -> TrainingRecipe {
    let section = file.recipe
    var recipe = TrainingRecipe(batchSize: section.batch, sequenceLength: context)
    var tokens = Double(rungs[rung].tokens)
    if file.ladder.match == .compute, arm.name != file.baseline.name,
      let plain = try? file.baseline.costs(rungs[rung].model, length: context)
    {
      tokens *= plain.trainingOperationsPerToken / costs.trainingOperationsPerToken
    }
    func steps(_ share: Double) -> Int {
      max(Int((share * tokens / Double(recipe.tokensPerStep)).rounded()), 2)
    }
    let count = steps(file.ladder.lengths[branch])
    recipe.budget = .steps(count)
    recipe.optimizer = section.optimizer.usualSettings.adjusted(
      learningRate: rate, weightDecay: section.weightDecay)
    recipe.clipNorm = section.clip > 0 ? section.clip : nil
    recipe.zLoss = section.zLoss
    recipe.seed = seed
    // One warm-up for all lengths of a trunk, so that they are the same trunk.
    let shortest = steps(file.ladder.lengths[0])
    let warmup = min(Int(section.warmup * Double(shortest)), 100)
    recipe.schedule = Schedule(
      warmup: warmup, section.schedule.shape(steps: count, decay: section.decay))
    recipe.diagnosticsEvery = max(count / 20, 1)
    recipe.validation.every = 0
    let perBatch = recipe.microBatchSize * context
    recipe.validation.batches = max(section.evaluationTokens / perBatch, 1)
    recipe.checkpoints.every = 0
    return recipe
  }

  /// The runs that are left, grouped by trunk, largest first.
  ///
  /// - Parameter outcomes: what earlier runs gave.
  public func jobs(knowing outcomes: [RunIdentity: RunOutcome]) throws -> [Job] {
    var order: [String] = []
    var groups: [String: [PlannedRun]] = [:]
    var seen = Set<RunIdentity>()
    for run in try runs(knowing: outcomes) where run.row.outcome == nil {
      guard seen.insert(run.row.identity).inserted else { continue }
      if groups[run.row.trunk] == nil { order.append(run.row.trunk) }
      groups[run.row.trunk, default: []].append(run)
    }
    let jobs = order.map { trunk in
      Job(id: trunk, runs: (groups[trunk] ?? []).sorted { $0.row.branch < $1.row.branch })
    }
    return jobs.enumerated().sorted {
      ($0.element.operations, $1.offset) > ($1.element.operations, $0.offset)
    }.map(\.element)
  }
}

extension Schedule {
  /// Whether runs of several lengths share their steps before the cooldown.
  var isTrunk: Bool {
    if case .constantWithCooldown = shape { return true }
    return false
  }
}
