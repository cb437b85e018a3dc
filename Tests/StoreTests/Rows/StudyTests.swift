import Store
import TestSupport
import Testing
import Verdicts

/// Studies, their rows and their results.
struct StudyTests {
  private let folder: ScratchFolder
  private let store: RunStore

  init() throws {
    folder = try ScratchFolder()
    store = try RunStore(folder.store)
  }

  @Test func `rows come back with their outcomes, in order`() throws {
    var rows = try [3, 1, 2, 1].map { try Fixture.row($0) }
    rows[3].purpose = .learningRateSweep
    try store.save(study: "muon", file: "arms:\n", settings: "{\"workers\":2}", rows: rows)
    try store.record(try Fixture.outcome(1), curves: [], of: Fixture.identity(1))
    rows[1].outcome = try Fixture.outcome(1)
    rows[3].outcome = try Fixture.outcome(1)
    #expect(try store.rows(of: "muon") == rows)
    let study = try store.study("muon")
    #expect(study.file == "arms:\n" && study.settings == "{\"workers\":2}")
    #expect(study.created == study.planned)
  }

  @Test func `planning again replaces the rows as a whole and keeps results`() throws {
    try store.save(study: "a", file: "1", rows: try (0..<9).map { try Fixture.row($0) })
    try store.save("{\"law\":1}", as: "fit", study: "a")
    let created = try store.study("a").created
    let rows = try (4..<6).map { try Fixture.row($0, arm: "b") }
    try store.save(study: "a", file: "2", rows: rows)
    #expect(try store.rows(of: "a") == rows)
    #expect(try store.study("a").file == "2")
    #expect(try store.study("a").created == created)
    try store.save("{\"law\":2}", as: "fit", study: "a")
    try store.save("{}", as: "Verdict", study: "a")
    #expect(try store.documents(of: "a").map(\.json) == ["{}", "{\"law\":2}"])
  }

  @Test func `a study that is not there is named, with those that are`() throws {
    try store.save(study: "muon", file: "", rows: [])
    let error = #expect(throws: StoreError.self) { try store.rows(of: "moun") }
    #expect(error?.code == .missing)
    #expect(error?.message == "there is no study \"moun\"; the store has muon")
    #expect(throws: StoreError.self) { try store.save("{}", as: "fit", study: "moun") }
    try store.remove(study: "muon")
    #expect(try store.studies().isEmpty)
    #expect(throws: StoreError.self) { try store.rows(of: "muon") }
  }

  @Test func `a summary counts every run once`() throws {
    var rows = try (0..<6).map { try Fixture.row($0) }
    rows.append(try Fixture.row(0, purpose: .learningRateSweep))
    try store.save(study: "a", file: "", rows: rows)
    try store.save(study: "b", file: "", rows: [])
    try store.record(try Fixture.outcome(0), curves: [], of: Fixture.identity(0))
    var outcome = try Fixture.outcome(1)
    for (number, status) in [(1, RunOutcome.Status.diverged), (2, .failed)] {
      outcome.status = status
      try store.record(outcome, curves: [], of: Fixture.identity(number))
    }
    #expect(try store.claim(Fixture.identity(3), definition: "{}"))
    let studies = try store.studies()
    #expect(studies.map(\.id) == ["b", "a"])
    #expect(studies[0].runs == 0 && studies[0].open == 0)
    let study = studies[1]
    #expect(
      [study.runs, study.finished, study.diverged, study.failed, study.claimed, study.open]
        == [6, 1, 1, 1, 1, 2])
  }
}
