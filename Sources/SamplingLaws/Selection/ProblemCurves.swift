public import RunTables

/// A way to choose one of n attempts: voting, a score, or both.
public protocol AttemptSelector: Sendable {
  /// What the selector is called, with the options that move its curve.
  var name: String { get }

  /// The expected accuracy of choosing among n random attempts; n are powers of two by default.
  func curves(of arm: OutcomeArm, samples: [Int]?, threads: Int) throws(SelectionError)
    -> ProblemCurves
}

/// The accuracy of a selector at each problem and number of samples.
public struct ProblemCurves: Sendable {
  /// What the selector is called.
  public var selector: String
  /// The numbers of samples n, ascending: the columns.
  public var samples: [Int]
  /// The place in the arm of each problem: the rows.
  public var problems: [Int]
  /// The label of each problem.
  public var labels: [String]
  /// The expected accuracy of each problem at each number of samples.
  public var matrix: ProblemMatrix
  /// The squared Monte-Carlo error of each number, zero where it is exact; nil where all are.
  public var variances: ProblemMatrix?
  /// Whether the numbers of each column are expectations over all subsets, not over random orders.
  public var isExact: [Bool]
  /// The random orders behind each number that is not exact; 0 where all are.
  public var draws: Int
  /// Tokens that n attempts generate on average; nil where the table has none.
  public var tokens: [Double]?
  /// What was left out, and what to beware of.
  public var warnings: [String]

  init(
    selector: String, grid: SampleGrid, arm: OutcomeArm, matrix: ProblemMatrix,
    variances: ProblemMatrix? = nil, isExact: [Bool]? = nil, draws: Int = 0, warnings: [String] = []
  ) {
    self.selector = selector
    samples = grid.samples
    problems = grid.problems
    labels = grid.problems.map { arm.problems[$0] }
    self.matrix = matrix
    self.variances = variances
    self.isExact = isExact ?? grid.samples.map { _ in true }
    self.draws = draws
    self.warnings = grid.warnings + warnings
    if let tokens = arm.tokens {
      var total = 0.0
      var known = 0
      for problem in grid.problems {
        let mean = meanPresent(tokens, arm.rows(ofProblem: problem))
        if mean.isNaN { continue }
        total += mean
        known += 1
      }
      self.tokens = grid.samples.map { Double($0) * total / Double(known) }
    }
  }
}
