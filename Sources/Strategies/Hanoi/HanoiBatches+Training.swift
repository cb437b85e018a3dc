internal import Corpora
public import LanguageModels
public import Tensors
public import Training

extension HanoiBatches {
  /// A model of two layers of width 32 that has learnt single moves, 64 rows a step; nil where
  /// training diverged.
  public func trainedModel(
    steps: Int, seed: UInt64, pool: ThreadPool, report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> LanguageModel<Float>? {
    let model = try LanguageModel<Float>(
      .llama(
        width: 32, layers: 2, heads: 4, vocabulary: notation.vocabularyCount,
        context: notation.longestExample), seed: seed)
    var recipe = TrainingRecipe(
      batchSize: 64, sequenceLength: notation.longestExample - 1, budget: .steps(steps),
      optimizer: .adamW(AdamWSettings(learningRate: 3e-3)),
      schedule: Schedule(warmup: min(50, steps / 2), .cosine(floor: 0.01)))
    recipe.validation.every = 0
    recipe.seed = seed
    let outcome = try Trainer(
      LanguageModelObjective(model), recipe: recipe, source: self, pool: pool
    ).run(report: report)
    return outcome == .finished ? model : nil
  }
}
