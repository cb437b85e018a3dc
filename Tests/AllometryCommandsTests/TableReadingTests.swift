import Foundation
import Testing

/// Tables of others through the command line: what is read, refused and said before any number.
@Suite struct TableReadingTests {
  private static let quick = ["--law", "chinchilla", "--interval", "none"]

  /// Twelve runs on a planted law, exactly.
  private static let grid = [1e7, 3e7, 1e8, 3e8].flatMap { size in
    [2e8, 1e9, 5e9].map { (size: size, tokens: $0) }
  }

  private static func loss(_ size: Double, _ tokens: Double) -> Double {
    PlantedTables.loss(size, tokens, floor: 1.7, sizeAmplitude: 400, tokenAmplitude: 900)
  }

  /// Parameter values of a fit.
  private func fit(
    _ text: String, name: String = "runs.csv", _ arguments: [String] = quick
  ) async throws -> (values: [String: Double], notes: [String]) {
    let workspace = try Workspace()
    try workspace.write(text, to: name)
    let outcome = try await workspace.run(["fit", name, "--json"] + arguments)
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    let parameters = json["parameters"] as? [String: [String: Any]] ?? [:]
    return (
      parameters.compactMapValues { $0["value"] as? Double }, json["notes"] as? [String] ?? []
    )
  }

  /// A European export: every form gives the planted law.
  @Test(arguments: ["semicolon", "quoted", "strings"])
  func decimalCommas(form: String) async throws {
    let rows = Self.grid.map { run in
      (
        "\(Int(run.size))", "\(Int(run.tokens))",
        String(format: "%.3f", Self.loss(run.size, run.tokens)).replacing(".", with: ",")
      )
    }
    let text: String
    switch form {
    case "semicolon":
      text = "N;D;loss\n" + rows.map { "\($0.0);\($0.1);\($0.2)\n" }.joined()
    case "quoted":
      text =
        "\"N\",\"D\",\"loss\"\n"
        + rows.map { "\"\($0.0)\",\"\($0.1)\",\"\($0.2)\"\n" }.joined()
    default:
      text = rows.map { "{\"N\": \($0.0), \"D\": \($0.1), \"loss\": \"\($0.2)\"}\n" }.joined()
    }
    let found = try await fit(text, name: form == "strings" ? "runs.jsonl" : "runs.csv")
    #expect(abs((found.values["E"] ?? 0) - 1.7) < 0.03, "\(found.values)")
    #expect(abs((found.values["A"] ?? 0) / 400 - 1) < 0.1)
    #expect(found.notes.contains { $0.contains("the comma is a decimal comma") })
  }

