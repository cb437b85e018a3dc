internal import Corpora
internal import LanguageModels
internal import RunTables
internal import Strategies
internal import Tensors
internal import Verdicts

/// The attempts of a trained model at held-out problems, as its run keeps them.
struct RunSampling {
  /// Names the held-out problems, the same for every model of every study.
  static let problemSeed: UInt64 = 0x7465_7374

  let curves: [StepCurve]
  /// What they cost and gave.
  let metrics: [String: Double]

  /// Samples a trained model with the run's seed; throws `StrategyError` or `ConfigurationError`
  /// where it cannot be sampled.
  init(
    _ model: LanguageModel<Float>, task: any StepwiseTask, plan: SamplingPlan, seed: UInt64,
    pool: ThreadPool
  ) throws {
    let policy = try Policy(
      model, task: task, rule: SamplingRule(temperature: plan.temperature), pool: pool)
    let problems = Problem.draw(plan.problems, from: task, seed: Self.problemSeed)
    let samples = try Sampler(policy, seed: seed).samples(plan.attempts, of: problems)
    let arm = OutcomeArm(
      attempts: samples.map { $0.map { OutcomeAttempt(correct: $0.isCorrect, answer: $0.answer) } })
    let steps = Array(1...arm.attemptCount)
    let answers = arm.answers ?? arm.correct.map { _ in -1 }
    curves = [
      StepCurve(
        name: SampledAttempts.correctName, steps: steps, values: arm.correct.map { Double($0) }),
      StepCurve(name: SampledAttempts.answerName, steps: steps, values: answers.map { Double($0) }),
    ]
    // Every sample reads the prompt again: what it costs alone.
    let cost = policy.cost(
      prompt: task.promptLength, generated: task.solutionLength, solutions: 1)
    let right = arm.correct.reduce(0) { $0 + Int($1) }
    metrics = [
      SampledAttempts.operationsName: cost.policyOperations,
      SampledAttempts.tokensName: Double(task.solutionLength),
      SampledAttempts.problemsName: Double(plan.problems),
      "sample_accuracy": Double(right) / Double(arm.attemptCount),
    ]
  }
}
