import Foundation
import Testing

/// What `fit`, `plan` and `forecast` say of tables that cannot give a sharp answer.
@Suite struct HonestFitTests {
  @Test func duplicatesAreCountedOnceAndSaid() async throws {
    let workspace = try Workspace()
    let rows = PlantedTables.rows()
    try workspace.write(PlantedTables.lines(["N,D,loss"] + rows), to: "once.csv")
    try workspace.write(
      PlantedTables.lines(["N,D,loss"] + (0..<10).flatMap { _ in rows }), to: "ten.csv")
    let once = try await workspace.run(["fit", "once.csv", "--json"] + FitCommandTests.quick)
    let ten = try await workspace.run(["fit", "ten.csv", "--json"] + FitCommandTests.quick)
    #expect(
      (try ten.json["parameters"] as? NSDictionary)
        == (try once.json["parameters"] as? NSDictionary)
    )
    let notes = try #require(try ten.json["notes"] as? [String])
    #expect(notes.contains { $0.hasPrefix("180 of 200 rows repeat an earlier row") })
    let kept = try await workspace.run(
      ["fit", "ten.csv", "--json", "--keep-duplicates"] + FitCommandTests.quick)
    #expect(try kept.json["rows"] as? Int == 200)
  }

  @Test func aTableOnTheLawIsPrintedExactly() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(noise: 0), to: "runs.csv")
    let outcome = try await workspace.run(["fit", "runs.csv"] + FitCommandTests.quick)
    #expect(outcome.output.contains("the rows lie on the law exactly (to 1e-9)"))
    for value in ["1.69 ", "406.4 ", "410.7 ", "0.34 ", "0.28 "] {
      #expect(outcome.output.contains(value))
    }
    for nonsense in ["not determined", "fixed by the law", "standard errors"] {
      #expect(!outcome.output.contains(nonsense))
    }
  }

  @Test func twoSizesArePlannedWithoutANumber() async throws {
    let workspace = try Workspace()
    let rows = [1e8, 1e9].flatMap { size in
      (0..<8).map { step -> String in
        let tokens = 1e9 * pow(2, Double(step))
        let noise = 0.002 * PlantedTables.scatter(step + Int(size / 1e8))
        return "\(size),\(tokens),\(PlantedTables.loss(size, tokens) * exp(noise))"
      }
    }
    try workspace.write(PlantedTables.lines(["N,D,loss"] + rows), to: "runs.csv")
    let fit = try await workspace.run(["fit", "runs.csv", "--json"] + FitCommandTests.quick)
    try workspace.write(fit.output, to: "fit.json")
    let findings = try #require(try fit.json["identifiability"] as? [[String: Any]])
    #expect(findings.contains { $0["kind"] as? String == "fewValues" })
    let plan = try await workspace.run("plan", "fit.json", "--compute", "1e24")
    #expect(plan.status == 0)
    #expect(plan.output.contains("not determined"))
    let words = plan.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("runs at a third value of N"))
    #expect(!plan.output.contains("Other sizes at the same compute"))
    #expect(plan.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let json = try await workspace.run("plan", "fit.json", "--compute", "1e24", "--json").json
    let answer = try #require(json["plan"] as? [String: Any])
    #expect((answer["size"] as? [String: Any])?["value"] as? String == "NaN")
    let forecast = try await workspace.run("forecast", "fit.json", "--at", "N=7e9,D=1.4e11")
    #expect(forecast.output.contains("Warning of the fit: N takes two values only"))
  }

  /// Runs of one ratio: `plan` proposes runs that leave it, and says what for.
  @Test func oneRatioIsLeftByWhatIsProposed() async throws {
    let workspace = try Workspace()
    let rows = (0..<8).map { step -> String in
      let size = 5e7 * pow(2, Double(step))
      let value = PlantedTables.loss(size, 20 * size) * exp(0.002 * PlantedTables.scatter(step))
      return "\(size),\(20 * size),\(value)"
    }
    try workspace.write(PlantedTables.lines(["N,D,loss"] + rows), to: "runs.csv")
    let fit = try await workspace.run(
      ["fit", "runs.csv", "--law", "chinchilla", "--json", "--resamples", "100"])
    try workspace.write(fit.output, to: "fit.json")
    let plan = try await workspace.run("plan", "fit.json", "--compute", "1e24")
    #expect(plan.output.contains("Where to run next to tell N*"))
    let json = try await workspace.run("plan", "fit.json", "--compute", "1e24", "--json").json
    let next = try #require(json["next"] as? [String: Any])
    let best = try #require(next["best"] as? [[String: Double]])
    #expect(best.count == 5)
    for run in best {
      let ratio = (run["tokens"] ?? 20) / (run["size"] ?? 1)
      #expect(max(ratio / 20, 20 / ratio) > 2.999)
    }
  }

  /// Diverged rows do not make `auto` forget N, and the filter that is offered works.
  @Test func divergedRowsAreNamed() async throws {
    let workspace = try Workspace()
    var rows = PlantedTables.rows().enumerated().map { "m\($0.offset),\($0.element)" }
    for (row, loss) in [(2, 7.8), (13, 10.9)] {
      let cells = rows[row].split(separator: ",").dropLast()
      rows[row] = cells.joined(separator: ",") + ",\(loss)"
    }
    try workspace.write(PlantedTables.lines(["run,N,D,loss"] + rows), to: "runs.csv")
    let outcome = try await workspace.run("fit", "runs.csv", "--resamples", "40", "--json")
    #expect(outcome.status == 0)
    let departed = try #require(try outcome.json["departedRows"] as? [[String: Any]])
    #expect(Set(departed.compactMap { $0["row"] as? String }) == ["run m2", "run m13"])
    try workspace.write(outcome.output, to: "fit.json")
    let plan = try await workspace.run("plan", "fit.json", "--compute", "1e22", "--json")
    #expect(plan.status == 0)
    let warnings = try #require(try outcome.json["warnings"] as? [String])
    let sentence = try #require(warnings.first { $0.contains("left the law") })
    let filter = try #require(
      sentence.components(separatedBy: "--where '").last?.split(separator: "'").first)
    let clean = try await workspace.run(
      "fit", "runs.csv", "--resamples", "40", "--json", "--where", String(filter))
    #expect(try clean.json["rows"] as? Int == 18)
  }
}
