import Foundation
import LanguageModels
import Statistics
import Tensors
import Testing

/// Emulated fine-tuning.
@Suite struct ComposedDistributionTests {
  private func table(_ seed: UInt64, vocabulary: Int = 7) -> TableDistribution {
    TableDistribution(vocabulary: vocabulary, seed: seed)
  }

  private func probabilities(_ model: any NextTokenDistribution) -> [[Double]] {
    model.clear()
    return model.scores(appending: [1, 4, 0, 2], last: 3).map {
      SamplingRule().probabilities(logits: $0)
    }
  }

  private func distance(
    _ left: any NextTokenDistribution, _ right: any NextTokenDistribution
  ) -> Double {
    zip(probabilities(left), probabilities(right)).reduce(0) { most, rows in
      zip(rows.0, rows.1).reduce(most) { max($0, abs($1.0 - $1.1)) }
    }
  }

  @Test func anEqualReferenceGivesTheFineTunedModel() throws {
    // Base and reference are the same model, as two objects and as one.
    let separate = try ComposedDistribution.emulatedFineTuning(
      base: table(1), fineTuned: table(2), reference: table(1))
    #expect(distance(separate, table(2)) < 1e-12)
    let base = table(1)
    let shared = try ComposedDistribution.emulatedFineTuning(
      base: base, fineTuned: table(2), reference: base)
    #expect(distance(shared, table(2)) < 1e-12)
    #expect(shared.use.passes == 2 && separate.use.passes == 3)
    #expect(distance(separate, table(1)) > 0.05)
  }

  @Test func aModelsOwnFineTuningIsIt() throws {
    let base = try SmallModels.make(SmallModels.gpt2, as: Float.self, seed: 1)
    let tuned = try SmallModels.make(SmallModels.gpt2, as: Float.self, seed: 2)
    let composed = try ComposedDistribution.emulatedFineTuning(
      base: ModelDistribution(base, pool: .inline),
      fineTuned: ModelDistribution(tuned, pool: .inline),
      reference: ModelDistribution(base, pool: .inline))
    #expect(distance(composed, try ModelDistribution(tuned, pool: .inline)) < 1e-6)
  }

  @Test func noFineTuningGivesTheBase() throws {
    let composed = try ComposedDistribution.emulatedFineTuning(
      base: table(1), fineTuned: table(2), reference: table(2), beta: 0.3)
    #expect(distance(composed, table(1)) < 1e-12)
  }

  /// p_base (p_ft / p_ref)^(1/β), normalised.
  @Test func theChangeIsAddedToLogProbabilities() throws {
    let parts = [table(1), table(2), table(3)].map(probabilities)
    let composed = try ComposedDistribution.emulatedFineTuning(
      base: table(1), fineTuned: table(2), reference: table(3), beta: 0.5)
    for (row, found) in probabilities(composed).enumerated() {
      let weights = (0..<7).map { token in
        parts[0][row][token] * pow(parts[1][row][token] / parts[2][row][token], 2)
      }
      let total = weights.reduce(0, +)
      for (x, weight) in zip(found, weights) { #expect(abs(x - weight / total) < 1e-12) }
    }
  }

  @Test func theFilterKeepsWhatTheBaseFindsLikely() throws {
    let composed = try ComposedDistribution.emulatedFineTuning(
      base: table(1), fineTuned: table(2), reference: table(3), baseTopP: 0.7)
    let base = probabilities(table(1))
    for (row, found) in probabilities(composed).enumerated() {
      let kept = SamplingRule(topP: 0.7).probabilities(logits: base[row].map { log($0) })
      #expect(found.map { $0 > 0 } == kept.map { $0 > 0 })
      #expect(kept.contains(0))
      #expect(abs(found.reduce(0, +) - 1) < 1e-12)
    }
  }

  /// What a big model knows and what a small one was taught come together: after token 0 the base
  /// knows that 5 follows rather than 6, and the tuned model was taught to answer with 5 or 6.
  @Test func knowledgeOfTheBaseMeetsBehaviourOfTheTunedModel() throws {
    func row(_ five: Double, _ six: Double) -> RowDistribution {
      RowDistribution([1, 1, 1, 1, 1, five, six])
    }
    let base = row(3, 0)
    let reference = row(1, 1)
    let tuned = row(7, 7)
    let composed = try ComposedDistribution.emulatedFineTuning(
      base: base, fineTuned: tuned, reference: reference)
    let p = SamplingRule().probabilities(logits: composed.scores(appending: [0], last: 1)[0])
    #expect(p[5] + p[6] > 0.98 && p[5] / p[6] > 15)
  }

  /// A small tuned model drafts, the composed distribution of another size judges.
  @Test func upScalingMaySpeculate() throws {
    let target = try ComposedDistribution.emulatedFineTuning(
      base: table(1, vocabulary: 4), fineTuned: table(2, vocabulary: 4),
      reference: table(3, vocabulary: 4), beta: 0.8, baseTopP: 0.95)
    let exact = SequenceDistribution(of: target, after: [1], tokens: 3, rule: SamplingRule())
    let speculation = SpeculativeSampling(draftLength: 2, tokenLimit: 3, seed: 8)
    let draft = table(2, vocabulary: 4)
    let samples = try (0..<6000).map {
      try speculation.run([1], target: target, draft: draft, index: $0).tokens
    }
    let p = exact.pValue(of: samples)
    #expect(p > 1e-3, "p = \(p)")
  }

  @Test func impossibleCompositionsAreRefused() {
    #expect(throws: ConfigurationError.self) {
      try ComposedDistribution.emulatedFineTuning(
        base: table(1), fineTuned: table(2, vocabulary: 8), reference: table(3))
    }
    #expect(throws: ConfigurationError.self) {
      try ComposedDistribution.emulatedFineTuning(
        base: table(1), fineTuned: table(2), reference: table(3), beta: 0)
    }
    #expect(throws: ConfigurationError.self) {
      try ComposedDistribution.emulatedFineTuning(
        base: table(1), fineTuned: table(2), reference: table(3), baseTopP: 1.5)
    }
  }
}

/// The same scores after every token.
private final class RowDistribution: NextTokenDistribution {
  let row: [Double]
  private(set) var length = 0
  let maximumLength = 64
  let canRewind = true
  let use = ModelUse()

  init(_ row: [Double]) { self.row = row }

  var vocabularyCount: Int { row.count }

  func scores(appending tokens: [Int32], last count: Int) -> [[Double]] {
    length += tokens.count
    return Array(repeating: row, count: count)
  }

  func rewind(to length: Int) throws(ConfigurationError) { self.length = length }
  func clear() { length = 0 }
}
