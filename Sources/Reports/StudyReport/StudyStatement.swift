/// What a study asks, of which methods, and how it is carried out: kept beside its runs, so that a
/// report needs no study file.
///
/// Stores keep it as JSON: a key that is added later must be optional.
public struct StudyStatement: Codable, Hashable, Sendable {
  /// The question in the author's words; nil for one made from the arms.
  public var question: String?
  /// The methods of the treated arms that the baseline does not have, each once.
  public var methods: [Method] = []
  /// The data.
  public var data = Data()
  /// The models and their sizes.
  public var ladder = Ladder()
  /// The baseline's recipe.
  public var recipe = Recipe()
  /// What was done to fit the study to its time; nil for nothing.
  public var sizingNote: String?

  /// A method under test.
  public struct Method: Codable, Hashable, Sendable {
    /// The arms that use it.
    public var arms: [String] = []
    /// Its name.
    public var name = ""
    /// Its title.
    public var title = ""
    /// What it does.
    public var summary = ""
    /// What it changes, after "it changes".
    public var changes = ""
    /// Its options here: `granularity = element`.
    public var options: [String] = []
    /// Why earlier outputs may depend on later tokens while training; nil where they do not.
    public var seesFuture: String?
    /// What its paper claims.
    public var claim = ""
    /// Where it comes from.
    public var citation = ""

    /// A method of which nothing is said.
    public init() {}
  }

  /// What was trained and judged on.
  public struct Data: Codable, Hashable, Sendable {
    /// The corpus in words.
    public var corpus = ""
    /// The tokenizer; nil for none.
    public var tokenizer: String?
    /// The training tokens there are; nil where they have no end.
    public var trainingTokens: Int?
    /// The most held-out tokens of a run.
    public var heldOutTokens = 0
    /// What was left out of the corpus.
    public var notes: [String] = []

    /// Data of which nothing is said.
    public init() {}
  }

  /// The models and their sizes.
  public struct Ladder: Codable, Hashable, Sendable {
    /// The baseline's architecture.
    public var architecture = ""
    /// The length of sequences, in tokens.
    public var context = 0
    /// Whether the embedding is the output's too.
    public var tiesEmbeddings = false
    /// Training tokens for each parameter, as asked for; nil where tokens are given.
    public var tokensPerParameter: Double?
    /// Training tokens at every size; nil where they grow with it.
    public var tokens: Int?
    /// Shares of the training tokens at which runs branch off one trunk, the whole included.
    public var lengths: [Double] = []
    /// Whether arms have the number of tokens in common, and not the training FLOPs.
    public var matchesTokens = true
    /// The seeds.
    public var seeds: [UInt64] = []
    /// The methods that the baseline has already.
    public var baselineMethods: [String] = []

    /// A ladder of which nothing is said.
    public init() {}
  }

  /// How the baseline is trained.
  public struct Recipe: Codable, Hashable, Sendable {
    /// The optimiser.
    public var optimizer = ""
    /// The peak learning rates.
    public var learningRates: [Double] = []
    /// The schedule.
    public var schedule = ""
    /// The warm-up as a share of the shortest run.
    public var warmup = 0.0
    /// Sequences a batch.
    public var batch = 0
    /// The weight decay; nil for the optimiser's usual one.
    public var weightDecay: Double?
    /// The largest norm of a gradient; 0 for any.
    public var clip = 0.0
    /// The weight of the z-loss; 0 for none.
    public var zLoss = 0.0

    /// A recipe of which nothing is said.
    public init() {}
  }

  /// A statement of which nothing is said.
  public init() {}
}
