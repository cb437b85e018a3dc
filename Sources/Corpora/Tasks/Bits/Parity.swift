public import Cards
internal import Foundation
public import Statistics

/// N-parity: whether an odd number of the last N bits are 1 [43].
public struct Parity: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "parity",
    summary: "random bits and N: answer with the parity of the last N bits",
    source: "[43] N-parity",
    knobs: BitHistory.knobs(span: 4, lengthFactor: 1.5) + [
      .number("bias", -1, in: -1...1, "probability of a 1; −1 draws it anew for each example")
    ])

  /// The knobs in force.
  public let knobs: OptionValues
  private let history: BitHistory

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    let (span, heads, bias) = (knobs.whole("span"), knobs.whole("heads"), knobs.number("bias"))
    try Self.require(heads < span, "\(heads) heads need a span above \(heads), not \(span)")
    try Self.require(bias == -1 || bias >= 0, "bias is \(bias); expected −1 or 0 to 1")
    history = BitHistory(
      span: span, heads: heads, lengthFactor: knobs.number("length-factor"),
      bias: bias < 0 ? nil : bias)
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
    history.example(&random, solve: Self.parity)
  }

  /// Counts the ones among the last N bits.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    history.acceptedAnswers(to: prompt, solve: Self.parity)
  }

  private static func parity(_ bits: [Int32], _ span: Int) -> Int32 {
    BitHistory.bits[bits.suffix(span).count { $0 == BitHistory.bits[1] } % 2]
  }
}
