public import RunTables

/// Any right attempt among n, as an exact verifier would find it: pass@n as a way to choose [T1].
public struct PassAtK: AttemptSelector, Hashable {
  /// `coverage`.
  public var name: String { "coverage" }

  /// The selector has no settings.
  public init() {}

  /// pass@n of each problem.
  public func curves(of arm: OutcomeArm, samples: [Int]? = nil, threads: Int = 2)
    throws(SelectionError) -> ProblemCurves
  {
    let grid = try SampleGrid(arm, asked: samples)
    let matrix = ProblemMatrix(
      columnCount: grid.samples.count, problems: grid.problems.count, threads: threads
    ) { index in
      let rows = arm.rows(ofProblem: grid.problems[index])
      let correct = rows.reduce(0) { $0 + Int(arm.correct[$1]) }
      return grid.samples.map { Coverage.passAtK($0, correct: correct, attempts: rows.count) }
    }
    return ProblemCurves(selector: name, grid: grid, arm: arm, matrix: matrix)
  }
}
