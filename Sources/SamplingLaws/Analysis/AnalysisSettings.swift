/// How a table of outcomes is analysed; every setting has a default.
public struct AnalysisSettings: Sendable {
  /// The resampling of problems behind every interval.
  public var bootstrap = ProblemBootstrap()
  /// Numbers of attempts to extrapolate coverage to; powers of two beyond 100 N by default.
  public var extrapolation: [Double]?
  /// ε, the gain from one sample more that is not worth it [60].
  public var leastGain = 0.005
  /// What becomes of answers that could not be read.
  public var unparseable = UnparseableAnswers.discard
  /// The temperature of the softmax of scores as weights of votes.
  public var voteTemperature = 1.0
  /// What accepting an answer is worth and costs [155].
  public var costs = ResamplingCosts()
  /// Rules of adaptive stopping; the default ones where nil.
  public var stoppingRules: [StoppingRule]?
  /// α, the rate at which a conformal rule hands over, or the risk that it allows [76].
  public var alpha = 0.2
  /// Whether low or high scores are bad.
  public var scoreDirection = ScoreDirection.lowIsBad
  /// The steps of the whole task that voting ahead is planned for; the table's by default [81].
  public var steps: Double?
  /// The success wanted of the whole task [81].
  public var target = 0.95
  /// How problems are sorted by difficulty [20].
  public var bins = DifficultyBins()
  /// What models are made of, by the name of an arm's model or ``anyModel``; arms with constants need
  /// none [3].
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
