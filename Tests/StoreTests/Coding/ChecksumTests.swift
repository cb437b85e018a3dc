import Foundation
import Store
import TestSupport
import Testing
import Verdicts

/// Rows that changed on the disk, stores of earlier versions, and stores that can only be read.
struct ChecksumTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Whether there is another program that changes a store.
  static let hasSQLite = FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3")

  /// Runs SQL with another program.
  private func sqlite(_ sql: String) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
    process.arguments = [folder.store, sql]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private func filled() throws {
    let store = try RunStore(folder.store)
    for number in 0..<3 {
      #expect(
        try store.claim(Fixture.identity(number), definition: Fixture.definition(number)))
      try store.record(
        try Fixture.outcome(number), curves: Fixture.curves(number), of: Fixture.identity(number))
    }
    try store.save(study: "a", file: "text", rows: try (0..<3).map { try Fixture.row($0) })
  }

  @Test func `a sound store has no faults`() throws {
    try filled()
    let check = try RunStore(folder.store).check()
    #expect(check.faults.isEmpty, "\(check.faults)")
    #expect(check.runs == 3 && check.curves == 6 && check.rows == 3)
  }

  @Test(
    .enabled(if: hasSQLite),
    arguments: [
      "UPDATE runs SET loss = loss + 1e-12 WHERE id = 2",
      "UPDATE runs SET compute = compute * 2 WHERE id = 2",
      "UPDATE runs SET tokens_per_second = NULL WHERE id = 2",
      "UPDATE runs SET loss = 9, checksum = NULL WHERE id = 2",
      "UPDATE details SET measures = replace(measures, '0.25', '0.35') WHERE run = 2",
      "UPDATE details SET costs = replace(costs, '1024', '1025') WHERE run = 2",
    ])
  func `a number that changed is never handed out`(_ change: String) throws {
    try filled()
    #expect(try sqlite(change))
    let store = try RunStore(folder.store)
    let run = Fixture.identity(1)
    for read in [
      { _ = try store.outcomes(of: [run]) }, { _ = try store.rows(of: "a") },
    ] as [() throws -> Void] {
      let error = #expect(throws: StoreError.self) { try read() }
      #expect(error?.code == .badData)
      #expect(error?.message.contains("study check") == true, "\(String(describing: error))")
    }
    // The others are as they were.
    #expect(try store.outcomes(of: [Fixture.identity(0)]).count == 1)
    let check = try store.check()
    #expect(check.damagedRuns == [run] && check.faults.count == 1, "\(check.faults)")
    #expect(try #require(check.faults.first).studies == ["a"])
    // What is forgotten can be claimed and recorded again.
    try store.forget(check.damagedRuns)
    #expect(try store.claim(run, definition: Fixture.definition(1)))
    try store.record(try Fixture.outcome(1), curves: Fixture.curves(1), of: run)
    #expect(try store.check().faults.isEmpty)
  }

  @Test(.enabled(if: hasSQLite)) func `rows of studies, curves and definitions are checked too`()
    throws
  {
    try filled()
    #expect(
      try sqlite(
        """
        UPDATE study_rows SET tokens = tokens + 1 WHERE position = 0;
        UPDATE curves SET data = x'0102' WHERE run = 2 AND name = 'validation';
        DELETE FROM curves WHERE run = 3 AND name = 'loss';
        UPDATE definitions SET text = '{}' WHERE run = 1;
        """))
    let store = try RunStore(folder.store)
    let check = try store.check()
    #expect(check.faults.count == 4, "\(check.faults)")
    #expect(Set(check.damagedRuns) == Set((0..<3).map(Fixture.identity)))
    #expect(throws: StoreError.self) { try store.rows(of: "a") }
  }

  @Test(.enabled(if: hasSQLite))
  func `a store of the first version is brought up to date and stays as it was`() throws {
    try filled()
    let rows = try RunStore(folder.store).rows(of: "a")
    #expect(
      try sqlite(
        """
        ALTER TABLE runs DROP COLUMN checksum; ALTER TABLE study_rows DROP COLUMN checksum;
        ALTER TABLE studies DROP COLUMN checksum; ALTER TABLE studies DROP COLUMN head_checksum;
        ALTER TABLE documents DROP COLUMN checksum; ALTER TABLE curves DROP COLUMN checksum;
        DELETE FROM grdb_migrations WHERE identifier IN ('2', '3');
        """))
    let store = try RunStore(folder.store)
    #expect(try store.rows(of: "a") == rows)
    #expect(try store.check().faults.isEmpty)
    // The numbers carry checksums from now on.
    #expect(try sqlite("UPDATE runs SET loss = 0 WHERE id = 1"))
    #expect(try store.check().damagedRuns == [Fixture.identity(0)])
  }

  @Test(.enabled(if: hasSQLite))
  func `a store of the second version is brought up to date and stays as it was`() throws {
    try filled()
    let before = try RunStore(folder.store)
    try before.save("{\"level\":0.9}", as: "verdict-settings", study: "a")
    let curves = try before.curves(of: Fixture.identity(1))
    #expect(
      try sqlite(
        """
        ALTER TABLE studies DROP COLUMN head_checksum;
        ALTER TABLE documents DROP COLUMN checksum; ALTER TABLE curves DROP COLUMN checksum;
        DELETE FROM grdb_migrations WHERE identifier = '3';
        """))
    let store = try RunStore(folder.store)
    #expect(try store.study("a").file == "text")
    #expect(try store.document("verdict-settings", of: "a")?.json == "{\"level\":0.9}")
    #expect(try store.curves(of: Fixture.identity(1)) == curves)
    #expect(try store.check().faults.isEmpty)
    #expect(try sqlite("UPDATE studies SET file = 'texu'"))
    #expect(try store.check().faults.count == 1)
  }

  /// Texts decide what is printed as much as numbers do.
  @Test(
    .enabled(if: hasSQLite),
    arguments: [
      ("UPDATE studies SET file = 'texu'", "study"),
      ("UPDATE studies SET settings = '{ }'", "study"),
      ("UPDATE studies SET name = 'b'", "study"),
      ("UPDATE documents SET json = replace(json, '0.9', '0.8')", "document"),
      ("UPDATE documents SET json = '{', checksum = NULL", "document"),
      ("UPDATE curves SET name = 'los' WHERE run = 2 AND name = 'loss'", "curve"),
    ])
  func `a text that changed is never handed out`(_ change: String, _ kind: String) throws {
    try filled()
    try RunStore(folder.store).save("{\"level\":0.9}", as: "verdict-settings", study: "a")
    #expect(try sqlite(change))
    let store = try RunStore(folder.store)
    let name = change.contains("'b'") ? "b" : "a"
    let error = #expect(throws: StoreError.self) {
      switch kind {
      case "study": _ = try store.study(name)
      case "document": _ = try store.document("verdict-settings", of: name)
      default: _ = try store.curves(of: Fixture.identity(1))
      }
    }
    #expect(error?.code == .badData && error?.message.contains("study check") == true)
    #expect(try !store.check().faults.isEmpty)
    // The same study saved again is whole again.
    guard kind != "curve" else { return }
    try store.save(study: name, file: "text", rows: try (0..<3).map { try Fixture.row($0) })
    try store.save("{\"level\":0.9}", as: "verdict-settings", study: name)
    let faults = try store.check().faults
    #expect(faults.isEmpty, "\(faults)")
  }

  @Test(.enabled(if: hasSQLite)) func `a list of studies counts no damaged run`() throws {
    try filled()
    #expect(try sqlite("UPDATE runs SET status = 'failed' WHERE id = 2"))
    let error = #expect(throws: StoreError.self) { _ = try RunStore(folder.store).studies() }
    #expect(error?.code == .badData)
  }

  @Test(.enabled(if: hasSQLite)) func `a row that is missing is missed`() throws {
    try filled()
    #expect(try sqlite("DELETE FROM study_rows WHERE position = 2"))
    #expect(throws: StoreError.self) { try RunStore(folder.store).rows(of: "a") }
  }

  /// A process whose claim was taken over reports a failure: the run is somebody else's now.
  @Test func `a late failure changes nothing`() throws {
    let elsewhere = ClaimOwner(host: "elsewhere", session: "", process: 1, started: 1)
    let late = try RunStore(folder.store, owner: elsewhere)
    let run = Fixture.identity(1)
    #expect(try late.claim(run, definition: Fixture.definition(1)))
    var settings = StoreSettings()
    #expect(try !RunStore(folder.store, settings: settings).claim(run, definition: "{}"))
    settings.takesOver = true
    let mine = try RunStore(folder.store, settings: settings)
    #expect(try mine.claim(run, definition: "{}"))
    let failure = RunOutcome(status: .failed, costs: Fixture.costs())
    try late.record(failure, curves: [], of: run)
    #expect(try mine.outcomes(of: [run]).isEmpty && mine.claims().count == 1)
    // A late result of the same bits is one.
    try late.record(try Fixture.outcome(1), curves: Fixture.curves(1), of: run)
    var other = try Fixture.outcome(1)
    other.loss = 0
    try mine.record(other, curves: [], of: run)
    #expect(try mine.outcomes(of: [run]) == [run: Fixture.outcome(1)])
  }

  @Test func `a stopped process is known as such, and its claims can be taken`() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["60"]
    try process.run()
    let number = process.processIdentifier
    defer { kill(number, SIGKILL) }
    let owner = ClaimOwner(process: number)
    #expect(owner.isStopped == false)
    let run = Fixture.identity(1)
    #expect(try RunStore(folder.store, owner: owner).claim(run, definition: "{}"))
    var settings = StoreSettings()
    settings.takesOver = true
    let mine = try RunStore(folder.store, settings: settings)
    // One that works keeps what it has.
    #expect(try !mine.claim(run, definition: "{}"))
    kill(number, SIGSTOP)
    for _ in 0..<100 where owner.isStopped == false { usleep(10_000) }
    #expect(owner.isStopped == true)
    #expect(try !RunStore(folder.store).claim(run, definition: "{}"))
    #expect(try mine.claim(run, definition: "{}"))
  }

  @Test func `claims of the dead are not counted as running`() throws {
    let now = ClaimOwner.current
    let dead = ClaimOwner(
      host: now.host, session: now.session, process: now.process, started: now.started - 1)
    let run = Fixture.identity(0)
    #expect(try RunStore(folder.store, owner: dead).claim(run, definition: "{}"))
    let store = try RunStore(folder.store)
    try store.save(study: "a", file: "text", rows: [try Fixture.row(0), try Fixture.row(1)])
    #expect(try store.studies().map(\.claimed) == [0])
    #expect(try store.claim(run, definition: "{}"))
    #expect(try store.studies().map(\.claimed) == [1])
  }
}
