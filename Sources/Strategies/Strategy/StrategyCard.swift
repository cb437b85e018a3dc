public import Cards
public import RunTables

/// What a strategy is, for people and for the tests that every strategy passes.
public struct StrategyCard: Card, Hashable {
  /// The name on the command line: `beam-search`.
  public var name: String
  /// What it does, in a sentence or two.
  public var summary: String
  /// Where it comes from, catalogue numbers in brackets.
  public var source: String
  /// Rises when the strategy computes something else than before.
  public var version: Int
  /// Whether it cannot do without a verifier.
  public var needsVerifier: Bool
  /// What its attempts are: independent draws, or candidates that depend on each other.
  public var attempts: RowKind
  /// What the model must have learnt besides plain solutions; nil for nothing.
  public var lesson: StrategyLesson?
  /// The options with their defaults.
  public var options: [CardOption]

  /// A card; what is left out has the usual value.
  public init(
    name: String, summary: String, source: String, version: Int = 1, needsVerifier: Bool,
    attempts: RowKind = .candidate, lesson: StrategyLesson? = nil,
    options: [CardOption] = []
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.version = version
    self.needsVerifier = needsVerifier
    self.attempts = attempts
    self.lesson = lesson
    self.options = options
  }
}
