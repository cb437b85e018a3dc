import Store
import StudyTestSupport
import TestSupport
import Testing
import Verdicts

/// What any log of runs must do, on disk and in memory.
struct RunLogTests {
  enum Kind: CaseIterable {
    case memory, writeAheadLog, rollback
  }

  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func log(_ kind: Kind) throws -> any RunLog {
    var settings = StoreSettings()
    switch kind {
    case .memory: return MemoryRunLog()
    case .writeAheadLog: settings.journal = .writeAheadLog
    case .rollback: settings.journal = .rollback
    }
    return try RunStore(folder.store, settings: settings)
  }

  @Test(arguments: Kind.allCases)
  func `an outcome comes back whole`(kind: Kind) throws {
    let log = try log(kind)
    let identity = Fixture.identity(1)
    var outcome = try Fixture.outcome(1)
    outcome.status = .diverged
    outcome.message = "the loss was not finite at step 7 — \"NaN\"\n"
    outcome.loss = nil
    outcome.metrics["infinite"] = .infinity
    outcome.seconds = 0.1 + 0.2
    try log.record(outcome, curves: Fixture.curves(1).reversed(), of: identity)
    #expect(try log.outcomes(of: [identity, Fixture.identity(2)]) == [identity: outcome])
    #expect(try log.curves(of: identity) == Fixture.curves(1))
    #expect(try log.curves(of: Fixture.identity(2)).isEmpty)
  }

  @Test(arguments: Kind.allCases)
  func `a run is claimed once until it is released, and never after it ended`(kind: Kind) throws {
    let log = try log(kind)
    let identity = Fixture.identity(1)
    #expect(try log.claim(identity, definition: "{}"))
    #expect(try !log.claim(identity, definition: "{}"))
    #expect(try log.claim(Fixture.identity(2), definition: "{}"))
    try log.release(identity)
    #expect(try log.outcomes(of: [identity]).isEmpty)
    #expect(try log.claim(identity, definition: "{}"))
    try log.record(try Fixture.outcome(1), curves: [], of: identity)
    #expect(try !log.claim(identity, definition: "{}"))
    try log.release(identity)
    #expect(try !log.claim(identity, definition: "{}"))
  }

  @Test(arguments: Kind.allCases)
  func `the first outcome stays unless it is a failure`(kind: Kind) throws {
    let log = try log(kind)
    let identity = Fixture.identity(1)
    var failure = RunOutcome(status: .failed, costs: Fixture.costs())
    failure.message = "killed"
    try log.record(failure, curves: Fixture.curves(9), of: identity)
    let outcome = try Fixture.outcome(1)
    try log.record(outcome, curves: Fixture.curves(1), of: identity)
    try log.record(try Fixture.outcome(2), curves: Fixture.curves(2), of: identity)
    #expect(try log.outcomes(of: [identity]) == [identity: outcome])
    #expect(try log.curves(of: identity) == Fixture.curves(1))
  }

  @Test(arguments: Kind.allCases)
  func `of many threads one gets each run`(kind: Kind) async throws {
    let log = try log(kind)
    let wins = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<20).count { number in
            (try? log.claim(Fixture.identity(number), definition: "{}")) ?? false
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wins == 20)
  }
}
