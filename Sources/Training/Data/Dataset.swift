public import Corpora
public import LanguageModels

/// What a run is trained on and judged by, ready to be cut into batches.
public struct Dataset {
  /// The kinds of data.
  public enum Content {
    case text(TextContent)
    case tokens(training: TokenStream, evaluation: TokenStream)
    case language(any SyntheticLanguage)
    case task(any SyntheticTask)
  }

  /// Text on both sides of a split.
  public struct TextContent {
    public var corpus: TextCorpus
    public var split: CorpusSplit
    public var training: TokenStream
    /// The part of the validation side that runs are judged by.
    public var evaluation: TokenStream
    public var evaluationDocuments: Int
  }

  public var content: Content
  /// What `run.json` says about the data.
  public var record: DatasetRecord
  /// What cut the text; nil where the data are numbers.
  public var tokenizer: (any Tokenizer)?
  public var vocabularyCount: Int

  /// Data that are ready.
  ///
  /// - Parameters:
  ///   - content: what is trained on and judged by.
  ///   - record: what `run.json` says about the data.
  ///   - tokenizer: what cut the text; nil where the data are numbers.
  ///   - vocabularyCount: the number of different tokens.
  public init(
    content: Content, record: DatasetRecord, tokenizer: (any Tokenizer)? = nil,
    vocabularyCount: Int
  ) {
    self.content = content
    self.record = record
    self.tokenizer = tokenizer
    self.vocabularyCount = vocabularyCount
  }

  /// The most tokens of a synthetic language or task that a run is validated on.
  static let syntheticTokens = 128 << 10

  /// The length of sequences that the data ask for; nil for any.
  public var sequenceLength: Int? {
    if case .task(let task) = content { return task.longestExample - 1 }
    return nil
  }

  /// The shortest sequence that the data can be cut into.
  public var shortestSequence: Int {
    if case .task(let task) = content { return task.longestExample - 1 }
    return 1
  }

  /// The training side as batches.
  public func source(_ recipe: TrainingRecipe) throws -> any BatchSource {
    switch content {
    case .text(let text): try TextBatches(text.training, recipe: recipe)
    case .tokens(let training, _): try TextBatches(training, recipe: recipe)
    case .language(let language): LanguageBatches(language, recipe: recipe)
    case .task(let task): try TaskBatches(task, recipe: recipe)
    }
  }

  /// The held-out side as batches.
  public func validation(_ recipe: TrainingRecipe) throws -> any ValidationBatches {
    switch content {
    case .text, .tokens: try windows(recipe)
    case .language(let language): LanguageValidation(language, recipe: recipe)
    case .task(let task): try TaskValidation(task, recipe: recipe)
    }
  }

  /// The number of micro-batches that there are to validate on.
  public func validationBatches(_ recipe: TrainingRecipe) throws -> Int {
    switch content {
    case .text, .tokens:
      return try allWindows(recipe).count
    case .language, .task:
      return max(
        Self.syntheticTokens / (recipe.microBatchSize * recipe.sequenceLength), 1)
    }
  }

  /// All held-out windows of text or tokens, one after the other, by which a run is judged at its
  /// end; validation along the run takes some of them.
  public func allWindows(_ recipe: TrainingRecipe) throws -> EvaluationBatches {
    var all = recipe
    all.validation.batches = Int(Int32.max)
    return try windows(all)
  }

  /// The held-out windows of text or tokens, as many as the recipe validates on.
  public func windows(_ recipe: TrainingRecipe) throws -> EvaluationBatches {
    let stream: TokenStream
    switch content {
    case .text(let text): stream = text.evaluation
    case .tokens(_, let evaluation): stream = evaluation
    case .language, .task:
      throw TrainingError(.badData, record.name, "synthetic data have no windows of a stream")
    }
    let (most, overflows) = recipe.validation.batches.multipliedReportingOverflow(
      by: recipe.microBatchSize)
    return try EvaluationBatches(
      stream: stream, contextLength: recipe.sequenceLength, batchSize: recipe.microBatchSize,
      maximumWindows: overflows ? nil : most)
  }
}

/// What `run.json` says about the data.
public struct DatasetRecord: Codable, Hashable, Sendable {
  /// text, tokens, language or task.
  public var kind: String
  /// What the data are called.
  public var name: String
  /// A hash of the text or tokens, or of what defines the language or task.
  public var hash: String
  /// bytes, bpe or the name of a file; nil where the data are numbers.
  public var tokenizer: String?
  /// A hash of everything that decides how text is cut.
  public var tokenizerFingerprint: String?
  /// The number of tokens to train on; nil where there is no end of them.
  public var trainingTokens: Int?
  /// The number of documents that the run is judged by.
  public var evaluationDocuments: Int?
  /// What was left out.
  public var notes: [String] = []

  /// A record without tokenizer, counts and notes.
  ///
  /// - Parameters:
  ///   - kind: text, tokens, language or task.
  ///   - name: what the data are called.
  ///   - hash: a hash of the data or of what defines them.
  public init(kind: String, name: String, hash: String) {
    self.kind = kind
    self.name = name
    self.hash = hash
  }
}
