public import Cards
internal import Foundation
public import Statistics

/// The parity of a row of bits, worked out in the open: each step writes the parity of all bits up
/// to the end of its block.
public struct StepwiseParity: StepwiseTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "stepwise-parity",
    summary: "random bits in blocks: answer with the parity of the bits so far after each block",
    source: "[43] N-parity, written step by step",
    knobs: [
      .whole("steps", 8, in: 1...1024, harder: .up, "blocks, and as many steps"),
      .whole("width", 1, in: 1...64, harder: .up, "bits of a block"),
    ])

  private static let bits = TaskAlphabet(after: 1, count: 2)
  private static let equals: Int32 = 3

  /// The knobs in force.
  public let knobs: OptionValues
  private let width: Int

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    stepCount = knobs.whole("steps")
    width = knobs.whole("width")
  }

  /// The start, two bits and the equals sign.
  public var vocabularyCount: Int { 4 }
  /// The length of every example.
  public var longestExample: Int { promptLength + solutionLength }
  /// The bits.
  public var answerAlphabet: [Int32] { Self.bits.tokens }
  /// `2^(−steps)`.
  public var chanceLevel: Double { pow(2, -Double(stepCount)) }
  /// The start, the bits and the equals sign.
  public var promptLength: Int { 2 + stepCount * width }
  /// One.
  public var stepLength: Int { 1 }
  /// The number of blocks.
  public let stepCount: Int

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let row = (0..<stepCount * width).map { _ in Self.bits.draw(&random) }
    let prompt = [0] + row + [Self.equals]
    return TaskExample(prompt: prompt, answer: parities(of: row[...]))
  }

  /// Counts the ones again.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, let row = row(of: prompt) else { return [] }
    return [parities(of: row)]
  }

  /// Whether the step writes the parity of the bits up to its block.
  public func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool {
    row(of: prompt).map { parities(of: $0)[step] == solution[step] } ?? false
  }

  /// The last step's bit.
  public func answer(of solution: [Int32], to prompt: [Int32]) -> String? {
    guard solution.count >= stepCount, Self.bits.contains(solution[stepCount - 1]) else {
      return nil
    }
    return "\(Self.bits.index(of: solution[stepCount - 1]))"
  }

  /// Whether the last step's bit is the parity of all bits.
  public func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool {
    solution.count >= stepCount && isRight(step: stepCount - 1, of: solution, to: prompt)
  }

  private func row(of prompt: [Int32]) -> ArraySlice<Int32>? {
    guard prompt.count >= promptLength, prompt[promptLength - 1] == Self.equals else { return nil }
    let row = prompt[1..<promptLength - 1]
    return row.allSatisfy(Self.bits.contains) ? row : nil
  }

  private func parities(of row: ArraySlice<Int32>) -> [Int32] {
    var ones = 0
    return (0..<stepCount).map { step in
      let start = row.startIndex + step * width
      ones += row[start..<start + width].count { $0 == Self.bits[1] }
      return Self.bits[ones % 2]
    }
  }
}
