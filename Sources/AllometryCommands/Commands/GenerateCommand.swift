internal import ArgumentParser
internal import Foundation
internal import LanguageModels
internal import Reports
internal import Statistics
internal import Tensors

/// `allometry generate`.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Let a trained model write on.",
    discussion: """
      Text appears as it is drawn. The same seed gives the same text, whatever
      the number of threads. Models of numbers take and give token numbers with
      --token-ids.

      Examples:
        allometry generate runs/first --prompt "struct " --tokens 200
        allometry generate runs/first --prompt "a" --temperature 0 --stop ";"
        allometry generate runs/first --prompt "int" --top-p 0.9 --seed 7
        allometry generate gpt2/ --prompt "Once" --cache window:256,4
      """)

  @OptionGroup var input: CheckpointArguments

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What to continue; may be given several times. Default: the end of a text, alone.",
      valueName: "text"))
  var prompt: [String] = []

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Tokens to write at most.", valueName: "count"))
  var tokens: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What logits are divided by; 0 takes the likeliest.", valueName: "number"))
  var temperature: Double = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draw from the k likeliest tokens.", valueName: "k"))
  var topK: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draw from the likeliest that make up this share.", valueName: "share"))
  var topP: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Draw from those at least this share as likely as the likeliest.", valueName: "share"))
  var minP: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Makes tokens that were there less likely, above 1.", valueName: "factor"))
  var repetitionPenalty: Double?

  @Option(help: "Names the draws.")
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Stop after this text; may be given several times.", valueName: "text"))
  var stop: [String] = []

  @Option(
    help: ArgumentHelp(
      "Keep keys and values of the last W and first S tokens alone: window:W,S.",
      valueName: "policy"))
  var cache: String?

  @Flag(help: "Prompts and output are token numbers: 1,2,3.")
  var tokenIds = false

  func run() throws {
    try reportingFailure {
      let rule = SamplingRule(
        temperature: temperature, topK: topK, topP: topP, minP: minP,
        repetitionPenalty: repetitionPenalty)
      if let problem = rule.problem { throw CommandFailure(.usage, problem) }
      try OptionCheck.atLeast(1, tokens, option: "--tokens")
      let policy = try policy()
      let pool = try input.pool()
      let loaded = try input.load()
      guard loaded.model.configuration.isCausal else {
        throw CommandFailure(
          .unsupported, "\(loaded.name): an encoder sees all tokens at once and cannot write on")
      }
      let prompts = try prompts(for: loaded)
      let limit = try limit(prompts, model: loaded.model.configuration, policy: policy)
      let clock = ContinuousClock()
      let start = clock.now
      var count = 0
      for (index, tokens) in prompts.enumerated() {
        if index > 0 { Console.print("\n---") }
        let session = try DecodingSession(
          loaded.model, batch: 1, maximumLength: tokens.count + limit, policy: policy, pool: pool)
        let continuation = Continuation(
          rule: rule, limit: limit, stops: stop.map { Array($0.utf8) }, seed: seed, index: index)
        let writer = TokenWriter(tokenizer: tokenIds ? nil : loaded.tokenizer)
        if let text = prompt.indices.contains(index) ? prompt[index] : nil { writer.show(text) }
        count += continuation.run(tokens, in: session, writer: writer)
        Console.print("")
      }
      let seconds = (clock.now - start) / .seconds(1)
      Console.error(
        "\(count) tokens in \(NumberFormat.duration(seconds)), "
          + "\(NumberFormat.significant(Double(count) / max(seconds, 1e-9), 3)) tokens/s")
    }
  }

  private func policy() throws -> CachePolicy {
    guard let cache else { return .full }
    let parts = cache.split(separator: ":", maxSplits: 1).map(String.init)
    let numbers = (parts.last ?? "").split(separator: ",").map { Int($0) }
    guard parts.count == 2, parts[0] == "window", (1...2).contains(numbers.count),
      let width = numbers[0], width >= 1, let sinks = numbers.count == 2 ? numbers[1] : 0,
      sinks >= 0, width <= 1 << 24, sinks <= 1 << 24
    else {
      throw CommandFailure(
        .usage, "--cache: found \"\(cache)\", expected window:W,S such as window:256,4")
    }
    return .window(width: width, sinks: sinks)
  }

  private func prompts(for loaded: LoadedModel) throws -> [[Int32]] {
    let vocabulary = loaded.model.configuration.vocabularyCount
    if tokenIds {
      guard stop.isEmpty else {
        throw CommandFailure(.usage, "--stop is text, which --token-ids does not have")
      }
      return try (prompt.isEmpty ? ["0"] : prompt).map { text in
        try text.split(separator: ",").map { part in
          guard let token = Int32(part.trimmingSpaces), token >= 0, Int(token) < vocabulary else {
            throw CommandFailure(
              .usage,
              "--prompt: found \"\(part)\", expected token numbers from 0 to \(vocabulary - 1)")
          }
          return token
        }
      }.map { (tokens: [Int32]) in
        guard !tokens.isEmpty else {
          throw CommandFailure(.usage, "--prompt: found no token, expected numbers such as 1,2,3")
        }
        return tokens
      }
    }
    let tokenizer = try loaded.tokenizer(for: "--prompt")
    func encoded(_ text: String) throws -> [Int32] {
      let tokens = tokenizer.encode(text, specialTokens: .isToken)
      if !tokens.isEmpty { return tokens }
      guard let end = tokenizer.endOfText else {
        throw CommandFailure(.usage, "--prompt: found an empty text, expected some words")
      }
      return [end]
    }
    return try (prompt.isEmpty ? [""] : prompt).map(encoded)
  }

  /// The number of tokens to write, within what the model can hold.
  private func limit(
    _ prompts: [[Int32]], model: ModelConfiguration, policy: CachePolicy
  ) throws -> Int {
    let longest = prompts.map(\.count).max() ?? 0
    let room = model.contextLength - longest
    var isBounded = false
    if case .learned = model.positions { isBounded = true }
    if isBounded || policy == .full, room < 1 {
      throw CommandFailure(
        .usage,
        "--prompt: \(longest) tokens leave no room in the model's context of "
          + "\(model.contextLength)")
    }
    guard let tokens else {
      let usual = 200
      return isBounded || policy == .full ? min(room, usual) : usual
    }
    if tokens > room, isBounded || policy == .full {
      throw CommandFailure(
        .usage,
        "--tokens: found \(tokens), expected up to \(room), what the prompt leaves of the context"
          + (isBounded ? "" : "; --cache window:W,S goes beyond it"))
    }
    guard tokens <= 1 << 24 else {
      throw CommandFailure(.usage, "--tokens: found \(tokens), expected at most \(1 << 24)")
    }
    return tokens
  }
}
