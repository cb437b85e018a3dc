public import Cards
internal import Foundation
public import Statistics

/// Memo trap: end a well-known phrase in another way than it always ends [0].
///
/// Each phrase is always followed by its own ending; that is a `phrase` line. Rarely an override
/// line orders `WRITE phrase ENDING v START phrase`, and the answer is v, not the usual ending.
/// Where overrides are rare a larger model trusts the phrase more and does worse; where they are
/// common it does better. Train with a small `override-share`, evaluate with 1.
public struct MemoTrap: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "memo-trap",
    summary: "a known phrase, sometimes with the order to end it otherwise: answer with its ending",
    source: "[0] inverse scaling, memo trap",
    labels: ["usual ending", "override"],
    knobs: [
      .number("override-share", 0.01, in: 0...1, "share of lines that override"),
      .whole("phrases", 64, in: 1...65536, harder: .up, "phrases to remember"),
      .whole("phrase-length", 4, in: 1...256, "tokens of a phrase"),
      .whole("words", 64, in: 2...16384, "different tokens of phrases"),
      .whole("endings", 64, in: 2...16384, harder: .up, "different endings"),
      .number("zipf", 1, in: 0...4, harder: .up, "Zipf's exponent of the phrases"),
      .whole("table", 0, in: 0...1_000_000, "names the phrases and their endings"),
    ])

  private static let write: Int32 = 1
  private static let ending: Int32 = 2
  private static let begin: Int32 = 3

  /// The knobs in force.
  public let knobs: OptionValues
  private let phraseLength: Int
  private let endings: TaskAlphabet
  private let vocabulary: Int
  private let phrases: [[Int32]]
  private let usualEndings: [[Int32]: Int32]
  private let popularity: CategoricalDistribution

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    let count = knobs.whole("phrases")
    phraseLength = knobs.whole("phrase-length")
    let words = TaskAlphabet(after: 4, count: knobs.whole("words"))
    endings = TaskAlphabet(after: words.end, count: knobs.whole("endings"))
    vocabulary = endings.end
    let possible = pow(Double(words.count), Double(phraseLength))
    // Below half of all phrases, drawing until one is new takes two draws at most on average.
    try Self.require(
      Double(count) <= possible / 2,
      "\(count) phrases are more than half of those that \(words.count) words can make")
    var random = SplittableRandom(seed: UInt64(knobs.whole("table")))
    var phrases: [[Int32]] = []
    var usualEndings: [[Int32]: Int32] = [:]
    while phrases.count < count {
      let phrase = (0..<phraseLength).map { _ in words.draw(&random) }
      guard usualEndings[phrase] == nil else { continue }
      usualEndings[phrase] = endings.draw(&random)
      phrases.append(phrase)
    }
    self.phrases = phrases
    self.usualEndings = usualEndings
    popularity = CategoricalDistribution(zipf: count, exponent: knobs.number("zipf"))
  }

  /// The start, three marks, words and endings.
  public var vocabularyCount: Int { vocabulary }
  /// The length of an override line.
  public var longestExample: Int { 6 + 2 * phraseLength }
  /// The endings.
  public var answerAlphabet: [Int32] { endings.tokens }
  /// One in so many endings.
  public var chanceLevel: Double { tokenChanceLevel }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let phrase = phrases[popularity.draw(&random)]
    let usual = usualEndings[phrase] ?? endings[0]
    guard random.nextUniform() < knobs.number("override-share") else {
      return TaskExample(tokens: [0] + phrase + [usual], answerPositions: [phraseLength + 1])
    }
    let shift = 1 + random.nextIndex(below: endings.count - 1)
    let other = endings[(endings.index(of: usual) + shift) % endings.count]
    let tokens = [0, Self.write] + phrase + [Self.ending, other, Self.begin] + phrase + [other]
    return TaskExample(tokens: tokens, answerPositions: [tokens.count - 1], label: 1)
  }

  /// Returns the ending that is ordered, or else the usual one.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    if let order = prompt.firstIndex(of: Self.ending), order + 1 < prompt.count {
      return [[prompt[order + 1]]]
    }
    return usualEndings[Array(prompt.dropFirst().dropLast())].map { [[$0]] } ?? []
  }

  /// The ending that a model falls for: the phrase's usual one.
  public func trap(of prompt: [Int32]) -> Int32? {
    usualEndings[Array(prompt.dropLast().suffix(phraseLength))]
  }
}
