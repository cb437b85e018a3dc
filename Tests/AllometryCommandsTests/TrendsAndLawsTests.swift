import Foundation
import Testing

/// `allometry trends`.
@Suite struct TrendsCommandTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(PlantedTables.evaluations, to: "evals.csv")
  }

  @Test func aTaskRisesAndATaskAtChanceIsRefused() async throws {
    let arguments = [
      "trends", "evals.csv", "--chance", "arc=0.25,piqa=0.5", "--items", "piqa=1838",
    ]
    let outcome = try await workspace.run(arguments + ["--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.trends/1")
    let tasks = try #require(json["tasks"] as? [[String: Any]])
    #expect(tasks.map { $0["task"] as? String } == ["arc", "piqa"])
    #expect(tasks.map { $0["accepted"] as? Bool } == [true, false])
    #expect(tasks.first?["shape"] as? String == "increasing")
    let slope = try #require(tasks.first?["slopePerDecade"] as? [String: Double])
    #expect(abs(try #require(slope["value"]) - 0.1) < 0.02, "the planted slope")
    // Benjamini and Hochberg over two: the larger p-value as it is, the smaller one at most doubled.
    let p = try tasks.map { try #require($0["pValue"] as? Double) }
    let adjusted = try tasks.map { try #require($0["adjustedPValue"] as? Double) }
    #expect(p[0] < p[1] && adjusted[1] == p[1])
    #expect(adjusted[0] >= p[0] && adjusted[0] <= min(2 * p[0], p[1]) * (1 + 1e-9))
    let text = try await workspace.run(arguments)
    #expect(text.output.contains("piqa is at chance (0.5)"))
    let words = text.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("1 of 2 change with scale at a false discovery rate of 10%"))
  }

  /// What guessing scores is offered by name and never used without being asked for.
  @Test func aMissingChanceIsSaid() async throws {
    let hint = "guessing usually scores: --chance arc=0.25,piqa=0.5"
    func words(_ arguments: [String]) async throws -> String {
      let outcome = try await workspace.run(["trends", "evals.csv"] + arguments)
      #expect(outcome.status == 0, "\(outcome.error)")
      return outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    let text = try await words([])
    #expect(text.contains("Check: no --chance was given") && text.contains(hint))
    let json = try await workspace.run("trends", "evals.csv", "--json").json
    #expect((json["notes"] as? [String])?.contains { $0.contains(hint) } == true)
    #expect(!(try await words(["--chance", "arc=0.25,piqa=0.5"]).contains("no --chance")))
  }

  /// The scores that lm-evaluation-harness wrote say which they are, before the numbers.
  @Test func theScoreThatWasTakenIsSaid() async throws {
    let rows = [1e8, 3e8, 1e9, 3e9].enumerated().map { index, size in
      "{\"N\": \(size), \"results\": {\"gsm8k\": {\"exact_match,strict-match\": \(0.1 + 0.1 * Double(index)), "
        + "\"exact_match,flexible-extract\": \(0.2 + 0.1 * Double(index))}}}"
    }
    try workspace.write(rows.joined(separator: "\n") + "\n", to: "lm.jsonl")
    let outcome = try await workspace.run("trends", "lm.jsonl", "--scale", "N")
    #expect(outcome.status == 0, "\(outcome.error)")
    let words = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("Note: the score of gsm8k is exact_match,strict-match (not"))
  }

  /// One row a task and size: tasks go by their own names.
  @Test func oneRowATask() async throws {
    let rows = ["arc", "piqa"].flatMap { task in
      PlantedTables.grid.enumerated().map { index, run in
        "\(task),\(run.size),\(run.tokens),\(0.3 + 0.02 * Double(index % 7))"
      }
    }
    try workspace.write(PlantedTables.lines(["task,N,D,accuracy"] + rows), to: "long.csv")
    let outcome = try await workspace.run(
      "trends", "long.csv", "--task", "task", "--chance", "arc=0.25", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let tasks = try #require(try outcome.json["tasks"] as? [[String: Any]])
    #expect(tasks.map { $0["task"] as? String } == ["arc", "piqa"])
  }

  @Test(arguments: [
    (["--chance", "acr=0.25"], 64, "--chance: found \"acr\", expected a task of evals.csv: arc"),
    (["--items", "arc=1e300"], 64, "--items: found 1e300, expected a number of items"),
    (["--items", "arc=-3"], 64, "--items: found -3"),
    (["--level", "0.2"], 64, "--level: found 0.2, expected a number between 0.5 and 1"),
    (["--scale", "flop"], 64, "expected a column flop"),
    (["--task", "task"], 64, "expected a column task"),
  ])
  func wrongQuestions(arguments: [String], status: Int, sentence: String) async throws {
    expectOneSentence(
      try await workspace.run(["trends", "evals.csv"] + arguments), status: Int32(status),
      containing: sentence)
  }

  @Test func aTableWithoutTasks() async throws {
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    expectOneSentence(
      try await workspace.run("trends", "runs.csv"), status: 65,
      containing: "runs.csv: found no column metric.NAME")
  }
}

/// `allometry laws`.
@Suite struct LawsCommandTests {
  @Test func theListNamesEveryLaw() async throws {
    let workspace = try Workspace()
    let list = try await workspace.run("laws")
    #expect(list.status == 0)
    #expect(list.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let json = try await workspace.run("laws", "--json")
    let laws = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    #expect(laws.count >= 40)
    for law in laws {
      let name = try #require(law["name"] as? String)
      #expect(list.output.contains("\n\(name) "), "\(name)")
      #expect(law["formula"] is String && law["parameters"] is [String])
    }
  }

  @Test(arguments: ["chinchilla", "annealing", "mixture", "two-step", "isoflop", "envelope"])
  func oneLawIsDescribed(name: String) async throws {
    let outcome = try await Workspace().run("laws", name)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.hasPrefix("\(name): "))
  }

  @Test func misspeltNamesGetASuggestion() async throws {
    expectOneSentence(
      try await Workspace().run("laws", "chinchila"), status: 64,
      containing: "no law is called \"chinchila\"; did you mean \"chinchilla\"?")
    expectOneSentence(
      try await Workspace().run("laws", "xyzzy"), status: 64,
      containing: "no law is called \"xyzzy\" (allometry laws lists them)")
  }
}

/// What `allometry trends` says of series that are hard to read.
@Suite struct TrendsVerdictTests {
  private func run(_ values: [String], _ extra: [String] = []) async throws -> Outcome {
    let workspace = try Workspace()
    let rows = values.enumerated().map { index, value in
      "\(Int(7e7 * pow(3, Double(index)))),algebra,\(value)"
    }
    try workspace.write(
      PlantedTables.lines(["N,task,accuracy,accuracy_stderr"] + rows), to: "t.csv")
    return try await workspace.run(
      ["trends", "t.csv", "--task", "task", "--error", "accuracy_stderr"] + extra)
  }

  /// One standard error of zero is a missing one; the other rows keep theirs.
  @Test func aZeroStandardErrorDropsItsRowOnly() async throws {
    let values = ["0.27,0.02", "0.31,0.02", "0.38,0.0", "0.45,0.02", "0.48,0.02", "0.55,0.02"]
    let zero = try await run(values)
    #expect(zero.status == 0, "\(zero.error)")
    #expect(zero.output.contains("1 row left out whose standard error"))
    let missing = try await run(values.map { $0.hasSuffix(",0.0") ? "0.38,NA" : $0 })
    let line = { (text: String) in text.split(separator: "\n").first { $0.hasPrefix("algebra") } }
    #expect(line(zero.output) == line(missing.output))
    let none = try await run(values.map { $0.prefix(5) + "0" })
    #expect(none.output.contains("no standard error in accuracy_stderr is above 0"))
  }

  @Test func forecastsAreMadeWhereAsked() async throws {
    let outcome = try await run(
      ["0.27,0.01", "0.31,0.01", "0.38,0.01", "0.45,0.01", "0.52,0.01", "0.6,0.01"],
      ["--at", "N=1.3e11", "--chance", "algebra=0.25", "--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let tasks = try #require(try outcome.json["tasks"] as? [[String: Any]])
    let forecasts = try #require(tasks.first?["forecasts"] as? [[String: Any]])
    #expect(forecasts.count == 1 && forecasts[0]["law"] as? String == "task-sigmoid")
    let value = try #require(forecasts[0]["value"] as? [String: Double])
    let (low, high) = (try #require(value["low"]), try #require(value["high"]))
    #expect(low < high)
    expectOneSentence(
      try await run(["0.3,0.01", "0.4,0.01", "0.5,0.01", "0.6,0.01"], ["--at", "C=1e20"]),
      status: 64, containing: "expected positive values of the scale, such as N=7B")
  }
}

/// `allometry fit --share`.
@Suite struct SharedFitCommandTests {
  @Test func groupsShareAnExponent() async throws {
    let workspace = try Workspace()
    let rows = ["web", "code"].enumerated().flatMap { index, name in
      (0..<7).map { step in
        let compute = 1e17 * pow(10, 0.5 * Double(step))
        let loss = (1.5 + 0.3 * Double(index)) + (500 + 200 * Double(index)) * pow(compute, -0.15)
        return "\(name),\(compute),\(loss * (1 + 0.001 * PlantedTables.scatter(7 * index + step)))"
      }
    }
    try workspace.write(PlantedTables.lines(["corpus,C,loss"] + rows), to: "t.csv")
    let base = ["fit", "t.csv", "--law", "power-constant", "--by", "corpus", "--resamples", "60"]
    let outcome = try await workspace.run(base + ["--share", "alpha", "--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.shared-fit/1")
    let shared = try #require(json["shared"] as? [String: [String: Double]])
    #expect(abs(try #require(shared["alpha"]?["value"]) - 0.15) < 0.02)
    let text = try await workspace.run(base + ["--share", "alpha"])
    #expect(text.output.contains("Sharing alpha is not rejected"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    expectOneSentence(
      try await workspace.run(base + ["--share", "beta"]), status: 64,
      containing: "--share: found \"beta\", expected parameters of power-constant: E, A, alpha")
    expectOneSentence(
      try await workspace.run("fit", "t.csv", "--law", "power-constant", "--share", "alpha"),
      status: 64, containing: "--share: expected --by")
  }
}
