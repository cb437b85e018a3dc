public import RunTables
public import ScalingLaws

/// What a selector loses against a perfect one: pass@n less its accuracy among n attempts.
public struct SelectionLoss: Codable, Sendable {
  /// What the selector is called.
  public var selector: String
  /// The numbers of samples n.
  public var samples: [Int]
  /// pass@n: whether any of n attempts is right.
  public var coverage: [Estimated]
  /// The accuracy of the selector.
  public var accuracy: [Estimated]
  /// The difference, with its paired interval.
  public var loss: [Estimated]

  /// Compares the curves of a selector with coverage at the same problems.
  public init(_ curves: ProblemCurves, of arm: OutcomeArm, bootstrap: ProblemBootstrap) {
    selector = curves.selector
    samples = curves.samples
    let ladders = SubsetLadder.ladders(
      curves.problems.map { arm.rows(ofProblem: $0).count }, samples: curves.samples)
    let columns = curves.samples.count
    var matrix = ProblemMatrix(columnCount: 3 * columns, problems: curves.problems.count)
    for (row, problem) in curves.problems.enumerated() {
      let rows = arm.rows(ofProblem: problem)
      let wrong = rows.count { arm.correct[$0] == 0 }
      let reached = curves.samples.indices.map { column in
        ladders[rows.count].map { 1 - $0[column, wrong] } ?? .nan
      }
      let chosen = curves.samples.indices.map { curves.matrix[row, $0] }
      matrix.append(reached + chosen + zip(reached, chosen).map { $0 - $1 })
    }
    let means = bootstrap.means(of: matrix)
    coverage = Array(means[..<columns])
    accuracy = Array(means[columns..<(2 * columns)])
    loss = Array(means[(2 * columns)...])
  }
}
