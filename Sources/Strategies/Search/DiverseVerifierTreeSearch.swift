public import Cards
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
      .whole("width", 4, in: 1...1024, "M: the candidates of a subtree")
    ] + TreeSearch.options)

  private let search: TreeSearch

  /// Creates the strategy with these options.
  public init(_ options: OptionValues) throws(StrategyError) {
    search = TreeSearch(options, subtrees: { candidates, width in candidates / width })
  }

  /// Searches in every subtree.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    try search.solve(problems, budget: budget, on: bench, name: Self.card.name)
  }
}
