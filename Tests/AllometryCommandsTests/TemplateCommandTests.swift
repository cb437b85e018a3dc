import Foundation
import Testing

/// Models whose tokenizer puts tokens around a text, or finds tokens of its own in it.
@Suite(.timeLimit(.minutes(20))) struct TemplateCommandTests {
  /// A folder with a model of 300 byte pairs, as `transformers` keeps it, whose tokenizer has another
  /// post-processor and further added tokens. The model has a token more than the pairs.
  private static func workspace(
    postProcessor: String, added: String = "", beginOfText: Int? = nil
  ) async throws -> Workspace {
    let workspace = try TinyRuns.workspace()
    let trained = try await workspace.run(
      ["train"] + TinyRuns.shape + [
        "--tokenizer", "bpe", "--vocabulary", "300", "--steps", "3", "--no-baselines", "--out",
        "run",
      ])
    #expect(trained.status == 0, "\(trained.error)")
    let checkpoint = try #require(workspace.checkpoints("run").last)
    try FileManager.default.copyItem(
      atPath: workspace.path("run/checkpoints/\(checkpoint)"), toPath: workspace.path("model"))
    let tokenizer = try workspace.read("run/tokenizer.json")
      .replacing(#""post_processor": null"#, with: #""post_processor": "# + postProcessor)
      .replacing(#""added_tokens": ["#, with: #""added_tokens": ["# + added)
    try workspace.write(tokenizer, to: "model/tokenizer.json")
    if let beginOfText {
      try workspace.write(
        "{\"bos_token_id\": \(beginOfText)}", to: "model/generation_config.json")
    }
    return workspace
  }

  private static func template(_ pieces: String) -> String {
    #"{"type": "TemplateProcessing", "single": ["# + pieces
      + #"], "pair": [], "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [299], "#
      + #""tokens": ["<|endoftext|>"]}}}"#
  }

  private static let end = #"{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}"#
  private static let text = #"{"Sequence": {"id": "A", "type_id": 0}}"#

  private static func loss(
    _ workspace: Workspace, _ options: String...
  ) async throws -> [String: Any] {
    let outcome = try await workspace.run(
      ["evaluate", "model", "--text", "part.txt", "--json"] + options)
    #expect(outcome.status == 0, "\(outcome.error)")
    return try #require(try outcome.json["text"] as? [String: Any])
  }

  @Test(arguments: [("\(end), \(text)", 1), ("\(text), \(end)", 1), ("\(end), \(text), \(end)", 2)])
  func aTextIsJudgedInsideItsTemplate(pieces: String, count: Int) async throws {
    let workspace = try await Self.workspace(postProcessor: Self.template(pieces))
    try workspace.write(String(TinyRuns.text.prefix(300)), to: "part.txt")
    let whole = try await Self.loss(workspace)
    let plain = try await Self.loss(workspace, "--no-special-tokens")
    let own = try #require(plain["tokens"] as? Int)
    #expect(whole["tokens"] as? Int == own + count)
    #expect(plain["withoutTemplate"] == nil)
    let part = try #require(whole["withoutTemplate"] as? [String: Any])
    #expect(part["tokens"] as? Int == own)
    // With nothing before it and windows that fall alike, the text's own tokens are the same.
    if !pieces.hasPrefix(Self.end) {
      let (one, two) = (part["loss"] as? Double ?? 0, plain["loss"] as? Double ?? 9)
      #expect(abs(one - two) < 0.05, "\(one) \(two)")
    }
    let said = try await workspace.run("evaluate", "model", "--text", "part.txt")
    #expect(said.error.hasPrefix("The tokenizer puts <|endoftext|> "), "\(said.error)")
  }

  @Test func whatIsPutBeforeAPromptIsWhatIsTypedWithoutIt() async throws {
    let workspace = try await Self.workspace(
      postProcessor: Self.template("\(Self.end), \(Self.text)"))
    let options = ["--temperature", "0", "--tokens", "12"]
    func write(_ prompt: String, _ more: String...) async throws -> String {
      let outcome = try await workspace.run(
        ["generate", "model", "--prompt", prompt] + options + more)
      #expect(outcome.status == 0, "\(outcome.error)")
      return outcome.output
    }
    let typed = try await write("<|endoftext|>The law", "--no-special-tokens")
    #expect(try await "<|endoftext|>" + write("The law") == typed)
    // A prompt of nothing is what the template makes of it.
    #expect(try await write("") == write("", "--no-special-tokens"))
  }

  @Test func anEmptyPromptBeginsAsTheConfigurationSays() async throws {
    let workspace = try await Self.workspace(postProcessor: "null", beginOfText: 57)
    let options = ["--temperature", "0", "--tokens", "12"]
    let empty = try await workspace.run(["generate", "model"] + options)
    let typed = try await workspace.run(
      ["generate", "model", "--token-ids", "--prompt", "57"] + options)
    let ended = try await workspace.run(
      ["generate", "model", "--token-ids", "--prompt", "299"] + options)
    #expect(empty.status == 0, "\(empty.error)")
    #expect(typed.output != ended.output)
    // The same tokens as text: as many as were asked for, from another start than the end of text.
    let fromEnd = try await workspace.run(
      ["generate", "model", "--prompt", "<|endoftext|>"] + options)
    #expect("<|endoftext|>" + empty.output != fromEnd.output)
  }

  /// An added token that is not special is found in the text of every command.
  @Test func addedTokensAreFoundInText() async throws {
    let token =
      #"{"id": 298, "content": "The law", "single_word": false, "lstrip": false, "rstrip": false, "#
      + #""normalized": false, "special": SPECIAL},"#
    func tokens(special: String) async throws -> Int {
      let workspace = try await Self.workspace(
        postProcessor: "null", added: token.replacing("SPECIAL", with: special))
      try workspace.write(String(repeating: "The law fits. ", count: 30), to: "part.txt")
      return try #require(try await Self.loss(workspace)["tokens"] as? Int)
    }
    let (found, ignored) = (try await tokens(special: "false"), try await tokens(special: "true"))
    #expect(found < ignored)
  }

  /// What a run was trained with it keeps: its documents stood in the template.
  @Test func aRunTrainsInsideTheTemplate() async throws {
    let workspace = try await Self.workspace(
      postProcessor: Self.template("\(Self.end), \(Self.text)"))
    func trained(_ tokenizer: String, _ out: String) async throws -> (hash: String, tokens: Int) {
      let outcome = try await workspace.run(
        ["train"] + TinyRuns.shape + [
          "--tokenizer", tokenizer, "--steps", "2", "--no-baselines", "--json", "--out", out,
        ])
      #expect(outcome.status == 0, "\(outcome.error)")
      let data = try #require(try outcome.json["data"] as? [String: Any])
      return (
        try #require(data["tokenizerFingerprint"] as? String),
        try #require(data["trainingTokens"] as? Int)
      )
    }
    let plain = try await trained("run/tokenizer.json", "plain")
    let begun = try await trained("model/tokenizer.json", "begun")
    #expect(begun.hash != plain.hash)
    // One token more for each document.
    #expect(begun.tokens > plain.tokens)
    let judged = try await workspace.run("evaluate", "begun", "--json")
    #expect(judged.status == 0, "\(judged.error)")
  }
}
