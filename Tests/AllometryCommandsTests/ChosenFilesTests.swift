import Foundation
import Testing

/// Folders of text and files of tokens on the command line.
@Suite(.timeLimit(.minutes(20))) struct ChosenFilesTests {
  private static func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try FileManager.default.createDirectory(
      atPath: workspace.path("src/sub"), withIntermediateDirectories: true)
    try workspace.write(TinyRuns.text, to: "src/a.txt")
    try workspace.write(String(TinyRuns.text.reversed()), to: "src/sub/b.txt")
    try workspace.write("# About\n", to: "src/README.md")
    try workspace.write(Data([0x89, 0x50, 0xFF, 0]), to: "src/logo.png")
    return workspace
  }

  private static let shape = [
    "--layers", "1", "--width", "16", "--context", "32", "--batch", "4", "--steps", "2",
    "--threads", "1", "--no-baselines",
  ]

  @Test func aStrayBinaryIsLeftOutAndSaid() async throws {
    let workspace = try Self.workspace()
    let trained = try await workspace.run(
      ["train", "--text", "src"] + Self.shape + ["--out", "run"])
    #expect(trained.status == 0, "\(trained.error)")
    #expect(trained.error.contains("1 file is not UTF-8 text (logo.png) and left out"))
    // Another stray file is no other text.
    try workspace.write(Data([0xFF]), to: "src/more.bin")
    let again = try await workspace.run(
      ["train", "--text", "src"] + Self.shape + ["--out", "run"])
    #expect(again.status == 0, "\(again.error)")
    let judged = try await workspace.run("evaluate", "run", "--text", "src")
    #expect(judged.status == 0, "\(judged.error)")
    #expect(judged.error.contains("2 files are not UTF-8 text (logo.png, more.bin) and left out"))
  }

  @Test func filesAreChosenByPatterns() async throws {
    let workspace = try Self.workspace()
    func hash(_ options: [String], _ out: String) async throws -> String {
      let outcome = try await workspace.run(
        ["train", "--text", "src"] + options + Self.shape + ["--json", "--out", out])
      #expect(outcome.status == 0, "\(outcome.error)")
      #expect(!outcome.error.contains("left out"), "\(outcome.error)")
      let data = try #require(try outcome.json["data"] as? [String: Any])
      return try #require(data["hash"] as? String)
    }
    let texts = try await hash(["--include", "*.txt"], "a")
    #expect(try await hash(["--exclude", "*.md", "--exclude", "*.png"], "b") == texts)
    #expect(try await hash(["--include", "**/*.txt", "--exclude", "sub/"], "c") != texts)
    // The run is judged by the files that it chose.
    let judged = try await workspace.run("evaluate", "c")
    #expect(judged.status == 0, "\(judged.error)")
    expectOneSentence(
      try await workspace.run(
        ["train", "--text", "src", "--include", "*.txt"] + Self.shape + ["--out", "c"]),
      status: 78,
      containing: "began with --include **/*.txt and --exclude sub/, but this command comes with "
        + "--include *.txt and without --exclude")
  }

  @Test(arguments: [
    (
      ["--text", "src", "--include", "*.pyx"],
      "--include: src: \"*.pyx\" matches none of its 4 files"
    ),
    (["--text", "src", "--exclude", "none"], "--exclude: src: \"none\" matches none"),
    (["--text", "src/a.txt", "--include", "*"], "--include: src/a.txt: found a file"),
    (["--include", "*.h"], "--include chooses files of a folder given with --text; found none"),
    (["--text", "src", "--include", ""], "--include: found nothing"),
    (["--token-bits", "16"], "--token-bits goes with --tokens"),
  ])
  func patternsThatDoNotFitAreSaid(options: [String], sentence: String) async throws {
    let workspace = try Self.workspace()
    expectOneSentence(
      try await workspace.run(["train"] + options + Self.shape + ["--out", "run"]), status: 64,
      containing: sentence)
  }

  private static func bytes<T: FixedWidthInteger>(_ values: [T]) -> Data {
    values.reduce(into: Data()) { data, value in
      withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }
  }

  @Test func tokensOfBothWidthsAreTheSameTokens() async throws {
    let workspace = try Workspace()
    let tokens = (0..<4000).map { ($0 * $0 + 3 * $0) % 300 }
    try workspace.write(Self.bytes(tokens.map { UInt16($0) }), to: "n.bin")
    try workspace.write(Self.bytes(tokens.map { UInt32($0) }), to: "w.bin")
    func hash(_ file: String) async throws -> String {
      let outcome = try await workspace.run(
        ["train", "--tokens", "\(file).bin", "--vocabulary", "300"] + Self.shape
          + ["--json", "--out", file])
      #expect(outcome.status == 0, "\(outcome.error)")
      let data = try #require(try outcome.json["data"] as? [String: Any])
      return try #require(data["hash"] as? String)
    }
    #expect(try await hash("n") == hash("w"))
  }

  @Test func tokensThatDoNotFitAreRefused() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.bytes((0..<4000).map { UInt16($0 * 13 % 65_536) }), to: "n.bin")
    try workspace.write(Self.bytes([UInt16](repeating: 0, count: 4000)), to: "z.bin")
    let forms: [(options: [String], status: Int32, sentence: String)] = [
      (
        ["n.bin", "--vocabulary", "70000"], 65, "larger ones were wrapped when the file was written"
      ),
      (["n.bin", "--vocabulary", "100"], 65, "but the vocabulary has 100 tokens"),
      (
        ["z.bin", "--vocabulary", "100"], 64,
        "--token-bits: z.bin: its 8000 bytes may be tokens of 16 or of 32 bits; say which"
      ),
      (["z.bin", "--vocabulary", "100", "--token-bits", "8"], 64, "expected 16 or 32"),
    ]
    for form in forms {
      expectOneSentence(
        try await workspace.run(
          ["train", "--tokens"] + form.options + Self.shape + ["--out", "run"]),
        status: form.status, containing: form.sentence)
    }
    let told = try await workspace.run(
      ["train", "--tokens", "z.bin", "--vocabulary", "100", "--token-bits", "32"] + Self.shape
        + ["--out", "run"])
    #expect(told.status == 0, "\(told.error)")
  }
}
