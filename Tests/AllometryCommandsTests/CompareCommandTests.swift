import Foundation
import Testing

/// `allometry compare`.
@Suite struct CompareCommandTests {
  let workspace: Workspace
  static let options = ["--law", "chinchilla", "--resamples", "30"]

  init() throws {
    workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "baseline.csv")
    try workspace.write(PlantedTables.runs(amplitude: 0.9), to: "treatment.csv")
    try workspace.write(PlantedTables.arms, to: "arms.csv")
  }

  @Test func twoTablesAndOneTableWithArmsAgree() async throws {
    let two = try await workspace.run(
      ["compare", "baseline.csv", "treatment.csv", "--json"] + Self.options)
    #expect(two.status == 0, "\(two.error)")
    let one = try await workspace.run(
      [
        "compare", "arms.csv", "--arm", "method", "--baseline", "plain", "--treatment", "gated",
        "--json",
      ] + Self.options)
    #expect(one.status == 0, "\(one.error)")
    #expect(try two.json["schema"] as? String == "allometry.comparison/1")
    let first = try #require(try two.json["rungs"] as? NSArray)
    #expect(first == (try one.json["rungs"] as? NSArray))
    let inOrder = try await workspace.run(
      ["compare", "arms.csv", "--arm", "method", "--json"] + Self.options)
    #expect(inOrder.output == one.output)
  }

  @Test func theTextSaysWhetherItStillHelps() async throws {
    let outcome = try await workspace.run(
      ["compare", "baseline.csv", "treatment.csv", "--target", "1e22"] + Self.options)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("the treatment is better with probability"))
    #expect(outcome.output.contains("target 1e22"))
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func theReportSaysWhatTheTextSays() async throws {
    let command =
      ["compare", "baseline.csv", "treatment.csv", "--report", "page.html"] + Self.options
    let outcome = try await workspace.run(command)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("Report: page.html"))
    let page = try workspace.read("page.html")
    for words in [
      "treatment.csv against baseline.csv", "What the treatment is worth", "Size by size",
      "What the treatment changes", "Chance that it helps",
    ] {
      #expect(page.contains(words), "\(words)")
    }
    // A page of ours is replaced, a file of the user's is not.
    #expect(try await workspace.run(command).status == 0)
    let over = try await workspace.run(
      ["compare", "baseline.csv", "treatment.csv", "--report", "treatment.csv"] + Self.options)
    #expect(over.status != 0)
    #expect(try !workspace.read("treatment.csv").contains("<html"))
  }

  @Test func aTargetFarBeyondTheRunsIsRefused() async throws {
    let outcome = try await workspace.run(
      ["compare", "baseline.csv", "treatment.csv", "--target", "1e30"] + Self.options)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("no forecast is made"))
    #expect(outcome.output.contains("target 1e30"))
    #expect(outcome.output.contains("refused"))
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// The best run of each bin of compute; runs above the frontier change nothing.
  @Test func frontiersAreCompared() async throws {
    let options = ["--law", "power-constant", "--resamples", "30", "--frontier", "6", "--json"]
    let plain = try await workspace.run(["compare", "baseline.csv", "treatment.csv"] + options)
    #expect(plain.status == 0, "\(plain.error)")
    let lines = PlantedTables.runs().split(separator: "\n").map(String.init)
    let worse = lines.dropFirst().map { line -> String in
      var cells = line.split(separator: ",").map(String.init)
      cells[cells.count - 1] = "9.5"
      return cells.joined(separator: ",")
    }
    try workspace.write(PlantedTables.lines(lines + worse), to: "baseline.csv")
    let more = try await workspace.run(["compare", "baseline.csv", "treatment.csv"] + options)
    #expect(more.output == plain.output)
  }

  @Test func aTableComparedWithItselfSaysSo() async throws {
    let outcome = try await workspace.run(
      ["compare", "baseline.csv", "baseline.csv"] + Self.options)
    #expect(outcome.output.hasPrefix("Both tables hold the same rows"))
  }

  @Test func twoSavedFits() async throws {
    for name in ["baseline", "treatment"] {
      let fit = try await workspace.run(["fit", "\(name).csv", "--json"] + Self.options)
      try workspace.write(fit.output, to: "\(name).json")
    }
    let outcome = try await workspace.run("compare", "baseline.json", "treatment.json")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.hasPrefix("Two saved fits without tables"))
    expectOneSentence(
      try await workspace.run("compare", "baseline.json", "treatment.csv"), status: 64,
      containing: "expected two tables or two saved fits")
  }

  @Test(arguments: [
    (["baseline.csv"], 64, "found 1 inputs, expected two, or one table with --arm"),
    (["-", "-"], 64, "standard input is named twice"),
    (["baseline.csv", "none.csv"], 66, "none.csv: found no such file"),
    (["arms.csv", "--arm", "methd"], 64, "expected a column methd; did you mean method?"),
    (
      ["arms.csv", "--arm", "method", "--baseline", "plian"], 65,
      "arms.csv: column method: found plain, gated, expected \"plian\""
    ),
    (["arms.csv", "baseline.csv", "--arm", "method"], 64, "--arm splits one table, found 2"),
    (["baseline.csv", "treatment.csv", "--target", "-1"], 64, "--target: found -1"),
    (["baseline.csv", "treatment.csv", "--law", "isoflop"], 64, "isoflop is a procedure"),
  ])
  func wrongQuestions(arguments: [String], status: Int, sentence: String) async throws {
    expectOneSentence(
      try await workspace.run(["compare"] + arguments), status: Int32(status),
      containing: sentence)
  }
}
