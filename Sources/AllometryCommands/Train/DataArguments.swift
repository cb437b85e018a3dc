internal import ArgumentParser
internal import Corpora
internal import Training

struct DataArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Text: a file, a folder of files, or a .jsonl file with a field \"text\"; default the headers and interfaces of the toolchain.",
      valueName: "path"))
  var text: String?

  @OptionGroup var files: FileSelectionArguments

  @Option(
    help: ArgumentHelp(
      "Tokens made elsewhere: 16 or 32 bits each, plain or in the format of llm.c, NumPy or Megatron.",
      valueName: "file.bin"))
  var tokens: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bits of a token of --tokens, 16 or 32, where a file without a header does not show them.",
      valueName: "bits"))
  var tokenBits: Int?

  @Option(
    help: ArgumentHelp(
      "Held-out tokens for --tokens; default its last twentieth.", valueName: "file.bin"))
  var validationTokens: String?

  @Option(help: "A random language of known entropy: markov or grammar.")
  var language: String?

  @Option(help: ArgumentHelp("A synthetic task with exact answers.", valueName: "name"))
  var task: String?

  @Option(
    help: ArgumentHelp(
      "Numbers that shape the language or task: order=2,tokens=16.", valueName: "name=value"))
  var knobs: String?

  @Option(
    help: ArgumentHelp(
      "How text becomes tokens: bytes (default for under 4 MB), bpe (learned from the training side), or a tokenizer.json.",
      valueName: "name"))
  var tokenizer: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens of the vocabulary, for --tokenizer bpe and for --tokens.", valueName: "count"))
  var vocabulary: Int?

  func check() throws {
    let kinds = [
      ("--text", text), ("--tokens", tokens), ("--language", language), ("--task", task),
    ].filter { $0.1 != nil }.map(\.0)
    guard kinds.count <= 1 else {
      throw CommandFailure(
        .usage, "\(kinds.joined(separator: " and ")): expected one kind of data")
    }
    let isText = tokens == nil && language == nil && task == nil
    if tokenizer != nil, !isText {
      throw CommandFailure(.usage, "--tokenizer cuts text, but the data are tokens already")
    }
    if knobs != nil, language == nil, task == nil {
      throw CommandFailure(.usage, "--knobs shape a --language or a --task; found neither")
    }
    if validationTokens != nil, tokens == nil {
      throw CommandFailure(.usage, "--validation-tokens goes with --tokens")
    }
    if tokenBits != nil, tokens == nil {
      throw CommandFailure(.usage, "--token-bits goes with --tokens")
    }
    if let tokenBits, DatasetDescription.TokenBits(rawValue: tokenBits) == nil {
      throw CommandFailure(.usage, "--token-bits: found \(tokenBits), expected 16 or 32")
    }
    try files.check(folder: text, option: "--text")
    if vocabulary != nil, tokens == nil, tokenizer != "bpe" {
      throw CommandFailure(
        .usage, "--vocabulary is the size of --tokenizer bpe or of --tokens; found neither")
    }
    if tokens != nil, vocabulary == nil {
      throw CommandFailure(
        .usage, "--tokens: expected --vocabulary, the number of different tokens, with it")
    }
    try OptionCheck.atLeast(tokens == nil ? 257 : 1, vocabulary, option: "--vocabulary")
    for path in [text, tokens, validationTokens].compactMap({ $0 }) {
      try OptionCheck.exists(path)
    }
    for path in try description().paths { InputFiles.note(path) }
  }

  /// What the options name.
  ///
  /// - Throws: `CommandFailure` (usage) for knobs that are no numbers and for an unknown tokenizer.
  func description() throws -> DatasetDescription {
    DatasetDescription(
      try source(), tokenizer: try tokenizer.map { try Self.choice(ofTokenizer: $0) },
      vocabulary: vocabulary)
  }

  private func source() throws -> DatasetDescription.Source {
    if let language {
      return .language(
        name: language, knobs: try NameList.numbers(knobs, option: "--knobs"))
    }
    if let task {
      return .task(name: task, knobs: try NameList.numbers(knobs, option: "--knobs"))
    }
    if let tokens {
      return .tokens(
        path: tokens, validation: validationTokens,
        bits: tokenBits.flatMap { DatasetDescription.TokenBits(rawValue: $0) })
    }
    return text.map { .text(path: $0, files: files.selection) } ?? .toolchain
  }

  private static func choice(
    ofTokenizer name: String
  ) throws -> DatasetDescription.TokenizerChoice {
    switch name {
    case "bytes": return .bytes
    case "bpe": return .bytePairs
    default:
      guard name.contains(".") || name.contains("/") else {
        throw OptionCheck.unknown(
          name, among: ["bytes", "bpe", "FILE/tokenizer.json"], option: "--tokenizer")
      }
      return .file(name)
    }
  }
}
