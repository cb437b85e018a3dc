internal import Corpora
internal import LanguageModels
internal import Quantities
internal import RunTables
internal import Strategies
internal import Tensors

/// The attempts of a trained model at held-out problems, as its run keeps them.
struct RunSampling {
  /// Names the held-out problems, the same for every model of every study.
  static let problemSeed: UInt64 = 0x7465_7374
  /// Curves that hold, attempt after attempt and problem after problem, whether it is right and the
  /// class of its answer.
  static let correctName = "samples.correct"
  static let answerName = "samples.answer"
  /// Metrics of the run: arithmetic of one attempt, and its tokens.
  static let operationsName = "sample_operations"
  static let tokensName = "sample_tokens"
  static let problemsName = "sample_problems"

  /// The attempts.
  let curves: [RunCurve]
  /// What they cost and gave.
  let metrics: [String: Double]

  /// Samples a model.
  ///
  /// - Parameters:
  ///   - model: the trained model.
  ///   - task: what it was trained on.
  ///   - plan: how many problems and attempts.
  ///   - seed: the run's seed, from which the samples' chance comes.
  ///   - pool: the threads.
  /// - Throws: `StrategyError` or `ConfigurationError` where the model cannot be sampled.
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
      RunCurve(name: Self.correctName, steps: steps, values: arm.correct.map { Double($0) }),
      RunCurve(name: Self.answerName, steps: steps, values: answers.map { Double($0) }),
    ]
    // Every sample reads the prompt again: what it costs alone.
    let cost = policy.cost(
      prompt: task.promptLength, generated: task.solutionLength, solutions: 1)
    let right = arm.correct.reduce(0) { $0 + Int($1) }
    metrics = [
      Self.operationsName: cost.policyOperations,
      Self.tokensName: Double(task.solutionLength),
      Self.problemsName: Double(plan.problems),
      "sample_accuracy": Double(right) / Double(arm.attemptCount),
    ]
  }

  /// The attempts of a run from its curves; nil where it was not sampled.
  static func arm(of row: StudyRow, curves: [RunCurve]) -> OutcomeArm? {
    guard let correct = curves.first(where: { $0.name == correctName })?.values,
      let answers = curves.first(where: { $0.name == answerName })?.values,
      let count = row.outcome?.metrics[problemsName].map({ Int(saturating: $0) }), count > 0,
      correct.count == answers.count, correct.count.isMultiple(of: count)
    else { return nil }
    let attempts = correct.count / count
    var arm = OutcomeArm(
      key: [row.arm, row.size, "\(row.seed)"], problems: (0..<count).map { "\($0)" },
      starts: (0...count).map { $0 * attempts }, correct: correct.map { $0 > 0 ? 1 : 0 })
    arm.answers = answers.map { Int32($0) }
    if let tokens = row.outcome?.metrics[tokensName] {
      arm.tokens = [Float](repeating: Float(tokens), count: correct.count)
    }
    return arm
  }
}
