internal import LanguageModels
public import Training
public import Treatments
public import Verdicts

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
  private let maker: RunMaker

  /// Plans a study over rungs, smallest first; throws ``StudyError`` or a `TreatmentError` where an
  /// arm does not fit a rung.
  public init(
    _ file: StudyFile, data: DatasetRecord, rungs: [Rung], context: Int
  ) throws {
    self.file = file
    self.data = data
    self.rungs = rungs
    self.context = context
    arms = [file.baseline] + file.arms
    maker = try RunMaker(file, data: data, rungs: rungs, arms: arms, context: context)
    for run in try runs(knowing: [:]) { try run.recipe.validate() }
    try refuseTwins()
  }

  /// Two rows of one run would count as two in every test and fit.
  private func refuseTwins() throws {
    for arm in arms.indices {
      var seen: [RunIdentity: String] = [:]
      for rung in rungs.indices {
        for branch in file.ladder.lengths.indices {
          let run = try maker.run(
            RunMaker.Key(
              arm: arm, rung: rung, seed: file.ladder.seeds[0], branch: branch,
              rate: file.recipe.learningRates[0], purpose: .comparison))
          let name = "size \(run.row.size) at length \(file.ladder.lengths[branch])"
          guard let other = seen.updateValue(name, forKey: run.row.identity) else { continue }
          throw StudyError(
            .badStudy,
            "\(arms[arm].name): \(other) and \(name) come to the same run of \(run.recipe.steps) "
              + "steps; leave one out or train on more tokens")
        }
      }
    }
  }

  /// The runs that are known from the outcomes of earlier ones, in the order of arms, rungs, seeds
  /// and lengths; those of rungs whose learning rate is not chosen yet are missing.
  public func runs(knowing outcomes: [RunIdentity: RunOutcome]) throws -> [PlannedRun] {
    var runs: [PlannedRun] = []
    runs.reserveCapacity(rowCount)
    for stage in try stages() {
      runs += stage.sweep
      if let rate = rate(of: stage, knowing: outcomes) { runs += try compared(stage, rate) }
    }
    for index in runs.indices { runs[index].row.outcome = outcomes[runs[index].row.identity] }
    return runs
  }

  /// All outcomes that a log has of the study, those already known not asked for again.
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

  /// Runs that become known together: those of one arm at some rungs, once their learning rate is
  /// chosen.
  struct Stage: Sendable {
    var arm: Int
    var rungs: Range<Int>
    /// The runs that choose the rate; none where the file gives it.
    var sweep: [PlannedRun]
  }

  func stages() throws -> [Stage] {
    let isSwept = file.recipe.learningRates.count > 1
    return try arms.indices.flatMap { (arm: Int) -> [Stage] in
      guard isSwept else { return [Stage(arm: arm, rungs: rungs.indices, sweep: [])] }
      switch file.recipe.sweep {
      case .rung(let index):
        return [Stage(arm: arm, rungs: rungs.indices, sweep: try sweep(arm, index))]
      case .everyRung:
        return try rungs.indices.map {
          Stage(arm: arm, rungs: $0..<$0 + 1, sweep: try sweep(arm, $0))
        }
      }
    }
  }

  private func sweep(_ arm: Int, _ rung: Int) throws -> [PlannedRun] {
    try file.recipe.learningRates.map { rate in
      try maker.run(
        RunMaker.Key(
          arm: arm, rung: rung, seed: file.ladder.seeds[0],
          branch: file.ladder.lengths.count - 1, rate: rate, purpose: .learningRateSweep))
    }
  }

  /// The learning rate of a stage: the one with the lowest loss once all runs of its sweep have
  /// ended; nil before.
  func rate(of stage: Stage, knowing outcomes: [RunIdentity: RunOutcome]) -> Double? {
    var best: (rate: Double, loss: Double)?
    for run in stage.sweep {
      guard let outcome = outcomes[run.row.identity] else { return nil }
      // A run that diverged has no loss and is never the best.
      guard let loss = outcome.loss else { continue }
      if best.map({ loss < $0.loss }) ?? true { best = (run.row.learningRate, loss) }
    }
    // If all diverged the smallest rate is the least bad, and the rung is flagged.
    return best?.rate ?? file.recipe.learningRates[0]
  }

  func compared(_ stage: Stage, _ rate: Double) throws -> [PlannedRun] {
    var runs: [PlannedRun] = []
    for rung in stage.rungs {
      for seed in file.ladder.seeds {
        for branch in file.ladder.lengths.indices {
          runs.append(
            try maker.run(
              RunMaker.Key(
                arm: stage.arm, rung: rung, seed: seed, branch: branch, rate: rate,
                purpose: .comparison)))
        }
      }
    }
    return runs
  }

  /// The jobs of the whole study before any has run, largest first, for telling times: the middle
  /// one stands for learning rates that are still to be chosen, and not all need be run.
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
    return jobs.values.map { ($0, $0.operations) }
      .sorted { ($0.1, $0.0.id) > ($1.1, $1.0.id) }.map(\.0)
  }

  /// The runs that earlier outcomes leave, grouped by trunk, largest first.
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
    let sizes = jobs.map(\.operations)
    return jobs.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }.map { jobs[$0] }
  }
}
