public import Cards
internal import Foundation
public import Statistics

/// A running sum over words whose values a dictionary in the prompt gives: pure execution of a plan that
/// is known, for as many steps as one likes.
public struct DictionarySum: StepwiseTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "dictionary-sum",
    summary: "a dictionary of words and values, then the words of each step: answer with the sum "
      + "so far after each step, modulo a number",
    source: "[29] running sum with an in-context dictionary",
    knobs: [
      .whole("steps", 8, in: 1...1024, harder: .up, "steps, and as many sums"),
      .whole("keys", 1, in: 1...64, harder: .up, "words of a step, K"),
      .whole("entries", 4, in: 1...256, harder: .up, "words in the dictionary"),
      .whole("modulus", 10, in: 2...256, harder: .up, "sums count modulo this number"),
    ])

  /// The knobs in force.
  public let knobs: OptionValues
  private let keys: Int
  private let modulus: Int
  private let words: TaskAlphabet
  private let values: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    stepCount = knobs.whole("steps")
    keys = knobs.whole("keys")
    modulus = knobs.whole("modulus")
    words = TaskAlphabet(after: 1, count: knobs.whole("entries"))
    values = TaskAlphabet(after: words.end, count: modulus)
  }

  /// The start, words, values and the equals sign.
  public var vocabularyCount: Int { values.end + 1 }
  /// The length of every example.
  public var longestExample: Int { promptLength + solutionLength }
  /// The values.
  public var answerAlphabet: [Int32] { values.tokens }
  /// `modulus^(−steps)`.
  public var chanceLevel: Double { pow(Double(modulus), -Double(stepCount)) }
  /// The start, the dictionary, the words of all steps and the equals sign.
  public var promptLength: Int { 2 + 2 * words.count + stepCount * keys }
  /// One.
  public var stepLength: Int { 1 }
  /// The number of sums.
  public let stepCount: Int

  private var equals: Int32 { Int32(values.end) }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let dictionary = words.distinct(words.count, &random).flatMap { [$0, values.draw(&random)] }
    let plan = (0..<stepCount * keys).map { _ in words.draw(&random) }
    let prompt = [0] + dictionary + plan + [equals]
    return TaskExample(prompt: prompt, answer: sums(of: prompt) ?? [])
  }

  /// Adds the values again.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, let sums = sums(of: prompt) else { return [] }
    return [sums]
  }

  /// Whether the step writes the sum of the words up to it.
  public func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool {
    sums(of: prompt).map { $0[step] == solution[step] } ?? false
  }

  /// The last step's sum.
  public func answer(of solution: [Int32], to prompt: [Int32]) -> String? {
    guard solution.count >= stepCount, values.contains(solution[stepCount - 1]) else { return nil }
    return "\(values.index(of: solution[stepCount - 1]))"
  }

  /// Whether the last step's sum is that of all words.
  public func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool {
    solution.count >= stepCount && isRight(step: stepCount - 1, of: solution, to: prompt)
  }

  private func sums(of prompt: [Int32]) -> [Int32]? {
    guard prompt.count >= promptLength, prompt[promptLength - 1] == equals else { return nil }
    var meaning: [Int32: Int] = [:]
    for place in stride(from: 1, to: 1 + 2 * words.count, by: 2) {
      guard words.contains(prompt[place]), values.contains(prompt[place + 1]),
        meaning[prompt[place]] == nil
      else { return nil }
      meaning[prompt[place]] = values.index(of: prompt[place + 1])
    }
    var sum = 0
    var sums: [Int32] = []
    for step in 0..<stepCount {
      let start = 1 + 2 * words.count + step * keys
      for place in start..<start + keys {
        guard let value = meaning[prompt[place]] else { return nil }
        sum = (sum + value) % modulus
      }
      sums.append(values[sum])
    }
    return sums
  }
}
