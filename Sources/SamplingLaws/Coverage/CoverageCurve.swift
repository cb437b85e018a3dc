public import Quantities
public import RunTables

/// pass@k and pass^k against k: the envelopes of whatever selects among k attempts [9].
public struct CoverageCurve: Sendable, Codable {
  /// The curves at one k.
  public struct Point: Sendable, Codable, Hashable {
    /// The number of attempts.
    public var k: Int
    /// pass@k: the mean chance that any of k attempts is right.
    public var coverage: Estimated
    /// pass^k: the mean chance that all k attempts are right.
    public var reliability: Estimated
  }

  /// What the arm or stratum is called.
  public var name: String
  /// P, the number of problems.
  public var problems: Int
  /// The number of attempts in all.
  public var attempts: Int
  /// The smallest number of attempts at a problem, which is the largest k.
  public var smallestN: Int
  /// The median number of attempts at a problem.
  public var medianN: Int
  /// The mean chance that an attempt is right.
  public var accuracy: Estimated
  /// The share of problems without any success.
  public var neverSolved: Estimated
  /// The share of problems with nothing but successes.
  public var alwaysSolved: Estimated
  /// The curves at every power of two up to the smallest N, and at that.
  public var points: [Point]
  /// The coverage of the intervals, by the bootstrap over problems.
  public var level: Double
  /// What limits the curves, a sentence each.
  public var warnings: [String]

  /// The curves at powers of two and at `k`, without those beyond the smallest N.
  public init(
    _ arm: OutcomeArm, at k: [Int] = [], bootstrap: ProblemBootstrap = ProblemBootstrap()
  ) {
    self.init(AttemptCounts(arm), at: k, bootstrap: bootstrap)
  }

  /// The curves of counts of at least one problem; parameters as for an arm.
  public init(
    _ counts: AttemptCounts, at k: [Int] = [], bootstrap: ProblemBootstrap = ProblemBootstrap()
  ) {
    precondition(counts.problemCount > 0, "a curve of no problems")
    name = counts.name
    problems = counts.problemCount
    attempts = counts.attempts.reduce(0, +)
    let sizes = counts.attempts.sorted()
    smallestN = sizes[0]
    medianN = sizes[sizes.count / 2]
    level = bootstrap.level
    warnings = counts.warnings
    let most = smallestN
    let grid = Set(Self.grid(upTo: most) + k.filter { $0 >= 1 && $0 <= most }).sorted()
    let estimates = Self.estimates(counts, grid: grid, bootstrap)
    accuracy = estimates[0]
    neverSolved = estimates[1]
    alwaysSolved = estimates[2]
    points = grid.enumerated().map { index, k in
      Point(k: k, coverage: estimates[3 + 2 * index], reliability: estimates[4 + 2 * index])
    }
    if 2 * smallestN < medianN {
      let few = counts.attempts.indices.filter { 2 * counts.attempts[$0] < medianN }
      let named = few.prefix(3).map { "\(counts.problems[$0]) (\(counts.attempts[$0]))" }
      let more = few.count > 3 ? " and \(few.count - 3) more" : ""
      warnings.append(
        "The curves end at k = \(smallestN), far below the median of \(medianN) attempts, because "
          + "of \(named.joined(separator: ", "))\(more); leave such problems out to go further.")
    }
    if problems < 30 {
      warnings.append("Intervals from \(problems) problems are rough.")
    }
  }

  /// The curves of each stratum of an arm, in order of first appearance; empty without strata.
  public static func strata(
    of arm: OutcomeArm, bootstrap: ProblemBootstrap = ProblemBootstrap()
  ) -> [CoverageCurve] {
    guard let strata = arm.strata else { return [] }
    var labels: [String] = []
    var members: [String: [Int]] = [:]
    for (problem, label) in strata.enumerated() where !arm.rows(ofProblem: problem).isEmpty {
      if members[label] == nil { labels.append(label) }
      members[label, default: []].append(problem)
    }
    return labels.map { label in
      var counts = AttemptCounts(arm, problems: members[label] ?? [])
      counts.name = label
      return CoverageCurve(counts, bootstrap: bootstrap)
    }
  }

  /// The powers of two up to a number, and the number itself.
  public static func grid(upTo last: Int) -> [Int] {
    var grid: [Int] = []
    var k = 1
    while k < last {
      grid.append(k)
      k *= 2
    }
    return grid + [last]
  }

  /// The mean, whether never and whether always solved, then pass@k and pass^k at each k.
  private static func row(_ cell: AttemptCounts.Cell, grid: [Int]) -> [Double] {
    var row = [
      Double(cell.correct) / Double(cell.attempts), cell.correct == 0 ? 1 : 0,
      cell.correct == cell.attempts ? 1 : 0,
    ]
    for k in grid {
      row.append(Coverage.passAtK(k, correct: cell.correct, attempts: cell.attempts))
      row.append(Coverage.passHatK(k, correct: cell.correct, attempts: cell.attempts))
    }
    return row
  }

  /// The mean of each number over problems, with the interval of ``ProblemBootstrap/means(of:)``.
  ///
  /// Thousands of problems have few different counts, so resamples are summed over those.
  static func estimates(
    _ counts: AttemptCounts, grid: [Int], _ bootstrap: ProblemBootstrap
  ) -> [Estimated] {
    let (cells, places) = counts.indexedCells()
    let rows = cells.map { row($0, grid: grid) }
    let columns = rows[0].indices.map { column in rows.map { $0[column] } }
    let problems = counts.problemCount
    @Sendable func means(_ weights: [Double]) -> [Double] {
      columns.map { column in
        var sum = 0.0
        for index in weights.indices { sum += weights[index] * column[index] }
        return sum / Double(problems)
      }
    }
    let draws = bootstrap.replicates(of: problems) { drawn in
      var weights = [Double](repeating: 0, count: cells.count)
      for (problem, weight) in drawn.enumerated() { weights[places[problem]] += weight }
      return means(weights)
    }
    return means(cells.map(\.weight)).enumerated().map { column, value in
      bootstrap.interval(around: value, draws: draws.map { $0[column] }, problems: problems)
    }
  }

  static func coverage(_ cells: [AttemptCounts.Cell], grid: [Int]) -> [Double] {
    let problems = cells.reduce(0) { $0 + $1.weight }
    return grid.map { k in
      cells.reduce(0) {
        $0 + $1.weight * Coverage.passAtK(k, correct: $1.correct, attempts: $1.attempts)
      } / problems
    }
  }
}
