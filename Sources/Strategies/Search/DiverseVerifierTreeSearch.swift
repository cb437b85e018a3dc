internal import LanguageModels

/// Beam search in N/M subtrees that do not compete, so that the solutions stay different [204].
public struct DiverseVerifierTreeSearch: Strategy {
  /// The strategy's card.
  public static let card = StrategyCard(
    name: "diverse-verifier-tree-search",
    summary:
      "N/M independent subtrees of M candidates, each of which keeps its best one after each "
      + "step and goes on from it M times",
    source: "[204] diverse verifier tree search, N/4 subtrees of width 4",
    needsVerifier: true,
    options: [
      .whole("width", 4, in: 1...1024, "M: the candidates of a subtree"),
      TreeSearch.distinct, SearchOptions.selection("best"), SearchOptions.aggregate,
      SearchOptions.temperature,
    ])

  private let width: Int
  private let isDistinct: Bool
  private let options: SearchOptions

  /// Creates the strategy with these options.
  public init(_ options: StrategyOptions) throws(StrategyError) {
    width = options.whole("width")
    isDistinct = options.flag("distinct")
    self.options = SearchOptions(options)
  }

  /// Searches in every subtree.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    let search = TreeSearch(
      width: width, subtrees: { [width] in $0 / width }, isDistinct: isDistinct,
      rule: options.rule(of: bench.policy), aggregate: options.aggregate)
    return try search.solve(problems, budget: budget, on: bench, options, name: Self.card.name)
  }
}
