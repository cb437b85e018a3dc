public import Cards
internal import Foundation
public import Statistics

/// A chain of operations from left to right modulo a power of ten, `7+5*3-4=`: the answer is its
/// result.
public struct ChainedArithmetic: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "chained-arithmetic",
    summary: "numbers joined by operators, worked out from left to right: answer with the result "
      + "modulo 10^digits",
    source: "the training catalogue's arithmetic with a knob for the number of steps",
    knobs: OperationChain.knobs(
      steps: .whole("steps", 3, in: 1...1024, harder: .up, "operators"),
      digits: "digits of numbers and of the answer"))

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
  public var longestExample: Int { chain.promptLength + chain.numbers.digits }
  /// The digits.
  public var answerAlphabet: [Int32] { NumberNotation.tokens.tokens }
  /// `10^(−digits)`.
  public var chanceLevel: Double { 1 / Double(chain.numbers.limit) }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let (prompt, results) = chain.example(&random)
    return TaskExample(prompt: prompt, answer: chain.numbers.written(results[results.count - 1]))
  }

  /// Works the chain out again.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, let result = chain.results(of: prompt)?.last else {
      return []
    }
    return [chain.numbers.written(result)]
  }
}
