public import Cards
internal import Foundation
public import Statistics

/// Addition of numbers with a fixed count of digits, `ab+cd=efg`.
///
/// The answer is by default written from its least significant digit: each digit then depends on
/// two digits and a carry only, which a model of two layers can learn.
public struct Addition: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "addition",
    summary: "numbers of so many digits with plus signs: answer with the digits of the sum",
    source: "T-ARITH of the training catalogue",
    knobs: ArithmeticNotation.knobs(digits: 2, mostDigits: 256) + [
      .whole("operands", 2, in: 2...10, harder: .up, "numbers to add")
    ])

  /// The knobs in force.
  public let knobs: OptionValues
  private let notation: ArithmeticNotation

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    // A sum of at most ten numbers below 10^digits stays below 10^(digits + 1).
    notation = ArithmeticNotation(knobs, operandCount: knobs.whole("operands")) { $0 + 1 }
  }

  /// The start, digits, the equals sign and the operator.
  public var vocabularyCount: Int { ArithmeticNotation.vocabularyCount }
  /// The length of every example.
  public var longestExample: Int { notation.length }
  /// The digits.
  public var answerAlphabet: [Int32] { ArithmeticNotation.digits.tokens }
  /// `10^(−(digits + 1))`.
  public var chanceLevel: Double { pow(0.1, Double(notation.answerDigits)) }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    notation.example(&random, solve: Self.sum)
  }

  /// Adds the operands digit by digit.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    notation.acceptedAnswers(to: prompt, solve: Self.sum)
  }

  private static func sum(_ operands: [DecimalDigits]) -> DecimalDigits {
    operands.dropFirst().reduce(operands[0], +)
  }
}
