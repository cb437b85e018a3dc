internal import Synchronization
internal import Training
internal import Treatments
internal import Verdicts

/// What the workers of an executor share: which jobs are left, which are being done, how far.
///
/// Handing out a job and telling how far the study is cost the same however many runs there are;
/// what other processes have recorded is looked up now and then, for a hundredth of the time.
final class JobBoard: Sendable {
  enum Assignment {
    /// A job under its number, with so many threads.
    case job(Int, Job, threads: Int)
    /// Nothing now, but perhaps soon.
    case wait
    case nothing
  }

  private struct Running {
    var job: Job
    /// Its work, in whatever the study is timed in.
    var work: Double
    var report: StudyProgress.Running
    var threads: Int
    /// Arithmetic of the steps that were taken here, and of those that an earlier process had taken.
    var taken = 0.0
    var found = 0.0
    /// The run or trunk that is being trained, and the last step of it that is counted.
    private var piece = ""
    private var step = 0

    init(job: Job, work: Double, report: StudyProgress.Running, threads: Int) {
      self.job = job
      self.work = work
      self.report = report
      self.threads = threads
    }

    /// Counts the steps of the job up to a report: those of its trunk once, then those of each run.
    mutating func count(_ report: JobRunner.Report) {
      let run = report.run
      let costs = run.row.costs.trainingOperationsPerToken * Double(run.recipe.tokensPerStep)
      let name = "\(report.isTrunk ? "trunk" : "run") \(run.row.identity)"
      if name != piece {
        piece = name
        step = report.progress.step - 1
        // Steps before the first are an earlier process's, or the trunk's, which are counted already.
        found += Double(max(step - (report.isTrunk ? 0 : run.trunkSteps), 0)) * costs
      }
      taken += Double(max(report.progress.step - step, 0)) * costs
      step = max(step, report.progress.step)
    }

    /// The work that was done here, and the work that is left.
    var parts: (done: Double, left: Double) {
      let all = max(job.operations, 1)
      let share = min(taken / all, 1)
      return (share * work, max(1 - share - found / all, 0) * work)
    }
  }

  private struct State {
    var open: OpenRuns
    var running: [Int: Running] = [:]
    var ended: [StudyRow] = []
    var failure: (any Error)?
    var warnings: [String] = []
    /// The work that this executor has done in jobs that ended.
    var done = 0.0
    var time: RemainingTime
    /// When the log is to be asked again for what others have recorded.
    var nextLook = 0.0
    var isLooking = false
  }

  private let plan: StudyPlan
  private let log: any RunLog
  private let workers: Int
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  /// Opens a board for jobs side by side; `sizing` has the speeds that were measured, if any were.
  init(_ plan: StudyPlan, log: any RunLog, workers: Int, sizing: StudySizing?) throws {
    self.plan = plan
    self.log = log
    self.workers = workers
    let timed = sizing.flatMap { $0.speeds.isEmpty ? nil : $0 }
    let open = try OpenRuns(plan) { job in timed?.seconds(of: job) ?? job.operations }
    state = Mutex(
      State(open: open, time: RemainingTime(workers: workers, isTimed: timed != nil)))
    try look()
  }

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  var failure: (any Error)? { state.withLock { $0.failure } }

  /// Whether every run has ended, by this process or another.
  func isWhole() throws -> Bool {
    try look()
    return state.withLock { $0.open.isEmpty }
  }

  private func look() throws {
    // Outcomes make further runs known, whose outcomes may be there too.
    while true {
      let missing = state.withLock { $0.open.identities }
      if missing.isEmpty { return }
      let found = try log.outcomes(of: missing)
      if found.isEmpty { return }
      try state.withLock { try $0.open.learn(found) }
    }
  }

  /// Asks the log where that is due; one worker at a time.
  private func lookWhereDue() throws {
    let begin = now
    let isMine = state.withLock { state in
      guard !state.isLooking, begin >= state.nextLook else { return false }
      state.isLooking = true
      return true
    }
    guard isMine else { return }
    defer {
      let end = now
      state.withLock { state in
        state.isLooking = false
        state.nextLook = end + max(1, 200 * (end - begin))
      }
    }
    try look()
  }

  /// The next job of a worker: the largest that nobody does.
  func next(for worker: Int) throws -> Assignment {
    try lookWhereDue()
    let now = self.now
    return state.withLock { state in
      let untried = state.open.untried(now)
      guard let number = untried.first, let entry = state.open[number],
        let run = entry.job.runs.last
      else {
        // Runs may become known when others end, and another process may give its own up.
        return state.open.isEmpty && !state.open.isBusy ? .nothing : .wait
      }
      let spare = workers - state.running.values.reduce(0) { $0 + $1.threads }
      let threads = untried.count == 1 ? max(spare, 1) : 1
      state.open.set(running: true, number)
      state.running[worker] = Running(
        job: entry.job, work: entry.work,
        report: StudyProgress.Running(
          row: run.row, isTrunk: run.trunkSteps > 0, step: 0, steps: run.recipe.steps, loss: nil,
          tokensPerSecond: 0, secondsLeft: nil),
        threads: threads)
      return .job(number, entry.job, threads: threads)
    }
  }

  func note(_ report: JobRunner.Report, by worker: Int) {
    let progress = report.progress
    state.withLock { state in
      state.running[worker]?.count(report)
      state.running[worker]?.report = StudyProgress.Running(
        row: report.run.row, isTrunk: report.isTrunk, step: progress.step, steps: progress.steps,
        loss: progress.crossEntropy, tokensPerSecond: progress.tokensPerSecond,
        secondsLeft: progress.secondsLeft)
    }
  }

  func warn(_ text: String) { state.withLock { $0.warnings.append(text) } }

  func end(_ number: Int, _ job: Job, _ ending: JobRunner.Ending, by worker: Int) throws {
    let now = self.now
    let found = try log.outcomes(of: job.runs.map(\.row.identity))
    try state.withLock { state in
      let done = state.running[worker].map { $0.parts.done + $0.parts.left } ?? 0
      state.running[worker] = nil
      state.open.set(running: false, number)
      try state.open.learn(found)
      switch ending {
      case .taken: state.open.postpone(number, now)
      case .stopped: break
      case .finished:
        state.done += done
        for run in job.runs {
          var row = run.row
          row.outcome = found[row.identity]
          state.ended.append(row)
        }
      }
    }
  }

  func fail(_ error: any Error, by worker: Int) {
    state.withLock { state in
      state.failure = state.failure ?? error
      state.running[worker] = nil
    }
  }

  /// How far the study is; rows that ended and warnings are told once.
  func progress() -> StudyProgress {
    let seconds = now
    let expected = plan.rowCount
    return state.withLock { state in
      let running = state.running.sorted { $0.key < $1.key }.map(\.value)
      // What running jobs have done so far counts as done.
      let parts = running.map(\.parts)
      let whole = running.reduce(0.0) { $0 + $1.work }
      let left = parts.reduce(0.0) { $0 + $1.left } + max(state.open.work - whole, 0)
      let secondsLeft = state.time.update(
        now: seconds, done: parts.reduce(state.done) { $0 + $1.done }, left: left,
        longest: parts.map(\.left).max() ?? 0)
      defer {
        state.ended.removeAll()
        state.warnings.removeAll()
      }
      return StudyProgress(
        running: running.map(\.report), ended: state.ended, warnings: state.warnings,
        done: state.open.done, total: state.open.rows, mayGrow: state.open.rows < expected,
        seconds: seconds,
        secondsLeft: secondsLeft)
    }
  }
}
