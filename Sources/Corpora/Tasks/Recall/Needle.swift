public import Cards
internal import Foundation
internal import Quantities
public import Statistics

/// Needle in a haystack: find the payload of one marked key among fillers and other needles.
///
/// Fillers with needles `MARK k p₁ … p_n` among them; the example ends `ASK k` and the answer is
/// p₁ … p_n. With one needle this is passkey retrieval.
public struct Needle: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "needle",
    summary: "marked keys with payloads among fillers, then one key: answer with its payload",
    source: "T-NEEDLE of the training catalogue; passkey retrieval at depth p",
    knobs: [
      .whole("length", 128, in: 8...65536, harder: .up, "tokens of an example, answer included"),
      .whole("needles", 4, in: 1...1024, harder: .up, "needles, of which one is asked for"),
      .whole("payload", 3, in: 1...64, harder: .up, "tokens of a payload"),
      .number(
        "depth", -1, in: -1...1,
        "share of the fillers before the needle asked for; −1 draws it anew each time"),
      .whole("keys", 32, in: 1...4096, "different keys, at least `needles`"),
      .whole("symbols", 64, in: 2...4096, harder: .up, "different payload tokens"),
      .whole("fillers", 64, in: 1...4096, "different fillers"),
    ])

  private static let mark: Int32 = 1
  private static let ask: Int32 = 2

  /// The knobs in force.
  public let knobs: OptionValues
  private let needles: Int
  private let payload: Int
  private let fillerCount: Int
  private let keys: TaskAlphabet
  private let symbols: TaskAlphabet
  private let fillers: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    needles = knobs.whole("needles")
    payload = knobs.whole("payload")
    fillerCount = knobs.whole("length") - 3 - payload - needles * (2 + payload)
    keys = TaskAlphabet(after: 3, count: knobs.whole("keys"))
    symbols = TaskAlphabet(after: keys.end, count: knobs.whole("symbols"))
    fillers = TaskAlphabet(after: symbols.end, count: knobs.whole("fillers"))
    let depth = knobs.number("depth")
    try Self.require(fillerCount >= 0, "the length has no room for \(needles) needles")
    try Self.require(needles <= keys.count, "\(needles) needles need as many keys")
    try Self.require(depth == -1 || depth >= 0, "depth is \(depth); expected −1 or 0 to 1")
  }

  /// The start, two marks, keys, payload tokens and fillers.
  public var vocabularyCount: Int { fillers.end }
  /// The length of every example.
  public var longestExample: Int { knobs.whole("length") }
  /// The payload tokens.
  public var answerAlphabet: [Int32] { symbols.tokens }
  /// `symbols^(−payload)`.
  public var chanceLevel: Double { pow(tokenChanceLevel, Double(payload)) }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let chosen = keys.distinct(needles, &random)
    let payloads = chosen.map { _ in (0..<payload).map { _ in symbols.draw(&random) } }
    // The first needle is the one asked for; each is placed behind so many fillers.
    var places = chosen.map { _ in random.nextIndex(below: fillerCount + 1) }
    if knobs.number("depth") >= 0 {
      places[0] = Int(saturating: (knobs.number("depth") * Double(fillerCount)).rounded())
    }
    let order = places.indices.shuffled(using: &random)
    var tokens: [Int32] = [0]
    for place in 0...fillerCount {
      for needle in order where places[needle] == place {
        tokens += [Self.mark, chosen[needle]] + payloads[needle]
      }
      if place < fillerCount { tokens.append(fillers.draw(&random)) }
    }
    tokens += [Self.ask, chosen[0]]
    return TaskExample(prompt: tokens, answer: payloads[0])
  }

  /// Searches the prompt for the key that is asked for.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard let ask = prompt.lastIndex(of: Self.ask), ask + 1 < prompt.count else { return [] }
    let key = prompt[ask + 1]
    let length = prompt.count - ask - 2
    for index in prompt.indices.dropLast(length + 1)
    where prompt[index] == Self.mark && prompt[index + 1] == key {
      return [Array(prompt[(index + 2)...].prefix(length))]
    }
    return []
  }
}
