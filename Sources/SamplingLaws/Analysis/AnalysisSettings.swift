/// How a table of outcomes is analysed; every setting has a default.
public struct AnalysisSettings: Sendable {
  /// The resampling of problems behind every interval.
  public var bootstrap = ProblemBootstrap()
  /// Numbers of attempts to say coverage at: exactly up to the recorded number, extrapolated beyond.
  public var samples: [Double] = []
  /// ε, the gain from one sample more that is not worth it [60].
  public var leastGain = 0.005
  /// What becomes of answers that could not be read.
  public var unparseable = UnparseableAnswers.discard
  /// The temperature of the softmax of scores as weights of votes.
  public var voteTemperature = 1.0
  /// What accepting an answer is worth and costs [155].
  public var costs = ResamplingCosts()
  /// Costs of a wrong answer that thresholds of the score are tried for.
  public var thresholdCosts: [Double] = [1]
  /// The share of attempts with the best scores that vote in a filtered vote; nil for no such vote [110].
  public var topShare: Double?
  /// The numbers of samples of curves; by default powers of two and the recorded number.
  public var grid: [Int]?
  /// The success rates that horizons are found for [29].
  public var horizons: [Double] = [0.5, 0.8, 0.9]
  /// The strategy that allocation compares with and tells difficulty by; the first one by default [20].
  public var baseline: String?
  /// The arm that takes over the worst attempts of the others; nil for none [76].
  public var target: String?
  /// The cost of a token of a draft, or of its attempt in a table without tokens.
  public var draftCost = 1.0
  /// The same of the target.
  public var targetCost = 1.0
  /// A rule of repeats to replay on the attempts; nil for none [103].
  public var repeatRule: RepeatRule?
  /// Rules of adaptive stopping; the default ones where nil.
  public var stoppingRules: [StoppingRule]?
  /// α, the rate at which a conformal rule hands over, or the risk that it allows [76].
  public var alpha = 0.2
  /// Whether low or high scores are bad.
  public var scoreDirection = ScoreDirection.lowIsBad
  /// The steps of the whole task that voting ahead is planned for; the table's by default [81].
  public var steps: Double?
  /// The success wanted of the whole task [81].
  public var taskSuccess = 0.95
  /// How problems are sorted by difficulty [20].
  public var bins = DifficultyBins()
  /// By the name of an arm's model or ``anyModel``; arms with constants need none [3].
  public var architectures: [String: InferenceArchitecture] = [:]
  /// Floating-point operations that a byte of traffic is worth [3].
  public var intensity = InferenceCost.defaultIntensity
  /// Tokens of a prompt where the table has no column of them.
  public var promptTokens: Double?

  /// Stands for every model that is not named.
  public static let anyModel = "*"

  /// The default settings.
  public init() {}
}
