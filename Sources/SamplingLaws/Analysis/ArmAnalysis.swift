public import Quantities
public import RunTables

/// Everything that the columns of one arm allow to say.
public struct ArmAnalysis: Codable, Sendable {
  /// An analysis that was not made, and why.
  public struct Omission: Codable, Sendable, Hashable {
    /// The analysis.
    public var analysis: String
    /// Why it was not made.
    public var reason: String
  }

  /// What the arm is called.
  public var name: String
  /// The value of each of the table's columns that tell arms apart.
  public var key: [String: String]
  /// What its rows are.
  public var kind: RowKind
  /// P, the number of problems.
  public var problems: Int
  /// The number of attempts.
  public var attempts: Int
  /// The mean tokens of an attempt, over problems; nil where the table has none.
  public var tokens: Estimated?
  /// pass@k and pass^k [T1, T2].
  public var coverage: CoverageCurve
  /// Coverage at the numbers of attempts that were asked for.
  public var asked: [AskedCoverage]
  /// The same for each stratum.
  public var strata: [CoverageCurve]
  /// Coverage beyond the recorded attempts.
  public var extrapolation: BetaBinomialCoverage?
  /// Pass rates by sampling until success [5].
  public var passUntil: PassUntilReplay?
  /// Where more samples are not worth it [60].
  public var saturation: Saturation?
  /// Accuracy of voting, of the best by score and of both, against the number of samples [T5–T8].
  public var selectors: [SelectionCurve]
  /// The best way to choose, and its worth on problems that did not choose it; nil for fewer than
  /// two.
  public var choice: SelectorChoice?
  /// What each of these loses against coverage.
  public var losses: [SelectionLoss]
  /// Whether the most frequent answers are right.
  public var modes: ModeSplit?
  /// How well scores and passes tell right from wrong.
  public var verifier: VerifierDiagnostics?
  /// What drawing until the verifier passes is worth, and the best limit [155].
  public var optimalSamples: OptimalSamples?
  /// The same where passing means a score above a threshold.
  public var thresholds: ThresholdSweep?
  /// Adaptive stopping replayed [T20].
  public var stopping: AdaptiveStopping?
  /// How tokens vary, and whether longer attempts are better [9].
  public var tokenSpread: TokenSpread?
  /// Sequential rounds as a chain [60].
  public var rounds: SequentialRounds?
  /// How many steps are carried out without an error [29].
  public var horizon: HorizonEstimate?
  /// Whether earlier errors bring later ones [29].
  public var selfConditioning: SelfConditioning?
  /// Votes of single steps, and the lead that a task needs [81].
  public var ahead: AheadDiagnosis?
  /// Handing over by a conformal rule [76].
  public var conformal: ConformalReport?
  /// Answering only where a score allows, at a controlled risk [76].
  public var riskControl: RiskControl?
  /// What was not made, and why.
  public var omissions: [Omission]

