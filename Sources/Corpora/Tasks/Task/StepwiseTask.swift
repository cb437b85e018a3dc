internal import Statistics

/// A task whose solutions are written step by step, every step of the same length, so that a process
/// verifier can judge each step and an exact verifier the answer.
///
/// An example is the prompt followed by the steps of a right solution, all of whose tokens are
/// answers; what a model writes in their place need not be the same to be right.
public protocol StepwiseTask: SyntheticTask {
  /// The tokens of every prompt, the start token included.
  var promptLength: Int { get }

  /// The tokens of every step.
  var stepLength: Int { get }

  /// The steps of every solution.
  var stepCount: Int { get }

  /// Whether a step, from 0, follows the rules and a right answer can still be reached. The
  /// solution holds at least `(step + 1) · stepLength` tokens, the prompt ``promptLength``.
  func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool

  /// The answer that a whole solution gives, in one spelling for each answer; nil where none can be
  /// read.
  func answer(of solution: [Int32], to prompt: [Int32]) -> String?

  /// Whether the answer of a whole solution is right.
  func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool

  /// The level of difficulty of a prompt, for tables by stratum; nil where all are alike.
  func stratum(of prompt: [Int32]) -> String?
}

extension StepwiseTask {
  /// The tokens of every solution.
  public var solutionLength: Int { stepCount * stepLength }

  /// All prompts are alike unless the task says otherwise.
  public func stratum(of prompt: [Int32]) -> String? { nil }

  /// The prompt of an example.
  public func prompt(of example: TaskExample) -> [Int32] {
    Array(example.tokens.prefix(promptLength))
  }
}
