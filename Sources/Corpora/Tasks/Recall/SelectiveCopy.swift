public import Cards
internal import Foundation
public import Statistics

/// Selective copy: symbols scattered among distractors, to be repeated in order.
///
/// The distances between symbols vary, so a filter with a fixed lag cannot solve the task: it
/// takes a mechanism that looks at the content.
public struct SelectiveCopy: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "selective-copy",
    summary: "symbols among distractors and a separator: answer with the symbols in order",
    source: "the architecture catalogue's list of tasks; Gu and Dao 2023",
    knobs: [
      .whole("memory", 8, in: 1...4096, harder: .up, "symbols to repeat"),
      .whole("distance", 32, in: 0...65536, harder: .up, "distractors scattered among the symbols"),
      .whole("symbols", 16, in: 2...4096, harder: .up, "different symbols"),
      .whole("distractors", 16, in: 1...4096, harder: .up, "different distractors"),
    ])

  private static let separator: Int32 = 1

  /// The knobs in force.
  public let knobs: OptionValues
  private let memory: Int
  private let distance: Int
  private let symbols: TaskAlphabet
  private let distractors: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    memory = knobs.whole("memory")
    distance = knobs.whole("distance")
    symbols = TaskAlphabet(after: 2, count: knobs.whole("symbols"))
    distractors = TaskAlphabet(after: symbols.end, count: knobs.whole("distractors"))
  }

  /// The start, the separator, symbols and distractors.
  public var vocabularyCount: Int { distractors.end }
  /// The length of every example.
  public var longestExample: Int { 2 + 2 * memory + distance }
  /// The symbols.
  public var answerAlphabet: [Int32] { symbols.tokens }
  /// `symbols^(−memory)`.
  public var chanceLevel: Double { pow(tokenChanceLevel, Double(memory)) }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let isSymbol = (0..<memory + distance).map { $0 < memory }.shuffled(using: &random)
    let scattered = isSymbol.map { $0 ? symbols.draw(&random) : distractors.draw(&random) }
    let answer = scattered.filter(symbols.contains)
    let start = 2 + memory + distance
    return TaskExample(
      tokens: [0] + scattered + [Self.separator] + answer,
      answerPositions: Array(start..<start + memory))
  }

  /// Keeps the symbols that stand before the separator.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard let separator = prompt.firstIndex(of: Self.separator) else { return [] }
    return [prompt[..<separator].filter(symbols.contains)]
  }
}