  /// Analyses an arm; `columns` are the names of what tells arms apart.
  public init(_ recorded: OutcomeArm, columns: [String], settings: AnalysisSettings) {
    let bootstrap = settings.bootstrap
    let arm = recorded.byAttempt
    var omissions: [Omission] = []
    func made<Result>(_ analysis: String, _ body: () throws -> Result?) -> Result? {
      do {
        return try body()
      } catch {
        omissions.append(Omission(analysis: analysis, reason: "\(error)"))
        return nil
      }
    }
    name = arm.name
    key = Dictionary(zip(columns, arm.key)) { first, _ in first }
    problems = arm.problemCount
    attempts = arm.attemptCount
    kind = arm.kind
    tokens = arm.meanTokens.map { bootstrap.means(of: $0)[0] }
    let counts = AttemptCounts(arm)
    coverage = CoverageCurve(
      counts, at: settings.samples.compactMap { Int(exactly: $0) } + (settings.grid ?? []),
      bootstrap: bootstrap)
    strata = CoverageCurve.strata(of: arm, bootstrap: bootstrap)
    let isRepeated = coverage.medianN > 1
    let isParallel = arm.rounds == nil && arm.kind != .candidate
    if arm.kind == .candidate, isRepeated {
      // All of them together are what the search came to; a part of them is no smaller search.
      let smallest = coverage.smallestN
      coverage.points.removeAll { $0.k < smallest }
      strata = []
      omissions.append(
        Omission(
          analysis: "pass@k, votes and best of n",
          reason: "The rows are candidates of one search, which depend on each other."))
    }
    if isRepeated, isParallel {
      extrapolation = BetaBinomialCoverage(
        counts, k: AskedCoverage.grid(settings.samples, counts), level: bootstrap.level,
        seed: bootstrap.seed, threads: bootstrap.threads)
      passUntil = PassUntilReplay(arm, bootstrap: bootstrap)
      saturation = Saturation(arm, leastGain: settings.leastGain, bootstrap: bootstrap)
      if extrapolation == nil {
        omissions.append(
          Omission(
            analysis: "extrapolated coverage",
            reason: "No attempt is right, so that the tail of the difficulty cannot be seen."))
      }
    }
    let (known, beyond) = (coverage, extrapolation)
    asked = settings.samples.map {
      AskedCoverage($0, coverage: known, extrapolation: beyond)
    }
    let chosen = isParallel ? SelectorCurves(arm, settings: settings) : SelectorCurves()
    omissions += chosen.omissions
    let drawn = chosen.curves.map { bootstrap.resampledMeans(of: $0.matrix) }
    selectors = zip(chosen.curves, drawn).map {
      SelectionCurve($0, draws: $1, bootstrap: bootstrap)
    }
    choice = SelectorChoice(chosen.curves, bootstrap: bootstrap)
    losses = []
    var reached: (of: ProblemCurves, matrix: ProblemMatrix, draws: [[Double]])?
    for (curves, draws) in zip(chosen.curves, drawn) {
      if reached?.of.problems != curves.problems || reached?.of.samples != curves.samples {
        let matrix = SelectionLoss.coverage(curves, of: arm)
        reached = (curves, matrix, bootstrap.resampledMeans(of: matrix))
      }
      guard let reached else { continue }
      losses.append(
        SelectionLoss(
          curves, draws: draws, coverage: reached.matrix, coverageDraws: reached.draws,
          bootstrap: bootstrap))
    }
    if let vote = chosen.vote, let curves = chosen.voteCurves {
      modes = made("modes") { try ModeSplit(vote, curves, of: arm, bootstrap: bootstrap) }
    }
    if arm.scores != nil || arm.passes != nil {
      verifier = made("verifier diagnostics") { try VerifierDiagnostics(arm, bootstrap: bootstrap) }
    }
    if isRepeated, isParallel {
      if arm.passes != nil {
        optimalSamples = made("optimal number of samples") {
          try OptimalSamples(arm, costs: settings.costs, bootstrap: bootstrap)
        }
      } else if arm.scores != nil {
        thresholds = made("thresholds of the score") {
          var costs = settings.costs
          costs.wrong = settings.thresholdCosts
          return try ThresholdSweep(arm, costs: costs, bootstrap: bootstrap)
        }
      }
      if arm.answers != nil {
        stopping = made("adaptive stopping") {
          try AdaptiveStopping(
            arm, rules: settings.stoppingRules, unparseable: settings.unparseable,
            draws: arm.attemptCount > 2_000_000 ? 4 : nil, seed: bootstrap.seed,
            bootstrap: bootstrap)
        }
      }
    }
    if arm.tokens != nil, isRepeated {
      tokenSpread = made("spread of tokens") { try TokenSpread(arm, bootstrap: bootstrap) }
    }
    if arm.rounds != nil { rounds = SequentialRounds(arm, bootstrap: bootstrap) }
    if recorded.steps != nil {
      horizon = made("horizon") {
        try HorizonEstimate(recorded, success: settings.horizons, bootstrap: bootstrap)
      }
      selfConditioning = made("self-conditioning") {
        try SelfConditioning(recorded, level: bootstrap.level, threads: bootstrap.threads)
      }
      if recorded.answers != nil {
        ahead = made("first to ahead by k") {
          try AheadDiagnosis(
            recorded, steps: settings.steps, target: settings.taskSuccess, bootstrap: bootstrap)
        }
      }
    }
    if arm.scores != nil {
      conformal = made("conformal rejection") {
        try ConformalReport(
          arm, alpha: settings.alpha, direction: settings.scoreDirection, bootstrap: bootstrap)
      }
      riskControl = made("risk control") {
        try RiskControl(arm, alpha: settings.alpha, direction: settings.scoreDirection)
      }
    }
    self.omissions = omissions
  }
}

extension OutcomeArm {
  /// The mean tokens of each problem's attempts; nil without tokens.
  var meanTokens: ProblemMatrix? {
    guard let tokens else { return nil }
    var matrix = ProblemMatrix(columnCount: 1, problems: problemCount)
    for problem in 0..<problemCount {
      let mean = meanPresent(tokens, rows(ofProblem: problem))
      if !mean.isNaN { matrix.append([mean]) }
    }
    return matrix.problemCount > 0 ? matrix : nil
  }
}
