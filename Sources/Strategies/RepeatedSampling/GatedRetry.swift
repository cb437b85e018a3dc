public import Cards
internal import Corpora
internal import LanguageModels
internal import RunTables

/// Samples one at a time until a verifier is confident enough of one, or the budget is spent; the answer
/// is that of the highest score [202].
public struct GatedRetry: Strategy {
  /// The strategy's card.
  public static let card = StrategyCard(
    name: "gated-retry",
    summary: "samples again while the verifier's score of the best solution so far is below a "
      + "threshold, at most N times, and gives the answer of the best",
    source: "[202] confidence-gated retry",
    needsVerifier: true,
    options: [
      .number("threshold", 0.8, in: 0...1, "the score from which on an answer is given"),
      SearchOptions.aggregate, SearchOptions.temperature,
    ])

  private let threshold: Double
  private let aggregate: StepAggregate
  private let temperature: Double

  /// Creates the strategy with these options.
  public init(_ options: OptionValues) throws(StrategyError) {
    threshold = options.number("threshold")
    aggregate = options.choice("aggregate")
    temperature = options.number("temperature")
  }

  /// Samples, and stops at each problem as soon as a score reaches the threshold.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    let policy = bench.policy
    let task = policy.task
    let verifier = try bench.requiredVerifier(of: Self.card.name)
    let rule = SearchOptions.rule(of: policy, temperature: temperature)
    var attempts = problems.map { _ in [OutcomeAttempt]() }
    var open = Array(problems.indices)
    for count in 1...max(budget, 1) {
      if open.isEmpty { break }
      let samples = try bench.sampler.samples(count, of: open.map { problems[$0] }, rule: rule)
      let scores = try bench.scores(of: samples, to: open.map { problems[$0] }, by: verifier)
      for (place, problem) in open.enumerated() {
        attempts[problem].append(
          OutcomeAttempt(
            samples[place][count - 1], task: task, stepScores: scores[place][count - 1],
            aggregate: aggregate))
      }
      open.removeAll { attempts[$0].last?.score ?? 0 >= threshold }
    }
    return attempts.map { bench.result(of: $0, choosing: .best, verifier: verifier) }
  }
}
