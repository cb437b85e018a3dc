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
    knobs: [
      .whole("steps", 4, 1...256, harder: .up, "operators, and as many steps"),
      .whole("digits", 1, 1...9, harder: .up, "digits of numbers and of each step"),
      .whole("operators", 3, 1...3, harder: .up, "1: +; 2: + and −; 3: +, − and ×"),
    ])

  private static let digitTokens = TaskAlphabet(after: 1, count: 10)
  private static let equals: Int32 = 11
  private static let operatorTokens = TaskAlphabet(after: 12, count: 3)

  /// The knobs in force.
  public let knobs: KnobValues
  private let digits: Int
  private let modulus: Int
  private let operators: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: KnobValues) throws(TaskError) {
    self.knobs = knobs
    stepCount = knobs.whole("steps")
    digits = knobs.whole("digits")
    modulus = (0..<digits).reduce(1) { power, _ in 10 * power }
    operators = TaskAlphabet(after: 12, count: knobs.whole("operators"))
  }

  /// The start, digits, the equals sign and three operators.
  public var vocabularyCount: Int { Self.operatorTokens.end }
  /// The length of every example.
  public var longestExample: Int { promptLength + solutionLength }
  /// The digits.
  public var answerAlphabet: [Int32] { Self.digitTokens.tokens }
  /// `10^(−digits · steps)`.
  public var chanceLevel: Double { pow(10, -Double(digits * stepCount)) }
  /// The start, the numbers, the operators and the equals sign.
  public var promptLength: Int { 1 + (stepCount + 1) * (digits + 1) }
  /// The digits of a number.
  public var stepLength: Int { digits }
  /// The number of operators.
  public let stepCount: Int

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    var value = random.nextIndex(below: modulus)
    var prompt = [0] + written(value)
    var steps: [Int32] = []
    for _ in 0..<stepCount {
      let symbol = operators.draw(&random)
      let operand = random.nextIndex(below: modulus)
      value = apply(symbol, value, operand)
      prompt += [symbol] + written(operand)
      steps += written(value)
    }
    prompt.append(Self.equals)
    return TaskExample(
      tokens: prompt + steps, answerPositions: Array(prompt.count..<prompt.count + steps.count))
  }

  /// Works the chain out again.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, let results = results(of: prompt) else { return [] }
    return [results.flatMap(written)]
  }

  /// Whether the step writes the result of the chain up to its operator.
  public func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool {
    guard let results = results(of: prompt) else { return false }
    return number(solution[(step * digits)..<((step + 1) * digits)]) == results[step]
  }

  /// The number that the last step writes.
  public func answer(of solution: [Int32], to prompt: [Int32]) -> String? {
    solution.count < solutionLength
      ? nil : number(solution[(solutionLength - digits)..<solutionLength]).map { "\($0)" }
  }

  /// Whether the last step writes the result of the chain.
  public func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool {
    solution.count >= solutionLength && isRight(step: stepCount - 1, of: solution, to: prompt)
  }

  /// The number of products, which are what is hard about it.
  public func stratum(of prompt: [Int32]) -> String? {
    "\(prompt.prefix(promptLength).count { $0 == Self.operatorTokens[2] })×"
  }

  /// The result of each operator; nil for what is no prompt.
  private func results(of prompt: [Int32]) -> [Int]? {
    guard prompt.count >= promptLength, prompt[promptLength - 1] == Self.equals,
      var value = number(prompt[1..<1 + digits])
    else { return nil }
    var results: [Int] = []
    for step in 1...stepCount {
      let start = 1 + step * (digits + 1)
      guard operators.contains(prompt[start - 1]),
        let operand = number(prompt[start..<start + digits])
      else { return nil }
      value = apply(prompt[start - 1], value, operand)
      results.append(value)
    }
    return results
  }

  private func apply(_ symbol: Int32, _ value: Int, _ operand: Int) -> Int {
    // Both are below 10⁹, so the product fits.
    switch Self.operatorTokens.index(of: symbol) {
    case 0: (value + operand) % modulus
    case 1: (value - operand + modulus) % modulus
    default: (value * operand) % modulus
    }
  }

  private func number(_ tokens: ArraySlice<Int32>) -> Int? {
    guard tokens.allSatisfy(Self.digitTokens.contains) else { return nil }
    return tokens.reduce(0) { 10 * $0 + Self.digitTokens.index(of: $1) }
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
