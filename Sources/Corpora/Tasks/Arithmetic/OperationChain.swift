internal import Cards
internal import Statistics

/// Operations from left to right modulo a power of ten, `7+5*3-4=`: operators have no precedence.
///
/// The modulus keeps the lengths of numbers and the chance level the same however long the chain.
struct OperationChain: Sendable, Hashable {
  /// The three operators' tokens, of which the first few are used.
  static let operatorTokens = TaskAlphabet(after: 12, count: 3)

  let steps: Int
  /// How numbers are written; the modulus is their limit.
  let numbers: NumberNotation
  private let operators: TaskAlphabet

  static func knobs(steps: CardOption, digits: String) -> [CardOption] {
    [
      steps, .whole("digits", 1, in: 1...9, harder: .up, digits),
      .whole("operators", 3, in: 1...3, harder: .up, "1: +; 2: + and −; 3: +, − and ×"),
    ]
  }

  init(_ knobs: OptionValues) {
    steps = knobs.whole("steps")
    numbers = NumberNotation(digits: knobs.whole("digits"))
    operators = TaskAlphabet(after: 12, count: knobs.whole("operators"))
  }

  var promptLength: Int { 1 + (steps + 1) * (numbers.digits + 1) }

  /// A prompt and the result of each operator.
  func example(_ random: inout SplittableRandom) -> (prompt: [Int32], results: [Int]) {
    var value = random.nextIndex(below: numbers.limit)
    var prompt = [0] + numbers.written(value)
    var results: [Int] = []
    for _ in 0..<steps {
      let symbol = operators.draw(&random)
      let operand = random.nextIndex(below: numbers.limit)
      value = apply(symbol, value, operand)
      prompt += [symbol] + numbers.written(operand)
      results.append(value)
    }
    prompt.append(NumberNotation.equals)
    return (prompt, results)
  }

  func results(of prompt: [Int32]) -> [Int]? {
    let digits = numbers.digits
    guard prompt.count >= promptLength, prompt[promptLength - 1] == NumberNotation.equals,
      var value = numbers.number(prompt[1..<1 + digits])
    else { return nil }
    var results: [Int] = []
    for step in 1...steps {
      let start = 1 + step * (digits + 1)
      guard operators.contains(prompt[start - 1]),
        let operand = numbers.number(prompt[start..<start + digits])
      else { return nil }
      value = apply(prompt[start - 1], value, operand)
      results.append(value)
    }
    return results
  }

  private func apply(_ symbol: Int32, _ value: Int, _ operand: Int) -> Int {
    // Both are below 10⁹, so the product fits.
    switch Self.operatorTokens.index(of: symbol) {
    case 0: (value + operand) % numbers.limit
    case 1: (value - operand + numbers.limit) % numbers.limit
    default: (value * operand) % numbers.limit
    }
  }
}
