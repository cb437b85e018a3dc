public import Cards
internal import Foundation
public import Statistics

/// A chain of operations from left to right modulo a power of ten, worked out in the open: after
/// `7+5*3-4=` each step writes the result of the next operator.
///
/// A step is right if it writes the chain's partial result. An answer may be right although a step
/// is not, where a later product makes up for it.
public struct StepwiseArithmetic: StepwiseTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "stepwise-arithmetic",
    summary: "numbers joined by operators, worked out from left to right: answer with the result "
      + "of each operator in turn modulo 10^digits",
    source: "the training catalogue's arithmetic, with the intermediate results of [20]'s steps",
    knobs: OperationChain.knobs(
      steps: .whole("steps", 4, in: 1...256, harder: .up, "operators, and as many steps"),
      digits: "digits of numbers and of each step"))

  /// The knobs in force.
  public let knobs: OptionValues
  private let chain: OperationChain

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    chain = OperationChain(knobs)
  }

  /// The start, digits, the equals sign and three operators.
  public var vocabularyCount: Int { OperationChain.operatorTokens.end }
  /// The length of every example.
  public var longestExample: Int { promptLength + solutionLength }
  /// The digits.
  public var answerAlphabet: [Int32] { NumberNotation.tokens.tokens }
  /// `10^(−digits · steps)`.
  public var chanceLevel: Double { pow(10, -Double(stepLength * stepCount)) }
  /// The start, the numbers, the operators and the equals sign.
  public var promptLength: Int { chain.promptLength }
  /// The digits of a number.
  public var stepLength: Int { chain.numbers.digits }
  /// The number of operators.
  public var stepCount: Int { chain.steps }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let (prompt, results) = chain.example(&random)
    return TaskExample(prompt: prompt, answer: results.flatMap(chain.numbers.written))
  }

  /// Works the chain out again.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, let results = chain.results(of: prompt) else { return [] }
    return [results.flatMap(chain.numbers.written)]
  }

  /// Whether the step writes the result of the chain up to its operator.
  public func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool {
    guard let results = chain.results(of: prompt) else { return false }
    return number(step, of: solution) == results[step]
  }

  /// The number that the last step writes.
  public func answer(of solution: [Int32], to prompt: [Int32]) -> String? {
    solution.count < solutionLength ? nil : number(stepCount - 1, of: solution).map { "\($0)" }
  }

  /// Whether the last step writes the result of the chain.
  public func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool {
    solution.count >= solutionLength && isRight(step: stepCount - 1, of: solution, to: prompt)
  }

  /// The number of products, which are what is hard about it.
  public func stratum(of prompt: [Int32]) -> String? {
    "\(prompt.prefix(promptLength).count { $0 == OperationChain.operatorTokens[2] })×"
  }

  private func number(_ step: Int, of solution: [Int32]) -> Int? {
    chain.numbers.number(solution[(step * stepLength)..<((step + 1) * stepLength)])
  }
}
