internal import Optimization
public import Quantities
internal import RunTables

/// How well more tokens are turned into accuracy, problem by problem: ARISE [103].
///
/// With accuracy a_j and tokens t_j at level j a problem scores Σ_j Δ_j · (t_(j−1)/t_j)^sign(Δ_j),
/// Δ_j = a_j − a_(j−1): a problem that becomes right counts for less the more tokens that took, one
/// that becomes wrong counts for more the more tokens were wasted.
public struct ARISE: Codable, Sendable, Hashable {
  /// One level of effort.
  public struct Level: Codable, Sendable, Hashable {
    /// What it is called.
    public var label: String
    /// Accuracy, averaged over problems.
    public var accuracy: Estimated
    /// Tokens of an attempt, averaged over problems.
    public var tokens: Estimated
  }

  /// The score of one problem.
  public struct ProblemScore: Codable, Sendable, Hashable {
    /// Its label.
    public var problem: String
    /// Its score.
    public var score: Double
  }

  /// What the arms have in common.
  public var name: String
  /// The levels, ascending.
  public var levels: [Level]
  /// The number of problems.
  public var problems: Int
  /// The score, averaged over problems.
  public var score: Estimated
  /// The part of the score from rises in accuracy, at least 0.
  public var gains: Estimated
  /// The part of the score from falls in accuracy, at most 0.
  public var losses: Estimated
  /// Accuracy gained per 1,000 tokens between neighbouring levels, what ARISE is compared with.
  public var adjacentSlope: Estimated
  /// The same, averaged over all pairs of levels.
  public var pairwiseSlope: Estimated
  /// A curve that may fall again [109]; nil below three levels, or where outcomes are all alike.
  public var curve: RiseAndFall?
  /// The score of each problem, in the order of the first level's.
  public var perProblem: [ProblemScore]
  /// What to beware of.
  public var warnings: [String]

  /// The score of one problem, and its parts from rises and falls; tokens are positive.
  public static func score(accuracies: [Double], tokens: [Double])
    -> (score: Double, gains: Double, losses: Double)
  {
    precondition(accuracies.count == tokens.count, "one number of tokens a level")
    var gains = 0.0
    var losses = 0.0
    for level in accuracies.indices.dropFirst() {
      let change = accuracies[level] - accuracies[level - 1]
      let growth = tokens[level] / tokens[level - 1]
      if change > 0 { gains += change / growth }
      if change < 0 { losses += change * growth }
    }
    return (gains + losses, gains, losses)
  }

  /// Scores arms of ascending effort; problems are matched by label.
  ///
  /// - Throws: below two levels, without tokens or common problems.
  public init(_ ladder: EffortLadder, bootstrap: ProblemBootstrap) throws(PlanningError) {
    let arms = ladder.arms
    if arms.count < 2 { throw .tooFew("ARISE needs at least two levels of effort.") }
    for arm in arms {
      if arm.tokens == nil { throw .missingColumn("tokens") }
      try PlanningError.require(arm.steps == nil, "ARISE needs one row an attempt, not one a step.")
    }
    let aligned = try ProblemAlignment(arms.map(\.problems))
    let count = arms.count
    let cells = parallelMap(count: aligned.labels.count, threads: bootstrap.threads) { problem in
      (0..<count).map { level in
        CellMeans(arms[level], rows: arms[level].rows(ofProblem: aligned.places[level][problem]))
      }
    }
    // Score, gains and losses, then accuracies, then tokens.
    var matrix = ProblemMatrix(columnCount: 3 + 2 * count, problems: cells.count)
    perProblem = []
    for (label, row) in zip(aligned.labels, cells) {
      guard row.allSatisfy({ $0.tokens > 0 && !$0.accuracy.isNaN }) else { continue }
      let (accuracies, tokens) = (row.map(\.accuracy), row.map(\.tokens))
      let parts = Self.score(accuracies: accuracies, tokens: tokens)
      perProblem.append(ProblemScore(problem: label, score: parts.score))
      matrix.append([parts.score, parts.gains, parts.losses] + accuracies + tokens)
    }
    problems = matrix.problemCount
    guard problems > 0 else { throw .tooFew("No problem has tokens at every level.") }
    let centres = matrix.means
    let draws = bootstrap.resampledMeans(of: matrix)
    let counted = matrix.problemCount
    func estimated(_ value: ([Double]) -> Double) -> Estimated {
      bootstrap.interval(around: value(centres), draws: draws.map(value), problems: counted)
    }
    name = ladder.name
    score = estimated { $0[0] }
    gains = estimated { $0[1] }
    losses = estimated { $0[2] }
    levels = (0..<count).map { level in
      Level(
        label: ladder.labels[level], accuracy: estimated { $0[3 + level] },
        tokens: estimated { $0[3 + count + level] })
    }
    adjacentSlope = estimated { Self.slope($0, levels: count, adjacent: true) }
    pairwiseSlope = estimated { Self.slope($0, levels: count, adjacent: false) }
    if count > 2 {
      var accuracies = ProblemMatrix(columnCount: count, problems: problems)
      for problem in 0..<problems {
        accuracies.append((0..<count).map { matrix[problem, 3 + $0] })
      }
      curve = try? RiseAndFall(
        efforts: levels.map(\.tokens.value), accuracies: accuracies, bootstrap: bootstrap)
    }
    warnings = ladder.warnings + aligned.warnings
    let unknown = cells.count - problems
    if unknown > 0 { warnings.append("\(unknown) problems lack tokens at some level; left out.") }
    let tokens = levels.map(\.tokens.value)
    if zip(tokens, tokens.dropFirst()).contains(where: { $0 > $1 }) {
      warnings.append("Tokens fall from one level to the next; gains there count for more than 1.")
    }
    if levels.count > 2, losses.value < 0, adjacentSlope.value > 0, score.high < 0 {
      warnings.append("Accuracy rises on the whole, but problems that turn wrong outweigh it.")
    }
  }

  private static func slope(_ means: [Double], levels: Int, adjacent: Bool) -> Double {
    var total = 0.0
    var count = 0
    for low in 0..<levels - 1 {
      for high in low + 1..<(adjacent ? low + 2 : levels) {
        let tokens = means[3 + levels + high] - means[3 + levels + low]
        if tokens == 0 { continue }
        total += 1000 * (means[3 + high] - means[3 + low]) / tokens
        count += 1
      }
    }
    return count > 0 ? total / Double(count) : .nan
  }
}
