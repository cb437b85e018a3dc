import Foundation
import Testing

/// `allometry generate` and `allometry evaluate` on a run that takes a moment.
@Suite(.timeLimit(.minutes(20))) struct GenerateEvaluateTests {
  @Test func aTextModelWritesAndIsJudged() async throws {
    let workspace = try TinyRuns.workspace()
    let trained = try await workspace.run(
      ["train"] + TinyRuns.shape + ["--steps", "150", "--no-baselines", "--json", "--out", "run"])
    #expect(trained.status == 0, "\(trained.error)")

    let write = ["generate", "run", "--prompt", "The ", "--tokens", "25", "--seed", "3"]
    let first = try await workspace.run(write)
    #expect(first.status == 0, "\(first.error)")
    #expect(first.output.hasPrefix("The "))
    #expect(first.error.contains("tokens/s"))
    #expect(try await workspace.run(write + ["--threads", "2"]).output == first.output)
    #expect(try await workspace.run(write.dropLast() + ["4"]).output != first.output)
    // The likeliest token is the same however little else may be drawn.
    let greedy = try await workspace.run(write + ["--temperature", "0"])
    #expect(try await workspace.run(write + ["--top-k", "1"]).output == greedy.output)
    let stopped = try await workspace.run(write + ["--temperature", "0", "--stop", " "])
    #expect(stopped.output.dropFirst(4).filter { $0 == " " }.count == 1)
    let beyond = write.map { $0 == "25" ? "60" : $0 }
    expectOneSentence(
      try await workspace.run(beyond), status: 64, containing: "--tokens: found 60, expected up to")
    let windowed = try await workspace.run(beyond + ["--cache", "window:16,2"])
    #expect(windowed.status == 0, "\(windowed.error)")

    // With a stride of one, targets have more before them than with windows that do not overlap.
    func loss(_ stride: String) async throws -> Double {
      let outcome = try await workspace.run(
        "evaluate", "run", "--text", "part.txt", "--stride", stride, "--json")
      #expect(outcome.status == 0, "\(outcome.error)")
      let text = try #require(try outcome.json["text"] as? [String: Any])
      // The text is 1000 bytes, of which all but the first are predicted.
      #expect(text["tokens"] as? Int == 999)
      #expect(text["bytes"] as? Int == 999)
      return try #require(text["loss"] as? Double)
    }
    try workspace.write(String(TinyRuns.text.prefix(1000)), to: "part.txt")
    let (near, far) = (try await loss("1"), try await loss("32"))
    #expect(near < far)
    #expect(near < 2)

    try workspace.write(
      """
      {"prompt": "The", "choices": ["law", "zqx"], "answer": 0}
      {"prompt": "The run fits a model in", "choices": ["March.", "%%%%%%"], "answer": "March."}
      """, to: "items.jsonl")
    let outcome = try await workspace.run(
      "evaluate", "run", "--choices", "items.jsonl", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let choices = try #require(try outcome.json["choices"] as? [String: Any])
    let stages = try #require(choices["stages"] as? [[String: Any]])
    let values = Dictionary(
      uniqueKeysWithValues: stages.map {
        ($0["stage"] as? String ?? "", $0["value"] as? Double ?? .nan)
      })
    #expect(values.count == 5)
    #expect(values["accuracy"] == 1)
    #expect(values["p_C(correct)"] ?? 0 > 0.9)
    #expect(choices["chance"] as? Double == 0.5)
  }

  /// Of four samples' chunks a turn the strangest is handed over.
  @Test func strangeChunksAreHandedOver() async throws {
    let workspace = try TinyRuns.workspace()
    for (run, steps) in [("small", "5"), ("big", "60")] {
      let trained = try await workspace.run(
        ["train"] + TinyRuns.shape + ["--steps", steps, "--no-baselines", "--json", "--out", run])
      #expect(trained.status == 0, "\(trained.error)")
    }
    let write = ["generate", "big", "--draft", "small", "--prompt", "The ", "--tokens", "24"]
    let escalate = write + ["--escalate", "0.25", "--samples", "4", "--chunk", "6"]
    let outcome = try await workspace.run(escalate)
    #expect(outcome.status == 0, "\(outcome.error)")
    let texts = outcome.output.components(separatedBy: "\n---\n")
    #expect(texts.count == 4 && texts.allSatisfy { $0.hasPrefix("The ") })
    #expect(outcome.error.contains("chunks handed over"), "\(outcome.error)")
    #expect(try await workspace.run(escalate + ["--threads", "2"]).output == outcome.output)
    // Numbers have no end of text: every sample writes four chunks of six.
    let numbers = try await workspace.run(
      escalate.map { $0 == "The " ? "84,104,101,32" : $0 } + ["--token-ids"])
    #expect(numbers.status == 0, "\(numbers.error)")
    let samples = numbers.output.components(separatedBy: "\n---\n")
    #expect(samples.map { $0.split(separator: ",").count } == [24, 24, 24, 24])
    #expect(numbers.error.contains("4 of 16 chunks handed over"), "\(numbers.error)")
    #expect(numbers.error.contains("96 tokens drafted"), "\(numbers.error)")
    #expect(numbers.error.contains("24 written by the larger model"), "\(numbers.error)")
    for (arguments, sentence) in [
      (["generate", "big", "--escalate", "0.25"], "goes with --draft"),
      (write + ["--samples", "4"], "goes with --escalate"),
      (write + ["--escalate", "0.1"], "expected more --samples"),
      (write + ["--escalate", "0.25", "--speculate", "4"], "does not go with --escalate"),
    ] {
      expectOneSentence(
        try await workspace.run(arguments), status: 64, containing: sentence)
    }
  }

  @Test func aTaskIsLearnedAndVerified() async throws {
    let workspace = try Workspace()
    let knobs = ["--task", "copy", "--knobs", "shortest=1,longest=2,symbols=3"]
    let trained = try await workspace.run(
      ["train"] + knobs + [
        "--layers", "2", "--width", "32", "--batch", "32", "--steps", "400", "--threads", "1",
        "--out", "run",
      ])
    #expect(trained.status == 0, "\(trained.error)")
    let judged = try await workspace.run(["evaluate", "run", "--json"] + knobs)
    #expect(judged.status == 0, "\(judged.error)")
    let task = try #require(try judged.json["task"] as? [String: Any])
    #expect(task["accuracy"] as? Double ?? 0 > 0.95)
    // (1/3 + 1/9)/2 for strings of one or two of three symbols.
    #expect(abs((task["chance"] as? Double ?? 0) - 2.0 / 9) < 1e-12)
    // Token 1 separates the string from its copy: start, symbol 3, separator.
    let written = try await workspace.run(
      "generate", "run", "--token-ids", "--prompt", "0,3,1", "--tokens", "1", "--temperature", "0")
    #expect(written.output == "3\n", "\(written.error)")
    expectOneSentence(
      try await workspace.run("generate", "run", "--prompt", "a"), status: 66,
      containing: "found no tokenizer.json")
  }

  @Test func aRunStartsFromTheWeightsOfAnother() async throws {
    let workspace = try TinyRuns.workspace()
    let first = try await workspace.run(
      ["train"] + TinyRuns.shape + ["--steps", "100", "--no-baselines", "--json", "--out", "a"])
    #expect(first.status == 0, "\(first.error)")
    let second = try await workspace.run(
      "train", "--text", "text.txt", "--from", "a", "--steps", "1", "--batch", "8", "--threads",
      "1", "--no-baselines", "--json", "--out", "b")
    #expect(second.status == 0, "\(second.error)")
    // The first row of the second run is the loss of what the first one left, far below ln 257.
    let row = try workspace.read("b/loss.csv").split(separator: "\n")[1]
    #expect(Double(row.split(separator: ",")[2]) ?? 9 < 2.5)
  }
}
