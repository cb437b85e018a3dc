public import Cards
internal import Foundation
public import Statistics

/// Multiplication of two numbers with a fixed count of digits, `ab*cd=efgh`.
public struct Multiplication: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "multiplication",
    summary: "two numbers of so many digits: answer with the digits of the product",
    source: "T-ARITH of the training catalogue, with another operator",
    knobs: ArithmeticNotation.knobs(digits: 2, mostDigits: 128))

  /// The knobs in force.
  public let knobs: OptionValues
  private let notation: ArithmeticNotation

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    notation = ArithmeticNotation(knobs, operandCount: 2) { 2 * $0 }
  }

  /// The start, digits, the equals sign and the operator.
  public var vocabularyCount: Int { ArithmeticNotation.vocabularyCount }
  /// The length of every example.
  public var longestExample: Int { notation.length }
  /// The digits.
  public var answerAlphabet: [Int32] { ArithmeticNotation.digits.tokens }
  /// `10^(−2·digits)`.
  public var chanceLevel: Double { pow(0.1, Double(notation.answerDigits)) }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    notation.example(&random) { $0[0] * $0[1] }
  }

  /// Multiplies the operands digit by digit.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    notation.acceptedAnswers(to: prompt) { $0[0] * $0[1] }
  }
}
