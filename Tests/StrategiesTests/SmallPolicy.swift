import Corpora
import LanguageModels
import RunTables
import Strategies
import Tensors
import Testing
import Training

/// A policy of 2 × 32 that has learned a task of three steps half-way, shared by all tests.
///
/// Training takes a second; models are read only once they are trained, and each test makes its own
/// policy, since sessions are not shared between threads.
enum SmallPolicy {
  static let task = Result { try LargerTask() }

  private static let weights = Result { () throws -> [String: [Float]] in
    let task = try Self.task.get()
    let model = try LanguageModel<Float>(configuration(task), seed: 1)
    _ = try Trainer(
      LanguageModelObjective(model), recipe: recipe, source: TaskBatches(task, recipe: recipe),
      pool: ThreadPool(threads: 1)
    ).run()
    return Dictionary(
      uniqueKeysWithValues: model.parameters.parameters.map { ($0.name, $0.tensor.array) })
  }

  private static var recipe: TrainingRecipe {
    get throws {
      var recipe = TrainingRecipe(
        batchSize: 64, sequenceLength: try task.get().longestExample - 1, budget: .steps(60),
        optimizer: .adamW(AdamWSettings(learningRate: 6e-3)),
        schedule: Schedule(warmup: 20, .cosine(floor: 0.1)))
      recipe.validation.every = 0
      return recipe
    }
  }

  private static func configuration(_ task: LargerTask) -> ModelConfiguration {
    .gpt2(
      width: 32, layers: 2, heads: 2, vocabulary: task.vocabularyCount,
      context: task.longestExample)
  }

  /// A policy with a session of its own.
  static func policy(threads: Int = 1) throws -> Policy {
    let task = try Self.task.get()
    let model = try LanguageModel<Float>(configuration(task), seed: 1)
    for (name, values) in try weights.get() {
      let parameter = try #require(model.parameters[name])
      _ = parameter.tensor.buffer.update(fromContentsOf: values)
    }
    return try Policy(model, task: task, name: "small", pool: ThreadPool(threads: threads))
  }

  /// Problems that the policy was not trained on.
  static func problems(_ count: Int, first: Int = 0) throws -> [Problem] {
    Problem.draw(count, from: try task.get(), seed: 99, first: first)
  }

  /// A bench of its own.
  static func bench(
    _ verifier: (any Verifier)? = nil, seed: UInt64 = 5, threads: Int = 1, batch: Int = 256
  ) throws -> Bench {
    Bench(Sampler(try policy(threads: threads), seed: seed, batch: batch), verifier: verifier)
  }

  /// What a strategy makes of problems.
  static func solve(
    _ name: String, _ options: [String: String], _ problems: [Problem], budget: Int,
    on bench: Bench
  ) throws -> [StrategyResult] {
    try StrategyCatalog.choice(named: name, options)
      .strategy.solve(problems, budget: budget, on: bench)
  }

  /// What a strategy with its usual options makes of problems.
  static func solve(
    _ name: String, _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    try solve(name, [:], problems, budget: budget, on: bench)
  }
}

extension [StrategyResult] {
  /// The share of right answers.
  var accuracy: Double { Double(count { $0.isCorrect }) / Double(count) }

  /// The share of right attempts.
  var attemptAccuracy: Double {
    let all = flatMap(\.attempts)
    return Double(all.count { $0.correct }) / Double(all.count)
  }
}
