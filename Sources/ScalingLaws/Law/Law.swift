public import Optimization

/// A formula with named parameters that predicts the outcome of a run from its scale.
///
/// The card says what it is and where it comes from, `parameters` what is fitted, and `predict`
/// holds the formula, written once over dual numbers of any width. All else follows from these.
public protocol Law: Sendable {
  /// What the law is called, what it needs and where it comes from.
  var card: LawCard { get }
  /// The fitted parameters, in the order in which `predict` receives them.
  var parameters: [LawParameter] { get }
  /// The settings that choose a variant of the law, with their present values.
  var settings: [LawSetting] { get }
  /// What the formula takes from the learning rates before a row.
  var scheduleReading: ScheduleReading { get }
  /// The columns that are shares of one training mixture and add up to 1; empty for most laws.
  var shareColumns: [String] { get }
  /// Whether a plan that does not say how many tokens are unique (`U`) takes all as new ones.
  var takesTokensAsNew: Bool { get }
  /// The exponent over a floor that tells the regime of [31]; nil where none does.
  var regimeExponent: String? { get }
  /// Two forms of the law, the first nested in the second, that differ in what a table may not tell.
  var nestedForms: (narrow: any Law, wide: any Law)? { get }
  /// Whether there are usually more than five parameters: derivatives are then taken eight at a
  /// time. Only speed depends on it.
  static var isWide: Bool { get }

  /// The predicted outcome of one observation.
  ///
  /// - Parameters:
  ///   - p: the parameters in physical units, in the order of `parameters`.
  ///   - x: the columns named by the card, in its order.
  func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K>

  /// Points from which a fit starts, in physical units; nil for the default.
  ///
  /// The default crosses the `starts` of all nonlinear parameters and solves for the amplitudes
  /// in closed form, which makes it independent of the units of the columns.
  func startingPoints(for observations: Observations) -> [[Double]]?

  /// The law with a setting changed.
  func setting(_ name: String, to value: String) throws(FitError) -> any Law

  /// The compiled evaluation of the formula; implemented once for all laws.
  func makeKernel() -> LawKernel
}

/// What a law is called, what it needs and where it comes from.
public struct LawCard: Sendable {
  /// The name on the command line.
  public var name: String
  /// One line for people.
  public var title: String
  /// The formula in the parameters' names.
  public var formula: String
  /// The catalogue's ids of the sources.
  public var citations: [String]
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
    name: String, title: String, formula: String, citations: [String],
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

/// A fitted parameter of a law.
public struct LawParameter: Sendable, Hashable {
  /// How the optimiser moves the parameter.
  public enum Domain: String, Sendable, Hashable {
    /// A positive number, moved on the logarithmic scale.
    case positive
    /// Any number.
    case real
  }

  /// The symbol of the catalogue, spelled out.
  public var name: String
  /// The unit, empty for a pure number.
  public var unit: String
  /// How the optimiser moves it.
  public var domain: Domain
  /// The physical range.
  public var bounds: ClosedRange<Double>
  /// Whether the prediction is linear in the parameter, so that it has a closed-form solution.
  public var isLinear: Bool
  /// Starting values where the parameter is not linear.
  public var starts: [Double]

  /// Creates a parameter in which the prediction is linear.
  public static func amplitude(
    _ name: String, unit: String = "", signed: Bool = false
  ) -> LawParameter {
    LawParameter(
      name: name, unit: unit, domain: signed ? .real : .positive,
      bounds: signed ? -1e300...1e300 : 1e-300...1e300, isLinear: true, starts: [])
  }

  /// Creates a parameter that the formula uses nonlinearly.
  public static func shape(
    _ name: String, unit: String = "", domain: Domain = .positive,
    bounds: ClosedRange<Double>, starts: [Double]
  ) -> LawParameter {
    LawParameter(
      name: name, unit: unit, domain: domain, bounds: bounds, isLinear: false, starts: starts)
  }

  /// Creates the exponent of a power law.
  public static func exponent(
    _ name: String, starts: [Double] = [0.08, 0.16, 0.3, 0.5, 0.8], upper: Double = 5
  ) -> LawParameter {
    shape(name, bounds: 1e-4...upper, starts: starts)
  }
}

/// What a law takes from the learning rates before a row.
public enum ScheduleReading: Sendable, Hashable {
  /// Nothing: the formula reads columns of the table only.
  case none
  /// The sum of rates S1 and the annealing area S2 with this memory λ; a warm-up counts at the peak.
  case areas(decay: Double)
  /// S1 and every change of the rate, the rises of a warm-up too.
  case changes
}

// What holds unless the law says otherwise.
extension Law {
  /// No schedule.
  public var scheduleReading: ScheduleReading { .none }
  /// No shares.
  public var shareColumns: [String] { [] }
  /// Unique tokens must be given.
  public var takesTokensAsNew: Bool { false }
  /// No regime.
  public var regimeExponent: String? { nil }
  /// No nested forms.
  public var nestedForms: (narrow: any Law, wide: any Law)? { nil }
  /// Five parameters or fewer.
  public static var isWide: Bool { false }
  /// No settings.
  public var settings: [LawSetting] { [] }
  /// The default starting points.
  public func startingPoints(for observations: Observations) -> [[Double]]? { nil }
  /// Refuses every setting.
  public func setting(_ name: String, to value: String) throws(FitError) -> any Law {
    throw FitError.unknownSetting(law: card.name, name: name, known: settings.map(\.name))
  }
}

extension Law {
  /// The name on the command line.
  public var name: String { card.name }
  /// Whether the law needs the run's learning-rate schedule.
  public var readsSchedule: Bool { scheduleReading != .none }
  /// Whether the formula sums over every change of the learning rate before a row.
  public var sumsOverSchedule: Bool { scheduleReading == .changes }
  /// Whether the formula reads a column.
  public func reads(_ column: String) -> Bool { card.columns.contains { $0.name == column } }
  /// The present value of a setting; nil where the law has none of this name.
  public func value(ofSetting name: String) -> String? {
    settings.first { $0.name == name }?.value
  }
  /// The position of a parameter.
  public func index(of parameter: String) -> Int? {
    parameters.firstIndex { $0.name == parameter }
  }
}
