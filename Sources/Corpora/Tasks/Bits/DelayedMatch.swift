public import Cards
internal import Foundation
public import Statistics

/// N-delayed match to sample: whether the bit at t − N + 1 equals the last bit, at t [43].
public struct DelayedMatch: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "delayed-match",
    summary: "random bits and N: answer 1 if the first of the last N bits equals the last",
    source: "[43] N-delayed match to sample",
    knobs: BitHistory.knobs(span: 4, lengthFactor: 3))

  /// The knobs in force.
  public let knobs: OptionValues
  private let history: BitHistory

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    let (span, heads) = (knobs.whole("span"), knobs.whole("heads"))
    try Self.require(heads < span, "\(heads) heads need a span above \(heads), not \(span)")
    history = BitHistory(
      span: span, heads: heads, lengthFactor: knobs.number("length-factor"), bias: 0.5)
  }

  /// The start, two bits and a token for each span.
  public var vocabularyCount: Int { history.vocabularyCount }
  /// The start, the longest row of bits, the question and the answer.
  public var longestExample: Int { history.longestExample }
  /// The bits.
  public var answerAlphabet: [Int32] { BitHistory.bits.tokens }
  /// One half.
  public var chanceLevel: Double { 0.5 }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    history.example(&random, solve: Self.match)
  }

  /// Compares the two bits.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    history.acceptedAnswers(to: prompt, solve: Self.match)
  }

  private static func match(_ bits: [Int32], _ span: Int) -> Int32 {
    BitHistory.bits[bits[bits.count - span] == bits[bits.count - 1] ? 1 : 0]
  }
}
