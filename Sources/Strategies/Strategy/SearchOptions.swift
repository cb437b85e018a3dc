internal import Corpora
internal import LanguageModels
internal import RunTables

/// What all strategies that write whole solutions side by side have in common.
struct SearchOptions: Sendable {
  let selection: AnswerSelection
  let aggregate: StepAggregate
  private let temperature: Double

  static func selection(_ standard: String) -> StrategyOption {
    .choice(
      "select", standard, of: AnswerSelection.allCases.map(\.rawValue),
      "whose answer is given: the first, the best, the majority's, or the weighted majority's")
  }

  static let aggregate = StrategyOption.choice(
    "aggregate", "last", of: StepAggregate.allCases.map(\.rawValue),
    "the score of a solution by those of its steps")

  static let temperature = StrategyOption.number(
    "temperature", -1, in: -1...10, "what logits are divided by; negative: the policy's own")

  init(_ options: StrategyOptions) {
    selection = AnswerSelection(rawValue: options.word("select")) ?? .first
    aggregate = StepAggregate(rawValue: options.word("aggregate")) ?? .last
    temperature = options.number("temperature")
  }

  /// How tokens are drawn.
  func rule(of policy: Policy) -> SamplingRule {
    var rule = policy.rule
    if temperature >= 0 { rule.temperature = temperature }
    return rule
  }

  /// The result of whole solutions to a problem that were written side by side.
  ///
  /// - Parameter verifier: what read all of them; nil if nothing did.
  func result(
    of attempts: [OutcomeAttempt], on bench: Bench, verifier: (any Verifier)?
  ) -> StrategyResult {
    let task = bench.policy.task
    let chosen = selection.choice(among: attempts)
    var cost = bench.policy.cost(
      prompt: task.promptLength, generated: task.solutionLength, solutions: attempts.count)
    if let verifier {
      cost += verifier.cost(
        prompt: task.promptLength, read: task.solutionLength, solutions: attempts.count)
    }
    return StrategyResult(
      attempts: attempts, answer: chosen.flatMap { attempts[$0].answer },
      isCorrect: chosen.map { attempts[$0].correct } ?? false, cost: cost)
  }
}
