internal import ArgumentParser
internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import Statistics
internal import Tensors
internal import Training

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a trained model: loss of a text, accuracy of a task or of choices.",
    usage: "allometry evaluate <checkpoint> [--text|--task|--choices ...] [...]",
    discussion: """
      Without --text, --task and --choices a run of allometry train is judged
      by the data that it held out itself. Text is read in windows that overlap, so that tokens have at least context
      less stride tokens before them. Tasks are verified exactly. Questions are
      JSON lines with "prompt", "choices" and "answer"; all stages from the log
      probability to accuracy are given, for a metric may hide what a model
      gains with scale.

      Examples:
        allometry evaluate runs/first
        allometry evaluate runs/first --text book.txt
        allometry evaluate runs/first --text src --include '*.py'
        allometry evaluate runs/first --text book.txt --stride 64 --json
        allometry evaluate runs/copy --task copy --examples 1000
        allometry evaluate gpt2/ --choices questions.jsonl --normalize byte
      """)

  @OptionGroup var input: CheckpointArguments

  @Option(
    help: ArgumentHelp("A text: a file, a folder, or .jsonl with \"text\".", valueName: "path"))
  var text: String?

  @OptionGroup var files: FileSelectionArguments

  @OptionGroup var template: TemplateArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens between windows; default half the context.", valueName: "tokens"))
  var stride: Int?

  @Option(help: ArgumentHelp("A synthetic task.", valueName: "name"))
  var task: String?

  @Option(
    help: ArgumentHelp("Numbers that shape the task: longest=8.", valueName: "name=value"))
  var knobs: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Examples of the task.", valueName: "count"))
  var examples: Int = 512

  @Option(help: "Names the examples.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Multiple-choice questions.", valueName: "items.jsonl"))
  var choices: String?

  @Option(help: "How choices of different lengths are compared: none, token or byte.")
  var normalize = "none"

  @Flag(help: "Print JSON (schema allometry.evaluation/1).")
  var json = false

  /// What was measured.
  private struct Answer: Encodable {
    var schema = "allometry.evaluation/1"
    var checkpoint: String
    var parameters: Int
    var heldOut: HeldOutAnswer?
    var text: SlidingLoss?
    var task: TaskAccuracy?
    var choices: ChoiceStages?
  }

  /// What a run held out itself.
  private struct HeldOutAnswer: Encodable {
    var data: String
    var documents: Int?
    var tokens: Int
    var bytes: Int?
    var loss: Double
    var bitsPerByte: Double?
  }

  /// Multiple choice at all stages.
  private struct ChoiceStages: Encodable {
    var items: Int
    var chance: Double
    var ties: Int
    var normalization: String
    var stages: [Stage]

    struct Stage: Encodable {
      var stage: String
      var value: Double
      var standardError: Double
    }
  }

  func run() throws {
    try reportingFailure {
      try check()
      let pool = try input.pool()
      let loaded = try input.load()
      var answer = Answer(
        checkpoint: loaded.name, parameters: ModelCosts(loaded.model.configuration).parameterCount)
      if text == nil, task == nil, choices == nil {
        answer.heldOut = try heldOut(of: loaded, pool)
      }
      if let text { answer.text = try loss(of: loaded, on: text, pool) }
      if let task {
        answer.task = try TaskAccuracy(
          try TaskCatalog.task(named: task, try NameList.numbers(knobs, option: "--knobs")),
          model: loaded.model, examples: examples, seed: seed, pool: pool)
      }
      if let choices { answer.choices = try stages(of: loaded, on: choices, pool) }
      if json {
        try Console.print(json: answer)
      } else {
        print(answer)
      }
    }
  }

  private func check() throws {
    if text == nil, task == nil, choices == nil {
      let isThere = FileManager.default.fileExists(atPath: input.checkpoint)
      guard try !isThere || RunLocation.run(at: input.checkpoint) != nil else {
        throw CommandFailure(
          .usage,
          "\(input.checkpoint) is no run of allometry train, whose held-out data would do; expected "
            + "--text, --task or --choices")
      }
    }
    try files.check(folder: text, option: "--text")
    if template.noSpecialTokens, text == nil, choices == nil {
      throw CommandFailure(
        .usage, "--no-special-tokens is about --text and --choices; found neither")
    }
    try OptionCheck.atLeast(1, stride, option: "--stride")
    try OptionCheck.atLeast(1, examples, option: "--examples")
    if stride != nil, text == nil {
      throw CommandFailure(.usage, "--stride is the step of windows over --text; found none")
    }
    if knobs != nil, task == nil {
      throw CommandFailure(.usage, "--knobs shape a --task; found none")
    }
    if let task, !TaskCatalog.names.contains(task) {
      throw OptionCheck.unknown(task, among: TaskCatalog.names, option: "--task")
    }
    if !["none", "token", "byte"].contains(normalize) {
      throw OptionCheck.unknown(
        normalize, among: ["none", "token", "byte"], option: "--normalize")
    }
    for path in [text, choices].compactMap({ $0 }) { try OptionCheck.exists(path) }
  }

  /// The loss of a run on what it held out itself, as its training recorded it.
  private func heldOut(of loaded: LoadedModel, _ pool: ThreadPool) throws -> HeldOutAnswer {
    guard let run = try RunLocation(input.checkpoint).run else {
      throw CommandFailure(.usage, "expected --text, --task or --choices")
    }
    let data = try run.record.dataset(folder: run.folder)
    let held = try HeldOutLoss(
      of: loaded.model, on: data, recipe: run.record.recipe, pool: pool)
    return HeldOutAnswer(
      data: data.record.name, documents: data.record.evaluationDocuments, tokens: held.tokens,
      bytes: held.bytes, loss: held.loss, bitsPerByte: held.bitsPerByte)
  }

  private func loss(
    of loaded: LoadedModel, on path: String, _ pool: ThreadPool
  ) throws -> SlidingLoss {
    let tokenizer = try loaded.tokenizer(for: "--text")
    let context = loaded.model.configuration.contextLength
    let stride = stride ?? max(context / 2, 1)
    guard stride <= context else {
      throw CommandFailure(
        .usage, "--stride: found \(stride), expected up to the context of \(context)")
    }
    guard loaded.model.configuration.isCausal else {
      throw CommandFailure(
        .unsupported, "\(loaded.name): the next-token loss needs a model that sees the past alone")
    }
    let corpus = try TextCorpus(contentsOf: path, selection: files.selection)
    for note in corpus.notes { Console.error("Note: \(note).") }
    // A single file was cut into sections only to be split; here it is one text again.
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    template.explain(tokenizer)
    if isFolder.boolValue || path.hasSuffix(".jsonl") {
      let tokens = corpus.encode(
        Array(corpus.documents.indices), by: tokenizer, template: template.template(of: tokenizer))
      return try SlidingLoss(
        loaded.model, on: tokens, stride: stride, tokenizer: tokenizer, pool: pool)
    }
    return try SlidingLoss(
      loaded.model, on: template.encode(corpus.bytes, by: tokenizer), stride: stride,
      template: template.template(of: tokenizer), tokenizer: tokenizer, pool: pool)
  }

  private func stages(
    of loaded: LoadedModel, on path: String, _ pool: ThreadPool
  ) throws -> ChoiceStages {
    let tokenizer = try loaded.tokenizer(for: "--choices")
    let questions = try MultipleChoiceReader.questions(atPath: path)
    // A choice goes on after the prompt: what ends a text has no place between the two.
    let before = template.template(of: tokenizer).before
    let items = questions.map { question in
      var item = question.encoded { tokenizer.encode($0) }
      item.prompt = before + item.prompt
      return item
    }
    let normalization: LengthNormalization =
      switch normalize {
      case "token": .perToken
      case "byte": .perByte
      default: .none
      }
    let scorer = LanguageModelScorer(
      loaded.model, startToken: loaded.startToken, pool: pool)
    let evaluation = try MultipleChoiceEvaluation(
      items: items, scorer: scorer, normalization: normalization)
    return ChoiceStages(
      items: items.count, chance: evaluation.chanceLevel, ties: evaluation.tieCount,
      normalization: normalize,
      stages: MetricLadder.Stage.allCases.map {
        ChoiceStages.Stage(
          stage: $0.rawValue, value: evaluation[$0], standardError: evaluation.standardError($0))
      })
  }

  private func print(_ answer: Answer) {
    if let held = answer.heldOut {
      let bits = held.bitsPerByte.map { ", \(NumberFormat.fixed($0, 4)) bits per byte" } ?? ""
      let documents = held.documents.map { ", \($0) document\($0 == 1 ? "" : "s")" } ?? ""
      Console.print(
        "the run's own held-out data (\(held.data)\(documents)), \(held.tokens) tokens: "
          + "\(NumberFormat.fixed(held.loss, 4)) nats per token\(bits)")
    }
    if let text = answer.text {
      let bits = text.bitsPerByte.map { ", \(NumberFormat.fixed($0, 4)) bits per byte" } ?? ""
      Console.print(
        "\(text.tokens) tokens: \(NumberFormat.fixed(text.loss, 4)) nats per token, perplexity "
          + "\(NumberFormat.significant(text.perplexity, 5))\(bits) (windows of \(text.context), "
          + "stride \(text.stride))")
      if let part = text.withoutTemplate {
        Console.print(
          "without the template's tokens and the text's first: \(part.tokens) tokens, "
            + "\(NumberFormat.fixed(part.loss, 4)) nats per token")
      }
    }
    if let task = answer.task { Console.print(task.sentence) }
    if let choices = answer.choices {
      var table = Console.table([
        "stage", .number("mean"),
        .number("standard error"),
      ])
      for stage in choices.stages {
        table.rows.append([
          stage.stage, NumberFormat.fixed(stage.value, 4),
          stage.standardError.isNaN ? "–" : NumberFormat.fixed(stage.standardError, 4),
        ])
      }
      Console.print(
        "\(choices.items) questions, guessing: \(NumberFormat.percent(choices.chance)), ties: "
          + "\(choices.ties)")
      Console.show(table)
    }
  }
}
