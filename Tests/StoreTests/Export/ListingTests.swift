import Store
import TestSupport
import Testing
import Verdicts

/// Lists of runs, with filters and pages, and how quick they are.
struct ListingTests {
  private let folder: ScratchFolder
  private let store: RunStore

  init() throws {
    folder = try ScratchFolder()
    store = try RunStore(folder.store)
  }

  @Test func `filters and pages`() throws {
    for number in 0..<10 {
      var outcome = try Fixture.outcome(number)
      if number % 3 == 1 { outcome.status = .diverged }
      try store.record(outcome, curves: [], of: Fixture.identity(number))
    }
    #expect(try store.claim(Fixture.identity(10), definition: "{}"))
    #expect(try store.claim(Fixture.identity(11), definition: "{}"))
    try store.release(Fixture.identity(11))
    let rows = try [2, 4, 10].map { try Fixture.row($0, arm: "muon") } + [try Fixture.row(5)]
    try store.save(study: "a", file: "", rows: rows)
    func ids(_ filter: RunFilter, offset: Int = 0, limit: Int? = nil) throws -> [RunIdentity] {
      let runs = try store.runs(filter, offset: offset, limit: limit)
      if limit == nil { #expect(try store.runCount(filter) == runs.count) }
      return runs.map(\.id)
    }
    func identities(_ numbers: [Int]) -> [RunIdentity] { numbers.map(Fixture.identity) }
    #expect(try ids(RunFilter()) == identities([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 11, 10]))
    #expect(try ids(RunFilter(), offset: 2, limit: 3) == identities([7, 6, 5]))
    #expect(try ids(RunFilter(states: [.diverged])) == identities([7, 4, 1]))
    #expect(try ids(RunFilter(states: [.claimed])) == identities([10]))
    #expect(try ids(RunFilter(states: [.open, .diverged])) == identities([7, 4, 1, 11]))
    #expect(try ids(RunFilter(states: [])).isEmpty)
    #expect(try ids(RunFilter(study: "a")) == identities([5, 4, 2, 10]))
    #expect(try ids(RunFilter(study: "a", arm: "muon")) == identities([4, 2, 10]))
    #expect(try ids(RunFilter(study: "none")).isEmpty)
    #expect(try ids(RunFilter(endedSince: 1.7e9 + 8)) == identities([9, 8]))
    let prefix = String(Fixture.identity(6).description.prefix(24))
    let alike = (0..<10).reversed().filter { Fixture.identity($0).description.hasPrefix(prefix) }
    #expect(alike.count < 10)
    #expect(try ids(RunFilter(prefix: prefix.uppercased())) == identities(alike))
    let first = try #require(try store.runs(RunFilter(states: [.diverged]), limit: 1).first)
    #expect(first.state == .diverged && first.tokens == 1_000_007)
    #expect(first.loss == 1.1 && first.parameters == 1000 && first.seconds == 12.25)
  }

  @Test(.timeLimit(.minutes(20)))
  func `30,000 runs`() throws {
    let count = 30_000
    let outcome = try Fixture.outcome(1)
    let identities = (0..<count).map(Fixture.identity)
    var rows: [StudyRow] = []
    for number in 0..<count { rows.append(try Fixture.row(number)) }
    let clock = ContinuousClock()
    let planning = try clock.measure { try store.save(study: "big", file: "", rows: rows) }
    let recording = try clock.measure {
      try store.record(identities.map { ($0, outcome, []) })
    }
    var runs: [RunSummary] = []
    let listing = try clock.measure { runs = try store.runs() }
    var read: [StudyRow] = []
    let reading = try clock.measure { read = try store.rows(of: "big") }
    var outcomes: [RunIdentity: RunOutcome] = [:]
    let asking = try clock.measure { outcomes = try store.outcomes(of: identities) }
    var studies: [StudySummary] = []
    let summing = try clock.measure { studies = try store.studies() }
    print(
      "\(count) runs: planned \(planning), recorded \(recording), listed \(listing), "
        + "rows with outcomes \(reading), outcomes \(asking), summary \(summing)")
    #expect(runs.count == count && read.count == count && outcomes.count == count)
    #expect(studies.map(\.finished) == [count])
    #expect(outcomes[identities[7]] == outcome)
    #expect(read[29_999].outcome == outcome)
    #expect(listing < .seconds(1))
    #expect(reading < .seconds(20) && asking < .seconds(20) && planning < .seconds(20))
  }
}
