internal import ArgumentParser
internal import LanguageModels
internal import Tensors

/// A trained model on the command line.
struct CheckpointArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A run's folder, one of its checkpoints, or a folder of transformers (GPT-2, LLaMA).",
      valueName: "checkpoint"))
  var checkpoint: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads; results do not depend on them.", valueName: "count"))
  var threads: Int?

  /// The threads.
  func pool() throws -> ThreadPool { try Self.pool(threads: threads) }

  /// As many threads as the option --threads says, or as there are processors.
  static func pool(threads: Int?) throws -> ThreadPool {
    try OptionCheck.atLeast(1, threads, option: "--threads")
    if let threads, threads > 1024 {
      throw CommandFailure(.usage, "--threads: found \(threads), expected at most 1024")
    }
    return ThreadPool(threads: threads ?? ThreadPool.processorCount)
  }

  /// The model and what cuts text into its tokens.
  func load() throws -> LoadedModel {
    let location = try RunLocation(checkpoint)
    let model = try location.model()
    let tokenizer = try location.loadTokenizer()
    let vocabulary = model.configuration.vocabularyCount
    if let tokenizer, tokenizer.vocabularyCount > vocabulary {
      throw CommandFailure(
        .badData,
        "\(checkpoint): the tokenizer has \(tokenizer.vocabularyCount) tokens, but the model has "
          + "\(vocabulary)")
    }
    return LoadedModel(
      name: checkpoint, model: model, tokenizer: tokenizer,
      beginOfText: location.beginOfText.flatMap { (0..<vocabulary).contains(Int($0)) ? $0 : nil })
  }
}

/// A model with its tokenizer.
struct LoadedModel {
  /// What was named on the command line.
  var name: String
  var model: LanguageModel<Float>
  /// Nil for models of numbers.
  var tokenizer: (any Tokenizer)?
  /// What the model's configuration says that a text begins with; nil where it says nothing.
  var beginOfText: Int32?

  /// What stands before a text of nothing where no template says so: the configuration's token that
  /// begins a text, or else the one that ends the text before.
  var startToken: Int32? { beginOfText ?? tokenizer?.endOfText }

  /// The tokenizer that text needs.
  ///
  /// - Parameter option: what has text.
  func tokenizer(for option: String) throws -> any Tokenizer {
    if let tokenizer { return tokenizer }
    throw CommandFailure(
      .missingInput,
      "\(name): found no tokenizer.json, which \(option) needs to turn text into tokens")
  }
}
