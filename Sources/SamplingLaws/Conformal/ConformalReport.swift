public import Quantities
public import RunTables

/// What handing drafts over by a conformal test comes to, from recorded scores [76].
///
/// Some problems calibrate, the others are judged. The rule of the paper calibrates on the first turn
/// and is used at every turn, where scores may be of another kind; what comes of it is shown beside
/// rules that calibrate each turn by itself.
public struct ConformalReport: Codable, Sendable, Hashable {
  /// The rates of one turn.
  public struct Turn: Codable, Sendable, Hashable {
    /// The turn, from 0.
    public var turn: Int
    /// Judged rows.
    public var rows: Int
    /// The rate with the threshold of the first turn.
    public var rate: Estimated
    /// The rate with a threshold from the calibration problems' rows of this turn.
    public var recalibratedRate: Estimated
    /// The rate where each batch of problems is judged by all rows of this turn before it.
    public var onlineRate: Double
    /// Whether the interval of `rate` excludes the rate that exchangeable scores have.
    public var hasDrifted: Bool
  }

  /// What handing over does to accuracy and cost, on judged problems that the target model has too.
  public struct Cascade: Codable, Sendable, Hashable {
    /// Common problems.
    public var problems: Int
    /// Attempts with a turn that is handed over.
    public var handedOver: Estimated
    /// The draft model alone.
    public var draftAccuracy: Estimated
    /// The target model alone.
    public var targetAccuracy: Estimated
    /// Attempts handed over replaced by the target's mean outcome.
    public var accuracy: Estimated
    /// As many attempts at each problem handed over at random.
    public var randomAccuracy: Estimated
    /// What the score is worth: `accuracy` less handing over the same share of all attempts blindly.
    public var gainOverRandom: Estimated
    /// Draft cost plus the share handed over times the target's cost, of an attempt.
    public var cost: Estimated
    /// The cost of an attempt of the target model.
    public var targetCost: Double
  }

  /// The wanted rate, α.
  public var alpha: Double
  /// Which scores are bad.
  public var direction: ScoreDirection
  /// Calibration scores.
  public var calibrationCount: Int
  /// The rate if scores were exchangeable, ⌊α(n + 1)⌋/(n + 1).
  public var exchangeableRate: Double
  /// The score beyond which an attempt is handed over.
  public var threshold: Double
  /// Calibration problems and judged ones.
  public var calibrationProblems: Int
  /// Judged problems.
  public var problems: Int
  /// The rates of each turn.
  public var turns: [Turn]
  /// What it does to accuracy and cost; nil without a target.
  public var cascade: Cascade?
  /// What to beware of.
  public var warnings: [String]

  /// Replays the rule on an arm with scores, whose rounds are turns.
  ///
  /// The bootstrap's seed deals problems into those that calibrate and those that are judged.
  /// Attempts of the target are matched by label; costs are of a token, or of an attempt in a table
  /// without tokens.
  ///
  /// - Throws: without scores, and below two problems to calibrate or to judge.
  public init(
    _ arm: OutcomeArm, alpha: Double, direction: ScoreDirection = .lowIsBad,
    calibrationShare: Double = 0.3, target: OutcomeArm? = nil, draftCost: Double = 1,
    targetCost: Double = 1, bootstrap: ProblemBootstrap
  ) throws(PlanningError) {
    guard let raw = arm.scores else { throw .missingColumn("score") }
    try PlanningError.require(
      calibrationShare > 0 && calibrationShare < 1,
      "The calibration share \(calibrationShare) does not lie between 0 and 1.")
    let sign = direction.sign
    let scores = sign < 0 ? raw.map { -$0 } : raw
    let turns = TurnScores(
      arm, scores: scores, calibrationShare: calibrationShare, seed: bootstrap.seed)
    if turns.calibrating.count < 2 || turns.judged.count < 2 {
      throw .tooFew("There must be two problems to calibrate by and two to judge.")
    }
    let first = try ConformalRejection(
      calibration: turns.calibration(turn: 0), alpha: alpha)
    if first.calibrationCount == 0 { throw .tooFew("No calibration problem has a score.") }
    self.alpha = alpha
    self.direction = direction
    calibrationCount = first.calibrationCount
    exchangeableRate = first.rate
    threshold = sign * first.threshold
    calibrationProblems = turns.calibrating.count
    problems = turns.judged.count
    self.turns = try turns.rates(
      first, alpha: alpha, level: bootstrap.level, threads: bootstrap.threads)
    warnings = []
    if let target {
      cascade = try CascadeReplay(
        arm, scores: scores, threshold: first.threshold, judged: turns.judged, target: target,
        draftCost: draftCost, targetCost: targetCost
      ).cascade(bootstrap)
    }
    let drifted = self.turns.filter(\.hasDrifted).map { String($0.turn) }
    if !drifted.isEmpty {
      warnings.append(
        "At turn \(drifted.joined(separator: ", ")) the rate is not the \(exchangeableRate) that "
          + "scores like those of the first turn would have; calibrate each turn by itself.")
    }
    if exchangeableRate == 0, alpha > 0 {
      warnings.append("\(calibrationCount) calibration scores are too few for a rate of \(alpha).")
    }
  }
}
