/// One thing that a table cannot tell about a law, for programs and for people.
public struct IdentifiabilityFinding: Sendable, Hashable, Codable {
  /// What is wrong.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case singleValue
    /// A column takes two values only, too few for an exponent beside a constant.
    case fewValues
    case narrowRange
    /// Two columns rise together, so that their effects cannot be told apart.
    case collinearColumns
    /// A combination of parameters that the residuals do not see.
    case flatDirection
    /// Other optima that fit as well within the scatter.
    case severalOptima
    /// A parameter at the end of its range, or a term that adds nothing.
    case boundReached
    /// The search may not have found the best optimum.
    case search
  }

  /// What is wrong.
  public var kind: Kind
  /// The parameters concerned.
  public var parameters: [String]
  /// The columns concerned.
  public var columns: [String]
  /// The lowest value that the table allows of a single parameter; absent where it was not sought.
  public var low: Double?
  /// The highest value that the table allows of a single parameter.
  public var high: Double?
  /// The finding in a sentence, as among the warnings of the fit.
  public var sentence: String
  /// Which data would mend it; absent where none would.
  public var remedy: String?

  init(
    _ kind: Kind, parameters: [String] = [], columns: [String] = [], sentence: String,
    remedy: String? = nil
  ) {
    self.kind = kind
    self.parameters = parameters
    self.columns = columns
    self.sentence = sentence
    self.remedy = remedy
  }
}

extension IdentifiabilityFinding.Kind {
  /// Whether refits from the estimate alone may miss a part of what the table allows.
  var asksForWalk: Bool {
    switch self {
    case .singleValue, .fewValues, .collinearColumns, .flatDirection, .severalOptima, .boundReached:
      true
    case .narrowRange, .search: false
    }
  }

  /// Whether, without refits to show how far the parameters may go, nothing beyond the table can
  /// be said.
  var forbidsExtrapolation: Bool {
    switch self {
    case .singleValue, .fewValues, .collinearColumns, .flatDirection: true
    case .narrowRange, .severalOptima, .boundReached, .search: false
    }
  }
}

extension FittedLaw {
  /// Whether the table is known not to determine the parameters, and no refits show how far they
  /// may go: then nothing beyond the table can be said.
  public var knowsOnlyItsTable: Bool {
    draws.isEmpty && identifiability.contains { $0.kind.forbidsExtrapolation }
  }
}

extension Fit {
  /// What is said of a parameter that ended at its bound; nil for others.
  public func boundReached(_ parameter: String) -> IdentifiabilityFinding? {
    identifiability.first { $0.kind == .boundReached && $0.parameters == [parameter] }
  }
}
