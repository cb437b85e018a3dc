public import Cards

/// What a law is called, what it needs and where it comes from.
public struct LawCard: Sendable {
  /// The name on the command line.
  public var name: String
  /// One line for people.
  public var title: String
  /// The formula in the parameters' names.
  public var formula: String
  /// Where the law comes from.
  public var citations: [Citation]
  /// The columns that the formula reads, in order.
  public var columns: [ColumnRequirement]
  /// What the formula predicts.
  public var response: Response
  /// The objective that the law's authors use or that its response calls for.
  public var objective: Objective
  /// What a user should know before trusting the law; empty if nothing.
  public var caution: String

  /// Creates a card.
  public init(
    name: String, title: String, formula: String, citations: [Citation],
    columns: [ColumnRequirement], response: Response = .loss, objective: Objective = .huberLog,
    caution: String = ""
  ) {
    self.name = name
    self.title = title
    self.formula = formula
    self.citations = citations
    self.columns = columns
    self.response = response
    self.objective = objective
    self.caution = caution
  }
}

/// A column that a law reads.
public struct ColumnRequirement: Sendable, Hashable {
  /// The product's name of the column.
  public var name: String
  /// Its unit.
  public var unit: String
  /// What it means.
  public var meaning: String
  /// Whether the law takes the column's logarithm, so that its values must be positive.
  public var positive: Bool

  /// Creates a requirement.
  public init(_ name: String, unit: String, meaning: String, positive: Bool = true) {
    self.name = name
    self.unit = unit
    self.meaning = meaning
    self.positive = positive
  }

  /// `N`, the number of parameters.
  public static let parameters = ColumnRequirement(
    "N", unit: "parameters", meaning: "model parameters")
  /// `D`, the number of training tokens.
  public static let tokens = ColumnRequirement("D", unit: "tokens", meaning: "training tokens")
  /// `C`, the training compute.
  public static let compute = ColumnRequirement("C", unit: "FLOPs", meaning: "training compute")
}

/// What a law predicts.
public struct Response: Sendable, Hashable {
  /// The product's name of the column.
  public var column: String
  /// Its unit.
  public var unit: String
  /// Whether larger values are better.
  public var higherIsBetter: Bool
  /// Whether values must be positive, as a loss must.
  public var positive: Bool
  /// Whether it is a choice, such as a learning rate, of which neither more nor less is better.
  public var isChoice: Bool

  /// Creates a response.
  public init(
    column: String, unit: String, higherIsBetter: Bool = false, positive: Bool = true,
    isChoice: Bool = false
  ) {
    self.column = column
    self.unit = unit
    self.higherIsBetter = higherIsBetter
    self.positive = positive
    self.isChoice = isChoice
  }

  /// The values that it can have, for rates; nil where nothing bounds them.
  public var range: ClosedRange<Double>? { unit == "fraction" ? 0...1 : nil }

  /// `loss`, in nats per token.
  public static let loss = Response(column: "loss", unit: "nats/token")
  /// `error`, a rate between 0 and 1 of which less is better.
  public static let error = Response(column: "error", unit: "fraction")
  /// `accuracy`, a rate between 0 and 1 of which more is better; it may be zero.
  public static let accuracy = Response(
    column: "accuracy", unit: "fraction", higherIsBetter: true, positive: false)
  /// `batch_tokens`, the best batch size.
  public static let batchSize = Response(column: "batch_tokens", unit: "tokens", isChoice: true)
}

extension Law {
  /// - Throws: `FitError.missingColumn` for the first column that the law reads and the rows lack.
  func requireColumns(of observations: Observations) throws(FitError) {
    for requirement in card.columns where observations.columns[requirement.name] == nil {
      throw .missingColumn(
        law: name, column: requirement.name, meaning: requirement.meaning,
        present: Array(observations.columns.keys))
    }
  }
}
