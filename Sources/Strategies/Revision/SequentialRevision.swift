public import Cards
internal import Corpora
internal import LanguageModels
internal import RunTables

/// Chains of attempts, each of which shows the model its earlier ones, and a choice among all attempts
/// of all chains [20].
///
/// The budget N is shared out among chains of `rounds` attempts; with one round it is parallel
/// sampling, attempt for attempt. The model must have been trained on ``RevisionBatches``.
public struct SequentialRevision: Strategy {
  /// The strategy's card.
  public static let card = StrategyCard(
    name: "sequential-revision",
    summary: "writes chains of attempts, each after having seen the last ones of its chain, and "
      + "chooses among all attempts by majority or score",
    source: "[20] revisions, with the ratio of sequential to parallel attempts",
    needsVerifier: false, lesson: .revisions,
    options: [
      .whole("rounds", 4, in: 1...256, "attempts of a chain; the budget divided by it is chains"),
      .whole("context", 4, in: 1...64, "earlier attempts that are shown"),
      SearchOptions.selection(.majority), SearchOptions.aggregate, SearchOptions.temperature,
    ])

  private let rounds: Int
  private let context: Int
  private let options: SearchOptions

  /// Creates the strategy with these options.
  public init(_ options: OptionValues) throws(StrategyError) {
    rounds = options.whole("rounds")
    context = options.whole("context")
    self.options = SearchOptions(options)
  }

  /// Rolls the chains; all attempts are recorded with their rounds, chain by chain.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    let policy = bench.policy
    let format = RevisionFormat(policy.task, context: context)
    try check(policy, format, budget: budget)
    let chains = try roll(problems, budget: budget, format, on: bench)
    var scores: [[[Double]]]?
    var verifier: (any Verifier)?
    if options.selection.needsScores {
      let judge = try bench.requiredVerifier(
        of: "sequential-revision with \(options.selection)")
      verifier = judge
      scores = try bench.scores(of: chains.map { $0.flatMap { $0 } }, to: problems, by: judge)
    }
    return problems.indices.map { problem in
      var attempts: [OutcomeAttempt] = []
      for chain in chains[problem] {
        for (round, sample) in chain.enumerated() {
          var attempt = OutcomeAttempt(
            sample, task: policy.task, stepScores: scores?[problem][attempts.count],
            aggregate: options.aggregate)
          attempt.round = round
          attempts.append(attempt)
        }
      }
      let chosen = options.selection.choice(among: attempts)
      var cost = Self.cost(of: chains[problem].map(\.count), format, policy)
      if let verifier {
        cost += verifier.cost(
          prompt: policy.task.promptLength, read: policy.task.solutionLength,
          solutions: attempts.count)
      }
      return StrategyResult(
        attempts: attempts, answer: chosen.flatMap { attempts[$0].answer },
        isCorrect: chosen.map { attempts[$0].correct } ?? false, cost: cost)
    }
  }

  /// The chains of each problem: the first attempt of chain c is attempt c of parallel sampling.
  private func roll(
    _ problems: [Problem], budget: Int, _ format: RevisionFormat, on bench: Bench
  ) throws -> [[[Sample]]] {
    let sampler = bench.sampler
    let task = bench.policy.task
    let rule = options.rule(of: bench.policy)
    let length = min(rounds, budget)
    let count = (budget + length - 1) / length
    // What does not divide makes the last chain shorter.
    let lengths = (0..<count).map { min(length, budget - $0 * length) }
    var chains = try sampler.samples(count, of: problems, rule: rule).map { $0.map { [$0] } }
    for round in 1..<max(length, 1) {
      let places = problems.indices.flatMap { problem in
        (0..<count).filter { lengths[$0] > round }.map { (problem: problem, chain: $0) }
      }
      let drawn = try sampler.continuations(
        of: places.map { place in
          format.prefix(
            problems[place.problem].prompt,
            after: chains[place.problem][place.chain].map(\.solution))
        }, by: task.solutionLength,
        from: places.map { place in
          // Steps of parallel sampling have the numbers from 0.
          sampler.streams.stream(
            step: -round, attempt: place.chain, problem: problems[place.problem].index)
        }, rule: rule)
      for (place, solution) in zip(places, drawn) {
        chains[place.problem][place.chain].append(
          Sample(solution, to: problems[place.problem], task: task))
      }
    }
    return chains
  }

  /// What chains cost. While all attempts of a chain are shown, its keys and values are kept and only
  /// marks are read; once the first ones are dropped, prompt and context are read anew every round.
  static func cost(of chains: [Int], _ format: RevisionFormat, _ policy: Policy) -> StrategyCost {
    let (prompt, solution) = (policy.task.promptLength, policy.task.solutionLength)
    // The prompt is read once for all chains.
    var total = policy.cost(prompt: prompt, generated: 0, solutions: 0)
    let reading = total.policyOperations
    for length in chains {
      let kept = min(length, format.context + 1)
      let row = kept * (solution + 1) - 1
      let chain = policy.cost(prompt: prompt, generated: row, solutions: 1)
      total.generatedTokens += Double(length * solution)
      total.promptTokens += Double(kept - 1)
      total.policyOperations += chain.policyOperations - reading
      let shown = prompt + format.context * (solution + 1)
      let anew = policy.cost(prompt: shown, generated: solution, solutions: 1)
      total.promptTokens += Double((length - kept) * shown)
      total.policyOperations += Double(length - kept) * anew.policyOperations
    }
    return total
  }

  private func check(
    _ policy: Policy, _ format: RevisionFormat, budget: Int
  ) throws(StrategyError) {
    let known = policy.model.configuration
    guard min(rounds, budget) > 1 else { return }
    guard known.vocabularyCount > Int(format.mark) else {
      throw StrategyError(
        "sequential-revision needs a model with a token more than its task, for the mark between "
          + "attempts; this one has \(known.vocabularyCount)")
    }
    let shown = min(context, min(rounds, budget) - 1)
    let longest = RevisionFormat(policy.task, context: shown).longestRow(policy.task)
    guard known.contextLength >= longest - 1 else {
      throw StrategyError(
        "\(shown) earlier attempts need a context of \(longest - 1) tokens, the model has "
          + "\(known.contextLength)")
    }
  }
}
