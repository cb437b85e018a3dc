public import Quantities
public import RunTables

/// What voting tends to with ever more samples: the share of problems whose most frequent answer is
/// right, and the curves of those problems and of the others, where more votes do harm [T5].
///
/// The mode is that of the recorded attempts, so that the split looks at the data it describes.
public struct ModeSplit: Codable, Sendable {
  /// One of the two kinds of problems.
  public struct Part: Codable, Sendable {
    /// The number of problems.
    public var problems: Int
    /// The accuracy of voting at each number of samples; empty where there is no problem.
    public var accuracy: [Estimated]
  }

  /// The share of problems whose mode is right, a tie counted by its share.
  public var modeRight: Estimated
  /// The numbers of samples.
  public var samples: [Int]
  /// Problems whose mode is right.
  public var right: Part
  /// Problems whose mode is wrong.
  public var wrong: Part
  /// Problems whose right and wrong answers tie, which are in neither part.
  public var tied: Int
  /// What to beware of.
  public var warnings: [String]

  /// Splits the curves of a vote.
  public init(
    _ vote: MajorityVote, _ curves: ProblemCurves, of arm: OutcomeArm, bootstrap: ProblemBootstrap
  ) throws(SelectionError) {
    guard let answers = arm.answers else { throw .missingColumn("answer") }
    let modes = curves.problems.map {
      Ballot(arm, answers: answers, problem: $0, unparseable: vote.unparseable).modeAccuracy
    }
    var column = ProblemMatrix(columnCount: 1, problems: modes.count)
    for mode in modes { column.append([mode]) }
    modeRight = bootstrap.means(of: column)[0]
    samples = curves.samples
    func part(_ wanted: Double) -> Part {
      let rows = modes.indices.filter { modes[$0] == wanted }
      guard !rows.isEmpty else { return Part(problems: 0, accuracy: []) }
      var matrix = ProblemMatrix(columnCount: curves.samples.count, problems: rows.count)
      for row in rows { matrix.append(curves.samples.indices.map { curves.matrix[row, $0] }) }
      return Part(problems: rows.count, accuracy: bootstrap.means(of: matrix))
    }
    right = part(1)
    wrong = part(0)
    tied = modes.count - right.problems - wrong.problems
    warnings = []
    if let first = wrong.accuracy.first, let last = wrong.accuracy.last,
      last.value < first.value - 0.01
    {
      warnings.append(
        "Voting lowers accuracy on the \(wrong.problems) problems whose mode is wrong.")
    }
  }
}
