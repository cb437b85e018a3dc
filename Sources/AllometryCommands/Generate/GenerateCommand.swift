internal import ArgumentParser
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import Statistics
internal import Tensors

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Let a trained model write on.",
    discussion: """
      Text appears as it is drawn. The same seed gives the same text, whatever
      the number of threads. Models of numbers take and give token numbers with
      --token-ids.

      With --draft a smaller model of the same tokens writes ahead and this one
      judges several tokens in one pass: the text has the same distribution,
      and with --temperature 0 it is the same text. With --emulate the change
      from one model to another is added to this one's, token by token.

      With --draft and --escalate A the smaller model writes chunks for several
      samples side by side; this one scores them and writes anew those that rank
      strangest among the other samples' at the same turn, at most a share A of
      exchangeable ones [76].

      Examples:
        allometry generate runs/first --prompt "struct " --tokens 200
        allometry generate runs/first --prompt "a" --temperature 0 --stop ";"
        allometry generate runs/first --prompt "int" --top-p 0.9 --seed 7
        allometry generate gpt2/ --prompt "Once" --cache window:256,4
        allometry generate runs/big --draft runs/small --speculate 4
        allometry generate runs/big --draft runs/small --escalate 0.25
        allometry generate runs/big --emulate runs/tuned,runs/small --beta 1
      """)

  @OptionGroup var input: CheckpointArguments

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What to continue; may be given several times. Default: nothing but what a text begins with.",
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

  @Option(
    help: ArgumentHelp(
      "A smaller model of the same tokens that writes ahead.", valueName: "checkpoint"))
  var draft: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens to draft at once; default 4.", valueName: "count"))
  var speculate: Int?

  @OptionGroup var escalation: EscalationArguments

  @Option(
    help: ArgumentHelp(
      "Add what fine-tuning changed from a reference model to another one.",
      valueName: "tuned,reference"))
  var emulate: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What the change of --emulate is divided by; default 1.", valueName: "number"))
  var beta: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --emulate keep to this model's likeliest tokens that make up this share.",
      valueName: "share"))
  var baseTopP: Double?

  @OptionGroup var template: TemplateArguments

  @Flag(help: "Prompts and output are token numbers: 1,2,3.")
  var tokenIds = false

  func run() throws {
    try reportingFailure {
      let rule = SamplingRule(
        temperature: temperature, topK: topK, topP: topP, minP: minP,
        repetitionPenalty: repetitionPenalty)
      if let problem = rule.problem { throw CommandFailure(.usage, problem) }
      if tokenIds, template.noSpecialTokens {
        throw CommandFailure(
          .usage, "--no-special-tokens is about text, which --token-ids does not have")
      }
      try OptionCheck.atLeast(1, tokens, option: "--tokens")
      try checkComposition()
      let policy = try policy()
      let pool = try input.pool()
      let loaded = try input.load()
      guard loaded.model.configuration.isCausal else {
        throw CommandFailure(
          .unsupported, "\(loaded.name): an encoder sees all tokens at once and cannot write on")
      }
      let models = try models(loaded)
      let prompts = try prompts(for: loaded)
      let limit = try limit(prompts, model: loaded.model.configuration, policy: policy)
      if let draft = models.draft, let alpha = escalation.escalate {
        try escalate(alpha, prompts, limit: limit, rule: rule, from: draft, to: loaded, pool)
        return
      }
      let longest = (prompts.map(\.count).max() ?? 0) + limit
      let clock = ContinuousClock()
      let start = clock.now
      var count = 0
      var statistics: SpeculationStatistics?
      let weights = PackedWeights<Float>()
      let distributions =
        models.isPlain ? nil : try models.distributions(length: longest, pool: pool)
      for (index, tokens) in prompts.enumerated() {
        if index > 0 { Console.print("\n---") }
        let continuation = Continuation(
          rule: rule, limit: limit, stops: stop.map { Array($0.utf8) }, seed: seed, index: index)
        let writer = TokenWriter(tokenizer: tokenIds ? nil : loaded.tokenizer)
        if let text = prompt.indices.contains(index) ? prompt[index] : nil { writer.show(text) }
        if let distributions {
          let result = try continuation.run(
            tokens, target: distributions.target, draft: distributions.draft,
            draftLength: speculate ?? Self.usualDraftLength, writer: writer)
          count += result.count
          if let further = result.statistics {
            statistics = statistics.map { $0 + further } ?? further
          }
        } else {
          let session = try DecodingSession(
            loaded.model, batch: 1, maximumLength: tokens.count + limit, policy: policy, pool: pool,
            packedWeights: weights)
          count += continuation.run(tokens, in: session, writer: writer)
        }
        Console.print("")
      }
      let seconds = (clock.now - start) / .seconds(1)
      Console.error(
        "\(count) tokens in \(NumberFormat.duration(seconds)), "
          + "\(NumberFormat.significant(Double(count) / max(seconds, 1e-9), 3)) tokens/s")
      if let statistics {
        let summary = SpeculationSummary(
          statistics: statistics, targetOperations: models.operations(position: longest / 2))
        if let text = summary.text { Console.error(text) }
      }
    }
  }

  private static let usualDraftLength = 4

  private func models(_ main: LoadedModel) throws -> GenerationModels {
    var models = GenerationModels(main: main)
    if let emulate {
      let paths = emulate.split(separator: ",").map(String.init)
      guard paths.count == 2 else {
        throw CommandFailure(
          .usage,
          "--emulate: found \"\(emulate)\", expected two folders: TUNED,REFERENCE")
      }
      let loaded = try paths.map {
        try GenerationModels.load($0, option: "--emulate", like: main)
      }
      models.emulated = (loaded[0], loaded[1])
      models.beta = beta ?? 1
      models.baseTopP = baseTopP
      // What was tuned at the small size is the natural draft of what it is carried over to.
      if speculate != nil { models.draft = loaded[0] }
    }
    if let draft {
      models.draft = try GenerationModels.load(draft, option: "--draft", like: main)
    }
    return models
  }

  /// Lets the draft write samples of each prompt, of which the model takes over strange chunks.
  private func escalate(
    _ alpha: Double, _ prompts: [[Int32]], limit: Int, rule: SamplingRule,
    from draft: LoadedModel, to main: LoadedModel, _ pool: ThreadPool
  ) throws {
    let stops = stop.map { Array($0.utf8) }
    let tokenizer = tokenIds ? nil : main.tokenizer
    let escalation = escalation.settings(
      alpha, rule: rule, limit: limit, end: tokenizer?.endOfText, seed: seed)
    let longest = (prompts.map(\.count).max() ?? 0) + limit
    let pairs = try GenerationModels.pairs(
      draft: draft, target: main, count: escalation.sampleCount, length: longest, pool: pool)
    var reports: [EscalationReport] = []
    for (index, tokens) in prompts.enumerated() {
      let report = try escalation.run(
        ConformalEscalation.Request(index: index, prompt: tokens), pairs: pairs
      ) { added in
        guard let tokenizer else { return false }
        var bytes: [UInt8] = []
        for token in added { tokenizer.appendBytes(of: token, to: &bytes) }
        return stops.contains { StopText.contains(bytes, $0) }
      }
      for (sample, added) in report.samples.enumerated() {
        if index > 0 || sample > 0 { Console.print("\n---") }
        let writer = TokenWriter(tokenizer: tokenizer)
        if let text = prompt.indices.contains(index) ? prompt[index] : nil { writer.show(text) }
        var text = StopText(stops, writer: writer)
        for token in added where !text.goesOn(token) { break }
        Console.print("")
      }
      reports.append(report)
    }
    Console.error(EscalationArguments.summary(reports))
  }

  /// Makes sure that the options of several models go together, before any is loaded.
  private func checkComposition() throws {
    try escalation.check(
      draft: draft,
      others: [
        ("--speculate", speculate != nil), ("--emulate", emulate != nil), ("--cache", cache != nil),
      ])
    if emulate == nil, beta != nil || baseTopP != nil {
      throw CommandFailure(
        .usage, "\(beta != nil ? "--beta" : "--base-top-p") goes with --emulate; found none")
    }
    if let beta, !(beta > 0 && beta.isFinite) {
      throw CommandFailure(.usage, "--beta: found \(beta), expected a positive number")
    }
    if let baseTopP, !(baseTopP > 0 && baseTopP <= 1) {
      throw CommandFailure(.usage, "--base-top-p: found \(baseTopP), expected above 0 up to 1")
    }
    guard let speculate else {
      if draft != nil || emulate != nil, cache != nil {
        throw CommandFailure(.usage, "--cache goes with a single model")
      }
      return
    }
    if draft == nil, emulate == nil {
      throw CommandFailure(.usage, "--speculate goes with --draft, the model that writes ahead")
    }
    if !(1...15).contains(speculate) {
      throw CommandFailure(.usage, "--speculate: found \(speculate), expected 1 to 15")
    }
    if cache != nil { throw CommandFailure(.usage, "--cache goes with a single model") }
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
      let tokens = template.encode(Array(text.utf8), by: tokenizer, specialTokens: .isToken)
      if !tokens.isEmpty { return tokens }
      guard let start = loaded.startToken else {
        throw CommandFailure(.usage, "--prompt: found an empty text, expected some words")
      }
      return [start]
    }
    let prompts = try (prompt.isEmpty ? [""] : prompt).map(encoded)
    template.explain(tokenizer)
    return prompts
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
