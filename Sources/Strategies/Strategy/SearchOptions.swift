internal import Cards
internal import Corpora
internal import LanguageModels
internal import RunTables

/// What all strategies that write whole solutions side by side have in common.
struct SearchOptions: Sendable {
  let selection: AnswerSelection
  let aggregate: StepAggregate
  private let temperature: Double

  static func selection(_ standard: AnswerSelection) -> CardOption {
    .choice(
      "select", standard,
      "whose answer is given: the first, the best, the majority's, or the weighted majority's")
  }

  static let aggregate = CardOption.choice(
    "aggregate", StepAggregate.last,
    "the score of a solution by those of its steps")

  static let temperature = CardOption.number(
    "temperature", -1, in: -1...10, "what logits are divided by; negative: the policy's own")

  init(_ options: OptionValues) {
    selection = options.choice("select")
    aggregate = options.choice("aggregate")
    temperature = options.number("temperature")
  }

  /// How tokens are drawn.
  func rule(of policy: Policy) -> SamplingRule {
    Self.rule(of: policy, temperature: temperature)
  }

  /// How tokens are drawn at a temperature; at a negative one as the policy draws them.
  static func rule(of policy: Policy, temperature: Double) -> SamplingRule {
    var rule = policy.rule
    if temperature >= 0 { rule.temperature = temperature }
    return rule
  }

  /// The result of whole solutions to a problem that were written side by side, read by the
  /// verifier if there is one.
  func result(
    of attempts: [OutcomeAttempt], on bench: Bench, verifier: (any Verifier)?
  ) -> StrategyResult {
    bench.result(of: attempts, choosing: selection, verifier: verifier)
  }
}
