public import RunTables

/// The attempt of n with the highest verifier score, equal scores chosen among uniformly.
///
/// The accuracy at n is the exact expectation over all subsets of n of the recorded attempts. A missing
/// score ranks below every other.
public struct BestOfN: AttemptSelector, Hashable {
  /// What the selector is called.
  public var name: String

  /// A selector by the table's scores.
  public init(name: String = "best of n") { self.name = name }

  /// The expected accuracy of the choice at each problem; throws without scores.
  public func curves(of arm: OutcomeArm, samples: [Int]? = nil, threads: Int = 2)
    throws(SelectionError) -> ProblemCurves
  {
    guard let scores = arm.scores else { throw .missingColumn("score") }
    let grid = try SampleGrid(arm, asked: samples)
    let ladders = SubsetLadder.ladders(
      grid.problems.map { arm.rows(ofProblem: $0).count }, samples: grid.samples)
    let matrix = ProblemMatrix(
      columnCount: grid.samples.count, problems: grid.problems.count, threads: threads
    ) { index in
      let rows = arm.rows(ofProblem: grid.problems[index])
      let ranking = ScoreOrder(scores[rows])
      let means = ranking.blockMeans { Double(arm.correct[rows.lowerBound + $0]) }
      guard let ladder = ladders[rows.count] else { return [] }
      return ladder.expectations(of: means, blockEnds: ranking.blockEnds)
    }
    return ProblemCurves(
      selector: name, grid: grid, arm: arm, matrix: matrix,
      warnings: Self.missingScores(scores, arm, grid))
  }

  static func missingScores(_ scores: [Double], _ arm: OutcomeArm, _ grid: SampleGrid) -> [String] {
    let missing = grid.problems.reduce(0) { sum, problem in
      sum + arm.rows(ofProblem: problem).count { scores[$0].isNaN }
    }
    return missing == 0
      ? [] : ["\(missing) attempts have no score; they rank below every scored attempt."]
  }
}
