import Foundation
import Testing

/// What runs are judged by: the same for the same data, and found again by `allometry evaluate`.
@Suite(.timeLimit(.minutes(20))) struct HeldOutCommandTests {
  /// A rate so small that no weight moves: every run has the same model.
  private static let still = [
    "--layers", "1", "--width", "32", "--optimizer", "sgd", "--learning-rate", "1e-30",
    "--schedule", "constant", "--weight-decay", "0", "--seed", "3", "--no-baselines", "--threads",
    "1", "--json",
  ]

  @Test(arguments: [
    ["--task", "multiplication"], ["--task", "parity"],
    ["--language", "markov", "--knobs", "order=1,tokens=64", "--context", "32"],
    ["--text", "text.txt", "--context", "32"],
  ])
  func theRecordedLossIsThatOfTheModel(data: [String]) async throws {
    let workspace = try TinyRuns.workspace()
    var losses: [Double] = []
    var tokens: [Int] = []
    for (number, cut) in [
      ["--steps", "2", "--batch", "16"], ["--steps", "2", "--batch", "16", "--accumulation", "4"],
      ["--steps", "2", "--batch", "16", "--accumulation", "16"], ["--steps", "9", "--batch", "5"],
    ].enumerated() {
      let outcome = try await workspace.run(
        ["train"] + data + Self.still + cut + ["--out", "run\(number)"])
      #expect(outcome.status == 0, "\(outcome.error)")
      let result = try #require(try outcome.json["result"] as? [String: Any])
      losses.append(try #require(result["validationLoss"] as? Double))
      tokens.append(try #require(result["validationTokens"] as? Int))
    }
    #expect(Set(tokens).count == 1)
    for loss in losses { #expect(abs(loss - losses[0]) < 2e-6 * losses[0], "\(losses)") }
  }

  @Test func aRunIsJudgedByWhatItHeldOut() async throws {
    let workspace = try TinyRuns.workspace()
    for (name, data) in [
      ("text", TinyRuns.shape),
      ("pairs", TinyRuns.shape + ["--tokenizer", "bpe", "--vocabulary", "280"]),
      ("task", ["--task", "parity", "--layers", "1", "--width", "32"]),
    ] {
      let trained = try await workspace.run(
        ["train"] + data + ["--steps", "5", "--no-baselines", "--json", "--out", name])
      #expect(trained.status == 0, "\(trained.error)")
      let result = try #require(try trained.json["result"] as? [String: Any])
      let checkpoint = try #require(workspace.checkpoints(name).last)
      for place in [name, "\(name)/checkpoints/\(checkpoint)"] {
        let judged = try await workspace.run("evaluate", place, "--json")
        #expect(judged.status == 0, "\(judged.error)")
        let held = try #require(try judged.json["heldOut"] as? [String: Any])
        #expect(held["loss"] as? Double == result["validationLoss"] as? Double)
        #expect(held["tokens"] as? Int == result["validationTokens"] as? Int)
      }
    }
    let said = try await workspace.run("evaluate", "text")
    #expect(said.output.hasPrefix("the run's own held-out data (text.txt, "), "\(said.output)")
    // The text of another day is not what the run held out.
    try workspace.write(TinyRuns.text + "More.", to: "text.txt")
    expectOneSentence(
      try await workspace.run("evaluate", "text"), status: 65,
      containing: "the data have changed since the run was trained")
    try FileManager.default.removeItem(atPath: workspace.path("text.txt"))
    expectOneSentence(
      try await workspace.run("evaluate", "text"), status: 66, containing: "text.txt")
  }
}
