/// The attempts of one model with one strategy at one budget, problem by problem.
///
/// Attempts are kept column by column, those of one problem side by side in the order of their
/// numbers: attempts of problem q are rows `starts[q] ..< starts[q + 1]`. A column that the table does
/// not have is nil. Ten million attempts take a few hundred megabytes.
public struct OutcomeArm: Sendable {
  /// The value of each of the table's ``OutcomeTable/armColumns``.
  public var key: [String]
  /// The label of each problem, in order of first appearance in the table.
  public var problems: [String]
  /// Where the attempts of each problem begin, and where the last one's end: P + 1 numbers.
  public var starts: [Int]
  /// Whether each attempt is right: 0 or 1.
  public var correct: [UInt8]
  /// Tokens that each attempt generated; NaN where missing.
  public var tokens: [Float]?
  /// Tokens of the prompt of each attempt; NaN where missing.
  public var promptTokens: [Float]?
  /// The verifier's score of each attempt; NaN where missing.
  public var scores: [Double]?
  /// The class of each attempt's answer within its problem, by first appearance; −1 for none.
  public var answers: [Int32]?
  /// Whether a pass-or-fail verifier let each attempt pass: 0 or 1.
  public var passes: [UInt8]?
  /// The step scores of each attempt of a process verifier.
  public var stepScores: StepScores?
  /// The round of each attempt of a sequential strategy, from 0.
  public var rounds: [Int32]?
  /// The step of each row, from 0, in a table of one row a step; an attempt's rows stand together.
  public var steps: [Int32]?
  /// The attempt of each row, in a table with several rows an attempt; nil where each is one.
  public var attemptNumbers: [Int32]?
  /// The stratum of each problem, such as its level of difficulty; empty where missing.
  public var strata: [String]?
  /// What the rows are.
  public var kind = RowKind.sample
  /// Numbers of the whole arm, such as `n_params` (``OutcomeColumn/constantColumns``).
  public var constants: [String: Double] = [:]

  /// The scores of the steps of every attempt, one attempt after the other.
  public struct StepScores: Sendable, Hashable {
    /// Where the scores of each attempt begin, and where the last one's end: attempts + 1 numbers.
    public var starts: [Int]
    /// The scores.
    public var values: [Float]

    /// Puts scores together.
    public init(starts: [Int], values: [Float]) {
      self.starts = starts
      self.values = values
    }
  }

  /// Puts an arm together from its required columns.
  public init(key: [String] = [], problems: [String], starts: [Int], correct: [UInt8]) {
    precondition(
      starts.count == problems.count + 1 && starts.last == correct.count,
      "\(problems.count) problems with \(starts.count) starts and \(correct.count) attempts")
    self.key = key
    self.problems = problems
    self.starts = starts
    self.correct = correct
  }

  /// The number of attempts at all problems.
  public var attemptCount: Int { correct.count }

  /// The number of problems, P.
  public var problemCount: Int { problems.count }

  /// The rows of the attempts at a problem.
  public func rows(ofProblem problem: Int) -> Range<Int> {
    starts[problem]..<starts[problem + 1]
  }

  /// What the arm is called: its key, or `all attempts` in a table of one arm.
  public var name: String {
    key.isEmpty ? "all attempts" : key.joined(separator: " · ")
  }
}

/// What the rows of an arm are; the raw value stands in the column `row_kind`.
public enum RowKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Attempts that were drawn independently.
  case sample
  /// Of one search or a rule that stops: what one became depends on the others.
  case candidate
  /// The answers that a strategy gave, with all that it spent.
  case answer
}
