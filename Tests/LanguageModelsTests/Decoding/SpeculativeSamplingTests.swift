import Foundation
import LanguageModels
import Statistics
import Tensors
import Testing

/// Speculation changes nothing but the speed.
@Suite struct SpeculativeSamplingTests {
  private static let rules = [
    SamplingRule(), SamplingRule(temperature: 0.6, topK: 4), SamplingRule(topP: 0.8),
    SamplingRule(temperature: 1.5, minP: 0.15),
    SamplingRule(temperature: 0.9, topP: 0.9, repetitionPenalty: 1.5),
  ]

  /// 8,000 sequences of three tokens of five, against all 125 of them.
  @Test(arguments: rules, [1, 2, 4])
  func sequencesHaveTheTargetsDistribution(rule: SamplingRule, draftLength: Int) throws {
    let target = TableDistribution(vocabulary: 5, seed: 1)
    let draft = TableDistribution(vocabulary: 5, seed: 2)
    let stops: Set<Int32> = [4]
    let exact = SequenceDistribution(
      of: target, after: [0, 3], tokens: 3, rule: rule, stopTokens: stops)
    #expect(abs(exact.probabilities.values.reduce(0, +) - 1) < 1e-12)
    let speculation = SpeculativeSampling(
      rule: rule, draftLength: draftLength, adaptsDraftLength: draftLength == 4, tokenLimit: 3,
      stopTokens: stops, seed: 5)
    let samples = try (0..<8000).map {
      try speculation.run([0, 3], target: target, draft: draft, index: $0).tokens
    }
    let p = exact.pValue(of: samples)
    #expect(p > 1e-3, "p = \(p)")
  }

  /// The same with two tiny models in place of tables.
  @Test func modelsHaveTheTargetsDistribution() throws {
    let target = try ModelDistribution(Self.model(width: 8, seed: 3), pool: .inline)
    let draft = try ModelDistribution(Self.model(width: 4, seed: 4), pool: .inline)
    let exact = SequenceDistribution(
      of: target, after: [1], tokens: 2, rule: SamplingRule(temperature: 0.8))
    let speculation = SpeculativeSampling(
      rule: SamplingRule(temperature: 0.8), draftLength: 3, tokenLimit: 2, seed: 6)
    var statistics = SpeculationStatistics(draftLength: 3)
    let samples = try (0..<10_000).map { index in
      let result = try speculation.run([1], target: target, draft: draft, index: index)
      statistics = statistics + result.statistics
      return result.tokens
    }
    let p = exact.pValue(of: samples)
    #expect(p > 1e-3, "p = \(p)")
    // Draws and the exact overlap of the distributions tell the same rate.
    let (rate, overlap) = (
      try #require(statistics.acceptanceRate), try #require(statistics.meanOverlap)
    )
    let judged = Double(statistics.judgedByPlace.reduce(0, +))
    #expect(abs(rate - overlap) < 4 * (rate * (1 - rate) / judged).squareRoot())
    #expect(rate > 0.2 && rate < 0.95)
  }

  @Test(arguments: [1, 3, 6]) func withoutChanceItIsGreedyDecoding(draftLength: Int) throws {
    for configuration in [SmallModels.gpt2, SmallModels.llama] {
      let target = try SmallModels.make(configuration, as: Float.self)
      // Mostly the same model, so that some drafts are accepted and some are not.
      let draft = try SmallModels.make(configuration, as: Float.self)
      var random = SplittableRandom(seed: 4)
      for parameter in draft.parameters.parameters {
        for index in 0..<parameter.tensor.count {
          parameter.tensor.values[index] += Float(0.08 * random.nextNormal())
        }
      }
      var (accepted, judged) = (0, 0)
      for seed in 0..<6 {
        let prompt = SmallModels.tokens(3, seed: UInt64(seed))
        let session = try DecodingSession(target, batch: 1, pool: .inline)
        let plain = Generation(rule: .greedy, tokenLimit: 12).run([prompt], in: session)[0]
        let result = try SpeculativeSampling(
          rule: .greedy, draftLength: draftLength, tokenLimit: 12
        ).run(prompt, target: target, draft: draft, pool: ThreadPool(threads: 2))
        #expect(result.tokens == plain)
        accepted += result.statistics.accepted
        judged += result.statistics.judgedByPlace.reduce(0, +)
      }
      #expect(accepted > 0 && accepted < judged)
    }
  }

