public import Cards
internal import Foundation
public import Statistics

/// A stream of easy and hard tokens whose kinds are known.
///
/// Easy units are a symbol and its image under a fixed table, which a bigram knows. Hard units are
/// a key and the value that the key had before in the same example; the first time a key occurs
/// its value is new and no answer.
public struct MixedDifficulty: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "mixed-difficulty",
    summary: "symbols with fixed successors among keys with values to recall: answer with both",
    source: "the architecture catalogue's list of tasks",
    labels: ["easy", "hard"],
    knobs: [
      .whole("units", 32, in: 1...16384, "units of two tokens in an example"),
      .number("hard-share", 0.3, in: 0...1, harder: .up, "share of hard units"),
      .whole("keys", 8, in: 1...4096, harder: .up, "different keys"),
      .whole("symbols", 32, in: 1...4096, "different easy symbols"),
      .whole("values", 32, in: 2...4096, harder: .up, "different values"),
      .whole("table", 0, in: 0...1_000_000, "names the table of easy successors"),
    ])

  /// The knobs in force.
  public let knobs: OptionValues
  private let units: Int
  private let hardShare: Double
  private let symbols: TaskAlphabet
  private let keys: TaskAlphabet
  private let values: TaskAlphabet
  private let successors: [Int32]

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    units = knobs.whole("units")
    hardShare = knobs.number("hard-share")
    symbols = TaskAlphabet(after: 1, count: knobs.whole("symbols"))
    keys = TaskAlphabet(after: symbols.end, count: knobs.whole("keys"))
    let values = TaskAlphabet(after: keys.end, count: knobs.whole("values"))
    var random = SplittableRandom(seed: UInt64(knobs.whole("table")))
    successors = symbols.tokens.map { _ in values.draw(&random) }
    self.values = values
  }

  /// The start, symbols, keys and values.
  public var vocabularyCount: Int { values.end }
  /// The length of every example.
  public var longestExample: Int { 1 + 2 * units }
  /// The values, with which symbols too are followed.
  public var answerAlphabet: [Int32] { values.tokens }

  /// The mean of `values^(−answers)` over the random number of answers: the first unit is easy;
  /// later ones are answers unless they bring a new key.
  public var chanceLevel: Double {
    let hit = tokenChanceLevel
    // weights[k]: the mean of hit^answers where k keys have been seen, times the chance of that.
    var weights = [Double](repeating: 0, count: keys.count + 1)
    weights[0] = hit
    for _ in 1..<max(units, 1) {
      var next = weights
      for (seen, weight) in weights.enumerated() {
        let isNew = hardShare * Double(keys.count - seen) / Double(keys.count)
        next[seen] -= weight * (1 - (1 - isNew) * hit)
        if seen < keys.count { next[seen + 1] += weight * isNew }
      }
      weights = next
    }
    return weights.reduce(0, +)
  }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    var tokens: [Int32] = [0]
    var positions: [Int] = []
    var labels: [Int] = []
    var memory: [Int32: Int32] = [:]
    for unit in 0..<units {
      // The first unit is easy, so that every example has an answer.
      let isHard = unit > 0 && random.nextUniform() < hardShare
      if isHard {
        let key = keys.draw(&random)
        let known = memory[key]
        let value = known ?? values.draw(&random)
        memory[key] = value
        tokens += [key, value]
        guard known != nil else { continue }
      } else {
        let symbol = symbols.draw(&random)
        tokens += [symbol, successors[symbols.index(of: symbol)]]
      }
      positions.append(tokens.count - 1)
      labels.append(isHard ? 1 : 0)
    }
    return TaskExample(tokens: tokens, answerPositions: positions, labels: labels)
  }

  /// Looks symbols up in the table and keys in the example.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    keys.recalled(in: prompt) { token in
      symbols.contains(token) ? successors[symbols.index(of: token)] : nil
    }
  }
}
