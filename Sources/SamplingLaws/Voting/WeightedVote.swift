internal import Optimization
public import RunTables

/// The answer of n attempts with the largest sum of weights, ties broken uniformly [20].
///
/// The accuracy at n is the mean over seeded random orders of the attempts. With equal scores every
/// draw is that of ``MajorityVote`` with the same seed. A missing or infinite score weighs nothing, or
/// has the lowest rank.
public struct WeightedVote: AttemptSelector, Hashable {
  /// How much a vote weighs.
  public var weighting: VoteWeighting
  /// What becomes of answers that could not be read.
  public var unparseable: UnparseableAnswers
  /// Random orders of each problem.
  public var draws: Int
  /// The seed of the random orders.
  public var seed: UInt64

  /// Settings; 200 random orders by default.
  public init(
    weighting: VoteWeighting = .score, unparseable: UnparseableAnswers = .discard,
    draws: Int = 200, seed: UInt64 = 0
  ) {
    self.weighting = weighting
    self.unparseable = unparseable
    self.draws = max(draws, 2)
    self.seed = seed
  }

  /// What the selector is called.
  public var name: String {
    "weighted vote (\(weighting.name); unparseable: \(unparseable.rawValue))"
  }

  /// The expected accuracy of the vote at each problem; throws without answers or scores.
  public func curves(of arm: OutcomeArm, samples: [Int]? = nil, threads: Int = 2)
    throws(SelectionError) -> ProblemCurves
  {
    try weighting.validate()
    guard let answers = arm.answers else { throw .missingColumn("answer") }
    guard let scores = arm.scores else { throw .missingColumn("score") }
    let grid = try SampleGrid(arm, asked: samples)
    var weighting = weighting
    var warnings: [String] = []
    if weighting == .score, scores.contains(where: { $0 < 0 && $0.isFinite }) {
      weighting = .minMax
      warnings.append(
        "Some scores are negative, and sums of them prefer rare answers; they are taken between the "
          + "lowest and the highest of the n attempts instead.")
    }
    let missing = scores.count { !$0.isFinite }
    if missing > 0 {
      warnings.append("\(missing) attempts have no finite score; their votes weigh nothing.")
    }
    let used = weighting
    let columns = grid.samples.count
    let work = parallelMap(count: grid.problems.count, threads: threads) { index -> [Double] in
      let problem = grid.problems[index]
      let rows = arm.rows(ofProblem: problem)
      let ballot = Ballot(arm, answers: answers, problem: problem, unparseable: unparseable)
      var tally = WeightedTally(ballot, scores: Array(scores[rows]), weighting: used)
      let orders = RandomOrders(attempts: rows.count, problem: problem, seed: seed)
      var sums = DrawSums(columns: columns, draws: draws)
      var order = [Int32](repeating: 0, count: rows.count)
      for draw in 0..<draws {
        orders.shuffle(&order, draw: draw, depth: grid.largest)
        tally.begin(order)
        for (column, n) in grid.samples.enumerated() {
          sums.add(tally.accuracy(n, order: order), column: column)
        }
      }
      return sums.means + sums.variances
    }
    var matrix = ProblemMatrix(columnCount: columns, problems: work.count)
    var variances = matrix
    for row in work {
      matrix.append(Array(row[..<columns]))
      variances.append(Array(row[columns...]))
    }
    return ProblemCurves(
      selector: name, grid: grid, arm: arm, matrix: matrix, variances: variances,
      isExact: grid.samples.map { _ in false }, draws: draws, warnings: warnings)
  }
}
