public import Cards
internal import Corpora
internal import LanguageModels
internal import RunTables

/// N solutions written independently, of which one answer is chosen: one sample, a majority, the
/// best of n by a verifier, or a vote weighted by it [20], [204].
public struct ParallelSampling: Strategy {
  /// The strategy's card.
  public static let card = StrategyCard(
    name: "parallel-sampling",
    summary: "writes N solutions independently and chooses an answer: the first, the majority's, "
      + "that of the best score, or that of the highest sum of scores",
    source: "[20] best-of-N weighted, [204] majority and best-of-N",
    needsVerifier: false, attempts: .sample,
    options: [
      SearchOptions.selection(.majority), SearchOptions.aggregate, SearchOptions.temperature,
    ])

  private let options: SearchOptions

  /// Creates the strategy with these options.
  public init(_ options: OptionValues) throws(StrategyError) {
    self.options = SearchOptions(options)
  }

  /// Samples and chooses; the verifier reads all solutions if the choice looks at scores.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    let task = bench.policy.task
    let samples = try bench.sampler.samples(
      budget, of: problems, rule: options.rule(of: bench.policy))
    var scores: [[[Double]]]?
    var verifier: (any Verifier)?
    if options.selection.needsScores {
      let judge = try bench.requiredVerifier(of: "parallel-sampling with \(options.selection)")
      verifier = judge
      scores = try bench.scores(of: samples, to: problems, by: judge)
    }
    return problems.indices.map { problem in
      let attempts = samples[problem].indices.map { index in
        OutcomeAttempt(
          samples[problem][index], task: task, stepScores: scores?[problem][index],
          aggregate: options.aggregate)
      }
      return options.result(of: attempts, on: bench, verifier: verifier)
    }
  }
}
