internal import Synchronization
internal import Training
internal import Treatments

/// What the workers of an executor share: which jobs are left, which are being done, how far.
///
/// Handing out a job and telling how far the study is cost the same however many runs there are;
/// what other processes have recorded is looked up now and then, for a hundredth of the time.
final class JobBoard: Sendable {
  /// What a worker does next.
  enum Assignment {
    /// A job under its number, with so many threads.
    case job(Int, Job, threads: Int)
    /// Nothing now, but perhaps soon.
    case wait
    /// Nothing any more.
    case nothing
  }

  private struct State {
    var open: OpenRuns
    var running: [Int: (job: Job, report: StudyProgress.Running, threads: Int)] = [:]
    var ended: [StudyRow] = []
    var failure: (any Error)?
    var warnings: [String] = []
    /// Arithmetic of the steps that this executor has taken in jobs that ended.
    var operations = 0.0
    /// When the log is to be asked again for what others have recorded.
    var nextLook = 0.0
    var isLooking = false
  }

  private let plan: StudyPlan
  private let log: any RunLog
  private let workers: Int
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init(_ plan: StudyPlan, log: any RunLog, workers: Int) throws {
    self.plan = plan
    self.log = log
    self.workers = workers
    state = Mutex(State(open: try OpenRuns(plan)))
    try look()
  }

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// What went wrong first.
  var failure: (any Error)? { state.withLock { $0.failure } }

  /// Whether every run has ended, by this process or another.
  func isWhole() throws -> Bool {
    try look()
    return state.withLock { $0.open.isEmpty }
  }

  /// Asks the log for outcomes of all runs that are left.
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
      state.running[worker] = (
        entry.job,
        StudyProgress.Running(
          row: run.row, isTrunk: run.trunkSteps > 0, step: 0, steps: run.recipe.steps, loss: nil,
          tokensPerSecond: 0, secondsLeft: nil),
        threads
      )
      return .job(number, entry.job, threads: threads)
    }
  }

  /// Takes down how far a job is.
  func note(_ report: JobRunner.Report, by worker: Int) {
    let progress = report.progress
    state.withLock { state in
      state.running[worker]?.report = StudyProgress.Running(
        row: report.run.row, isTrunk: report.isTrunk, step: progress.step, steps: progress.steps,
        loss: progress.crossEntropy, tokensPerSecond: progress.tokensPerSecond,
        secondsLeft: progress.secondsLeft)
    }
  }

  /// Takes down something that a job got along with.
  func warn(_ text: String) { state.withLock { $0.warnings.append(text) } }

  /// Takes down how a job ended.
  func end(_ number: Int, _ job: Job, _ ending: JobRunner.Ending, by worker: Int) throws {
    let now = self.now
    let found = try log.outcomes(of: job.runs.map(\.row.identity))
    try state.withLock { state in
      state.running[worker] = nil
      state.open.set(running: false, number)
      try state.open.learn(found)
      switch ending {
      case .taken: state.open.postpone(number, now)
      case .stopped: break
      case .finished:
        state.operations += job.operations
        for run in job.runs {
          var row = run.row
          row.outcome = found[row.identity]
          state.ended.append(row)
        }
      }
    }
  }

  /// Takes down an error that ends the study.
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
      let underway = running.reduce(0.0) { sum, entry in
        sum + Double(entry.report.step) / Double(max(entry.report.steps, 1)) * entry.job.operations
      }
      let done = state.operations + underway
      let rate = done / max(seconds, 1e-3)
      let left = state.open.operations
      defer {
        state.ended.removeAll()
        state.warnings.removeAll()
      }
      return StudyProgress(
        running: running.map(\.report), ended: state.ended, warnings: state.warnings,
        done: state.open.done, total: state.open.rows, mayGrow: state.open.rows < expected,
        seconds: seconds,
        secondsLeft: seconds > 1 && done > 0 ? max(left - underway, 0) / rate : nil)
    }
  }
}
