import Foundation
import Testing

/// Sizes that are not so, numbers beyond all bounds, names that a terminal or a spreadsheet would
/// obey, and files that only look like files.
@Suite struct HostileInputTests {
  /// A checkpoint of a few kilobytes.
  private func trained() async throws -> (workspace: Workspace, checkpoint: String) {
    let workspace = try Workspace()
    let made = try await workspace.run(
      "train", "--language", "markov", "--knobs", "tokens=8", "--layers", "1", "--width", "16",
      "--context", "16", "--batch", "4", "--steps", "2", "--out", "run", "--no-baselines",
      "--threads", "1")
    #expect(made.status == 0, "\(made.error)")
    return (workspace, "run/checkpoints/\(workspace.checkpoints("run")[0])")
  }

  @Test func aConfigurationIsComparedWithTheFileFirst() async throws {
    let (workspace, checkpoint) = try await trained()
    let path = "\(checkpoint)/config.json"
    let text = try workspace.read(path)
    for (key, value) in [
      ("num_hidden_layers", "1000000000"), ("num_hidden_layers", "8000"),
      ("hidden_size", "1000000000"), ("hidden_size", "4194304"), ("vocab_size", "80000000"),
      ("vocab_size", "60000000"), ("intermediate_size", "9223372036854775807"),
    ] {
      let changed = text.replacing(try Regex("\"\(key)\" *: *[0-9]+"), with: "\"\(key)\": \(value)")
      #expect(changed != text)
      try workspace.write(changed, to: path)
      expectOneSentence(
        try await workspace.run("generate", checkpoint, "--tokens", "1"), status: 65,
        containing: "allometry: ")
    }
  }

  @Test func weightsThatAreNotFiniteAreRefused() async throws {
    let (workspace, checkpoint) = try await trained()
    let path = "\(checkpoint)/model.safetensors"
    var data = try Data(contentsOf: workspace.folder.appendingPathComponent(path))
    data.replaceSubrange(data.count - 4..<data.count, with: [0, 0, 0xC0, 0x7F])
    try workspace.write(data, to: path)
    // As a model from elsewhere, without the checksums that would tell first.
    for name in ["checksums.json", "state.json"] {
      try FileManager.default.removeItem(atPath: workspace.path("\(checkpoint)/\(name)"))
    }
    expectOneSentence(
      try await workspace.run("generate", checkpoint, "--tokens", "1"), status: 65,
      containing: "are not finite")
  }

  /// A dry run is arithmetic, whatever the size.
  @Test(arguments: [
    "sizes: [12x768, 24x2048], seeds: 1", "parameters: [1e8, 1e9], seeds: 1",
    "parameters: [1e12], seeds: 1", "sizes: [1024x65536], tokens-per-parameter: 1e3, seeds: 1",
  ])
  func aDryRunIsArithmetic(_ ladder: String) async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      corpus: {language: markov, knobs: {tokens: 8}}
      model: {context: 256}
      ladder: {\(ladder)}
      recipe: {batch: 5k}
      treatments: [qk-norm]
      """, to: "giant.yaml")
    let outcome = try await workspace.run("study", "run", "giant.yaml", "--dry-run", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    let runs = try #require(json["runs"] as? [[String: Any]])
    #expect(runs.count >= 2 && runs.allSatisfy { ($0["seconds"] as? Double ?? 0) > 0 })
    if ladder.contains("1e12") {
      let parameters = try #require(runs[0]["parameters"] as? Double)
      #expect(abs(parameters / 1e12 - 1) < 0.1)
      #expect((json["memory"] as? String)?.contains("of memory") == true)
      // What does not fit is not begun.
      expectOneSentence(
        try await workspace.run("study", "run", "giant.yaml"), status: 78, containing: "of memory")
    }
  }

  @Test func textWithoutAnEndOrWithoutAWriterIsBounded() async throws {
    let workspace = try Workspace()
    let columns = (0..<20_000).map { "c\($0)" }.joined(separator: ",")
    try workspace.write(columns + "\n" + columns + "\n", to: "wide.csv")
    try workspace.write(
      (0..<9_000).map { "{\"k\($0)\":1}\n" }.joined(), to: "keys.jsonl")
    mkfifo(workspace.path("pipe.csv"), 0o600)
    for (arguments, sentence) in [
      (["fit", "/dev/zero"], "a device"), (["fit", "wide.csv"], "more than 10000 columns"),
      (["fit", "keys.jsonl"], "different keys"), (["fit", "pipe.csv"], "a pipe that nobody"),
      (["testtime", "pipe.csv"], "a pipe that nobody"),
    ] {
      let outcome = try await workspace.run(arguments)
      #expect(outcome.status == 65 || outcome.status == 66, "\(arguments): \(outcome.error)")
      #expect(outcome.error.contains(sentence), "\(arguments): \(outcome.error)")
    }
    expectOneSentence(
      try await workspace.run("testtime", "simulate", "--problems", "1000000000"), status: 64,
      containing: "at most 1e8")
  }

  /// Every conversion of a number to an integer is bounded.
  @Test func numbersBeyondAllBoundsAreNoFaults() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let fit = try await workspace.run(
      ["fit", "runs.csv", "--law", "chinchilla", "--json"] + FitCommandTests.quick)
    try workspace.write(fit.output, to: "fit.json")
    for place in [
      "N=1e-310,D=1e9", "N=1e308,D=1e308", "N=1e-310,D=1e-310", "N=5e-324,D=1e300", "N=7e9,D=1e308",
    ] {
      let outcome = try await workspace.run("forecast", "fit.json", "--at", place)
      #expect([0, 64, 65].contains(outcome.status), "\(place): \(outcome.status) \(outcome.error)")
      #expect(!outcome.output.contains("unknown"), "\(outcome.output)")
    }
    // Degrees of freedom of a damaged file are drawn once, not one by one.
    let many = fit.output.replacing(
      try Regex("\"degreesOfFreedom\" *: *[0-9.]+"), with: "\"degreesOfFreedom\" : 1e12")
    #expect(many != fit.output)
    try workspace.write(many, to: "many.json")
    #expect(try await workspace.run("forecast", "many.json", "--at", "N=7e9,D=1e12").status == 0)
  }

  @Test func namesThatATerminalWouldObeyAreShownAsText() async throws {
    let workspace = try Workspace()
    let escape = "\u{1B}]0;title\u{07}\u{1B}[31m"
    for outcome in [
      try await workspace.run("fit", "\(escape).csv"),
      try await workspace.run("study", "\(escape)"),
      try await workspace.run("fit", "x.csv", "--law", "\(escape)"),
    ] {
      #expect(outcome.status != 0)
      #expect(!outcome.error.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" })
    }
    let long = String(repeating: "x", count: 100_000)
    let outcome = try await workspace.run("fit", "x.csv", "--law", long)
    #expect(outcome.error.count < 5000)
  }

  @Test(arguments: ["", "../../x", "a\\nb", "a\\eb", "a\\0b"])
  func namesOfBaselinesAreCheckedAsThoseOfArms(_ name: String) async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      corpus: {language: markov}
      ladder: {sizes: [1x16], tokens: 4k}
      baseline: {name: "\(name)"}
      treatments: [qk-norm]
      """, to: "s.yaml")
    let outcome = try await workspace.run("study", "run", "s.yaml", "--dry-run")
    expectOneSentence(outcome, status: 65, containing: "s.yaml:3")
  }
}
