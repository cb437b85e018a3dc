/// What can be wrong with the definition of a synthetic language.
public enum LanguageError: Error, Hashable, CustomStringConvertible {
  /// A setting outside its domain.
  case invalidSetting(name: String, found: String, expected: String)
  /// A row of a transition table that is no probability distribution.
  case invalidRow(index: Int, problem: String)
  /// A chain with several closed classes: no single stationary distribution exists.
  case reducible
  /// A chain that mixes too slowly for its stationary distribution to be computed.
  case slowMixing(iterations: Int)

  /// One sentence that says what was found and what was expected.
  public var description: String {
    switch self {
    case .invalidSetting(let name, let found, let expected):
      "\(name) is \(found); expected \(expected)"
    case .invalidRow(let index, let problem):
      "row \(index) of the transition table \(problem)"
    case .reducible:
      "the chain has several closed classes, so its entropy rate depends on where it starts"
    case .slowMixing(let iterations):
      "the stationary distribution has not settled after \(iterations) iterations; "
        + "raise the share of the uniform distribution in the rows"
    }
  }
}
