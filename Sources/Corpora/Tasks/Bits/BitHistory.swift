internal import Cards
internal import Foundation
internal import Quantities
internal import Statistics

/// What parity and delayed match share: random bits, then a token that names the span N [43].
///
/// With several heads the spans N − heads + 1 … N are asked for, one an example: the curriculum
/// with many heads of the paper, the head being chosen by a token.
struct BitHistory: Sendable, Hashable {
  static let bits = TaskAlphabet(after: 1, count: 2)

  let spans: ClosedRange<Int>
  /// How many lengths there are for the row of bits: N + 2 … N + 1 + spread.
  let spread: Int
  let questions: TaskAlphabet
  /// The probability of a 1; nil draws it anew for each example.
  let bias: Double?

  init(span: Int, heads: Int, lengthFactor: Double, bias: Double?) {
    spans = span - heads + 1...span
    // Lengths are drawn from the half-open range N + 2 ..< N + 2 + factor·N.
    spread = Int(saturating: (lengthFactor * Double(span)).rounded(.up))
    questions = TaskAlphabet(after: Self.bits.end, count: heads)
    self.bias = bias
  }

  var vocabularyCount: Int { questions.end }
  var longestExample: Int { 1 + spans.upperBound + 1 + spread + 2 }

  func example(
    _ random: inout SplittableRandom, solve: ([Int32], Int) -> Int32
  ) -> TaskExample {
    let length = spans.upperBound + 2 + random.nextIndex(below: spread)
    let bias = bias ?? random.nextUniform()
    let bits = (0..<length).map { _ in Self.bits[random.nextUniform() < bias ? 1 : 0] }
    let span = spans.lowerBound + random.nextIndex(below: spans.count)
    let question = questions[span - spans.lowerBound]
    return TaskExample(
      tokens: [0] + bits + [question, solve(bits, span)], answerPositions: [length + 2])
  }

  func acceptedAnswers(to prompt: [Int32], solve: ([Int32], Int) -> Int32) -> [[Int32]] {
    guard let ask = prompt.firstIndex(where: questions.contains) else { return [] }
    let bits = prompt[..<ask].filter(Self.bits.contains)
    let span = spans.lowerBound + questions.index(of: prompt[ask])
    guard bits.count > span else { return [] }
    return [[solve(bits, span)]]
  }

  static func knobs(span: Int, lengthFactor: Double) -> [CardOption] {
    [
      .whole(
        "span", span, in: 2...4096, harder: .up, "N, the bits back that the answer depends on"),
      .whole("heads", 1, in: 1...4095, harder: .up, "how many spans up to N are asked for"),
      .number(
        "length-factor", lengthFactor, in: 0.1...100,
        "rows of bits have N + 2 up to N + 2 + factor·N bits"),
    ]
  }
}
