public import Cards
internal import Foundation
public import Statistics

/// Induction: a block of different random tokens is repeated until the example is full.
///
/// The block's length is drawn for each example: with a fixed one the offset is constant and a
/// head that knows positions only would solve the task. The token with which the first repetition
/// starts cannot be foreseen; every later one is an answer.
public struct Induction: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "induction",
    summary: "a block of different tokens of random length, repeated: continue the repetition",
    source: "T-COPY of the training catalogue",
    knobs: [
      .whole("shortest", 8, in: 1...4096, "tokens of the shortest block"),
      .whole("longest", 24, in: 1...4096, harder: .up, "tokens of the longest block"),
      .whole("length", 49, in: 4...16384, "tokens of an example"),
      .whole("symbols", 64, in: 2...16384, harder: .up, "different tokens, at least `longest`"),
    ])

  /// The knobs in force.
  public let knobs: OptionValues
  private let blockLengths: ClosedRange<Int>
  private let length: Int
  private let symbols: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    let (shortest, longest) = (knobs.whole("shortest"), knobs.whole("longest"))
    length = knobs.whole("length")
    symbols = TaskAlphabet(after: 1, count: knobs.whole("symbols"))
    try Self.require(shortest <= longest, "`shortest` exceeds `longest`")
    try Self.require(longest <= symbols.count, "`longest` needs as many symbols")
    try Self.require(
      longest + 2 < length, "a length of \(length) has no room for a block of \(longest) twice")
    blockLengths = shortest...longest
  }

  /// The start and the symbols.
  public var vocabularyCount: Int { symbols.end }
  /// The length of every example.
  public var longestExample: Int { length }
  /// The symbols.
  public var answerAlphabet: [Int32] { symbols.tokens }
  /// The mean over block lengths n of `symbols^(−(length − n − 2))`.
  public var chanceLevel: Double {
    blockLengths.reduce(0) { $0 + pow(tokenChanceLevel, Double(length - $1 - 2)) }
      / Double(blockLengths.count)
  }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let count = blockLengths.lowerBound + random.nextIndex(below: blockLengths.count)
    let block = symbols.distinct(count, &random)
    let tokens = [0] + (0..<length - 1).map { block[$0 % count] }
    return TaskExample(tokens: tokens, answerPositions: Array(count + 2..<length))
  }

  /// Finds the period at the first token that recurs.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard let firstBlank = prompt.firstIndex(of: TaskExample.blank), firstBlank > 2,
      let origin = prompt[..<(firstBlank - 1)].firstIndex(of: prompt[firstBlank - 1])
    else { return [] }
    let period = firstBlank - 1 - origin
    var filled = prompt
    for index in firstBlank..<prompt.count { filled[index] = filled[index - period] }
    return [Array(filled[firstBlank...])]
  }
}
