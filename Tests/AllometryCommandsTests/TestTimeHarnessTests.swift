import Foundation
import Testing

/// `allometry testtime` on tables as harnesses write them.
@Suite struct TestTimeHarnessTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func analysis(_ arguments: String...) async throws -> [String: Any] {
    let outcome = try await workspace.run(
      ["testtime"] + arguments + ["--resamples", "40", "--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    return try outcome.json
  }

  private func arms(_ analysis: [String: Any]) throws -> [[String: Any]] {
    try #require(analysis["arms"] as? [[String: Any]])
  }

  private func value(_ arm: [String: Any], _ path: String...) throws -> Double {
    var here: Any = arm
    for key in path { here = try #require((here as? [String: Any])?[key], "\(key)") }
    return try #require(here as? Double)
  }

  /// The last value of a selector's curve.
  private func vote(_ arm: [String: Any]) throws -> Double {
    let selectors = try #require(arm["selectors"] as? [[String: Any]])
    let majority = try #require(
      selectors.first { ($0["selector"] as? String)?.hasPrefix("majority") == true })
    let last = try #require((majority["accuracy"] as? [[String: Any]])?.last)
    return try #require(last["value"] as? Double)
  }

  /// None is an answer like any other, in CSV and as a string of JSON.
  @Test func noneIsAnAnswer() async throws {
    let rows =
      [("f1", 1, "None"), ("f1", 1, "None"), ("f1", 1, "None"), ("f1", 0, "0")]
      + [("f2", 1, "7"), ("f2", 1, "7"), ("f2", 0, "8"), ("f2", 1, "7")]
    try workspace.write(
      PlantedTables.lines(["problem,correct,answer"] + rows.map { "\($0),\($1),\($2)" }),
      to: "o.csv")
    try workspace.write(
      PlantedTables.lines(
        rows.map { "{\"problem\": \"\($0)\", \"correct\": \($1 == 1), \"answer\": \"\($2)\"}" }),
      to: "o.jsonl")
    for name in ["o.csv", "o.jsonl"] {
      #expect(try abs(vote(try arms(try await analysis(name))[0]) - 1) < 1e-9)
      let without = try await analysis(name, "--no-answer", "None")
      #expect(try abs(vote(try arms(without)[0]) - 0.5) < 1e-9)
    }
  }

  /// Two filters grade the same generation: two arms of one attempt each.
  @Test func filtersGradeTheSameAttempts() async throws {
    let lines = ["strict-match", "flexible-extract"].flatMap { filter in
      (0..<6).map { document in
        let right = filter == "strict-match" ? document == 2 : document % 3 > 0
        return "{\"doc_id\": \(document), \"target\": \"1\", \"resps\": [[\"text\"]], "
          + "\"filtered_resps\": [\"\(right ? 1 : 2)\"], \"filter\": \"\(filter)\", "
          + "\"metrics\": [\"exact_match\"], \"exact_match\": \(right ? 1.0 : 0.0)}"
      }
    }
    try workspace.write(PlantedTables.lines(lines), to: "samples.jsonl")
    for extra in [[], ["--map", "correct=exact_match"]] {
      let outcome = try await workspace.run(
        ["testtime", "samples.jsonl", "--resamples", "40", "--json"] + extra)
      let found = try arms(try outcome.json)
      #expect(found.map { $0["name"] as? String } == ["strict-match", "flexible-extract"])
      #expect(try abs(value(found[0], "coverage", "accuracy", "value") - 1.0 / 6) < 1e-12)
      #expect(try abs(value(found[1], "coverage", "accuracy", "value") - 4.0 / 6) < 1e-12)
      let points = found.map { ($0["coverage"] as? [String: Any])?["points"] as? [[String: Any]] }
      #expect(points.allSatisfy { $0?.count == 1 })
    }
  }

  /// A resumed job wrote attempts twice: refused under the harness's own name of attempts.
  @Test func attemptsOfAResumedJob() async throws {
    let rows = [("a", 0), ("a", 1), ("b", 0), ("b", 1), ("a", 0)]
    try workspace.write(
      PlantedTables.lines(
        rows.enumerated().map {
          "{\"task_id\": \"\($1.0)\", \"completion_id\": \($1.1), \"passed\": \($0 == 0)}"
        }),
      to: "twice.jsonl")
    expectOneSentence(
      try await workspace.run("testtime", "twice.jsonl"), status: 65,
      containing: "attempt 0 of problem \"a\" twice (lines 1 and 5)")
  }

  @Test func equalAnswersVoteTogether() async throws {
    // Three spellings of one half against two zeros.
    let answers = ["1/2", "0.5", "\\frac{1}{2}", "0", "0"]
    let lines = (0..<3).flatMap { problem in
      answers.enumerated().map { "\(problem),\($0 < 3 ? 1 : 0),\"\($1)\"" }
    }
    try workspace.write(PlantedTables.lines(["problem,correct,answer"] + lines), to: "m.csv")
    #expect(try abs(vote(try arms(try await analysis("m.csv"))[0]) - 1) < 1e-9)
    #expect(try vote(try arms(try await analysis("m.csv", "--answers", "exact"))[0]) < 1e-9)
    // As numbers two of the three agree, and tie with the zeros.
    #expect(
      try abs(vote(try arms(try await analysis("m.csv", "--answers", "numeric"))[0]) - 0.5) < 1e-9)
    expectOneSentence(
      try await workspace.run("testtime", "m.csv", "--answers", "latex"), status: 64,
      containing: "--answers")
  }

