internal import Foundation
public import Statistics

/// A chain of operations from left to right modulo a power of ten: `7+5*3-4=`.
///
/// Operators have no precedence. The modulus keeps the answer's length and the chance level the
/// same however long the chain.
public struct ChainedArithmetic: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "chained-arithmetic",
    summary: "numbers joined by operators, worked out from left to right: answer with the result "
      + "modulo 10^digits",
    source: "the training catalogue's arithmetic with a knob for the number of steps",
    knobs: [
      .whole("steps", 3, 1...1024, harder: .up, "operators"),
      .whole("digits", 1, 1...9, harder: .up, "digits of numbers and of the answer"),
      .whole("operators", 3, 1...3, harder: .up, "1: +; 2: + and −; 3: +, − and ×"),
    ])

  private static let digitTokens = TaskAlphabet(after: 1, count: 10)
  private static let equals: Int32 = 11
  private static let operatorTokens = TaskAlphabet(after: 12, count: 3)

  /// The knobs in force.
  public let knobs: KnobValues
  private let steps: Int
  private let digits: Int
  private let modulus: Int
  private let operators: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: KnobValues) throws(TaskError) {
    self.knobs = knobs
    steps = knobs.whole("steps")
    digits = knobs.whole("digits")
    modulus = (0..<digits).reduce(1) { power, _ in 10 * power }
    operators = TaskAlphabet(after: 12, count: knobs.whole("operators"))
  }

  /// The start, digits, the equals sign and three operators.
  public var vocabularyCount: Int { Self.operatorTokens.end }
  /// The length of every example.
  public var longestExample: Int { 1 + (steps + 1) * (digits + 1) + digits }
  /// The digits.
  public var answerAlphabet: [Int32] { Self.digitTokens.tokens }
  /// `10^(−digits)`.
  public var chanceLevel: Double { 1 / Double(modulus) }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    var value = random.nextIndex(below: modulus)
    var tokens = [0] + written(value)
    for _ in 0..<steps {
      let symbol = operators.draw(&random)
      let operand = random.nextIndex(below: modulus)
      value = apply(symbol, value, operand)
      tokens += [symbol] + written(operand)
    }
    tokens.append(Self.equals)
    let start = tokens.count
    tokens += written(value)
    return TaskExample(tokens: tokens, answerPositions: Array(start..<tokens.count))
  }

  /// Works the chain out again.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, prompt[prompt.count - digits - 1] == Self.equals else {
      return []
    }
    var value = 0
    for step in 0...steps {
      let start = 1 + step * (digits + 1)
      let row = prompt[start..<start + digits]
      guard row.allSatisfy(Self.digitTokens.contains) else { return [] }
      let operand = row.reduce(0) { 10 * $0 + Self.digitTokens.index(of: $1) }
      if step == 0 {
        value = operand
      } else {
        guard operators.contains(prompt[start - 1]) else { return [] }
        value = apply(prompt[start - 1], value, operand)
      }
    }
    return [written(value)]
  }

  private func apply(_ symbol: Int32, _ value: Int, _ operand: Int) -> Int {
    // Both are below 10⁹, so the product fits.
    switch Self.operatorTokens.index(of: symbol) {
    case 0: (value + operand) % modulus
    case 1: (value - operand + modulus) % modulus
    default: (value * operand) % modulus
    }
  }

  private func written(_ value: Int) -> [Int32] {
    var value = value
    var tokens: [Int32] = []
    for _ in 0..<digits {
      tokens.append(Self.digitTokens[value % 10])
      value /= 10
    }
    return tokens.reversed()
  }
}
