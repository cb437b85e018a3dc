import Foundation
import Testing

/// Computed columns, thinning and the ends of runs, as every command with a table takes them.
@Suite struct ReadingOptionsTests {
  /// A fit of loss = -log(acc) is that of the column worked out beforehand.
  @Test func aComputedResponse() async throws {
    let workspace = try Workspace()
    var rows = ["params,D,acc,loss"]
    for (index, run) in PlantedTables.grid.enumerated() {
      let loss =
        PlantedTables.loss(run.size, run.tokens) * (1 + 1e-4 * PlantedTables.scatter(index))
      rows.append("\(run.size),\(run.tokens),\(exp(-loss)),\(loss)")
    }
    try workspace.write(PlantedTables.lines(rows), to: "a.csv")
    let common = ["--law", "chinchilla", "--interval", "none", "--json"]
    let plain = try await workspace.run(["fit", "a.csv"] + common)
    let computed = try await workspace.run(
      ["fit", "a.csv", "--let", "nll=-log(acc)", "--map", "loss=nll"] + common)
    let response = try await workspace.run(
      ["fit", "a.csv", "--let", "nll=-log(acc)", "--response", "nll"] + common)
    func beta(_ outcome: Outcome) throws -> Double {
      #expect(outcome.status == 0, "\(outcome.error)")
      let parameters = try outcome.json["parameters"] as? [String: [String: Any]]
      return try #require(parameters?["beta"]?["value"] as? Double)
    }
    #expect(abs(try beta(plain) / beta(computed) - 1) < 1e-4)
    #expect(abs(try beta(plain) / beta(response) - 1) < 1e-4)
    #expect(computed.output.contains("nll = -log(acc), as asked"))
  }

  /// Thinned curves and averaged ends say how many rows are left.
  @Test func thinningAndEnds() async throws {
    let workspace = try Workspace()
    var rows = ["run,step,N,D,loss"]
    for (run, size) in [2e7, 5e7, 1e8, 3e8, 1e9, 3e9].enumerated() {
      for step in stride(from: 10, through: 400, by: 10) {
        let tokens = Double(step) * size / 10
        let noise = 1 + 0.01 * PlantedTables.scatter(rows.count)
        rows.append("r\(run),\(step),\(size),\(tokens),\(PlantedTables.loss(size, tokens) * noise)")
      }
    }
    try workspace.write(PlantedTables.lines(rows), to: "curves.csv")
    let common = ["--law", "power-constant", "--interval", "none", "--json"]
    let thinned = try await workspace.run(
      ["fit", "curves.csv", "--where", "step % 100 == 0"] + common)
    #expect(try thinned.json["rows"] as? Int == 24)
    let ends = try await workspace.run(["fit", "curves.csv", "--last", "5"] + common)
    #expect(ends.status == 0, "\(ends.error)")
    #expect(try ends.json["rows"] as? Int == 6)
    #expect(ends.output.contains("the last 5 rows of each of 6 runs averaged (loss)"))
  }

  @Test(arguments: [
    (["--let", "x"], 64, "expected NAME=EXPRESSION"),
    (["--let", "x=lss+1"], 64, "expression \"lss+1\": character 1: found \"lss\""),
    (["--last", "0"], 64, "--last: found 0, expected 1 or more"),
    (["--last", "3"], 64, "expected a column run that names the run of each row"),
  ])
  func mistakes(arguments: [String], status: Int, sentence: String) async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    expectOneSentence(
      try await workspace.run(["fit", "runs.csv"] + arguments), status: Int32(status),
      containing: sentence)
  }
}
