import Foundation
import RunTables
import Store
import TestSupport
import Testing
import Verdicts

/// Exported tables, read back by the reader that fits use.
struct ExportTests {
  private let folder: ScratchFolder
  private let store: RunStore

  init() throws {
    folder = try ScratchFolder()
    store = try RunStore(folder.store)
    var rows = try (0..<4).map { try Fixture.row($0) }
    rows[0].arm = "wide, \"gated\"\nand; new"
    rows[1].arm = " spaced"
    rows.append(try Fixture.row(0, purpose: .learningRateSweep))
    try store.save(study: "a", file: "", rows: rows)
    try store.record(try Fixture.outcome(0), curves: [], of: Fixture.identity(0))
    var outcome = try Fixture.outcome(1)
    outcome.metrics = ["accuracy, top 1": .infinity, "none": .nan]
    try store.record(outcome, curves: [], of: Fixture.identity(1))
    outcome.status = .diverged
    outcome.loss = nil
    outcome.metrics = [:]
    try store.record(outcome, curves: [], of: Fixture.identity(2))
  }

  @Test(arguments: StudyTable.Format.allCases)
  func `the reader of tables reads it`(format: StudyTable.Format) throws {
    let path = "\(folder.path)/export.\(format.rawValue)"
    let rows = try store.rows(of: "a")
    try Data(StudyTable(rows).text(format).utf8).write(to: URL(fileURLWithPath: path))
    let table = try RunTable.read(contentsOf: path)
    #expect(table.rowCount == 5)
    #expect(
      table.columnNames == [
        "run", "arm", "N", "active", "D", "C", "loss", "seed", "rung", "size", "branch", "trunk",
        "purpose", "lr", "status", "tokens_per_second", "seconds", "state_bytes",
        "metric.accuracy, top 1", "metric.bits_per_byte", "metric.loss.code", "metric.none",
        "diagnostic.attention_entropy", "diagnostic.sink_mass",
      ])
    #expect(try table.texts("run") == rows.map(\.identity.description))
    #expect(try table.texts("size") == rows.map(\.size))
    #expect(try table.texts("purpose") == rows.map(\.purpose.rawValue))
    #expect(try table.texts("status") == ["finished", "finished", "diverged", "", "finished"])
    #expect(try table.numbers("N") == [1000, 2000, 3000, 4000, 1000])
    #expect(try table.numbers("active") == [900, 1800, 2700, 3600, 900])
    #expect(try table.numbers("D") == rows.map { Double($0.tokens) })
    #expect(try table.numbers("C") == rows.map(\.compute))
    #expect(try table.numbers("lr") == rows.map(\.learningRate))
    #expect(try table.numbers("seed") == rows.map { Double($0.seed) })
    #expect(try table.numbers("state_bytes") == [512, 1024, 1536, 2048, 512])
    let loss = try table.numbers("loss")
    #expect(loss[0] == 1 + 1.0 / 3 && loss[1] == 1.25 && loss[2].isNaN && loss[3].isNaN)
    #expect(try table.numbers("metric.accuracy, top 1")[1] == .infinity)
    #expect(try table.numbers("metric.bits_per_byte")[0] == 0.1)
    #expect(try table.numbers("diagnostic.attention_entropy")[2] == 1.0 / 3)
    if format == .jsonLines {
      #expect(try table.texts("arm")[..<2] == [rows[0].arm, rows[1].arm])
    } else {
      #expect(try table.texts("arm")[0] == rows[0].arm)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  /// Expected by hand after RFC 4180, section 2.
  @Test func `cells that need quotes have them`() throws {
    var row = try Fixture.row(0)
    row.arm = "a,\"b\""
    row.seed = UInt64.max
    let lines = StudyTable([row]).text(.csv).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
      lines[1] == """
        \(row.identity),"a,""b\""",1000,900,1000,6001500,,18446744073709551615,0,4x64,0,t0,\
        comparison,0.001,,,,512
        """)
  }
}
