public import Quantities
public import RunTables

/// Whether the attempt with the highest score is longer or shorter than others [204].
///
/// Right and wrong attempts differ in length too, so that even a fair verifier's choice does: the choice
/// is also compared with attempts of the same rightness, chosen at random.
public struct LengthBias: Codable, Sendable {
  /// The numbers of samples n.
  public var samples: [Int]
  /// Mean tokens of the best of n by score.
  public var selected: [Estimated]
  /// Mean tokens of a random attempt.
  public var random: Estimated
  /// Mean tokens of the best of n, over those of a random attempt.
  public var ratio: [Estimated]
  /// Mean tokens of the best of n over those of random attempts that are as often right.
  public var matchedRatio: [Estimated]
  /// The problems of which every attempt has its tokens.
  public var problems: Int
  /// What to beware of.
  public var warnings: [String]

  /// Measures the bias; throws without scores or tokens.
  public init(_ arm: OutcomeArm, samples: [Int]? = nil, bootstrap: ProblemBootstrap)
    throws(SelectionError)
  {
    guard let scores = arm.scores else { throw .missingColumn("score") }
    guard let tokens = arm.tokens else { throw .missingColumn("tokens") }
    let grid = try SampleGrid(arm, asked: samples)
    let used = grid.problems.filter { problem in
      arm.rows(ofProblem: problem).allSatisfy { !tokens[$0].isNaN }
    }
    guard !used.isEmpty else { throw .missingColumn("tokens") }
    let ladders = SubsetLadder.ladders(
      used.map { arm.rows(ofProblem: $0).count }, samples: grid.samples)
    let columns = grid.samples.count
    let matrix = ProblemMatrix(
      columnCount: 2 * columns + 1, problems: used.count, threads: bootstrap.threads
    ) { index in
      let rows = arm.rows(ofProblem: used[index])
      let ranking = ScoreOrder(scores[rows])
      guard let ladder = ladders[rows.count] else { return [] }
      let lengths = ranking.blockMeans { Double(tokens[rows.lowerBound + $0]) }
      let rightness = ranking.blockMeans { Double(arm.correct[rows.lowerBound + $0]) }
      let selected = ladder.expectations(of: lengths, blockEnds: ranking.blockEnds)
      let right = ladder.expectations(of: rightness, blockEnds: ranking.blockEnds)
      let rightLength = meanPresent(tokens, rows) { arm.correct[$0] == 1 }
      let wrongLength = meanPresent(tokens, rows) { arm.correct[$0] == 0 }
      let matched = right.map { share in
        (share > 0 && !rightLength.isNaN ? share * rightLength : 0)
          + (share < 1 && !wrongLength.isNaN ? (1 - share) * wrongLength : 0)
      }
      return selected + matched + [meanPresent(tokens, rows)]
    }
    let centres = matrix.means
    let draws = bootstrap.resampledMeans(of: matrix)
    func estimated(_ value: ([Double]) -> Double) -> Estimated {
      bootstrap.interval(around: value(centres), draws: draws.map(value), problems: used.count)
    }
    self.samples = grid.samples
    problems = used.count
    selected = (0..<columns).map { column in estimated { $0[column] } }
    random = estimated { $0[2 * columns] }
    ratio = (0..<columns).map { column in estimated { $0[column] / $0[2 * columns] } }
    matchedRatio = (0..<columns).map { column in estimated { $0[column] / $0[columns + column] } }
    warnings = []
    if let last = matchedRatio.last, abs(last.value - 1) > 0.02, last.low > 1 || last.high < 1 {
      warnings.append(
        "Choosing by score prefers \(last.value > 1 ? "long" : "short") attempts: the best of "
          + "\(grid.largest) has \(inThousandths(last.value)) times the tokens of attempts that are as often "
          + "right.")
    }
  }
}
