internal import Foundation
internal import Synchronization
internal import Tensors
public import Training
public import Verdicts

/// Runs a study on this machine: as many jobs side by side as there are cores, one thread each.
///
/// Small models train faster so than one after the other on all cores. The job with the most
/// arithmetic goes first; when fewer jobs are left than cores, a job that begins takes the cores
/// that have nothing to do. Results do not depend on the number of workers or threads.
public struct LocalExecutor: Sendable {
  /// The number of jobs side by side.
  public let workers: Int
  /// Where jobs keep their checkpoints until their runs are recorded.
  public let folder: String
  /// Whether to work beside a folder that another process holds, in one of its own.
  public let takesOver: Bool

  /// Works beside another process's folder only for runs that were taken over from one that is
  /// stopped.
  public init(workers: Int, folder: String, takesOver: Bool = false) {
    self.workers = max(workers, 1)
    self.folder = folder
    self.takesOver = takesOver
  }

  /// Carries out what is left of a study; false if it was asked to stop. Another process may work
  /// on the same study. The sizing tells times from the beginning; `report` is told how far the
  /// study is, a few times a second, on the calling thread. Throws an error of the store or the
  /// disk; runs that fail by themselves are outcomes.
  public func run(
    _ plan: StudyPlan, data: Dataset, log: any RunLog, stop: StopRequest,
    sizing: StudySizing? = nil, report: (StudyProgress) throws -> Void
  ) throws -> Bool {
    // No more threads than there is work for.
    let workers = max(min(workers, plan.rowCount), 1)
    let places = WorkFolders(folder, takesOver: takesOver)
    try places.sweep(log)
    let board = try JobBoard(plan, log: log, workers: workers, sizing: sizing)
    let halt = LinkedStop(stop)
    let group = DispatchGroup()
    for worker in 0..<workers {
      group.enter()
      let thread = Thread {
        defer { group.leave() }
        work(worker, board, data, log, places, halt)
      }
      thread.stackSize = 16 << 20
      thread.start()
    }
    func tell() throws {
      do { try report(board.progress()) } catch {
        // A report that fails, as on a closed terminal, ends the study as an interrupt does.
        halt.request.stop()
        group.wait()
        throw error
      }
    }
    while group.wait(timeout: .now() + .milliseconds(200)) == .timedOut {
      halt.follow()
      try tell()
    }
    try tell()
    if let failure = board.failure { throw failure }
    return try board.isWhole()
  }

  private func work(
    _ worker: Int, _ board: JobBoard, _ data: Dataset, _ log: any RunLog, _ places: WorkFolders,
    _ halt: LinkedStop
  ) {
    let runner = JobRunner(
      data: data, log: log, places: places, stop: halt.request, warn: board.warn)
    var pools: [Int: ThreadPool] = [:]
    while !halt.request.isStopped {
      do {
        switch try board.next(for: worker) {
        case .nothing:
          return
        case .wait:
          Thread.sleep(forTimeInterval: 0.1)
        case .job(let number, let job, let threads):
          let pool = pools[threads] ?? ThreadPool(threads: threads)
          pools[threads] = pool
          let ending = try runner.run(job, pool: pool) { board.note($0, by: worker) }
          try board.end(number, job, ending, by: worker)
        }
      } catch {
        board.fail(error, by: worker)
        halt.request.stop()
        return
      }
    }
  }
}

/// A stop request of the executor's own that follows the caller's: a failing job stops the others.
private final class LinkedStop: Sendable {
  let request = StopRequest()
  private let outer: StopRequest

  init(_ outer: StopRequest) { self.outer = outer }

  func follow() { if outer.isStopped { request.stop() } }
}