  @Test func anAmbiguousCommaIsRefused() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "N,D,loss,lr\n1e7,2e8,\"6,278\",0.001\n1e7,1e9,\"5,163\",0.001\n", to: "runs.csv")
    for law in ["chinchilla", "auto"] {
      expectOneSentence(
        try await workspace.run("fit", "runs.csv", "--law", law), status: 65,
        containing: "runs.csv:2: column loss: found \"6,278\", expected a number")
    }
    expectOneSentence(
      try await workspace.run("fit", "runs.csv", "--decimal", "dot"), status: 64,
      containing: "--decimal: found \"dot\", expected comma or point")
  }

  /// An arm called None is an arm.
  @Test func noneIsAnArm() async throws {
    let workspace = try Workspace()
    let rows = PlantedTables.rows().flatMap { ["None,\($0)", "flip,\($0)"] }
    try workspace.write(PlantedTables.lines(["augmentation,N,D,loss"] + rows), to: "arms.csv")
    let all = try await workspace.run(["fit", "arms.csv", "--by", "augmentation"] + Self.quick)
    #expect(all.output.contains("(augmentation=None)"), "\(all.output)")
    let one = try await workspace.run(
      ["fit", "arms.csv", "--where", "augmentation==None"] + Self.quick)
    #expect(one.status == 0 && one.output.contains("20 rows of arms.csv"), "\(one.error)")
  }

  /// A width called d, a setting called c, the number of a row called n.
  @Test(arguments: ["d", "c", "n"])
  func smallLetters(letter: String) async throws {
    let rows = Self.grid.enumerated().map { index, run in
      let value = Self.loss(run.size, run.tokens)
      return letter == "n"
        ? "\(index + 1),\(6 * run.size * run.tokens),\(run.tokens),\(value)"
        : "\(index % 3 + 1),\(run.size),\(6 * run.size * run.tokens),\(value)"
    }
    let header = letter == "n" ? "n,flops,tokens,loss" : "\(letter),params,flops,loss"
    let found = try await fit(PlantedTables.lines([header] + rows))
    for (name, value) in ["E": 1.7, "A": 400, "B": 900] {
      #expect(abs((found.values[name] ?? 0) / value - 1) < 1e-3, "\(found.values)")
    }
  }

  /// Steps 110 to 150 were logged twice, the first time 0.8 too high.
  @Test func aRestart() async throws {
    func row(_ step: Int, _ offset: Double) -> String {
      "\(1_700_000_000 + step).0,\(step),\(2 + 3 * pow(Double(step), -0.5) + offset)"
    }
    let first = stride(from: 10, through: 150, by: 10).map { row($0, $0 >= 110 ? 0.8 : 0) }
    let second = stride(from: 110, through: 300, by: 10).map { row($0, 0) }
    let text = PlantedTables.lines(["Wall time,Step,Value"] + first + second)
    let arguments = [
      "--law", "power-constant", "--map", "N=Step,loss=Value", "--interval", "none",
    ]
    let found = try await fit(text, arguments)
    #expect(abs((found.values["E"] ?? 0) - 2) < 1e-3 && abs((found.values["A"] ?? 0) - 3) < 1e-3)
    #expect(found.notes.contains { $0.hasPrefix("5 steps of the run were logged again") })
    let both = try await fit(text, arguments + ["--keep-duplicates"])
    #expect(both.notes.allSatisfy { !$0.contains("restart") })
  }

  /// What is taken for what and what is hardly plausible stands before any number.
  @Test func saidBeforeNumbers() async throws {
    let workspace = try Workspace()
    let rows = PlantedTables.grid.map { run in
      "\(run.size),\(run.tokens / 1e9),\(PlantedTables.loss(run.size, run.tokens))"
    }
    try workspace.write(PlantedTables.lines(["params,tokens,loss"] + rows), to: "runs.csv")
    let wrong = try await workspace.run(["fit", "runs.csv"] + Self.quick)
    #expect(wrong.output.hasPrefix("Columns: params read as N, tokens read as D.\nCheck: D is "))
    #expect(wrong.output.contains("'D=tokens*1e9'"))
    #expect(wrong.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let right = try await workspace.run(
      ["fit", "runs.csv", "--map", "D=tokens*1e9"] + Self.quick)
    #expect(right.status == 0 && !right.output.contains("Check:"), "\(right.output)")
    try workspace.write(PlantedTables.lines(["params,tokens_B,loss"] + rows), to: "units.csv")
    let named = try await workspace.run(["fit", "units.csv"] + Self.quick)
    #expect(named.output.contains("tokens_B read as D (times 1e9, the unit in its name)"))
    #expect(!named.output.contains("Check:"))
  }

  @Test func twoTablesWithoutACommonScale() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "a.csv")
    let rows = PlantedTables.grid.enumerated().map { index, run in
      "\(run.size / 1e6),\(run.tokens),\(PlantedTables.loss(run.size, run.tokens) * (1 + 0.002 * PlantedTables.scatter(index)))"
    }
    try workspace.write(PlantedTables.lines(["N,D,loss"] + rows), to: "b.csv")
    let outcome = try await workspace.run(
      "compare", "a.csv", "b.csv", "--law", "power-constant", "--set", "x=N", "--resamples", "40")
    #expect(outcome.output.hasPrefix("Check: "), "\(outcome.output) \(outcome.error)")
    #expect(
      outcome.output.replacing("\n ", with: "").contains("do not overlap"), "\(outcome.output)")
  }

  /// A column that fifty of sixty rows leave blank takes no rows from laws that do not read it.
  @Test func aBlankColumnTakesNoRows() async throws {
    let workspace = try Workspace()
    var rows: [String] = []
    for copy in 0..<3 {
      for (index, run) in PlantedTables.grid.enumerated() {
        let value =
          PlantedTables.loss(run.size, run.tokens)
          * exp(0.002 * PlantedTables.scatter(20 * copy + index))
        let unique = copy == 0 && index < 10 ? "\(run.tokens)" : ""
        rows.append("\(run.size),\(run.tokens),\(value),\(unique)")
      }
    }
    try workspace.write(PlantedTables.lines(["N,D,loss,U"] + rows), to: "runs.csv")
    let outcome = try await workspace.run("fit", "runs.csv", "--interval", "none", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try outcome.json["rows"] as? Int == 60)
    let notes = try outcome.json["notes"] as? [String] ?? []
    #expect(
      notes.contains { $0.contains("is not compared: only 10 of 60 rows have all that it reads") },
      "\(notes)")
    let named = try await workspace.run(
      "fit", "runs.csv", "--interval", "none", "--json", "--law", "chinchilla,data-constrained")
    let said = try named.json["notes"] as? [String] ?? []
    #expect(said.contains { $0.contains("compared on the 10 of 60 rows") }, "\(said)")
  }

  /// Rows without a run are not one run.
  @Test func blankRuns() async throws {
    let workspace = try Workspace()
    let rows = PlantedTables.rows().enumerated().map { "\($0.offset < 1 ? "a" : ""),\($0.element)" }
    try workspace.write(PlantedTables.lines(["run,N,D,loss"] + rows), to: "runs.csv")
    let blank = try await workspace.run(
      ["fit", "runs.csv", "--json", "--law", "chinchilla", "--resamples", "40"])
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let without = try await workspace.run(
      ["fit", "runs.csv", "--json", "--law", "chinchilla", "--resamples", "40"])
    func method(_ outcome: Outcome) throws -> String? {
      (try outcome.json["interval"] as? [String: Any])?["method"] as? String
    }
    #expect(blank.status == 0, "\(blank.error)")
    let (first, second) = (try method(blank), try method(without))
    #expect(first == second)
    try workspace.write(
      "run,step,lr,loss\na,1,0.1,3\n,2,0.1,2.5\na,3,0.1,2.4\n", to: "curve.csv")
    expectOneSentence(
      try await workspace.run("fit", "curve.csv", "--law", "multi-power"), status: 65,
      containing: "curve.csv:3: column run: found a missing value, expected the name of the run")
  }

  /// Columns that nobody recognises: the message names the map that fits.
  @Test func theMapThatFits() async throws {
    let workspace = try Workspace()
    let rows = PlantedTables.rows()
    try workspace.write(PlantedTables.lines(["my_params_count,tok,xent"] + rows), to: "a.csv")
    for arguments in [["fit", "a.csv"], ["fit", "a.csv", "--law", "chinchilla"]] {
      let outcome = try await workspace.run(arguments)
      #expect(outcome.status == 65)
      let map = try #require(
        outcome.error.split(separator: " ").last { $0.hasPrefix("N=") }
      ).filter { $0 != ";" && $0 != "\n" }
      let mended = try await workspace.run(
        ["fit", "a.csv", "--map", String(map)] + Self.quick)
      #expect(mended.status == 0, "\(outcome.error) \(mended.error)")
    }
    try workspace.write(
      PlantedTables.lines(
        ["parameters,compute_budget,final_loss"]
          + PlantedTables.grid.map {
            "\($0.size),\(6 * $0.size * $0.tokens),\(PlantedTables.loss($0.size, $0.tokens))"
          }), to: "course.csv")
    let course = try await workspace.run(["fit", "course.csv"] + Self.quick)
    #expect(course.status == 0, "\(course.error)")
  }

  @Test func filtersWithQuotes() async throws {
    let workspace = try Workspace()
    let rows = PlantedTables.rows().map { "Pile-CC,\($0)" }
    try workspace.write(PlantedTables.lines(["set,N,D,loss"] + rows), to: "runs.csv")
    expectOneSentence(
      try await workspace.run("fit", "runs.csv", "--where", "set==Pile-CC"), status: 64,
      containing: "expected text in quotes: set=='Pile-CC'")
    let quoted = try await workspace.run(
      ["fit", "runs.csv", "--where", "set=='Pile-CC'"] + Self.quick)
    #expect(quoted.status == 0)
  }

  /// Groups by a size are called as the file calls them.
  @Test func sizesKeepTheirUnits() async throws {
    let workspace = try Workspace()
    let rows = PlantedTables.grid.enumerated().flatMap { index, run in
      ["160M", "1.4B"].map { size in
        "\(size),\(run.tokens),\(PlantedTables.loss(1e8, run.tokens * Double(index + 1)))"
      }
    }
    try workspace.write(PlantedTables.lines(["size,D,loss"] + rows), to: "runs.csv")
    let outcome = try await workspace.run(
      "fit", "runs.csv", "--by", "size", "--law", "power-constant", "--set", "x=D",
      "--interval", "none")
    #expect(outcome.output.contains("(size=160M)") && outcome.output.contains("(size=1.4B)"))
  }

  /// What holds for every fit of a law is no warning of this one.
  @Test func standingCautions() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let arguments = ["fit", "runs.csv", "--law", "kaplan", "--interval", "none"]
    let text = try await workspace.run(arguments)
    #expect(text.output.contains("Of this law in general: it has no irreducible loss"))
    #expect(!text.output.contains("Warning: it has no irreducible loss"))
    let json = try await workspace.run(arguments + ["--json"])
    let warnings = try json.json["warnings"] as? [String] ?? []
    #expect(warnings.allSatisfy { !$0.contains("irreducible") })
  }

  /// Long names of tasks stay different in a narrow table.
  @Test func longTaskNames() async throws {
    let workspace = try Workspace()
    let tasks = ["biology", "chemistry", "computer_science"].map {
      "leaderboard_mmlu_high_school_advanced_placement_\($0)"
    }
    let rows = PlantedTables.grid.enumerated().map { index, run in
      let score = 0.3 + 0.1 * (log10(run.size) - 7) + 0.01 * PlantedTables.scatter(index)
      return "\(run.size),\(run.tokens),\(score),\(score + 0.1),\(score + 0.2)"
    }
    try workspace.write(
      PlantedTables.lines(["N,D,\(tasks.map { "metric.\($0)" }.joined(separator: ","))"] + rows),
      to: "tasks.csv")
    let outcome = try await workspace.run("trends", "tasks.csv")
    #expect(outcome.status == 0, "\(outcome.error)")
    let table = outcome.output.split(separator: "\n").prefix { !$0.hasPrefix("Forecast") }
    for end in ["biology", "chemistry", "science"] {
      #expect(table.contains { $0.contains(end.suffix(4)) }, "\(outcome.output)")
    }
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }
}
