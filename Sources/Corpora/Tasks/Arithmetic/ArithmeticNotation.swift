internal import Cards
internal import Files
internal import Foundation
internal import Statistics

/// What addition and multiplication share: the notation `a ∘ b = c` and the held-out part.
struct ArithmeticNotation: Sendable, Hashable {
  static let digits = TaskAlphabet(after: 1, count: 10)
  static let equals: Int32 = 11
  static let vocabularyCount = 13

  let symbol: Int32 = 12
  let operandDigits: Int
  let operandCount: Int
  let answerDigits: Int
  /// Whether the answer's least significant digit comes first.
  let isReversed: Bool
  /// 0 keeps the training part of all exercises, 1 the held-out part, −1 both.
  let fold: Int

  private static let trainingShare = 0.8

  static func knobs(digits: Int, mostDigits: Int) -> [CardOption] {
    [
      .whole(
        "digits", digits, in: 1...mostDigits, harder: .up, "digits of an operand, zeros in front"),
      .whole(
        "reversed", 1, in: 0...1, harder: .down,
        "1 writes the answer from its least significant digit, 0 from its most significant"),
      .whole(
        "fold", -1, in: -1...1,
        "0: the four fifths of all exercises meant for training; 1: the fifth held out; −1: all"),
    ]
  }

  /// The notation of operands whose count of digits gives that of the answer.
  init(_ knobs: OptionValues, operandCount: Int, answerDigits: (Int) -> Int) {
    operandDigits = knobs.whole("digits")
    self.operandCount = operandCount
    self.answerDigits = answerDigits(operandDigits)
    isReversed = knobs.whole("reversed") == 1
    fold = knobs.whole("fold")
  }

  var length: Int { 1 + operandCount * (operandDigits + 1) + answerDigits }

  /// The operands and the answer in the prompt's order of digits.
  func example(
    _ random: inout SplittableRandom, solve: ([DecimalDigits]) -> DecimalDigits
  ) -> TaskExample {
    var operands: [DecimalDigits]
    repeat {
      operands = (0..<operandCount).map { _ in
        DecimalDigits(random: &random, count: operandDigits)
      }
    } while !isInFold(operands)
    var tokens: [Int32] = [0]
    for (index, operand) in operands.enumerated() {
      tokens += operand.digits.reversed().map { Self.digits[$0] }
      tokens.append(index == operandCount - 1 ? Self.equals : symbol)
    }
    return TaskExample(prompt: tokens, answer: written(solve(operands)))
  }

  func acceptedAnswers(
    to prompt: [Int32], solve: ([DecimalDigits]) -> DecimalDigits
  ) -> [[Int32]] {
    guard prompt.count == length, let equals = prompt.firstIndex(of: Self.equals) else { return [] }
    let operands = prompt[1..<equals].split(separator: symbol).map { row in
      DecimalDigits(row.reversed().map(Self.digits.index(of:)))
    }
    guard operands.count == operandCount,
      operands.allSatisfy({ $0.digits.allSatisfy((0...9).contains) })
    else { return [] }
    return [written(solve(operands))]
  }

  private func written(_ answer: DecimalDigits) -> [Int32] {
    let tokens = answer.padded(to: answerDigits).digits.map { Self.digits[$0] }
    return isReversed ? tokens : tokens.reversed()
  }

  /// Whether an exercise is of the fold asked for; which it is depends on its operands alone.
  private func isInFold(_ operands: [DecimalDigits]) -> Bool {
    guard fold >= 0 else { return true }
    // FNV-1a over the digits, then a good mixer: neighbouring exercises fall independently.
    var hash = FNV1a()
    for digit in operands.flatMap(\.digits) { hash.mix(UInt64(digit)) }
    var mixed = SplittableRandom(seed: hash.value)
    return (mixed.nextUniform() < Self.trainingShare) == (fold == 0)
  }
}
