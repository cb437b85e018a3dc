import Foundation
import Store
import TestSupport
import Testing
import Verdicts

/// Many connections and many processes on one file.
struct ConcurrencyTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Claims and records whatever of the runs 0..<count is still to be had.
  static func work(_ path: String, from start: Int, count: Int) throws -> [RunIdentity] {
    let store = try RunStore(path)
    var mine: [RunIdentity] = []
    for offset in 0..<count {
      let number = (start + offset) % count
      let run = Fixture.identity(number)
      guard try store.claim(run, definition: Fixture.definition(number)) else { continue }
      try store.record(try Fixture.outcome(number), curves: Fixture.curves(number), of: run)
      mine.append(run)
    }
    return mine
  }

  /// Everything that `work` wrote is there once and is right.
  private func check(count: Int) throws {
    let store = try RunStore(folder.store)
    let runs = (0..<count).map(Fixture.identity)
    let outcomes = try store.outcomes(of: runs)
    for number in 0..<count {
      #expect(try outcomes[runs[number]] == Fixture.outcome(number))
      #expect(try store.curves(of: runs[number]) == Fixture.curves(number))
    }
    #expect(try store.claims().isEmpty)
    #expect(try store.runCount() == count)
  }

  @Test(.timeLimit(.minutes(20)))
  func `32 threads, each with its own connection, make the file and share the runs`() throws {
    let path = folder.store
    let gate = NSLock()
    nonisolated(unsafe) var all: [RunIdentity] = []
    nonisolated(unsafe) var failures: [String] = []
    let threads = DispatchGroup()
    for thread in 0..<32 {
      threads.enter()
      Thread.detachNewThread {
        do {
          let mine = try Self.work(path, from: thread * 5, count: 160)
          gate.withLock { all += mine }
        } catch {
          gate.withLock { failures.append("\(error)") }
        }
        threads.leave()
      }
    }
    threads.wait()
    #expect(failures.isEmpty)
    #expect(all.count == 160)
    #expect(Set(all).count == 160)
    try check(count: 160)
  }

  @Test(.timeLimit(.minutes(20)))
  func `processes that are killed in the midst of writing leave nothing half done`() async throws {
    let path = folder.store
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<6 {
        group.addTask {
          if number < 4 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
              [path = path as String, number = number as Int] in
              Thread.detachNewThread {
                usleep(useconds_t(20_000 + 25_000 * number))
                kill(getpid(), SIGKILL)
              }
              while true {
                _ = try ConcurrencyTests.work(path, from: 30 * number, count: 240)
                usleep(1000)
              }
            }
          } else {
            await #expect(processExitsWith: .success) {
              [path = path as String, number = number as Int] in
              _ = try ConcurrencyTests.work(path, from: 30 * number, count: 240)
            }
          }
        }
      }
    }
    // What the killed ones held is to be had; what they recorded is whole.
    _ = try Self.work(path, from: 0, count: 240)
    try check(count: 240)
  }
}
