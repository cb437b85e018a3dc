import Foundation
import Testing

/// `allometry score`.
@Suite struct ScoreCommandTests {
  let workspace: Workspace

  init() async throws {
    workspace = try Workspace()
    try workspace.write(PlantedTables.runs(noise: 0.003), to: "runs.csv")
    for (law, name) in [("chinchilla", "fit.json"), ("power-constant", "c.json")] {
      let fit = try await workspace.run(
        "fit", "runs.csv", "--law", law, "--resamples", "60", "--json")
      try workspace.write(fit.output, to: name)
    }
    try workspace.write(Self.newRuns(shift: 0), to: "new.csv")
  }

  /// Runs of other sizes up to ten times the table's, from the planted law.
  static func newRuns(shift: Double) -> String {
    var rows = ["run,params,D,val"]
    for (index, size) in [4e7, 1.5e8, 6e8, 2e9, 4e9].enumerated() {
      for (place, ratio) in [10.0, 40, 100].enumerated() {
        let noise = 0.003 * PlantedTables.scatter(31 + 3 * index + place)
        let loss = PlantedTables.loss(size, size * ratio) * exp(noise + shift)
        rows.append("r\(index)-\(place),\(size),\(size * ratio),\(loss)")
      }
    }
    return PlantedTables.lines(rows)
  }

  private func fits(_ outcome: Outcome) throws -> [[String: Any]] {
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.score/1")
    return try #require(json["fits"] as? [[String: Any]])
  }

  /// Errors are those of the saved parameters in the law's formula, computed here.
  @Test func errorsAreThoseOfTheFormula() async throws {
    let outcome = try await workspace.run(
      "score", "fit.json", "new.csv", "--map", "N=params,loss=val", "--json")
    let fit = try #require(try fits(outcome).first)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(try workspace.read("fit.json").utf8))
        as? [String: Any])
    let parameters = try #require(document["parameters"] as? [String: [String: Any]])
    func p(_ name: String) throws -> Double { try #require(parameters[name]?["value"] as? Double) }
    let runs = try #require(fit["runs"] as? [[String: Any]])
    #expect(runs.count == 15)
    var sum = 0.0
    var inside = 0
    for run in runs {
      let columns = try #require(run["columns"] as? [String: Double])
      let (n, d) = (try #require(columns["N"]), try #require(columns["D"]))
      let predicted =
        try p("E") + p("A") / pow(n, p("alpha")) + p("B") / pow(d, p("beta"))
      let observed = try #require(run["observed"] as? Double)
      sum += abs(predicted / observed - 1)
      let single = try #require(run["single"] as? [String: Double])
      let (low, high) = (try #require(single["low"]), try #require(single["high"]))
      #expect(low < predicted && predicted < high)
      if low <= observed, observed <= high { inside += 1 }
    }
    let mean = try #require(fit["meanRelativeError"] as? Double)
    #expect(abs(mean - sum / 15) < 1e-12)
    let coverage = try #require(fit["coverage"] as? [String: Any])
    #expect(coverage["inside"] as? Int == inside)
    #expect(fit["verdict"] as? String == "compatible")
  }

  /// Runs that are all a tenth above the law are off, too high a loss is a prediction too low.
  @Test func aShiftIsFoundAndSaid() async throws {
    try workspace.write(Self.newRuns(shift: 0.1), to: "shifted.csv")
    let arguments = ["score", "fit.json", "shifted.csv", "--map", "N=params,loss=val"]
    let fit = try #require(try fits(await workspace.run(arguments + ["--json"])).first)
    #expect(fit["verdict"] as? String == "too narrow")
    let bias = try #require((fit["relativeBias"] as? [String: Double])?["value"])
    #expect(abs(bias - (exp(-0.1) - 1)) < 0.01)
    let text = try await workspace.run(arguments)
    #expect(text.output.contains("the intervals are too narrow"))
    #expect(text.output.contains("Off by more than 2 standard deviations"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func severalFitsAreRankedAndReported() async throws {
    let outcome = try await workspace.run(
      "score", "c.json", "fit.json", "new.csv", "--map", "N=params,loss=val", "--report",
      "score.html", "--json")
    let found = try fits(outcome)
    #expect(found.map { $0["fit"] as? String } == ["fit.json", "c.json"])
    let p = try #require(found.last?["pValueAgainstBest"] as? Double)
    #expect(p > 0 && p < 0.05, "a law of C alone cannot follow lengths from 10 to 100 N")
    let page = try workspace.read("score.html")
    for word in ["Predicted and measured loss", "Errors against C", "new.csv", "<svg"] {
      #expect(page.contains(word), "\(word)")
    }
    let text = try await workspace.run(
      "score", "c.json", "fit.json", "new.csv", "--map", "N=params,loss=val")
    #expect(text.output.contains("the best"))
  }

  @Test func theFitsOwnTableIsSaidToBe() async throws {
    let text = try await workspace.run("score", "fit.json", "runs.csv")
    #expect(text.status == 0, "\(text.error)")
    #expect(text.output.contains("not of a prediction") || text.output.contains("of a\n"))
  }

  @Test(arguments: [
    (["score", "fit.json"], 64, "expected saved fits and then a table"),
    (["score", "fit.json", "new.csv"], 65, "found no column loss, expected it"),
    (["score", "new.csv", "runs.csv"], 65, "new.csv"),
    (["score", "fit.json", "c.json"], 64, "expected the table of new runs in the last place"),
    (["score", "fit.json", "none.csv"], 66, "none.csv"),
  ])
  func wrongQuestions(arguments: [String], status: Int, sentence: String) async throws {
    expectOneSentence(
      try await workspace.run(arguments), status: Int32(status), containing: sentence)
  }
}
