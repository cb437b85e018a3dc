public import Corpora
public import LanguageModels

/// What a run is trained on and judged by, ready to be cut into batches. Nothing in it changes, so
/// that any number of runs can read it at the same time.
public struct Dataset: Sendable {
  /// The kinds of data.
  public enum Content: Sendable {
    /// Text.
    case text(TextContent)
    /// Tokens made elsewhere.
    case tokens(training: TokenStream, evaluation: TokenStream)
    /// A random language of known entropy.
    case language(any SyntheticLanguage)
    /// A synthetic task with exact answers.
    case task(any SyntheticTask)
    /// Several texts or languages of one vocabulary, in their order.
    case domains([Domain])
  }

  /// Text on both sides of a split.
  public struct TextContent: Sendable {
    /// The text.
    public var corpus: TextCorpus
    /// Which documents are on which side.
    public var split: CorpusSplit
    /// The tokens to train on.
    public var training: TokenStream
    /// The part of the validation side that runs are judged by.
    public var evaluation: TokenStream
    /// The number of documents in that part.
    public var evaluationDocuments: Int
  }

  /// One of several sources that are trained on together.
  public struct Domain: Sendable {
    /// What it is called.
    public var name: String
    /// The tokens to train on.
    public var training: TokenStream
    /// The tokens to judge by.
    public var evaluation: TokenStream
    /// Its share of the natural mixture; those of all domains sum to one.
    public var share: Double
  }

  /// The data.
  public var content: Content
  /// What `run.json` says about the data.
  public var record: DatasetRecord
  /// What cut the text; nil where the data are numbers.
  public var tokenizer: (any Tokenizer)?
  /// The number of different tokens.
  public var vocabularyCount: Int
  /// The hashes of the streams of the content as they were read.
  let hashes: [UInt64]

  init(
    _ content: Content, record: DatasetRecord, tokenizer: (any Tokenizer)? = nil,
    vocabularyCount: Int, hashes: [UInt64]? = nil
  ) {
    self.content = content
    self.hashes = hashes ?? Self.hashes(of: content)
    self.record = record
    self.tokenizer = tokenizer
    self.vocabularyCount = vocabularyCount
  }

  /// The tokens of a synthetic language or task that a run is judged by at its end.
  static let syntheticTokens = 128 << 10

  /// The bytes of text that a held-out token stands for, on average; nil where data are not text.
  public var bytesPerHeldOutToken: Double? {
    guard case .text(let text) = content, let bytes = text.evaluation.byteCount,
      text.evaluation.count > 0
    else { return nil }
    return Double(bytes) / Double(text.evaluation.count)
  }

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

  /// The training side as batches; domains in their natural mixture.
  ///
  /// - Throws: an error where the data cannot be cut into such batches.
  public func source(_ recipe: TrainingRecipe) throws -> any BatchSource {
    switch content {
    case .text(let text): try TextBatches(text.training, recipe: recipe)
    case .tokens(let training, _): try TextBatches(training, recipe: recipe)
    case .language(let language): LanguageBatches(language, recipe: recipe)
    case .task(let task): try TaskBatches(task, recipe: recipe)
    case .domains(let domains): try DomainBatches(domains, recipe: recipe)
    }
  }

  /// The held-out side as batches, as many as the recipe validates on; domains each by itself,
  /// weighted so that the mean is that of the natural mixture.
  ///
  /// - Throws: an error where the data cannot be cut into such batches.
  public func validation(_ recipe: TrainingRecipe) throws -> any ValidationBatches {
    switch content {
    case .text, .tokens: try windows(recipe)
    case .language(let language): LanguageValidation(language, recipe: recipe)
    case .task(let task): try TaskValidation(task, recipe: recipe)
    case .domains(let domains): try DomainValidation(domains, recipe: recipe)
    }
  }

  /// The number of micro-batches that there are to validate on.
  ///
  /// - Throws: an error where the data do not fill one.
  public func validationBatches(_ recipe: TrainingRecipe) throws -> Int {
    try heldOut(recipe).count
  }

  /// All that a run is judged by at its end; validation along the run takes some of it.
  ///
  /// It is the same for the same data, length of sequences and seed, whatever the batch, its parts
  /// and the number of steps: of text all held-out windows, of languages and tasks enough windows
  /// or examples for about 128 Ki tokens.
  ///
  /// - Throws: an error where there is too little text for one window.
  public func heldOut(_ recipe: TrainingRecipe) throws -> any ValidationBatches {
    var all = recipe
    all.validation.batches = Int(Int32.max)
    switch content {
    case .text, .tokens: return try windows(all)
    case .language(let language):
      return LanguageValidation(
        language, recipe: recipe,
        windows: max(Self.syntheticTokens / recipe.sequenceLength, 1))
    case .task(let task):
      // At the task's own length: a longer context only pads its examples.
      return try TaskValidation(
        task, recipe: recipe,
        examples: max(Self.syntheticTokens / max(task.longestExample - 1, 1), 1))
    case .domains(let domains): return try DomainValidation(domains, recipe: all)
    }
  }

  /// The held-out windows of text or tokens, as many as the recipe validates on.
  ///
  /// - Throws: ``TrainingError`` for data of other kinds, or an error where there is too little text.
  public func windows(_ recipe: TrainingRecipe) throws -> EvaluationBatches {
    switch content {
    case .text(let text): try Self.windows(text.evaluation, recipe)
    case .tokens(_, let evaluation): try Self.windows(evaluation, recipe)
    case .language, .task, .domains:
      throw TrainingError(.badData, record.name, "the data have no windows of one stream")
    }
  }

  static func windows(
    _ stream: TokenStream, _ recipe: TrainingRecipe
  ) throws(TextCorpusError) -> EvaluationBatches {
    let (most, overflows) = recipe.validation.batches.multipliedReportingOverflow(
      by: recipe.microBatchSize)
    return try EvaluationBatches(
      stream: stream, contextLength: recipe.sequenceLength, batchSize: recipe.microBatchSize,
      maximumWindows: overflows ? nil : most)
  }
}
