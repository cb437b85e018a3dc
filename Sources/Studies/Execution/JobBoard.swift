internal import Synchronization
internal import Training
internal import Treatments

/// What the workers of an executor share: which jobs are left, which are being done, how far.
final class JobBoard: Sendable {
  /// What a worker does next.
  enum Assignment {
    /// A job, with so many threads.
    case job(Job, threads: Int)
    /// Nothing now, but perhaps soon.
    case wait
    /// Nothing any more.
    case nothing
  }

  private struct State {
    var outcomes: [RunIdentity: RunOutcome]
    var running: [Int: (job: Job, report: StudyProgress.Running, threads: Int)] = [:]
    /// Jobs that another process had when they were last tried, and when that was.
    var taken: [String: Double] = [:]
    var ended: [StudyRow] = []
    var failure: (any Error)?
    /// Arithmetic of the steps that this executor has taken in jobs that ended.
    var operations = 0.0
  }

  private let plan: StudyPlan
  private let log: any RunLog
  private let workers: Int
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init(_ plan: StudyPlan, log: any RunLog, workers: Int) {
    self.plan = plan
    self.log = log
    self.workers = workers
    state = Mutex(State(outcomes: [:]))
  }

  /// What went wrong first.
  var failure: (any Error)? { state.withLock { $0.failure } }

  /// All outcomes that the log has of the study.
  func outcomes() throws -> [RunIdentity: RunOutcome] {
    let known = try plan.outcomes(in: log, beyond: state.withLock { $0.outcomes })
    state.withLock { $0.outcomes.merge(known) { _, new in new } }
    return known
  }

  /// The next job of a worker: the largest that nobody does.
  func next(for worker: Int) throws -> Assignment {
    let known = try outcomes()
    let jobs = try plan.jobs(knowing: known)
    let now = (ContinuousClock.now - start) / .seconds(1)
    return state.withLock { state in
      let busy = Set(state.running.values.map(\.job.id))
      let free = jobs.filter { !busy.contains($0.id) }
      let untried = free.filter { state.taken[$0.id].map { now - $0 > 2 } ?? true }
      guard let job = untried.first else {
        // Runs may become known when others end, and another process may give its own up.
        return jobs.isEmpty && busy.isEmpty ? .nothing : .wait
      }
      let spare = workers - state.running.values.reduce(0) { $0 + $1.threads }
      let threads = untried.count == 1 ? max(spare, 1) : 1
      guard let run = job.runs.last else { return .wait }
      state.running[worker] = (
        job,
        StudyProgress.Running(
          row: run.row, isTrunk: run.trunkSteps > 0, step: 0, steps: run.recipe.steps, loss: nil,
          tokensPerSecond: 0, secondsLeft: nil),
        threads
      )
      return .job(job, threads: threads)
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

  /// Takes down how a job ended.
  func end(_ job: Job, _ ending: JobRunner.Ending, by worker: Int) throws {
    let now = (ContinuousClock.now - start) / .seconds(1)
    let found = try log.outcomes(of: job.runs.map(\.row.identity))
    state.withLock { state in
      state.running[worker] = nil
      switch ending {
      case .taken: state.taken[job.id] = now
      case .stopped: break
      case .finished:
        state.operations += job.operations
        state.outcomes.merge(found) { _, new in new }
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

  /// How far the study is; rows that ended are told once.
  func progress() throws -> StudyProgress {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let known = state.withLock { $0.outcomes }
    let runs = try plan.runs(knowing: known)
    let left = try plan.jobs(knowing: known).reduce(0) { $0 + $1.operations }
    let rows = runs.map(\.row)
    let expected = plan.rowCount
    return state.withLock { state in
      let running = state.running.sorted { $0.key < $1.key }.map(\.value)
      // What running jobs have done so far counts as done.
      let underway = running.reduce(0.0) { sum, entry in
        sum + Double(entry.report.step) / Double(max(entry.report.steps, 1)) * entry.job.operations
      }
      let done = state.operations + underway
      let rate = done / max(seconds, 1e-3)
      defer { state.ended.removeAll() }
      return StudyProgress(
        running: running.map(\.report), ended: state.ended,
        done: rows.count { $0.outcome != nil }, total: rows.count, mayGrow: rows.count < expected,
        seconds: seconds,
        secondsLeft: seconds > 1 && done > 0 ? max(left - underway, 0) / rate : nil)
    }
  }
}
