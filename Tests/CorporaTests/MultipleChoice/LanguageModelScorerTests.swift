import Corpora
import Foundation
import LanguageModels
import Tensors
import Testing

@Suite struct LanguageModelScorerTests {
  static func model() throws -> LanguageModel<Double> {
    try LanguageModel(
      .llama(width: 16, layers: 2, heads: 2, vocabulary: 11, context: 24), seed: 3)
  }

  /// ln p of a completion, token by token through the cache: another path through the model.
  static func stepwise(
    _ model: LanguageModel<Double>, _ prompt: [Int32], _ completion: [Int32]
  ) throws -> Double {
    let session = try DecodingSession(model, batch: 1, pool: .inline)
    var sum = 0.0
    var logits = Array(session.append([prompt]))
    for (place, token) in completion.enumerated() {
      let highest = logits.max() ?? 0
      let total = logits.reduce(0) { $0 + exp($1 - highest) }
      sum += logits[Int(token)] - highest - log(total)
      if place + 1 < completion.count { logits = Array(session.step([token])) }
    }
    return sum
  }

  @Test(arguments: [(1, 1), (3, 2), (15, 1), (16, 5), (20, 4), (1, 23)])
  func agreesWithDecodingStepByStep(prompt: Int, completion: Int) throws {
    let model = try Self.model()
    let tokens = (0..<prompt + completion).map { Int32(($0 * 7 + 3) % 11) }
    let (before, after) = (Array(tokens[..<prompt]), Array(tokens[prompt...]))
    let scorer = LanguageModelScorer(model, pool: .inline)
    let score = try scorer.logLikelihood(of: after, after: before)
    let expected = try Self.stepwise(model, before, after)
    #expect(abs(score - expected) < 1e-10 * max(1, abs(expected)))
    // A recording that is used again has forgotten what it held.
    _ = try scorer.logLikelihood(of: [1], after: [2, 3])
    #expect(try scorer.logLikelihood(of: after, after: before) == score)
  }

  @Test func aLongPromptLosesItsOldestTokens() throws {
    let model = try Self.model()
    let scorer = LanguageModelScorer(model, pool: .inline)
    let long = (0..<60).map { Int32($0 % 11) }
    let score = try scorer.logLikelihood(of: [4, 5], after: long)
    // The context of 24 tokens holds the last 23 of the prompt and the first of the completion.
    #expect(score == (try scorer.logLikelihood(of: [4, 5], after: Array(long.suffix(23)))))
  }

  @Test func aCompletionAloneFollowsTheStartToken() throws {
    let model = try Self.model()
    let scorer = LanguageModelScorer(model, startToken: 10, pool: .inline)
    #expect(
      try scorer.logLikelihood(of: [1, 2], after: [])
        == scorer.logLikelihood(of: [1, 2], after: [10]))
    #expect(throws: MultipleChoiceError.self) {
      try LanguageModelScorer(model, pool: .inline).logLikelihood(of: [1], after: [])
    }
  }

  @Test(arguments: [([], [1]), ([11], [1]), ([-1], [1]), ([Int32](repeating: 1, count: 25), [1])])
  func completionsThatCannotBeScoredAreErrors(completion: [Int32], prompt: [Int32]) throws {
    let scorer = LanguageModelScorer(try Self.model(), pool: .inline)
    #expect(throws: MultipleChoiceError.self) {
      try scorer.logLikelihood(of: completion, after: prompt)
    }
  }
}