  @Test func partialCreditTakesAThreshold() async throws {
    try workspace.write(
      PlantedTables.lines(["problem,correct", "a,0.4", "a,0.9", "b,1", "b,C"]), to: "p.csv")
    expectOneSentence(
      try await workspace.run("testtime", "p.csv"), status: 65, containing: "--threshold 0.5")
    let half = try arms(try await analysis("p.csv", "--threshold", "0.5"))[0]
    #expect(try value(half, "coverage", "accuracy", "value") == 0.75)
  }

  @Test func numbersOfAttemptsThatAreAskedFor() async throws {
    let lines = (0..<40).flatMap { problem in
      (0..<6).map { "\(problem),\(($0 * 7 + problem * 5) % 11 < problem % 6 ? 1 : 0)" }
    }
    try workspace.write(PlantedTables.lines(["problem,correct"] + lines), to: "k.csv")
    let asked = try #require(
      try arms(try await analysis("k.csv", "--at", "3,6,200"))[0]["asked"] as? [[String: Any]])
    #expect(asked.map { $0["k"] as? Double } == [3, 6, 200])
    #expect(asked.map { $0["isExtrapolated"] as? Bool } == [false, false, true])
    let text = try await workspace.run("testtime", "k.csv", "--at", "3,200", "--resamples", "40")
    #expect(text.output.contains("With 3 attempts coverage is"))
    #expect(text.output.contains("Extrapolated to 200 attempts coverage is"))
    expectOneSentence(
      try await workspace.run("testtime", "k.csv", "--at", "1.5"), status: 64,
      containing: "whole numbers")
  }

  /// Costs reach the thresholds of a table that has scores alone.
  @Test func costsReachThresholds() async throws {
    let lines = (0..<60).flatMap { problem in
      (0..<8).map { attempt in
        let right = (attempt * 5 + problem * 3) % 8 < problem % 8
        let score = (attempt * 37 + problem * 11) % 100 + (right ? 45 : 0)
        return "\(problem),\(right ? 1 : 0),\(score)"
      }
    }
    try workspace.write(PlantedTables.lines(["problem,correct,score"] + lines), to: "s.csv")
    func choices(_ arguments: [String]) async throws -> [(cost: Double, worth: Double)] {
      let outcome = try await workspace.run(
        ["testtime", "s.csv", "--resamples", "40", "--json"] + arguments)
      let sweep = try #require(try arms(try outcome.json)[0]["thresholds"] as? [String: Any])
      return try #require(sweep["choices"] as? [[String: Any]]).map {
        (try value($0, "costWrong"), try value($0, "crossFitted", "value"))
      }
    }
    #expect(try await choices([]).map(\.cost) == [1])
    let two = try await choices(["--wrong-costs", "0,8"])
    #expect(two.map(\.cost) == [0, 8] && two[0].worth > two[1].worth)
    let dear = try await choices(["--wrong-costs", "0", "--sample-cost", "0.2"])
    #expect(dear[0].worth < two[0].worth - 0.05)
    let text = try await workspace.run(
      "testtime", "s.csv", "--resamples", "40", "--wrong-costs", "0,8")
    #expect(text.output.contains("worth, cross-fitted"))
  }

  // MARK: Several arms

  /// Long names and several arms: nothing is cut off and nothing is left out.
  @Test func severalArmsStayLegible() async throws {
    let models = ["Qwen2.5-Math-7B-Instruct", "Qwen2.5-Math-72B-Instruct-long-context"]
    let strategies = ["best-of-n temperature=0.7 top_p=0.95", "majority vote of chains of thought"]
    var lines = ["model,strategy,problem,attempt,correct,answer,score,verifier_pass"]
    for (m, model) in models.enumerated() {
      for (s, strategy) in strategies.enumerated() {
        for problem in 0..<20 {
          for attempt in 0..<4 {
            let right = (attempt * 7 + problem * 3 + m + s) % 10 < 4 + m
            lines.append(
              "\(model),\(strategy),\(problem),\(attempt),"
                + "\(right ? 1 : 0),\(right ? "r" : "w"),\(right ? 2 : 1),"
                + "\(right || attempt == 0 ? 1 : 0)")
          }
        }
      }
    }
    try workspace.write(PlantedTables.lines(lines), to: "arms.csv")
    let text = try await workspace.run("testtime", "arms.csv", "--resamples", "40")
    #expect(text.status == 0, "\(text.error)")
    let output = text.output
    #expect(output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(output)")
    #expect(!output.contains("…"), "\(output)")
    // Each arm has its curve and its optimum.
    #expect(output.components(separatedBy: "any right").count == 5, "\(output)")
    #expect(output.components(separatedBy: "best limit").count == 5)
    for model in models { #expect(output.contains(model)) }
    #expect(output.contains("beats") || output.contains("No difference is shown"))
  }

  // MARK: Doors

  @Test func knobsOfThePapers() async throws {
    var lines = ["problem,attempt,correct,answer,score,tokens"]
    for problem in 0..<20 {
      for attempt in 0..<8 {
        let right = (attempt * 5 + problem * 3) % 8 < problem % 8
        lines.append(
          "\(problem),\(attempt),\(right ? 1 : 0),\(right ? "r" : "w\(attempt % 2)"),"
            + "\(right ? 0.8 : 0.3),\(100 + attempt)")
      }
    }
    try workspace.write(PlantedTables.lines(lines), to: "t.csv")
    let found = try await analysis(
      "t.csv", "--samples", "1,3,5", "--stop", "ahead=2,posterior=0.75", "--top-share", "0.5",
      "--vote-temperature", "0.1", "--repeat-rule", "2:6:0.4")
    let arm = try arms(found)[0]
    let selectors = try #require(arm["selectors"] as? [[String: Any]])
    #expect(selectors.allSatisfy { $0["samples"] as? [Int] == [1, 3, 5] })
    let names = selectors.compactMap { $0["selector"] as? String }
    #expect(names.contains { $0.contains("best 0.5 by score") })
    #expect(names.contains { $0.contains("temperature 0.1") })
    let stopping = try #require((arm["stopping"] as? [String: Any])?["rules"] as? [[String: Any]])
    #expect(stopping.map { $0["name"] as? String } == ["ahead by 2", "posterior above 0.75"])
    let repeats = try #require((found["repeats"] as? [String: Any])?["levels"] as? [[String: Any]])
    #expect(try value(repeats[0], "meanRepeats") >= 2)
    for (arguments, sentence) in [
      (["--stop", "ahead=0"], "--stop"), (["--repeat-rule", "3"], "--repeat-rule"),
      (["--top-share", "2"], "--top-share"), (["--baseline", "beam"], "--baseline"),
      (["--hand-over-to", "large"], "--hand-over-to"), (["--samples", "0"], "--samples"),
    ] {
      expectOneSentence(
        try await workspace.run(["testtime", "t.csv", "--resamples", "40"] + arguments),
        status: 64, containing: sentence)
    }
  }

  /// A draft and a target in one table price the cascade; equal tokens are a paired test.
  @Test func draftsHandOver() async throws {
    var lines = ["model,problem,attempt,correct,score,tokens"]
    for problem in 0..<60 {
      for attempt in 0..<4 {
        let easy = (attempt * 7 + problem * 3) % 10
        lines.append("small,\(problem),\(attempt),\(easy < 4 ? 1 : 0),\(10 - easy),100")
        lines.append("large,\(problem),\(attempt),\(easy < 8 ? 1 : 0),\(10 - easy),150")
      }
    }
    try workspace.write(PlantedTables.lines(lines), to: "two.csv")
    let found = try await analysis(
      "two.csv", "--hand-over-to", "large", "--target-cost", "10", "--alpha", "0.3")
    let cascade = try #require((found["cascades"] as? [[String: Any]])?.first)
    #expect(cascade["draft"] as? String == "small" && cascade["target"] as? String == "large")
    let result = try #require(
      (cascade["report"] as? [String: Any])?["cascade"] as? [String: Any])
    #expect(try value(result, "accuracy", "value") > value(result, "draftAccuracy", "value"))
    #expect(try value(result, "targetCost") == 1500)
    let comparisons = try #require(found["comparisons"] as? [[String: Any]])
    let even = comparisons.filter { $0["isAtEqualTokens"] as? Bool == true }
    #expect(!even.isEmpty)
    let differences = try #require(even.first?["differences"] as? [[String: Any]])
    #expect(differences.allSatisfy { ($0["samples"] as? Int ?? 0) >= 150 })
  }

  @Test func resamplingFromRates() async throws {
    let outcome = try await workspace.run(
      "testtime", "resample", "--type", "0.58:0.87", "--type", "0.42:0.13", "--soundness", "0.75",
      "--wrong-costs", "0,0.7,1,2", "--at", "1,2,3", "--json")
    let rows = try #require(try outcome.json["rows"] as? [[String: Any]])
    // Published notebook's numbers, with the exact prior.
    #expect(rows.map { $0["best"] as? Int } == [nil, 3, 2, 1])
    #expect(rows.map { $0["isUnbounded"] as? Bool } == [true, false, false, false])
    let gains = try #require(rows[2]["gains"] as? [Double])
    for (gain, expected) in zip(gains, [0.4490, 0.4724, 0.4614]) {
      #expect(abs(gain - expected) < 5e-5)
    }
    let precisions = try #require(try outcome.json["precisions"] as? [Double])
    #expect(abs(precisions[0] - 0.963989) < 1e-6 && abs(precisions[1] - 0.374101) < 1e-6)
    for (arguments, sentence) in [
      (["--type", "0.5", "--soundness", "1"], "--type"),
      (["--type", "1:0.5", "--soundness", "2"], "--soundness"),
    ] {
      expectOneSentence(
        try await workspace.run(["testtime", "resample"] + arguments), status: 64,
        containing: sentence)
    }
  }

  @Test func judgesAreCorrected() async throws {
    // 0.62 = θ·0.88 + (1 − θ)·0.1 gives θ = 2/3.
    let counts = try await workspace.run(
      "testtime", "judge", "--judged", "620/1000", "--sensitivity", "88/100", "--specificity",
      "45/50", "--json")
    let correction = try #require(try counts.json["correction"] as? [String: Any])
    #expect(try abs(value(correction, "corrected", "value") - 2.0 / 3) < 1e-12)
    var lines = ["judge,label"]
    for row in 0..<1000 {
      let label = row < 100 ? "1" : row < 150 ? "0" : ""
      let verdict = row < 100 ? row < 88 : row < 150 ? row < 105 : row < 677
      lines.append("\(verdict ? 1 : 0),\(label)")
    }
    try workspace.write(PlantedTables.lines(lines), to: "v.csv")
    let table = try await workspace.run("testtime", "judge", "v.csv", "--json")
    let same = try #require(try table.json["correction"] as? [String: Any])
    #expect(try value(same, "corrected", "value") == value(correction, "corrected", "value"))
    expectOneSentence(
      try await workspace.run(
        "testtime", "judge", "--judged", "1/2", "--sensitivity", "5/10", "--specificity", "5/10"),
      status: 65, containing: "no better than chance")
  }

  @Test func pathsAreSummedUp() async throws {
    let outcome = try await workspace.run(
      "testtime", "thinking", "--paths", "3", "--training-steps", "150", "--problems", "400",
      "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let row = try #require((try outcome.json["rows"] as? [[String: Any]])?.first)
    #expect(try value(row, "summary") > value(row, "singlePath") + 0.05)
    #expect(try value(row, "operations") > 0)
  }

  /// Strategies that need a lesson run with it, and each table says what its rows are.
  @Test func strategiesRunWithTheirTraining() async throws {
    let knobs = ["--task", "stepwise-arithmetic", "--knobs", "steps=4,digits=1"]
    let trained = try await workspace.run(
      ["train"] + knobs + [
        "--layers", "1", "--width", "16", "--batch", "16", "--steps", "40", "--threads", "1",
        "--out", "policy",
      ])
    #expect(trained.status == 0, "\(trained.error)")
    let outcome = try await workspace.run(
      ["testtime", "run", "policy"] + knobs + [
        "--strategy", "parallel-sampling", "--strategy", "sequential-revision:rounds=2",
        "--strategy", "iterative-deepening:first=2", "--strategy", "ahead-by-k:margin=2",
        "--budgets", "2,4", "--problems", "20", "--verifier", "none", "--training-steps", "5",
        "--training-problems", "10", "--threads", "1", "--out", "attempts.csv", "--json",
      ])
    #expect(outcome.status == 0, "\(outcome.error)")
    let trainings = try #require(try outcome.json["trainings"] as? [[String: Any]])
    #expect(trainings.map { $0["lesson"] as? String } == ["revisions", "looks-back"])
    #expect(trainings.allSatisfy { $0["operations"] as? Double ?? 0 > 0 })
    let revisions = try #require(try outcome.json["revisions"] as? [[String: Any]])
    let counts = revisions.map { revision -> Int in
      let found = revision["transitions"] as? [String: Any] ?? [:]
      return ["rightToRight", "rightToWrong", "wrongToRight", "wrongToWrong"]
        .reduce(0) { $0 + (found[$1] as? Int ?? 0) }
    }
    // One chain of two rounds to each of 20 problems, then two.
    #expect(counts == [20, 40])
    let lines = try workspace.read("attempts.csv").split(separator: "\n")
    #expect(lines[0].contains("row_kind"))
    #expect(lines.contains { $0.contains("ahead-by-k") && $0.contains("candidate") })
    #expect(lines.contains { $0.contains("parallel-sampling") && $0.contains("sample") })
    let answers = try workspace.read("attempts-answers.csv").split(separator: "\n")
    // Four strategies at two budgets, an answer to each problem.
    #expect(answers.count == 1 + 4 * 2 * 20)
    #expect(answers.dropFirst().allSatisfy { $0.contains(",answer,") })
    let attempts = try await analysis("attempts.csv")
    #expect((attempts["allocations"] as? [Any])?.isEmpty == true)
    let reasons = try #require(attempts["omissions"] as? [[String: Any]])
    #expect(
      reasons.contains { ($0["reason"] as? String)?.contains("not the answers") == true })
    // A verifier that guesses is what a search must beat; it costs nothing.
    let guessed = try await workspace.run(
      ["testtime", "run", "policy"] + knobs + [
        "--strategy", "beam-search:width=2", "--budgets", "4", "--problems", "10", "--verifier",
        "random", "--threads", "1", "--json",
      ])
    #expect(guessed.status == 0, "\(guessed.error)")
    let arm = try #require((try guessed.json["arms"] as? [[String: Any]])?.first)
    #expect(arm["verifier"] as? String == "random")
    let cost = try #require(arm["meanCost"] as? [String: Any])
    #expect(cost["verifierTokens"] as? Double == 0)
    let given = try await analysis("attempts-answers.csv")
    #expect((given["allocations"] as? [Any])?.count == 1, "\(given["omissions"] ?? "")")
    #expect((given["arise"] as? [Any])?.count == 4)
  }
}
