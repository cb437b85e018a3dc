public import RunTables

/// Everything that a table of recorded attempts allows to say, schema `allometry.testtime/1`.
public struct OutcomeAnalysis: Codable, Sendable {
  /// `allometry.testtime/1`.
  public var schema = "allometry.testtime/1"
  /// The table.
  public var source: String
  /// The number of rows.
  public var rows: Int
  /// How intervals were made.
  public var interval: Interval
  /// Each arm by itself.
  public var arms: [ArmAnalysis]
  /// Arms over the same problems, the first against each other one, by each selector that both have.
  public var comparisons: [PairedComparison]
  /// Accuracy against tokens and arithmetic of all arms and selectors.
  public var costs: CostComparison?
  /// Sizes of model against numbers of samples, by coverage and by each selector that all sizes have.
  public var sizes: [SizeSampleTradeoff]
  /// What more effort brings, problem by problem [103].
  public var arise: [ARISE]
  /// The best strategy for each difficulty and budget, cross-fitted [20][204]; one for each verifier.
  public var allocations: [AllocationByDifficulty]
  /// What a choice of strategy tuned with one verifier loses with another [204].
  public var transfer: VerifierTransfer?
  /// Handing the worst attempts over to a target; empty where none was asked for.
  public var cascades: [Cascade]
  /// What a rule of repeats would have spent; nil where none was asked for.
  public var repeats: RepeatReplay?
  /// What was not made of the arms together, and why.
  public var omissions: [ArmAnalysis.Omission]
  /// What was inferred while reading.
  public var notes: [String]
  /// Cautions that hold for any such table.
  public var cautions: [String]

  /// How intervals were made.
  public struct Interval: Codable, Sendable, Hashable {
    /// The coverage.
    public var level: Double
    /// The method.
    public var method: String
    /// The number of resamples.
    public var resamples: Int
    /// The seed.
    public var seed: UInt64
  }

  /// Analyses a table.
  public init(_ table: OutcomeTable, settings: AnalysisSettings = AnalysisSettings()) {
    var settings = settings
    // With very many problems the means are normal, and fewer resamples find their spread.
    let most = table.arms.map(\.problemCount).max() ?? 1
    settings.bootstrap.resamples = min(
      settings.bootstrap.resamples, max(200, 10_000_000 / max(most, 1)))
    let bootstrap = settings.bootstrap
    source = table.source
    rows = table.attemptCount
    interval = Interval(
      level: bootstrap.level, method: "bootstrap over problems", resamples: bootstrap.resamples,
      seed: bootstrap.seed)
    let (known, kindCautions) = table.knowingCandidates()
    arms = known.arms.map {
      ArmAnalysis($0, columns: known.armColumns, settings: settings)
    }
    let attempts = known.arms.map(\.byAttempt)
    comparisons = Self.comparisons(attempts, settings)
    comparisons += TokenCurve.comparisons(
      TokenCurve.strategies(of: known.answersOnly), most: Self.allPairs, bootstrap: bootstrap)
    costs = CostComparison(
      attempts, analyses: arms, columns: known.armColumns, settings: settings)
    sizes = SizeSampleTradeoff.all(of: attempts, columns: known.armColumns, settings: settings)
    let strategies = StrategyAnalyses(known.answersOnly, settings: settings)
    arise = strategies.arise
    allocations = strategies.allocations
    transfer = strategies.transfer
    omissions = strategies.omissions
    cascades = []
    if let target = settings.target {
      do {
        let found = try Self.cascades(attempts, to: target, settings: settings)
        cascades = found.cascades
        omissions += found.omissions
      } catch {
        omissions.append(.init(analysis: "handing over", reason: error.description))
      }
    }
    if let rule = settings.repeatRule {
      do {
        repeats = try RepeatReplay(
          rule, on: EffortLadder(labels: attempts.map(\.name), arms: attempts),
          threads: bootstrap.threads)
      } catch {
        omissions.append(.init(analysis: "the rule of repeats", reason: error.description))
      }
    }
    notes = table.notes
    cautions = []
    cautions = kindCautions + self.generalCautions
  }

  /// More arms than these are compared with the first one only.
  private static let allPairs = 4

  private static func comparisons(
    _ arms: [OutcomeArm], _ settings: AnalysisSettings
  ) -> [PairedComparison] {
    guard arms.count > 1 else { return [] }
    let curves = arms.map { arm -> [ProblemCurves] in
      guard arm.rounds == nil, arm.kind != .candidate else { return [] }
      let threads = settings.bootstrap.threads
      if arm.kind == .answer {
        var given = (try? [PassAtK().curves(of: arm, samples: [1], threads: threads)]) ?? []
        for index in given.indices { given[index].selector = "answer" }
        return given
      }
      var found =
        (try? [PassAtK().curves(of: arm, samples: settings.grid, threads: threads)]) ?? []
      if arm.answers != nil {
        let vote = MajorityVote(
          unparseable: settings.unparseable, seed: settings.bootstrap.seed)
        if let one = try? vote.curves(of: arm, samples: settings.grid, threads: threads) {
          found.append(one)
        }
      }
      if arm.scores != nil,
        let one = try? BestOfN().curves(of: arm, samples: settings.grid, threads: threads)
      {
        found.append(one)
      }
      return found
    }
    var comparisons: [PairedComparison] = []
    for first in arms.indices {
      for second in arms.indices
      where second > first && (arms.count <= allPairs || first == 0) {
        for one in curves[first] {
          guard let other = curves[second].first(where: { $0.selector == one.selector }),
            let comparison = try? PairedComparison(
              other, one,
              names: (
                "\(arms[second].name), \(one.selector)", "\(arms[first].name), \(one.selector)"
              ), bootstrap: settings.bootstrap)
          else { continue }
          comparisons.append(comparison)
          let isOneSample = one.samples == [1]
          if !isOneSample,
            let own = TokenCurve(one, name: "\(arms[first].name), \(one.selector)"),
            let others = TokenCurve(other, name: "\(arms[second].name), \(one.selector)"),
            let even = TokenCurve.comparison(others, own, bootstrap: settings.bootstrap)
          {
            comparisons.append(even)
          }
        }
      }
    }
    return comparisons
  }

  private var generalCautions: [String] {
    var cautions: [String] = []
    if arms.contains(where: { ($0.coverage.points.last?.k ?? 1) > 1 }) {
      cautions.append(
        "Coverage is not accuracy: it needs a selector that recognises the right answer.")
    }
    if arms.contains(where: { $0.modes != nil }) {
      cautions.append(
        "A majority vote tends to the most frequent answer, right or wrong, however many samples.")
    }
    if arms.count > 1 {
      cautions.append(
        comparisons.contains(where: \.isAtEqualTokens)
          ? "Arms compared at equal numbers of samples may differ in tokens; where tokens are known "
            + "they are compared at equal tokens too."
          : "Arms compared at equal numbers of samples may differ in tokens: see the costs.")
    }
    if comparisons.count > 3 {
      cautions.append(
        "\(comparisons.count) comparisons are made at once; their p-values are not corrected for that."
      )
    }
    return cautions
  }
}
