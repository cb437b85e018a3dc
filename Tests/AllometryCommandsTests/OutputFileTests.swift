import Foundation
import Testing

/// No command writes over what it reads, a store, a run, or a file that is not its own.
@Suite struct OutputFileTests {
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    try workspace.write(Self.study, to: "tiny.yaml")
    return workspace
  }

  private static let study = """
    corpus: {language: markov, knobs: {tokens: 8, order: 1}}
    model: {context: 32}
    ladder: {sizes: [1x16, 2x16, 2x32], tokens: 2048, seeds: 2}
    recipe: {batch: 4, learning-rate: 0.02, evaluation-tokens: 1024}
    treatments: [qk-norm]
    """

  @Test func inputsStoresAndForeignFilesStay() async throws {
    let workspace = try workspace()
    let study = ["study", "run", "tiny.yaml", "--store", "s/a.sqlite", "--report", "r.html"]
    let made = try await workspace.run(study)
    #expect(made.status == 0, "\(made.error)")
    try workspace.write("mine\n", to: "notes.txt")
    try FileManager.default.createSymbolicLink(
      atPath: workspace.path("link.csv"), withDestinationPath: workspace.path("runs.csv"))
    let store = ["--store", "s/a.sqlite"]
    let cases: [([String], String)] = [
      (["fit", "runs.csv", "--law", "chinchilla", "--report", "runs.csv"], "runs.csv"),
      (["fit", "runs.csv", "--law", "chinchilla", "--report", "link.csv", "--force"], "runs.csv"),
      (["fit", "link.csv", "--law", "chinchilla", "--report", "runs.csv", "--force"], "runs.csv"),
      (["fit", "runs.csv", "--law", "chinchilla", "--report", "notes.txt"], "notes.txt"),
      (["study", "run", "tiny.yaml", "--report", "tiny.yaml"] + store, "tiny.yaml"),
      (["study", "run", "tiny.yaml", "--report", "tiny.yaml", "--force"] + store, "tiny.yaml"),
      (["study", "export", "tiny", "--out", "s/a.sqlite"] + store, "s/a.sqlite"),
      (["study", "export", "tiny", "--out", "s/a.sqlite", "--force"] + store, "s/a.sqlite"),
      (["study", "export", "tiny", "--out", "runs.csv"] + store, "runs.csv"),
      (["study", "report", "tiny", "--out", "s/a.sqlite", "--force"] + store, "s/a.sqlite"),
      (["testtime", "simulate", "--replicates", "0", "--out", "runs.csv"], "runs.csv"),
    ]
    for (arguments, file) in cases {
      let before = FileManager.default.contents(atPath: workspace.path(file))
      let outcome = try await workspace.run(arguments)
      #expect(outcome.status == 73, "\(arguments): \(outcome.error)")
      #expect(outcome.sentences.count == 1, "\(arguments): \(outcome.error)")
      #expect(FileManager.default.contents(atPath: workspace.path(file)) == before, "\(arguments)")
    }
    // A table and a report of our own are replaced, and any other file with --force.
    for _ in 0..<2 {
      let export = try await workspace.run(["study", "export", "tiny", "--out", "t.csv"] + store)
      #expect(export.status == 0, "\(export.error)")
      let report = try await workspace.run(["study", "report", "tiny", "--out", "r.html"] + store)
      #expect(report.status == 0, "\(report.error)")
    }
    let forced = try await workspace.run(
      ["study", "export", "tiny", "--out", "notes.txt", "--force"] + store)
    #expect(forced.status == 0, "\(forced.error)")
    #expect(try workspace.read("notes.txt") == workspace.read("t.csv"))
    let sound = try await workspace.run(["study", "check"] + store)
    #expect(sound.status == 0 && sound.output.contains("12 runs"), "\(sound.output)")
  }

  @Test func aRunsOwnTablesStay() async throws {
    let workspace = try TinyRuns.workspace()
    let train = ["train", "--steps", "4", "--out", "r", "--no-baselines"] + TinyRuns.shape
    #expect(try await workspace.run(train).status == 0)
    let before = try workspace.read("r/loss.csv")
    for path in ["r/loss.csv", "r/run.json", "r/checkpoints/x.html", "text.txt"] {
      for force in [[], ["--force"]] {
        let outcome = try await workspace.run(
          ["train", "--resume", "--out", "r", "--report", path] + force)
        #expect(outcome.status == 73, "\(path) \(force): \(outcome.status) \(outcome.error)")
      }
    }
    #expect(
      try await workspace.run("train", "--resume", "--out", "r", "--append-to", "r/validation.csv")
        .status != 0)
    #expect(try workspace.read("r/loss.csv") == before)
  }

  /// What an unset shell variable leaves.
  @Test func emptyNamesAreRefused() async throws {
    let workspace = try workspace()
    for arguments in [
      ["study", "status", "--store", ""], ["study", "status", "--store="],
      ["train", "--out", "", "--dry-run"], ["fit", ""], ["fit", "runs.csv", "--report", ""],
      ["study", "export", "--out", ""],
    ] {
      expectOneSentence(
        try await workspace.run(arguments), status: 64, containing: "is a shell variable unset?")
    }
    #expect(try workspace.files == ["runs.csv", "tiny.yaml"])
  }

  /// Descriptors that a parent closed are opened on nothing before anything else is.
  @Test func closedDescriptorsDoNotBecomeFiles() async throws {
    let workspace = try TinyRuns.workspace()
    let command = try Workspace.executable().path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.currentDirectoryURL = workspace.folder
    process.arguments = [
      "-c",
      "exec '\(command)' train --steps 4 --out r --no-baselines \(TinyRuns.shape.joined(separator: " ")) <&- >&- 2>&-",
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for name in ["loss.csv", "validation.csv", "diagnostics.csv"] {
      let lines = try workspace.read("r/\(name)").split(separator: "\n")
      #expect(lines.allSatisfy { $0.hasPrefix("step,") || $0.first?.isNumber == true }, "\(lines)")
    }
  }
}
