internal import Corpora
internal import LanguageModels
public import Training

extension StrategyLesson {
  /// A policy whose model has gone on learning from a policy's.
  ///
  /// The new model has one token more than the task, for the mark, and room for longer rows; it starts
  /// from the numbers of the other one.
  ///
  /// - Parameters:
  ///   - sampler: draws from the policy; of revisions its own wrong attempts are what is revised.
  ///   - context: earlier attempts that are shown.
  ///   - problems: problems that wrong attempts are drawn at, and as many with made-up ones.
  ///   - recipe: how to train; the length of sequences is set here.
  ///   - seed: names the problems; another one than that of problems kept for evaluation.
  ///   - report: is told what happens.
  /// - Returns: the policy, and the floating-point operations of its training.
  /// - Throws: ``StrategyError`` or `TrainingError` if something does not fit or training diverges.
  public func taught(
    to sampler: Sampler, context: Int = 4, problems: Int = 500, recipe: TrainingRecipe,
    seed: UInt64, report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> (policy: Policy, operations: Double) {
    let policy = sampler.policy
    let task = policy.task
    let source: any BatchSource
    let longest: Int
    switch self {
    case .revisions:
      let format = RevisionFormat(task, context: context)
      var examples = try RevisionExamples(
        from: sampler, problems: problems, attempts: 8, seed: seed, format: format)
      // A good policy is seldom wrong: made-up attempts show it what wrong ones look like.
      examples.examples +=
        RevisionExamples(
          corrupting: task, problems: problems, attempts: 8, rate: 0.3, seed: ~seed, format: format
        ).examples
      // An attempt that is right must stay so.
      source = RevisionBatches(examples, keepShare: 0.3, seed: seed)
      longest = format.longestRow(task)
    case .looksBack:
      source = LookBackBatches(task, seed: seed)
      longest = LookBackBatches.longestRow(task)
    }
    var configuration = policy.model.configuration
    configuration.vocabularyCount = max(configuration.vocabularyCount, task.vocabularyCount + 1)
    configuration.contextLength = max(configuration.contextLength, longest)
    let model = try LanguageModel<Float>(configuration, seed: recipe.seed)
    model.takeNumbers(of: policy.model)
    var recipe = recipe
    recipe.sequenceLength = longest - 1
    let outcome = try Trainer(
      LanguageModelObjective(model), recipe: recipe, source: source, pool: policy.pool
    ).run(report: report)
    guard outcome == .finished else {
      throw StrategyError("training for \(rawValue) diverged")
    }
    var operations = 0.0
    if case .steps(let steps) = recipe.budget {
      operations =
        ModelCosts(configuration).trainingOperationsPerToken(length: recipe.sequenceLength)
        * Double(steps * recipe.batchSize * recipe.sequenceLength)
    }
    return (
      try Policy(
        model, task: task, name: "\(policy.name)+\(rawValue)", rule: policy.rule,
        pool: policy.pool), operations
    )
  }
}
