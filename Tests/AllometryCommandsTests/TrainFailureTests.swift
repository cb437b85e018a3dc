import Foundation
import Testing

/// What `allometry train`, `generate` and `evaluate` say when they cannot do what is asked.
@Suite(.timeLimit(.minutes(20))) struct TrainFailureTests {
  static let options: [(arguments: [String], status: Int32, sentence: String)] = [
    (["--heads", "3"], 64, "--heads: found 3, expected a divisor of the width 32"),
    (["--kv-heads", "5", "--heads", "4"], 64, "--kv-heads: found 5"),
    (["--width", "0"], 64, "--width: found 0, expected 1 or more"),
    (["--batch", "-2"], 64, "--batch: found -2"),
    (["--learning-rate", "-1"], 64, "--learning-rate: found -1.0, expected a number above 0"),
    (["--optimizer", "adamm"], 64, "did you mean adamw?"),
    (["--schedule", "cosin"], 64, "did you mean cosine?"),
    (["--preset", "gpt3"], 64, "did you mean gpt2?"),
    (["--tokenizer", "bpee"], 64, "did you mean bpe?"),
    (["--time", "3m"], 64, "--steps and --time: expected one of them"),
    (["--warmup", "50"], 64, "--warmup: found 50, expected up to the 4 steps"),
    (["--accumulation", "3"], 64, "--accumulation: found 3, expected a divisor"),
    (["--parameters", "1M"], 64, "--parameters chooses --layers and --width"),
    (["--experts", "2", "--experts-per-token", "3"], 64, "--experts-per-token: found 3"),
    (["--task", "copy"], 64, "--text and --task: expected one kind of data"),
    (["--recipe", "recipe.json"], 78, "recipe.json: stpes: there is no such key"),
    (["--recipe", "none.json"], 66, "none.json: found no such file"),
    (["--append-to", "text.txt"], 73, "text.txt: the file is read by this command"),
    (["--append-to", "none/runs.csv"], 73, "does not exist"),
    (["--out", "text.txt"], 73, "text.txt: the folder cannot be made"),
  ]

  @Test(arguments: options.indices)
  func badOptions(index: Int) async throws {
    let (arguments, status, sentence) = Self.options[index]
    let workspace = try TinyRuns.workspace()
    try workspace.write(#"{"stpes": 4}"#, to: "recipe.json")
    var all = ["train"] + TinyRuns.shape + ["--steps", "4"]
    if !["--out"].contains(arguments[0]) { all += ["--out", "run"] }
    // The last of two values of an option counts; layers and width are given already.
    expectOneSentence(
      try await workspace.run(all + arguments), status: status, containing: sentence)
    #expect(try workspace.files == ["recipe.json", "text.txt"])
  }

  static let texts: [(bytes: [UInt8]?, status: Int32, sentence: String)] = [
    ([], 65, "the file holds no text"),
    (nil, 66, "there is no such file or folder"),
    ([0x61, 0xFF, 0xFE], 65, "byte 1 is not UTF-8"),
    (Array("short".utf8), 65, "too few for one window"),
  ]

  @Test(arguments: texts.indices)
  func badTexts(index: Int) async throws {
    let (bytes, status, sentence) = Self.texts[index]
    let workspace = try Workspace()
    if let bytes { try workspace.write(Data(bytes), to: "bad.txt") }
    expectOneSentence(
      try await workspace.run("train", "--text", "bad.txt", "--steps", "2", "--out", "run"),
      status: status, containing: sentence)
    #expect(!FileManager.default.fileExists(atPath: workspace.path("run")))
  }

  @Test func anotherRunInTheFolderIsRefused() async throws {
    let workspace = try TinyRuns.workspace()
    let base =
      ["train"] + TinyRuns.shape + ["--steps", "3", "--no-baselines", "--out", "run"]
    #expect(try await workspace.run(base).status == 0)
    let before = try workspace.read("run/loss.csv")
    for (change, sentence) in [
      (["--seed", "1"], "began without --seed, but this command comes with --seed 1"),
      (["--qk-norm"], "began without --qk-norm, but this command comes with --qk-norm"),
      (["--steps", "6"], "began with --steps 3, but this command comes with --steps 6;"),
      (["--batch", "4"], "began with --batch 8, but this command comes with --batch 4;"),
      (["--accumulation", "2"], "but this command comes with --accumulation 2;"),
      (["--width", "16"], "began with --width 32, but this command comes with --width 16;"),
      (["--context", "16"], "began with --context 32, but this command comes with --context 16;"),
      (["--optimizer", "sgd"], "but this command comes with --optimizer sgd;"),
      (["--learning-rate", "0.5"], "but this command comes with --learning-rate 0.5;"),
      (["--schedule", "cosine"], "but this command comes with --schedule cosine;"),
      (["--clip", "3"], "began without --clip, but this command comes with --clip 3.0;"),
      (["--z-loss", "0.1"], "but this command comes with --z-loss 0.1;"),
      (["--warmup", "2"], "but this command comes with --warmup 2;"),
      (
        ["--tokenizer", "bpe", "--vocabulary", "300"],
        "began without --tokenizer and --vocabulary, but this command comes with --tokenizer bpe "
          + "and --vocabulary 300;"
      ),
      (
        ["--steps", "6", "--seed", "2"],
        "began with --steps 3 and without --seed, but this command comes with --steps 6 and --seed 2"
      ),
    ] {
      expectOneSentence(
        try await workspace.run(base + change), status: 78, containing: sentence)
    }
    let timed = base.map { $0 == "--steps" ? "--time" : $0 == "3" ? "2s" : $0 }
    expectOneSentence(
      try await workspace.run(timed), status: 78,
      containing: "began with --steps 3, but this command comes with --time 2s;")
    // Another spelling of the same numbers is no other run.
    let same = try await workspace.run(base + ["--seed", "0", "--text", "./text.txt"])
    #expect(same.status == 0, "\(same.error)")
    try workspace.write(TinyRuns.text + "More.", to: "text.txt")
    expectOneSentence(
      try await workspace.run(base), status: 78, containing: "the files have changed")
    #expect(try workspace.read("run/loss.csv") == before)
  }

  @Test func damagedCheckpointsAreNamed() async throws {
    let workspace = try TinyRuns.workspace()
    let trained = try await workspace.run(
      ["train"] + TinyRuns.shape + ["--steps", "3", "--no-baselines", "--out", "run"])
    #expect(trained.status == 0, "\(trained.error)")
    let name = try #require(workspace.checkpoints("run").last)
    let folder = "run/checkpoints/\(name)"
    let file = workspace.path("\(folder)/model.safetensors")
    let whole = try #require(FileManager.default.contents(atPath: file))

    try workspace.write(whole.prefix(whole.count / 2), to: "\(folder)/model.safetensors")
    expectOneSentence(
      try await workspace.run("generate", "run", "--prompt", "a"), status: 65,
      containing: "model.safetensors")
    try workspace.write(whole, to: "\(folder)/model.safetensors")
    let config = try workspace.read("\(folder)/config.json")
    try workspace.write(
      config.replacing("\"hidden_size\" : 32", with: "\"hidden_size\" : 64"),
      to: "\(folder)/config.json")
    let wrong = try await workspace.run("generate", "run", "--prompt", "a")
    #expect(wrong.status == 65, "\(wrong.error)")
    #expect(wrong.sentences.count == 1)
    try FileManager.default.removeItem(atPath: file)
    try workspace.write(config, to: "\(folder)/config.json")
    let missing = try await workspace.run("generate", "run", "--prompt", "a")
    #expect(missing.status == 66, "\(missing.error)")
    #expect(missing.sentences.count == 1)
  }

  @Test(arguments: [
    (["generate", "none"], Int32(66), "there is no such folder"),
    (["generate", "."], 66, "found neither a run's checkpoints nor"),
    (["generate", ".", "--temperature", "-1"], 64, "the temperature is -1.0"),
    (["generate", ".", "--cache", "window"], 64, "--cache: found \"window\""),
    (["evaluate", "."], 64, "expected --text, --task or --choices"),
    (["evaluate", ".", "--task", "copi"], 64, "did you mean copy?"),
    (["train", "--resume", "--out", "none"], 66, "there is no run to go on with"),
    (["train", "--model", "none.json"], 66, "none.json: there is no such file"),
    (["train", "--from", "none"], 66, "none: there is no such file or folder"),
    (["train", "--from", "a", "--layers", "2"], 64, "--layers: the model of --from has its shape"),
    (["train", "--resume"], 64, "expected --out FOLDER"),
  ])
  func badCommands(arguments: [String], status: Int32, sentence: String) async throws {
    let workspace = try Workspace()
    expectOneSentence(
      try await workspace.run(arguments), status: status, containing: sentence)
  }
}
