internal import ArgumentParser
internal import LanguageModels
internal import Tensors

struct CheckpointArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A run's folder, one of its checkpoints, or a folder of transformers (GPT-2, LLaMA).",
      valueName: "checkpoint"))
  var checkpoint: String

  @OptionGroup var threading: ThreadArguments

  func pool() throws -> ThreadPool { try threading.pool() }

  func load() throws -> LoadedModel { try LoadedModel(checkpoint) }
}

struct LoadedModel {
  var name: String
  var model: LanguageModel<Float>
  /// Nil for models of numbers.
  var tokenizer: (any Tokenizer)?
  /// What the model's configuration says that a text begins with; nil where it says nothing.
  var beginOfText: Int32?

  /// What stands before a text of nothing where no template says so: the configuration's token that
  /// begins a text, or else the one that ends the text before.
  var startToken: Int32? { beginOfText ?? tokenizer?.endOfText }

  /// Loads a run's folder, a checkpoint or a folder of transformers.
  init(_ path: String) throws {
    let location = try RunLocation(path)
    let model = try location.model()
    let tokenizer = try location.loadTokenizer()
    let vocabulary = model.configuration.vocabularyCount
    if let tokenizer, tokenizer.vocabularyCount > vocabulary {
      throw CommandFailure(
        .badData,
        "\(path): the tokenizer has \(tokenizer.vocabularyCount) tokens, but the model has "
          + "\(vocabulary)")
    }
    name = path
    self.model = model
    self.tokenizer = tokenizer
    beginOfText = location.beginOfText.flatMap {
      (0..<vocabulary).contains(Int($0)) ? $0 : nil
    }
  }

  init(name: String, model: LanguageModel<Float>, tokenizer: (any Tokenizer)?) {
    self.name = name
    self.model = model
    self.tokenizer = tokenizer
  }

  func tokenizer(for option: String) throws -> any Tokenizer {
    if let tokenizer { return tokenizer }
    throw CommandFailure(
      .missingInput,
      "\(name): found no tokenizer.json, which \(option) needs to turn text into tokens")
  }
}
