public import RunTables

/// How many attempts each problem has and how many of them are right.
public struct AttemptCounts: Sendable, Hashable, Codable {
  /// What the arm is called.
  public var name: String
  /// The label of each problem.
  public var problems: [String]
  /// N of each problem, at least 1.
  public var attempts: [Int]
  /// c of each problem.
  public var correct: [Int]
  /// What is doubtful about counting the rows, a sentence each.
  public var warnings: [String] = []

  /// Puts counts together.
  public init(
    name: String = "all attempts", problems: [String]? = nil, attempts: [Int], correct: [Int]
  ) {
    precondition(
      attempts.count == correct.count && (problems?.count ?? attempts.count) == attempts.count,
      "\(attempts.count) numbers of attempts with \(correct.count) numbers of successes")
    precondition(
      zip(attempts, correct).allSatisfy { $0 >= 1 && $1 >= 0 && $1 <= $0 },
      "a problem has attempts, and no more successes than attempts")
    self.name = name
    self.problems = problems ?? attempts.indices.map { String($0) }
    self.attempts = attempts
    self.correct = correct
  }

  /// Counts the rows of an arm; problems without rows are left out.
  public init(_ arm: OutcomeArm) {
    self.init(arm, problems: Array(0..<arm.problemCount))
  }

  /// Counts the rows of some of an arm's problems.
  public init(_ arm: OutcomeArm, problems chosen: [Int]) {
    name = arm.name
    let used = chosen.filter { !arm.rows(ofProblem: $0).isEmpty }
    problems = used.map { arm.problems[$0] }
    attempts = used.map { arm.rows(ofProblem: $0).count }
    correct = arm.correct.withUnsafeBufferPointer { right in
      used.map { problem in
        var sum = 0
        for row in arm.rows(ofProblem: problem) { sum += Int(right[row]) }
        return sum
      }
    }
    if arm.steps != nil {
      warnings.append("The table has one row a step; every step counts as an attempt here.")
    }
    if arm.rounds != nil {
      warnings.append(
        "The attempts are rounds of a sequential strategy, which are not independent draws.")
    }
  }

  /// The number of problems.
  public var problemCount: Int { attempts.count }

  /// The problems of equal N and c, ascending, with how many there are of each.
  public var cells: [Cell] { indexedCells().cells }

  /// Problems of one N and c.
  public struct Cell: Sendable, Hashable {
    /// N.
    public var attempts: Int
    /// c.
    public var correct: Int
    /// How many problems.
    public var weight: Double
  }

  /// The cells, and which of them each problem belongs to.
  func indexedCells() -> (cells: [Cell], ofProblem: [Int]) {
    let order = attempts.indices.sorted {
      (attempts[$0], correct[$0], $0) < (attempts[$1], correct[$1], $1)
    }
    var cells: [Cell] = []
    var places = [Int](repeating: 0, count: problemCount)
    for problem in order {
      if let last = cells.last, last.attempts == attempts[problem],
        last.correct == correct[problem]
      {
        cells[cells.count - 1].weight += 1
      } else {
        cells.append(
          Cell(attempts: attempts[problem], correct: correct[problem], weight: 1))
      }
      places[problem] = cells.count - 1
    }
    return (cells, places)
  }
}