  @Test func aPerfectDraftIsAlwaysAccepted() throws {
    let model = try SmallModels.make(SmallModels.llama, as: Float.self)
    let result = try SpeculativeSampling(draftLength: 4, tokenLimit: 10, seed: 1).run(
      [1, 2], target: model, draft: model, pool: .inline)
    let statistics = result.statistics
    #expect(result.tokens.count == 10)
    #expect(statistics.acceptanceRate == 1 && statistics.rounds == 2)
    #expect(abs((statistics.meanOverlap ?? 0) - 1) < 1e-12)
    #expect(statistics.acceptedByPlace == [2, 2, 2, 2])
    #expect(statistics.tokensPerRound == 5)
    // The target takes in the prompt, then 1 + 4 tokens a round.
    #expect(statistics.cost.target.processedTokens == 1 + 2 * 5)
    #expect(statistics.cost.target.passes == 3)
    #expect(statistics.cost.target.generatedTokens == 2)
    #expect(statistics.cost.draft.generatedTokens == 8)
    #expect(statistics.cost.draft.passes == 8)
  }

  @Test func sequencesEndAtStopsLimitsAndTheContext() throws {
    let target = TableDistribution(vocabulary: 5, maximumLength: 12, seed: 1)
    let draft = TableDistribution(vocabulary: 5, maximumLength: 8, seed: 1)
    for index in 0..<50 {
      let stopped = try SpeculativeSampling(tokenLimit: 9, stopTokens: [2, 3]).run(
        [0], target: target, draft: draft, index: index
      ).tokens
      let stop = stopped.firstIndex { $0 == 2 || $0 == 3 }
      #expect(stop == nil ? stopped.count == 9 : stop == stopped.count - 1)
      let limited = try SpeculativeSampling(tokenLimit: 7).run(
        [0], target: target, draft: draft, index: index)
      #expect(limited.tokens.count == 7)
      // The token after the last place of the context is drawn but not taken in.
      let full = try SpeculativeSampling(tokenLimit: 99).run(
        [0, 1], target: target, draft: draft, index: index)
      #expect(full.tokens.count == 12 - 2 + 1)
    }
    var seen: [Int32] = []
    let asked = try SpeculativeSampling(tokenLimit: 9).run([0], target: target, draft: draft) {
      seen.append($0)
      return seen.count < 4
    }
    #expect(asked.tokens == seen && seen.count == 4)
    let none = try SpeculativeSampling(tokenLimit: 0).run([0], target: target, draft: draft)
    #expect(none.tokens.isEmpty)
  }

  @Test func modelsThatDoNotGoTogetherAreRefused() throws {
    let target = TableDistribution(vocabulary: 5, seed: 1)
    let speculation = SpeculativeSampling(tokenLimit: 3)
    let error = #expect(throws: ConfigurationError.self) {
      try speculation.run([0], target: target, draft: TableDistribution(vocabulary: 6, seed: 1))
    }
    #expect(error?.description.contains("vocabulary") == true)
    #expect(throws: ConfigurationError.self) {
      try speculation.run([0], target: target, draft: target)
    }
    #expect(throws: ConfigurationError.self) {
      try speculation.run([], target: target, draft: TableDistribution(vocabulary: 5, seed: 1))
    }
    let recurrent = try SmallModels.make(SmallModels.linearRecurrence, as: Float.self)
    #expect(throws: ConfigurationError.self) {
      try speculation.run([0], target: recurrent, draft: recurrent, pool: .inline)
    }
  }

  @Test func theSpeedUpHasItsClosedForm() {
    // 1 + α + α² + α³ for γ = 3.
    let tokens = SpeculationStatistics.expectedTokensPerRound(acceptanceRate: 0.6, draftLength: 3)
    #expect(abs(tokens - (1 + 0.6 + 0.36 + 0.216)) < 1e-12)
    #expect(
      SpeculationStatistics.expectedTokensPerRound(acceptanceRate: 1, draftLength: 4) == 5)
    let speed = SpeculationStatistics.expectedSpeedUp(
      acceptanceRate: 0.6, draftLength: 3, costRatio: 0.1)
    #expect(abs(speed - tokens / 1.3) < 1e-12)
  }

  @Test func theNumberOfThreadsDoesNotMatter() throws {
    let target = try SmallModels.make(SmallModels.llama, as: Float.self)
    let draft = try SmallModels.make(SmallModels.llama, as: Float.self, seed: 9)
    let speculation = SpeculativeSampling(draftLength: 3, tokenLimit: 12, seed: 3)
    let one = try speculation.run([1], target: target, draft: draft, pool: .inline)
    let two = try speculation.run(
      [1], target: target, draft: draft, pool: ThreadPool(threads: 2))
    #expect(one == two)
  }

  private static func model(width: Int, seed: UInt64) throws -> LanguageModel<Float> {
    try SmallModels.make(
      .llama(width: width, layers: 1, heads: 2, vocabulary: 6, context: 8), as: Float.self,
      seed: seed, spread: 0.5)
  }
}
