public import Cards
internal import Foundation
public import Statistics

/// Reach a target from given numbers, each used once: every step combines two of the numbers that
/// are left into one.
///
/// A step is written `a∘b=c` with a ≥ b, so that every step has one spelling and no difference is
/// negative. Results have to fit into the digits of a number.
public struct Countdown: StepwiseTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "countdown",
    summary: "a target and numbers: answer with steps that combine two numbers into one until the "
      + "target alone is left",
    source: "the game of numbers, with the steps of [20]; solvable by construction",
    knobs: [
      .whole("numbers", 3, in: 2...6, harder: .up, "numbers given; one fewer steps"),
      .whole("digits", 2, in: 1...4, harder: .up, "digits of a number"),
      .whole("operators", 3, in: 1...3, harder: .up, "1: +; 2: + and −; 3: +, − and ×"),
      .whole("largest", 9, in: 1...999, "the largest number given"),
    ])

  private static let separator: Int32 = 12
  private static let operatorTokens = TaskAlphabet(after: 13, count: 3)

  /// The knobs in force.
  public let knobs: OptionValues
  private let count: Int
  private let largest: Int
  private let notation: NumberNotation
  private let operators: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    count = knobs.whole("numbers")
    largest = knobs.whole("largest")
    operators = TaskAlphabet(after: 13, count: knobs.whole("operators"))
    notation = NumberNotation(digits: knobs.whole("digits"))
    // With one operator the sum of all numbers has to fit.
    try Self.require(
      largest < notation.limit && (operators.count > 1 || count * largest < notation.limit),
      "\(count) numbers up to \(largest) do not fit into \(notation.digits) digits")
  }

  /// The start, digits, the equals sign, the separator and three operators.
  public var vocabularyCount: Int { Self.operatorTokens.end }
  /// The length of every example.
  public var longestExample: Int { promptLength + solutionLength }
  /// Digits, operators and the equals sign.
  public var answerAlphabet: [Int32] {
    NumberNotation.tokens.tokens + [NumberNotation.equals] + operators.tokens
  }
  /// The mean number of solutions of 256 examples, times the chance of writing a given one.
  public var chanceLevel: Double {
    let solutions = (0..<256).reduce(0) { sum, index in
      sum + acceptedAnswers(to: example(index, of: 0).prompt).count
    }
    return Double(solutions) / 256
      * pow(Double(answerAlphabet.count), -Double(solutionLength))
  }
  /// The start, the target and each number behind a separator, and the equals sign.
  public var promptLength: Int { 2 + digits + count * (digits + 1) }
  private var digits: Int { notation.digits }
  /// `a∘b=c`.
  public var stepLength: Int { 3 * digits + 2 }
  /// One fewer than numbers.
  public var stepCount: Int { count - 1 }

  /// Combines numbers at random; what comes out is the target.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    while true {
      let given = (0..<count).map { _ in 1 + random.nextIndex(below: largest) }
      var left = given
      var steps: [Int32] = []
      while left.count > 1 {
        let choices = moves(from: left)
        // Operators are drawn before pairs: products often do not fit.
        let kinds = Set(choices.map(\.symbol)).sorted()
        guard !kinds.isEmpty else { break }
        let kind = kinds[random.nextIndex(below: kinds.count)]
        let fitting = choices.filter { $0.symbol == kind }
        let move = fitting[random.nextIndex(below: fitting.count)]
        steps += written(move)
        left = move.left
      }
      guard left.count == 1 else { continue }
      let prompt =
        [0] + notation.written(left[0]) + given.flatMap { [Self.separator] + notation.written($0) }
        + [NumberNotation.equals]
      return TaskExample(prompt: prompt, answer: steps)
    }
  }

  /// Every solution, in the order of a search.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, let question = question(of: prompt) else { return [] }
    var found: [[Int32]] = []
    func search(_ left: [Int], _ steps: [Int32]) {
      if left.count == 1 {
        if left[0] == question.target { found.append(steps) }
        return
      }
      for move in moves(from: left) { search(move.left, steps + written(move)) }
    }
    search(question.given, [])
    return found
  }

  /// Whether all steps up to this one obey the rules and the target can still be reached.
  public func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool {
    guard let question = question(of: prompt),
      let left = left(after: step + 1, of: solution, from: question.given)
    else { return false }
    return reaches(question.target, from: left)
  }

  /// The steps as they are written, `3*4=12 12-5=7`: the way is what is asked for.
  public func answer(of solution: [Int32], to prompt: [Int32]) -> String? {
    guard solution.count >= solutionLength else { return nil }
    var steps: [String] = []
    for step in 0..<stepCount {
      guard let parts = parts(of: step, in: solution) else { return nil }
      let symbol = ["+", "-", "*"][operators.index(of: parts.symbol)]
      steps.append("\(parts.a)\(symbol)\(parts.b)=\(parts.result)")
    }
    return steps.joined(separator: " ")
  }

  /// Whether all steps obey the rules and end at the target.
  public func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool {
    guard solution.count >= solutionLength, let question = question(of: prompt) else {
      return false
    }
    return left(after: stepCount, of: solution, from: question.given) == [question.target]
  }

  /// How many solutions there are, in powers of four: fewer are harder to find.
  public func stratum(of prompt: [Int32]) -> String? {
    let blanks = [Int32](repeating: TaskExample.blank, count: solutionLength)
    let solutions = acceptedAnswers(to: Array(prompt.prefix(promptLength)) + blanks).count
    return switch solutions {
    case ..<1: nil
    case 1: "1 solution"
    case ..<5: "2–4 solutions"
    case ..<17: "5–16 solutions"
    default: "17 or more solutions"
    }
  }

  private struct Move {
    var a: Int
    var symbol: Int32
    var b: Int
    var result: Int
    /// The numbers afterwards, descending.
    var left: [Int]
  }

  /// What can be done with the numbers that are left, each spelling once.
  private func moves(from numbers: [Int]) -> [Move] {
    let numbers = numbers.sorted(by: >)
    var moves: [Move] = []
    for second in numbers.indices.dropFirst() {
      // Of equal numbers the last two stand for all: each pair of values comes once.
      for first in 0..<second where Self.standsForItsLike(first, second, numbers) {
        let (a, b) = (numbers[first], numbers[second])
        var left = numbers
        left.remove(at: second)
        left.remove(at: first)
        for symbol in operators.tokens {
          let result = apply(symbol, a, b)
          guard result < notation.limit else { continue }
          moves.append(
            Move(a: a, symbol: symbol, b: b, result: result, left: (left + [result]).sorted(by: >)))
        }
      }
    }
    return moves
  }

  /// Whether no later pair of places holds the same two numbers, which descend.
  private static func standsForItsLike(_ first: Int, _ second: Int, _ numbers: [Int]) -> Bool {
    let isLast = second + 1 == numbers.count || numbers[second + 1] != numbers[second]
    let isNext = first + 1 == second || numbers[first + 1] != numbers[first]
    return isLast && isNext
  }

  private func reaches(_ target: Int, from numbers: [Int]) -> Bool {
    numbers.count == 1
      ? numbers[0] == target : moves(from: numbers).contains { reaches(target, from: $0.left) }
  }

  /// The numbers that are left after some steps; nil if one of them breaks the rules.
  private func left(after steps: Int, of solution: [Int32], from given: [Int]) -> [Int]? {
    var left = given
    for step in 0..<steps {
      guard let parts = parts(of: step, in: solution), parts.a >= parts.b,
        let first = left.firstIndex(of: parts.a)
      else { return nil }
      left.remove(at: first)
      guard let second = left.firstIndex(of: parts.b) else { return nil }
      left.remove(at: second)
      guard apply(parts.symbol, parts.a, parts.b) == parts.result else { return nil }
      left.append(parts.result)
    }
    return left
  }

  private func parts(
    of step: Int, in solution: [Int32]
  ) -> (a: Int, symbol: Int32, b: Int, result: Int)? {
    let start = solution.startIndex + step * stepLength
    let symbol = solution[start + digits]
    guard operators.contains(symbol), solution[start + 2 * digits + 1] == NumberNotation.equals,
      let a = notation.number(solution[start..<start + digits]),
      let b = notation.number(solution[(start + digits + 1)..<(start + 2 * digits + 1)]),
      let result = notation.number(solution[(start + 2 * digits + 2)..<(start + stepLength)])
    else { return nil }
    return (a, symbol, b, result)
  }

  private func question(of prompt: [Int32]) -> (target: Int, given: [Int])? {
    guard prompt.count >= promptLength, prompt[0] == 0,
      prompt[promptLength - 1] == NumberNotation.equals,
      let target = notation.number(prompt[1..<1 + digits])
    else { return nil }
    var given: [Int] = []
    for index in 0..<count {
      let start = 1 + digits + index * (digits + 1)
      guard prompt[start] == Self.separator,
        let one = notation.number(prompt[(start + 1)..<(start + 1 + digits)])
      else { return nil }
      given.append(one)
    }
    return (target, given)
  }

  private func apply(_ symbol: Int32, _ a: Int, _ b: Int) -> Int {
    switch Self.operatorTokens.index(of: symbol) {
    case 0: a + b
    case 1: a - b
    default: a * b
    }
  }

  private func written(_ move: Move) -> [Int32] {
    notation.written(move.a) + [move.symbol] + notation.written(move.b) + [NumberNotation.equals]
      + notation.written(move.result)
  }
}
