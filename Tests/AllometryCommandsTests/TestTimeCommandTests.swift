import Foundation
import Testing

/// `allometry testtime`.
@Suite struct TestTimeCommandTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    var lines = ["problem,attempt,correct,tokens,answer"]
    for problem in 0..<12 {
      for attempt in 0..<8 {
        let right = (problem * 7 + attempt * 5) % 12 < problem
        lines.append("\(problem),\(attempt),\(right ? 1 : 0),\(100 + attempt),\(right ? "r" : "w")")
      }
    }
    try workspace.write(PlantedTables.lines(lines), to: "outcomes.csv")
  }

  @Test func aTableIsAnalysedAndReported() async throws {
    let outcome = try await workspace.run(
      "testtime", "outcomes.csv", "--resamples", "50", "--report", "r.html", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.testtime/1")
    let arms = try #require(json["arms"] as? [[String: Any]])
    let coverage = try #require(arms.first?["coverage"] as? [String: Any])
    let points = try #require(coverage["points"] as? [[String: Any]])
    #expect(points.map { $0["k"] as? Int } == [1, 2, 4, 8])
    let page = try workspace.read("r.html")
    #expect(page.contains("Accuracy against the number of attempts"))
    #expect(!page.contains("<script"))
    let text = try await workspace.run("testtime", "outcomes.csv", "--resamples", "50")
    #expect(text.output.contains("majority vote"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: [
    (["testtime", "none.csv"], 66, "none.csv: found no such file"),
    (["testtime", "outcomes.csv", "--at", "0"], 64, "--at"),
    (["testtime", "outcomes.csv", "--alpha", "2"], 64, "--alpha: found 2"),
    (["testtime", "outcomes.csv", "--bins", "1"], 64, "--bins"),
    (["testtime", "outcomes.csv", "--unparseable", "keep"], 64, "--unparseable"),
    (["testtime", "outcomes.csv", "--architecture", "qwen3-9b"], 64, "--architecture"),
    (["testtime", "cost", "--architecture", "qwen3-8b", "--output", "0"], 64, "--output"),
    (["testtime", "ahead", "--step-accuracy", "1.5", "--steps", "10"], 64, "step accuracy"),
    (["testtime", "exchange", "--parameters", "0.5"], 64, "--parameters"),
    (["testtime", "simulate", "--difficulty", "a:b"], 64, "--difficulty"),
    (["testtime", "run", "nothing", "--task", "addition"], 64, "--task"),
    (["testtime", "run", "nothing", "--strategy", "beam"], 64, "strategy beam"),
  ])
  func wrongQuestions(arguments: [String], status: Int, sentence: String) async throws {
    expectOneSentence(
      try await workspace.run(arguments), status: Int32(status), containing: sentence)
  }

  @Test func goldenNumbersOfThePlans() async throws {
    let ahead = try await workspace.run(
      "testtime", "ahead", "--step-accuracy", "0.99", "--steps", "1e6", "--json")
    let plan = try #require(try ahead.json["plan"] as? [String: Any])
    #expect(plan["lead"] as? Int == 4)
    #expect(abs(try #require(plan["taskSuccess"] as? Double) - 0.989644) < 1e-6)
    let exchange = try await workspace.run(
      "testtime", "exchange", "--parameters", "14", "--ratio", "0.79", "--json")
    let rows = try #require(try exchange.json["exchanges"] as? [[String: Any]])
    #expect(abs(try #require(rows.first?["multiplier"] as? Double) - 63.367089) < 1e-6)
  }

  /// Halfway in accuracy between 1 and 256 samples lie 16; R = 3 · 13/(16 − 14).
  @Test func aCurveReachesTheLargerModel() async throws {
    let arguments = [
      "testtime", "exchange", "--parameters", "14", "--curve", "1=0.2,256=0.4", "--reach",
    ]
    let outcome = try await workspace.run(arguments + ["0.3", "--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let found = try #require(try outcome.json["breakEven"] as? [String: Any])
    #expect(found["verdict"] as? String == "smallBelowRatio")
    let ratio = try #require((found["tokenRatio"] as? [String: Any])?["value"] as? Double)
    #expect(abs(ratio - 19.5) < 1e-6)
    let text = try await workspace.run(arguments + ["0.3"])
    #expect(text.output.contains("reaches 30"), "\(text.output)")
    let always = try await workspace.run(arguments + ["0.25"])
    #expect(always.output.contains("however much"), "\(always.output)")
    let never = try await workspace.run(arguments + ["0.5"])
    #expect(never.output.contains("No number of samples"), "\(never.output)")
    expectOneSentence(
      try await workspace.run(Array(arguments.dropLast())), status: 64, containing: "go together")
    expectOneSentence(
      try await workspace.run(arguments + ["3"]), status: 64, containing: "from 0 to 1")
  }

  @Test func aPlantedWorldIsDrawnAndReadBack() async throws {
    let made = try await workspace.run(
      "testtime", "simulate", "--problems", "20", "--attempts", "4", "--wrong-answers", "3",
      "--replicates", "2", "--resamples", "20", "--out", "made.csv", "--json")
    #expect(made.status == 0, "\(made.error)")
    #expect(try made.json["schema"] as? String == "allometry.testtime-plan/1")
    let read = try await workspace.run("testtime", "made.csv", "--resamples", "20", "--json")
    #expect(try read.json["rows"] as? Int == 80)
  }
}
