import Foundation
import Testing

/// Attempts to lose a row, a run or a file, or to get a wrong number, with exit status 0.
@Suite struct NothingLostTests {
  /// Runs a line of the shell in a folder, with the command as `$A`.
  private func shell(_ line: String, in workspace: Workspace) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.currentDirectoryURL = workspace.folder
    process.arguments = [
      "-c", "A='\(try Workspace.executable().path)'; (\(line)) >.captured-o 2>.captured-e",
    ]
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try workspace.read(".captured-o"),
      error: try workspace.read(".captured-e"))
  }

  private func train(_ out: String, _ more: [String] = []) -> [String] {
    ["train", "--steps", "4", "--out", out, "--no-baselines"] + TinyRuns.shape + more
  }

  private static let study = """
    corpus: {language: markov, knobs: {tokens: 8, order: 1}}
    model: {context: 32}
    ladder: {sizes: [1x16, 2x16], tokens: 1024, seeds: 1}
    recipe: {batch: 4, learning-rate: 0.02, evaluation-tokens: 1024}
    treatments: [qk-norm]
    """

  /// SQLite has other meanings for such names.
  @Test(arguments: [":memory:", "file:x?mode=memory", "file:real.sqlite", "a%20b#c?d.sqlite"])
  func aStoreIsAlwaysAPath(_ name: String) async throws {
    let workspace = try Workspace()
    try workspace.write(Self.study, to: "s.yaml")
    let made = try await workspace.run("study", "run", "s.yaml", "--store", name)
    #expect(made.status == 0, "\(made.error)")
    #expect(try workspace.files.contains(name))
    let check = try await workspace.run("study", "check", "--store", name)
    #expect(check.status == 0 && check.output.contains("4 runs"), "\(check.output) \(check.error)")
  }

  @Test func aFolderIsNoStore() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.study, to: "s.yaml")
    for name in [".", "./", "..", "/"] {
      for arguments in [["study", "status"], ["study", "run", "s.yaml"], ["study", "check"]] {
        expectOneSentence(
          try await workspace.run(arguments + ["--store", name]), status: 73,
          containing: "something other than a file")
      }
    }
  }

  @Test func heldOutTokensAreAPartOfARun() async throws {
    let workspace = try Workspace()
    func tokens(_ modulus: Int, _ count: Int) -> Data {
      Data((0..<count).flatMap { [UInt8($0 * $0 % modulus), 0] })
    }
    try workspace.write(tokens(7, 4000), to: "train.bin")
    try workspace.write(tokens(5, 600), to: "held.bin")
    try workspace.write(
      """
      corpus: {tokens: train.bin, validation-tokens: held.bin, vocabulary: 8}
      model: {context: 32}
      ladder: {sizes: [1x16, 2x16], tokens: 1024, seeds: 1}
      recipe: {batch: 4, learning-rate: 0.02, evaluation-tokens: 512}
      treatments: [qk-norm]
      """, to: "s.yaml")
    #expect(try await workspace.run("study", "run", "s.yaml").status == 0)
    let first = try await workspace.run("study", "export")
    try workspace.write(tokens(3, 600), to: "held.bin")
    let again = try await workspace.run("study", "run", "s.yaml")
    #expect(again.status == 0, "\(again.error)")
    let second = try await workspace.run("study", "export")
    #expect(first.output != second.output)
    let check = try await workspace.run("study", "check")
    #expect(check.output.contains("8 runs"), "\(check.output)")
    let listed = try await workspace.run("study", "runs", "--last", "3", "--json")
    #expect(listed.status == 0, "\(listed.error)")
    #expect(try listed.json["count"] as? Int == 8)
    let runs = try #require(try listed.json["runs"] as? [[String: Any]])
    #expect(runs.map { $0["state"] as? String } == ["finished", "finished", "finished"])
    #expect(runs.allSatisfy { $0["loss"] is Double })
    let text = try await workspace.run("study", "runs", "--state", "finished", "--last", "3")
    #expect(text.output.contains("3 of 8 runs"), "\(text.output)")
    let none = try await workspace.run("study", "runs", "--state", "diverged")
    #expect(none.output.contains("no such runs"), "\(none.output)")
    expectOneSentence(
      try await workspace.run("study", "runs", "--state", "finishd"), status: 64,
      containing: "--state")
    // A run in a folder does not go on with another held-out set either.
    let train = [
      "train", "--tokens", "train.bin", "--validation-tokens", "held.bin", "--vocabulary", "8",
      "--layers", "1", "--width", "16", "--context", "32", "--batch", "4", "--steps", "4",
      "--no-baselines", "--threads", "1", "--out", "r",
    ]
    #expect(try await workspace.run(train).status == 0)
    try workspace.write(tokens(5, 600), to: "held.bin")
    expectOneSentence(
      try await workspace.run("train", "--resume", "--out", "r"), status: 78,
      containing: "other data")
  }

  @Test func rowsAreNeitherLostNorGluedNorDoubled() async throws {
    let workspace = try TinyRuns.workspace()
    #expect(try await workspace.run(train("a")).status == 0)
    // A run that has finished is asked for its row.
    for folder in ["a", "./a"] {
      let again = try await workspace.run(train(folder, ["--append-to", "rows.csv"]))
      #expect(again.status == 0, "\(again.error)")
    }
    var lines = try workspace.read("rows.csv").split(separator: "\n")
    #expect(lines.count == 2, "\(lines)")
    // The last line lacks its end.
    let whole = try workspace.read("rows.csv")
    try workspace.write(String(whole.dropLast()), to: "rows.csv")
    let other = try await workspace.run(train("b", ["--seed", "1", "--append-to", "rows.csv"]))
    #expect(other.status == 0, "\(other.error)")
    lines = try workspace.read("rows.csv").split(separator: "\n")
    #expect(lines.count == 3, "\(lines)")
    // The last line is torn: it is cut, and its run writes it when it is asked again.
    try workspace.write(String(try workspace.read("rows.csv").dropLast(40)), to: "rows.csv")
    let third = try await workspace.run(train("c", ["--seed", "2", "--append-to", "rows.csv"]))
    #expect(third.status == 0, "\(third.error)")
    #expect(try await workspace.run("train", "--resume", "--out", "b").status == 0)
    lines = try workspace.read("rows.csv").split(separator: "\n")
    #expect(lines.count == 4, "\(lines)")
    let cells = Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
    #expect(cells == [14])
    #expect(try Set(workspace.read("rows.csv").split(separator: "\n")).count == 4)
  }

  @Test func twoOutputsNeverShareAFile() async throws {
    let workspace = try TinyRuns.workspace()
    try FileManager.default.createSymbolicLink(
      atPath: workspace.path("link.csv"), withDestinationPath: "x.csv")
    try FileManager.default.createSymbolicLink(
      atPath: workspace.path("here"), withDestinationPath: ".")
    let simulated = [
      "design", "--target", "1e20", "--runs", "x.csv", "--report",
    ]
    try workspace.write(Self.study, to: "s.yaml")
    for name in ["x.csv", "./x.csv", "link.csv", "here/x.csv"] {
      for arguments in [
        train("r", ["--append-to", "x.csv", "--report", name]), simulated + [name],
        ["study", "run", "s.yaml", "--store", "x.csv", "--report", name],
      ] {
        expectOneSentence(
          try await workspace.run(arguments), status: 64, containing: "name another for one of them"
        )
      }
    }
    #expect(!FileManager.default.fileExists(atPath: workspace.path("x.csv")))
    #expect(!FileManager.default.fileExists(atPath: workspace.path("r")))
    // A table that would become one of the run's own files, which are not there yet.
    try FileManager.default.createDirectory(
      atPath: workspace.path("e"), withIntermediateDirectories: true)
    for name in ["e/loss.csv", "e/run.json", "e/report.html"] {
      let outcome = try await workspace.run(train("e", ["--append-to", name]))
      #expect([64, 73].contains(outcome.status), "\(name): \(outcome.status) \(outcome.error)")
      #expect(workspace.checkpoints("e").isEmpty)
    }
  }

  @Test func partsOfRunsStayByWhateverName() async throws {
    let workspace = try TinyRuns.workspace()
    #expect(try await workspace.run(train("r")).status == 0)
    let step = workspace.checkpoints("r")[0]
    let files = FileManager.default
    try files.copyItem(
      atPath: workspace.path("r/checkpoints/\(step)"), toPath: workspace.path("ck"))
    for (link, target) in [
      ("s.html", "r/loss.csv"), ("sck", "r/checkpoints"), ("rr", "r"), ("w.html", "ck/config.json"),
    ] {
      try files.createSymbolicLink(
        atPath: workspace.path(link), withDestinationPath: target)
    }
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let fit = ["fit", "runs.csv", "--law", "chinchilla", "--force", "--report"]
    for path in [
      "s.html", "sck/\(step)/optimizer.safetensors", "sck/x.html", "rr/loss.csv", "rr/recipe.json",
      "ck/model.safetensors", "ck/config.json", "w.html", "ck/checksums.json",
    ] {
      let before = files.contents(atPath: workspace.path(path))
      let outcome = try await workspace.run(fit + [path])
      #expect(outcome.status == 73, "\(path): \(outcome.status) \(outcome.error)")
      #expect(files.contents(atPath: workspace.path(path)) == before)
    }
    let start = [
      "train", "--from", "ck", "--text", "text.txt", "--tokenizer", "bytes", "--batch", "4",
      "--steps", "2", "--threads", "1", "--no-baselines", "--out", "q", "--force", "--report",
    ]
    for name in ["model.safetensors", "state.json", "new.html"] {
      expectOneSentence(
        try await workspace.run(start + ["ck/\(name)"]), status: 73, containing: "ck/\(name)")
    }
    #expect(!files.fileExists(atPath: workspace.path("q")))
  }

  @Test func weightsThatAreNotAsWrittenAreRefused() async throws {
    let workspace = try TinyRuns.workspace()
    #expect(try await workspace.run(train("r")).status == 0)
    let folder = "r/checkpoints/\(workspace.checkpoints("r").last ?? "")"
    for name in ["model.safetensors", "config.json"] {
      let place = workspace.folder.appendingPathComponent("\(folder)/\(name)")
      let whole = try Data(contentsOf: place)
      var bytes = whole
      bytes[bytes.count - 7] ^= 0x40
      try bytes.write(to: place)
      for arguments in [
        ["evaluate", "r", "--text", "text.txt"],
        ["generate", "r", "--prompt", "a", "--tokens", "2"],
        [
          "train", "--from", "r", "--text", "text.txt", "--tokenizer", "bytes", "--batch", "4",
          "--steps", "2", "--threads", "1", "--no-baselines", "--out", "q",
        ],
      ] {
        expectOneSentence(
          try await workspace.run(arguments), status: 65, containing: name)
      }
      try whole.write(to: place)
    }
    let sound = try await workspace.run("evaluate", "r", "--text", "text.txt")
    #expect(sound.status == 0, "\(sound.error)")
    // Without what tells sound from damaged there is no telling.
    try FileManager.default.removeItem(atPath: workspace.path("\(folder)/checksums.json"))
    expectOneSentence(
      try await workspace.run("evaluate", "r", "--text", "text.txt"), status: 65,
      containing: "checksums.json")
  }

  @Test func argumentsThatAreNotUTF8AreRefused() throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    for (line, number) in [
      ("\"$A\" fit \"$(printf 'runs\\377.csv')\"", 2),
      ("\"$A\" fit runs.csv --law chinchilla --report \"$(printf 'r\\303.html')\"", 6),
    ] {
      let outcome = try shell(line, in: workspace)
      expectOneSentence(outcome, status: 64, containing: "argument \(number) is not UTF-8")
    }
    #expect(try workspace.files == ["runs.csv"])
  }

  /// Refusals of memory end in time.
  @Test(arguments: [200_000, 260_000, 400_000])
  func aLimitOnMemoryIsNoHang(_ limit: Int) throws {
    let workspace = try TinyRuns.workspace()
    for command in ["laws", "treatments"] {
      let outcome = try shell(
        "ulimit -v \(limit); timeout 20 \"$A\" \(command)", in: workspace)
      #expect(outcome.status != 124, "\(command) hangs")
      if limit >= 260_000 { #expect(outcome.status == 0, "\(outcome.error)") }
    }
  }

  @Test func aTableForNobodyIsRefused() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.study, to: "s.yaml")
    #expect(try await workspace.run("study", "run", "s.yaml").status == 0)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.currentDirectoryURL = workspace.folder
    process.arguments = ["-c", "exec '\(try Workspace.executable().path)' study export >&-"]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }

  /// What a command writes never becomes a part of what it reads the next time.
  @Test func outputsStayOutsideOfTheText() async throws {
    let workspace = try TinyRuns.workspace()
    try workspace.write(
      Self.study.replacing(
        "{language: markov, knobs: {tokens: 8, order: 1}}", with: "{text: ., tokenizer: bytes}"),
      to: "s.yaml")
    expectOneSentence(
      try await workspace.run("study", "run", "s.yaml"), status: 73,
      containing: "would become a part of")
    let there = [
      "train", "--text", ".", "--tokenizer", "bytes", "--layers", "1", "--width", "16", "--context",
      "32", "--batch", "4", "--steps", "2", "--no-baselines",
    ]
    expectOneSentence(try await workspace.run(there), status: 73, containing: "--out")
    // What was cut into tokens before the place was refused is kept for the next time.
    #expect(try workspace.files.filter { !$0.hasPrefix(".") } == ["s.yaml", "text.txt"])
    // Hidden files are not read.
    let hidden = try await workspace.run(there + ["--out", ".runs/a"])
    #expect(hidden.status == 0, "\(hidden.error)")
  }

  @Test func anotherFileOfTheSameNameIsTold() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.study, to: "s.yaml")
    #expect(try await !workspace.run("study", "run", "s.yaml").error.contains("make way"))
    #expect(try await !workspace.run("study", "run", "s.yaml").error.contains("make way"))
    try workspace.write(
      "study: s\n" + Self.study.replacing("seeds: 1", with: "seeds: 2"), to: "t.yaml")
    let other = try await workspace.run("study", "run", "t.yaml")
    #expect(other.status == 0 && other.error.contains("make way"), "\(other.error)")
  }
}
