public import Cards
internal import LanguageModels

/// Search step by step for the beginnings that a process verifier likes best [20].
public struct BeamSearch: Strategy {
  /// The strategy's card.
  public static let card = StrategyCard(
    name: "beam-search",
    summary:
      "of N candidates a process verifier keeps the best N/M after each step, and the policy "
      + "goes on from each of them M times; with lookahead candidates are judged some greedy steps on",
    source: "[20] beam search against a process verifier, lookahead search",
    needsVerifier: true,
    options: [
      .whole("width", 4, in: 1...1024, "M: how often a beginning that is kept is continued"),
      .whole(
        "lookahead", 0, in: 0...64, "greedy steps before a candidate is judged; they cost budget"),
    ] + TreeSearch.options)

  private let search: TreeSearch

  /// Creates the strategy with these options.
  public init(_ options: OptionValues) throws(StrategyError) {
    search = TreeSearch(
      options, lookahead: options.whole("lookahead"), subtrees: { _, _ in 1 })
  }

  /// Searches with as many candidates as the budget allows: fewer with lookahead, whose steps cost
  /// as much as others.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    try search.solve(problems, budget: budget, on: bench, name: Self.card.name)
  }
}
