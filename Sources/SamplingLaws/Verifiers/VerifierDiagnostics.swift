internal import Optimization
public import Quantities
public import RunTables

/// How good a verifier is at telling right attempts from wrong ones.
///
/// For choosing among attempts at one problem only the area under the curve within problems counts: the
/// pooled area also rewards a verifier that merely tells easy problems from hard ones.
public struct VerifierDiagnostics: Codable, Sendable {
  /// The diagnosis of all problems or of those of one stratum.
  public struct Group: Codable, Sendable {
    /// The stratum; `all problems` for the whole.
    public var name: String
    /// The number of problems.
    public var problems: Int
    /// The number of attempts.
    public var attempts: Int
    /// The share of right–wrong pairs at a problem that the score orders; ties half, nil without
    /// scores.
    public var withinProblemArea: Estimated?
    /// The mean of that share over problems, each counted alike.
    public var meanProblemArea: Estimated?
    /// Problems with both right and wrong attempts.
    public var problemsWithPairs: Int
    /// The same share over pairs of attempts at any problems.
    public var pooledArea: Double?
    /// P(pass | right); nil without passes.
    public var completeness: Estimated?
    /// P(pass | wrong) = 1 − soundness.
    public var falsePositiveRate: Estimated?
    /// P(right | pass).
    public var precision: Estimated?
    /// P(right), what precision is to be compared with.
    public var baseRate: Estimated
  }

  /// All problems together.
  public var overall: Group
  /// Each stratum, in order of first appearance; empty where the table has none.
  public var strata: [Group]
  /// Whether choosing by score prefers long or short attempts; nil without scores or tokens.
  public var lengthBias: LengthBias?
  /// What to beware of.
  public var warnings: [String]

  /// Diagnoses the scores and the passes of an arm; throws where it has neither.
  public init(_ arm: OutcomeArm, bootstrap: ProblemBootstrap) throws(SelectionError) {
    guard arm.scores != nil || arm.passes != nil else { throw .missingColumn("score") }
    if arm.steps != nil { throw .rowsAreSteps }
    let diagnosis = VerifierCounts(arm, threads: bootstrap.threads)
    overall = diagnosis.group(
      "all problems", problems: Array(0..<arm.problemCount), bootstrap: bootstrap)
    var names: [String] = []
    var members: [String: [Int]] = [:]
    for (problem, stratum) in (arm.strata ?? []).enumerated() where !stratum.isEmpty {
      if members[stratum] == nil { names.append(stratum) }
      members[stratum, default: []].append(problem)
    }
    strata = names.map { name in
      diagnosis.group(name, problems: members[name] ?? [], bootstrap: bootstrap)
    }
    warnings = []
    if let pooled = overall.pooledArea, let within = overall.withinProblemArea,
      pooled > (within.high.isNaN ? within.value : within.high)
    {
      warnings.append(
        "The pooled area under the curve (\(inThousandths(pooled))) exceeds that within problems "
          + "(\(inThousandths(within.value))): it is inflated by difficulty, and says little about selection."
      )
    }
    if let precision = overall.precision, precision.high < overall.baseRate.value {
      warnings.append("Attempts that pass are less often right than attempts at large.")
    }
    lengthBias = nil
    if arm.scores != nil, arm.tokens != nil {
      let bias = try LengthBias(arm, bootstrap: bootstrap)
      warnings += bias.warnings
      lengthBias = bias
    }
  }
}

private struct VerifierCounts {
  private let arm: OutcomeArm
  private let counts: ProblemMatrix
  private let threads: Int

  private enum Column: Int, CaseIterable {
    case attempts, right, passing, rightPassing, above, pairs, area, hasArea
  }

  init(_ arm: OutcomeArm, threads: Int) {
    self.arm = arm
    self.threads = threads
    counts = ProblemMatrix(
      columnCount: Column.allCases.count, problems: arm.problemCount, threads: threads
    ) { problem in
      let rows = arm.rows(ofProblem: problem)
      var right = 0
      for row in rows { right += Int(arm.correct[row]) }
      var passing = 0
      var both = 0
      if let passes = arm.passes {
        for row in rows {
          passing += Int(passes[row])
          both += Int(passes[row] & arm.correct[row])
        }
      }
      var pairs = PairCounts()
      if let scores = arm.scores, right > 0, right < rows.count {
        let ranking = ScoreOrder(scores[rows])
        pairs = PairCounts(ranking) { arm.correct[rows.lowerBound + $0] == 1 }
      }
      let has = pairs.pairs > 0
      return [
        Double(rows.count), Double(right), Double(passing), Double(both), pairs.above, pairs.pairs,
        has ? pairs.area : 0, has ? 1 : 0,
      ]
    }
  }

  func group(_ name: String, problems: [Int], bootstrap: ProblemBootstrap)
    -> VerifierDiagnostics.Group
  {
    var matrix = counts
    if problems.count < arm.problemCount {
      matrix = ProblemMatrix(columnCount: counts.columnCount, problems: problems.count)
      for problem in problems {
        matrix.append((0..<counts.columnCount).map { counts[problem, $0] })
      }
    }
    let centres = matrix.means
    let draws = bootstrap.resampledMeans(of: matrix)
    func ratio(_ part: @Sendable ([Double]) -> Double, _ whole: @Sendable ([Double]) -> Double)
      -> Estimated
    {
      bootstrap.interval(
        around: part(centres) / whole(centres), draws: draws.map { part($0) / whole($0) },
        problems: problems.count)
    }
    func share(_ part: Column, _ whole: Column) -> Estimated {
      ratio({ $0[part.rawValue] }, { $0[whole.rawValue] })
    }
    var group = VerifierDiagnostics.Group(
      name: name, problems: problems.count,
      attempts: problems.reduce(0) { $0 + arm.rows(ofProblem: $1).count },
      problemsWithPairs: problems.count { counts[$0, Column.hasArea.rawValue] > 0 },
      baseRate: share(.right, .attempts))
    if let scores = arm.scores {
      group.withinProblemArea = share(.above, .pairs)
      group.meanProblemArea = share(.area, .hasArea)
      group.pooledArea =
        PairCounts(
          pooled: scores, arm.correct, rows: problems.map { arm.rows(ofProblem: $0) },
          threads: threads
        ).area
    }
    if arm.passes != nil {
      group.completeness = share(.rightPassing, .right)
      group.falsePositiveRate = ratio(
        { $0[Column.passing.rawValue] - $0[Column.rightPassing.rawValue] },
        { $0[Column.attempts.rawValue] - $0[Column.right.rawValue] })
      group.precision = share(.rightPassing, .passing)
    }
    return group
  }
}
