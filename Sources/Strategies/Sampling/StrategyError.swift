/// What is wrong with a strategy's options, or why it does not fit a policy or a verifier.
public struct StrategyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong: what was found and what was expected.
  public var problem: String

  /// What is wrong: what was found and what was expected.
  public init(_ problem: String) { self.problem = problem }

  /// One sentence.
  public var description: String { problem }
}
