public import Corpora

/// A whole solution to a problem, judged.
public struct Sample: Sendable, Hashable {
  /// The tokens of all steps.
  public var solution: [Int32]
  /// The answer in one spelling; nil where none can be read.
  public var answer: String?
  /// Whether the answer is right.
  public var isCorrect: Bool

  /// Judges a solution.
  public init(_ solution: [Int32], to problem: Problem, task: any StepwiseTask) {
    self.solution = solution
    answer = task.answer(of: solution, to: problem.prompt)
    isCorrect = task.isCorrect(solution, to: problem.prompt)
  }
}
