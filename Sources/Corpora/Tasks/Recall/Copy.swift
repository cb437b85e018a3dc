public import Cards
internal import Foundation
public import Statistics

/// Copy: a random string, a separator, and the string again.
public struct Copy: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "copy",
    summary: "a random string and a separator: answer with the string",
    source: "the architecture catalogue's list of tasks",
    knobs: [
      .whole("shortest", 4, in: 1...16384, "tokens of the shortest string"),
      .whole("longest", 16, in: 1...16384, harder: .up, "tokens of the longest string"),
      .whole("symbols", 32, in: 2...16384, harder: .up, "different tokens"),
    ])

  private static let separator: Int32 = 1

  /// The knobs in force.
  public let knobs: OptionValues
  private let lengths: ClosedRange<Int>
  private let symbols: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    let (shortest, longest) = (knobs.whole("shortest"), knobs.whole("longest"))
    try Self.require(shortest <= longest, "`shortest` exceeds `longest`")
    lengths = shortest...longest
    symbols = TaskAlphabet(after: 2, count: knobs.whole("symbols"))
  }

  /// The start, the separator and the symbols.
  public var vocabularyCount: Int { symbols.end }
  /// The start, the separator and the longest string twice.
  public var longestExample: Int { 2 + 2 * lengths.upperBound }
  /// The symbols.
  public var answerAlphabet: [Int32] { symbols.tokens }
  /// The mean over lengths n of `symbols^(−n)`.
  public var chanceLevel: Double {
    lengths.reduce(0) { $0 + pow(tokenChanceLevel, Double($1)) } / Double(lengths.count)
  }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let count = lengths.lowerBound + random.nextIndex(below: lengths.count)
    let string = (0..<count).map { _ in symbols.draw(&random) }
    return TaskExample(prompt: [0] + string + [Self.separator], answer: string)
  }

  /// Returns what stands before the separator.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard let separator = prompt.firstIndex(of: Self.separator), separator > 1 else { return [] }
    return [Array(prompt[1..<separator])]
  }
}
