public import Corpora

/// How attempts at a problem follow each other in a row of tokens, for a model that revises [20]:
/// the prompt, then earlier attempts with a mark after each, then the next attempt.
public struct RevisionFormat: Codable, Hashable, Sendable {
  /// The token after an attempt that says that another one follows.
  public var mark: Int32
  /// The number of earlier attempts that are shown; older ones are dropped.
  public var context: Int

  /// A format; the mark is none of the task's tokens.
  public init(mark: Int32, context: Int = 4) {
    precondition(context > 0, "a context of \(context) attempts")
    self.mark = mark
    self.context = context
  }

  /// The format of a task whose model has one more token than the task.
  public init(_ task: any StepwiseTask, context: Int = 4) {
    self.init(mark: Int32(task.vocabularyCount), context: context)
  }

  /// What the model continues with its next attempt.
  public func prefix(_ prompt: [Int32], after attempts: [[Int32]]) -> [Int32] {
    attempts.suffix(context).reduce(prompt) { $0 + $1 + [mark] }
  }

  /// The tokens of the longest row.
  public func longestRow(_ task: any StepwiseTask) -> Int {
    task.promptLength + context * (task.solutionLength + 1) + task.solutionLength
  }
}
