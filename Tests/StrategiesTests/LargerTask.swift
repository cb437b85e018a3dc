import Cards
import Corpora
import Statistics

/// Eight symbols out of nine; each of three steps writes a symbol that is not smaller than the next
/// one. Both to write such symbols and to tell them from others is learned in a second of training.
struct LargerTask: StepwiseTask {
  static let card = TaskCard(
    name: "larger",
    summary: "symbols: answer with symbols that are not smaller than the first ones",
    source: "tests", knobs: [])

  let knobs: OptionValues
  let promptLength = 9
  let stepLength = 1
  let stepCount = 3
  let vocabularyCount = 10
  let longestExample = 12
  let answerAlphabet = [Int32](1...9)
  var chanceLevel: Double { 125.0 / 729 }

  init(knobs: OptionValues) throws(TaskError) { self.knobs = knobs }

  func example(_ random: inout SplittableRandom) -> TaskExample {
    let prompt = [0] + (0..<8).map { _ in Int32(1 + random.nextIndex(below: 9)) }
    let answer = prompt[1...3].map { $0 + Int32(random.nextIndex(below: 10 - Int($0))) }
    return TaskExample(tokens: prompt + answer, answerPositions: [9, 10, 11])
  }

  func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] { [] }

  func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool {
    zip(solution.prefix(step + 1), prompt.dropFirst()).allSatisfy { $0 >= $1 }
  }

  func answer(of solution: [Int32], to prompt: [Int32]) -> String? {
    solution.contains(0) ? nil : solution.map { "\($0)" }.joined(separator: " ")
  }

  func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool {
    isRight(step: 2, of: solution, to: prompt)
  }

  func stratum(of prompt: [Int32]) -> String? { prompt[1] > 4 ? "high" : "low" }
}
