public import Cards
internal import Foundation
public import Statistics

/// Indirect object identification: which name has been said only once.
///
/// `A B f f f B GIVE` asks for A; the two names come in either order and either one is repeated.
/// Distractors are further names, each said twice.
public struct IndirectObject: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "indirect-object",
    summary: "two names, fillers, one of the names again: answer with the other one",
    source: "T-IOI of the training catalogue [192]; Wang et al. 2022",
    knobs: [
      .whole("names", 32, in: 2...4096, harder: .up, "different names"),
      .whole("distractors", 0, in: 0...1024, harder: .up, "further names, each said twice"),
      .whole(
        "distance", 3, in: 0...16384, harder: .up, "fillers between first and second mentions"),
      .whole("fillers", 16, in: 1...4096, "different fillers"),
    ])

  private static let give: Int32 = 1

  /// The knobs in force.
  public let knobs: OptionValues
  private let names: TaskAlphabet
  private let fillers: TaskAlphabet
  private let distractors: Int
  private let distance: Int

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    distractors = knobs.whole("distractors")
    distance = knobs.whole("distance")
    names = TaskAlphabet(after: 2, count: knobs.whole("names"))
    fillers = TaskAlphabet(after: names.end, count: knobs.whole("fillers"))
    try Self.require(
      distractors + 2 <= names.count,
      "\(distractors) distractors need \(distractors + 2) names, not \(names.count)")
  }

  /// The start, the verb, names and fillers.
  public var vocabularyCount: Int { fillers.end }
  /// The length of every example.
  public var longestExample: Int { 6 + 2 * distractors + distance }
  /// The names.
  public var answerAlphabet: [Int32] { names.tokens }
  /// One in so many names.
  public var chanceLevel: Double { tokenChanceLevel }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let people = names.distinct(2 + distractors, &random)
    let first = people.shuffled(using: &random)
    let second = people.dropFirst().shuffled(using: &random)
    let between = (0..<distance).map { _ in fillers.draw(&random) }
    let tokens = [0] + first + between + second + [Self.give, people[0]]
    return TaskExample(tokens: tokens, answerPositions: [tokens.count - 1])
  }

  /// Returns the name that occurs once.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    var mentions: [Int32: Int] = [:]
    for token in prompt where names.contains(token) { mentions[token, default: 0] += 1 }
    let once = mentions.filter { $0.value == 1 }.map(\.key)
    return once.count == 1 ? [once] : []
  }
}
