import Cards
import Corpora
import Foundation
import Statistics
import Strategies

/// Running sums modulo a small number, written as pairs of a place and the sum up to there: a task in
/// which a wrong sum goes on into all later ones, and a look back can tell where it went wrong [22].
struct RunningSum: StepwiseTask {
  /// The task's card.
  static let card = TaskCard(
    name: "running-sum",
    summary: "numbers with their places: answer with the sum up to each place, modulo a number",
    source: "[22], the toy of its smallest check",
    knobs: [
      .whole("steps", 12, in: 1...256, harder: .up, "numbers, and as many steps"),
      .whole("modulus", 5, in: 2...100, harder: .up, "what sums are taken modulo"),
    ])

  /// The knobs in force.
  let knobs: OptionValues
  /// What sums are taken modulo.
  let modulus: Int
  /// The number of numbers.
  let stepCount: Int

  /// Creates the task with these knobs.
  init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    stepCount = knobs.whole("steps")
    modulus = knobs.whole("modulus")
  }

  /// The start, values and places.
  var vocabularyCount: Int { 1 + modulus + stepCount }
  /// The length of every example.
  var longestExample: Int { promptLength + solutionLength }
  /// The values.
  var answerAlphabet: [Int32] { (0..<modulus).map(value) }
  /// `modulus^(−steps)`, for one who knows the places.
  var chanceLevel: Double { pow(Double(modulus), -Double(stepCount)) }
  /// The start, and a pair for each number.
  var promptLength: Int { 1 + 2 * stepCount }
  /// A place and a value.
  var stepLength: Int { 2 }

  /// The token of a value.
  func value(_ value: Int) -> Int32 { Int32(1 + value) }

  /// The token of a place.
  func place(_ place: Int) -> Int32 { Int32(1 + modulus + place) }

  /// The value that a token stands for; nil for other tokens.
  func number(of token: Int32) -> Int? {
    (1...Int32(modulus)).contains(token) ? Int(token) - 1 : nil
  }

  /// Returns an example that depends on the generator alone.
  func example(_ random: inout SplittableRandom) -> TaskExample {
    let numbers = (0..<stepCount).map { _ in random.nextIndex(below: modulus) }
    return TaskExample(prompt: [0] + pairs(numbers), answer: pairs(sums(numbers)))
  }

  /// Adds up again.
  func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, let numbers = numbers(of: prompt) else { return [] }
    return [pairs(sums(numbers))]
  }

  /// Whether the step gives the sum up to its place.
  func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool {
    guard let numbers = numbers(of: prompt) else { return false }
    return solution[2 * step] == place(step) && solution[2 * step + 1] == value(sums(numbers)[step])
  }

  /// The last sum.
  func answer(of solution: [Int32], to prompt: [Int32]) -> String? {
    guard solution.count >= solutionLength, solution[solutionLength - 2] == place(stepCount - 1)
    else { return nil }
    return number(of: solution[solutionLength - 1]).map { "\($0)" }
  }

  /// Whether the last sum is right.
  func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool {
    solution.count >= solutionLength && isRight(step: stepCount - 1, of: solution, to: prompt)
  }

  /// The numbers of a prompt; nil for what is none.
  func numbers(of prompt: [Int32]) -> [Int]? {
    guard prompt.count >= promptLength, prompt[0] == 0 else { return nil }
    var numbers: [Int] = []
    for index in 0..<stepCount {
      guard prompt[1 + 2 * index] == place(index), let number = number(of: prompt[2 + 2 * index])
      else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private func sums(_ numbers: [Int]) -> [Int] {
    var sum = 0
    return numbers.map {
      sum = (sum + $0) % modulus
      return sum
    }
  }

  private func pairs(_ numbers: [Int]) -> [Int32] {
    numbers.enumerated().flatMap { [place($0.offset), value($0.element)] }
  }
}
