import Foundation
import Testing

/// Tables that cannot be fitted: one sentence with file, line, column, found and expected.
@Suite struct BadTableTests {
  /// A file, what the sentence must say, and the status.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var bytes: Data
    var sentence: String
    var testDescription: String { "\(name): \(sentence)" }

    init(_ text: String, _ sentence: String, name: String = "runs.csv") {
      self.init(Data(text.utf8), sentence, name: name)
    }

    init(_ bytes: Data, _ sentence: String, name: String = "runs.csv") {
      self.name = name
      self.bytes = bytes
      self.sentence = sentence
    }
  }

  static let rows = PlantedTables.runs()

  static let cases: [Case] = [
    Case("", "runs.csv: found an empty file, expected a table with a header row"),
    Case("\n\n", "runs.csv: found an empty file"),
    Case("N,D,loss\n", "runs.csv:1: found a header and no rows, expected at least one row"),
    Case("1,2,3\n4,5,6\n", "runs.csv:1: found a first row of numbers, expected a header row"),
    Case("N,N,loss\n1,2,3\n", "runs.csv:1: found the column name \"N\" twice"),
    Case(
      PlantedTables.lines(["N,words,loss"] + PlantedTables.rows()),
      "runs.csv: law chinchilla needs a column D (training tokens), found N, loss, words"),
    Case(rows + "1e8,2e9,-3\n", "runs.csv:22: column loss: found -3, expected a positive number"),
    Case(rows + "0,2e9,3\n", "runs.csv:22: column N: found 0, expected a positive number"),
    Case(rows + "1e8,2e9,inf\n", "runs.csv:22: column loss: found ∞, expected a finite number"),
    Case(rows + "1e8,2e9,abc\n", "runs.csv:22: column loss: found \"abc\", expected a number"),
    Case(rows + "1e8,2e9,50%\n", "runs.csv:22: column loss: found \"50%\", expected a number"),
    Case(rows + "1e8,2e9\n", "runs.csv:22: found 2 cells, expected 3, as in the header"),
    Case(rows + "1e8,2e9,\"3\n", "runs.csv:22: found a quote that is never closed"),
    Case(
      "N,D,loss\n1e8,2e9,3.1\n",
      "runs.csv: law chinchilla needs at least 5 rows to fit its parameters, found 1"),
    // The second row repeats the first and counts once.
    Case(
      "N,D,loss\n1e8,2e9,3.1\n1e8,2e9,3.1\n",
      "runs.csv: law chinchilla needs at least 5 rows to fit its parameters, found 1"),
    Case("N,D,loss\n1e8,2e9,3.1\n1e8,4e9,3.1\n", "column loss: found 3.1 in all 2 rows"),
    Case(
      PlantedTables.lines(["N,D,loss"] + PlantedTables.grid.map { "\($0.size),\($0.tokens),3" }),
      "runs.csv: column loss: found 3 in all 20 rows, expected outcomes that differ"),
    Case(Data([0xFF, 0xFE, 0x4E, 0, 0x2C, 0]), "runs.csv:1: found UTF-16 text, expected UTF-8"),
    Case(Data((0..<400).map { UInt8($0 * 89 % 251 | 128) }), "runs.csv:1: found"),
    Case(
      "[{\"N\":1,\"D\":2,\"loss\":3},\n{\"N\":}]",
      "runs.json:2: found \"}]\", expected a JSON value", name: "runs.json"),
    Case("[1,2]", "runs.json:1: found \"1,2]\", expected an object", name: "runs.json"),
    Case(
      "{\"N\":1,\"D\":2,\"loss\":3}\nnonsense\n", "runs.jsonl:2: found", name: "runs.jsonl"),
  ]

  @Test(arguments: cases)
  func badTables(_ bad: Case) async throws {
    let workspace = try Workspace()
    try workspace.write(bad.bytes, to: bad.name)
    let outcome = try await workspace.run(["fit", bad.name] + FitCommandTests.quick)
    expectOneSentence(outcome, status: 65, containing: bad.sentence)
  }

  @Test func absentFilesAndFolders() async throws {
    let workspace = try Workspace()
    expectOneSentence(
      try await workspace.run("fit", "none.csv"), status: 66, containing: "none.csv: found no such")
    expectOneSentence(
      try await workspace.run("fit", "."), status: 66,
      containing: ".: found a folder, expected a file")
    expectOneSentence(
      try await workspace.run("fit", "-"), status: 65,
      containing: "standard input: found an empty file")
  }

  /// The superuser may read everything, so this can only be tested by others.
  @Test(.enabled(if: getuid() != 0, "the superuser reads every file"))
  func unreadableFiles() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.rows, to: "runs.csv")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0], ofItemAtPath: workspace.path("runs.csv"))
    expectOneSentence(
      try await workspace.run("fit", "runs.csv"), status: 66,
      containing: "runs.csv: found permission denied")
  }

  /// A step of a curve is an index into its schedule; 10^18 of them would fill any memory.
  @Test(arguments: ["1e18", "-4", "2.5"])
  func stepsThatNoScheduleHas(step: String) async throws {
    let workspace = try Workspace()
    let rows = (1...8).map { "a,\($0),1e-3,\(3 - 0.1 * Double($0))" }
    try workspace.write(
      PlantedTables.lines(["run,step,lr,loss"] + rows + ["a,\(step),1e-3,2.1"]), to: "curve.csv")
    expectOneSentence(
      try await workspace.run("fit", "curve.csv", "--law", "annealing"), status: 65,
      containing: "curve.csv:10: column step: found \(step)")
  }

  /// Numbers at the ends of what a double can hold are fitted or refused, never a crash.
  @Test(arguments: [1e290, 1e-300])
  func hugeAndTinyNumbers(factor: Double) async throws {
    let workspace = try Workspace()
    let rows = PlantedTables.grid.map { run in
      "\(run.size * factor),\(run.tokens),\(PlantedTables.loss(run.size, run.tokens))"
    }
    try workspace.write(PlantedTables.lines(["N,D,loss"] + rows), to: "runs.csv")
    let outcome = try await workspace.run(["fit", "runs.csv", "--json"] + FitCommandTests.quick)
    #expect([0, 65].contains(outcome.status), "\(outcome.error)")
    if outcome.status == 0 { #expect(try outcome.json["rows"] as? Int == 20) }
  }
}
