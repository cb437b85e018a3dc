internal import LanguageModels
public import Tensors
public import Training

extension MajorityBatches {
  /// A model of two layers of width 32 that has learnt to sum up paths, 64 rows a step; nil where
  /// training diverged.
  public func trainedThinking(
    steps: Int, seed: UInt64, pool: ThreadPool, report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> ParallelThinking<Float>? {
    var configuration = ModelConfiguration.llama(
      width: 32, layers: 2, heads: 4, vocabulary: vocabularyCount, context: layout.length + 1)
    configuration.tiesEmbeddings = false
    let thinking = try ParallelThinking(
      try LanguageModel<Float>(configuration, seed: seed), tagCount: tagCount, firstTag: firstTag)
    var recipe = TrainingRecipe(
      batchSize: 64, sequenceLength: layout.length, budget: .steps(steps),
      optimizer: .adamW(AdamWSettings(learningRate: 4e-3, weightDecay: 0)),
      schedule: Schedule(warmup: steps / 10, .cosine(floor: 0.05)))
    recipe.validation.every = 0
    recipe.seed = seed
    let outcome = try Trainer(
      ParallelThinkingObjective(thinking, layout: layout), recipe: recipe, source: self, pool: pool
    ).run(report: report)
    return outcome == .finished ? thinking : nil
  }

  /// What a summary gets right of at least 2 rows far beyond those of training, beside votes over
  /// their paths.
  public func measure(
    _ thinking: ParallelThinking<Float>, problems: Int, pool: ThreadPool
  ) -> MajorityMeasurement {
    let rows = (0..<problems).map { row((1 << 40) + $0) }
    let named = thinking.summaryTokens(
      rows.map { [$0.tokens[0]] },
      paths: rows.map { row in
        (0..<paths).map { Array(row.tokens[1 + 3 * $0..<4 + 3 * $0]) }
      }, summaries: rows.map { _ in [summaryMark] }, pool: pool)
    var (summary, majority, single) = (0.0, 0.0, 0.0)
    var differences: [Double] = []
    for (row, token) in zip(rows, named) {
      let votes = (0..<answerCount).map { answer in row.votes.count { $0 == answer } }
      let leaders = votes.indices.filter { votes[$0] == votes.max() }
      let own = Int(token) - 1 == row.right ? 1.0 : 0
      let vote = leaders.contains(row.right) ? 1 / Double(leaders.count) : 0
      summary += own
      majority += vote
      single += Double(votes[row.right]) / Double(paths)
      differences.append(own - vote)
    }
    let total = Double(problems)
    let mean = differences.reduce(0, +) / total
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let settings = ThinkingSettings(
      paths: paths, pathLimit: 3, endToken: endToken, summaryMark: summaryMark, summaryLength: 1)
    return MajorityMeasurement(
      paths: paths, summary: summary / total, majority: majority / total,
      singlePath: single / total,
      standardError: (squares / (total - 1) / total).squareRoot(),
      operations: thinking.operations(prompt: 1, path: 3, settings))
  }
}

/// What a summary of parallel paths gets right, beside votes over the same paths.
public struct MajorityMeasurement: Codable, Hashable, Sendable {
  /// The number of paths.
  public var paths: Int
  /// The share of problems whose summary is right.
  public var summary: Double
  /// The same for a majority vote over the paths, ties broken at random.
  public var majority: Double
  /// The same for one of the paths.
  public var singlePath: Double
  /// The standard error of the difference of summary and majority, problem by problem.
  public var standardError: Double
  /// Floating-point operations of paths and summary.
  public var operations: Double
}
