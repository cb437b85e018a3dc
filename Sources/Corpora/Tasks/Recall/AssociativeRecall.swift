public import Cards
internal import Foundation
public import Statistics

/// Multi-query associative recall: pairs of key and value, then keys again [194].
///
/// `k₁ v₁ … k_p v_p`, then slots of two tokens; a slot holds a key and its value, which is the
/// answer, or two fillers. Which slots hold queries follows a power law of the distance, as in the
/// public generator of the literature (there the value does not appear after its key).
public struct AssociativeRecall: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "associative-recall",
    summary: "pairs of key and value, then some of the keys: answer each with its value",
    source: "[194] multi-query associative recall; Arora et al. 2023",
    knobs: [
      .whole("pairs", 8, in: 1...1024, harder: .up, "pairs to remember"),
      .whole("queries", 4, in: 1...1024, "keys asked for, at most `pairs`"),
      .whole("slots", 16, in: 1...4096, harder: .up, "slots for queries, at least `queries`"),
      .whole("keys", 64, in: 1...4096, "different keys, at least `pairs`"),
      .whole("values", 64, in: 2...4096, harder: .up, "different values"),
      .whole("fillers", 16, in: 1...4096, "different fillers"),
      .number(
        "gap-power", 0.01, in: 0.001...10, harder: .up,
        "a of the density a·x^(a−1) of the slot x; larger values ask later"),
    ])

  /// The knobs in force.
  public let knobs: OptionValues
  private let pairs: Int
  private let queries: Int
  private let slots: Int
  private let keys: TaskAlphabet
  private let values: TaskAlphabet
  private let fillers: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    pairs = knobs.whole("pairs")
    queries = knobs.whole("queries")
    slots = knobs.whole("slots")
    keys = TaskAlphabet(after: 1, count: knobs.whole("keys"))
    values = TaskAlphabet(after: keys.end, count: knobs.whole("values"))
    fillers = TaskAlphabet(after: values.end, count: knobs.whole("fillers"))
    try Self.require(pairs <= keys.count, "\(pairs) pairs need as many keys, not \(keys.count)")
    try Self.require(queries <= pairs, "\(queries) queries need as many pairs, not \(pairs)")
    try Self.require(queries <= slots, "\(queries) queries need as many slots, not \(slots)")
  }

  /// The start, keys, values and fillers.
  public var vocabularyCount: Int { fillers.end }
  /// The length of every example.
  public var longestExample: Int { 1 + 2 * pairs + 2 * slots }
  /// The values.
  public var answerAlphabet: [Int32] { values.tokens }
  /// `values^(−queries)`.
  public var chanceLevel: Double { pow(tokenChanceLevel, Double(queries)) }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    var tokens: [Int32] = [0]
    let chosen = keys.distinct(pairs, &random)
    let answers = chosen.map { _ in values.draw(&random) }
    for (key, value) in zip(chosen, answers) { tokens += [key, value] }
    let start = tokens.count
    for _ in 0..<2 * slots { tokens.append(fillers.draw(&random)) }
    let power = knobs.number("gap-power") - 1
    var weights = (1...slots).map { pow(Double($0), power) }
    var positions: [Int] = []
    for query in 0..<queries {
      var target = random.nextUniform() * weights.reduce(0, +)
      // Rounding may leave a rest behind the last weight: then the last free slot is meant.
      var slot = weights.lastIndex { $0 > 0 } ?? 0
      for (index, weight) in weights.enumerated() where weight > 0 {
        target -= weight
        if target < 0 {
          slot = index
          break
        }
      }
      weights[slot] = 0
      tokens[start + 2 * slot] = chosen[query]
      tokens[start + 2 * slot + 1] = answers[query]
      positions.append(start + 2 * slot + 1)
    }
    return TaskExample(tokens: tokens, answerPositions: positions.sorted())
  }

  /// Looks up each key that stands before a blank.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    keys.recalled(in: prompt)
  }
}
