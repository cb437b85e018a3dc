public import Cards
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
  /// The settings that choose a variant of the law; their standard values are the present ones.
  var settings: [CardOption] { get }
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

  /// The predicted outcome of one observation, its columns in the card's order, from physical
  /// parameters in the order of `parameters`.
  func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K>

  /// Points from which a fit starts, in physical units; nil for the default.
  ///
  /// The default crosses the `starts` of all nonlinear parameters and solves for the amplitudes
  /// in closed form, which makes it independent of the units of the columns.
  func startingPoints(for observations: Observations) -> [[Double]]?

  /// The law with these values of all its settings.
  func configured(_ values: OptionValues) throws(FitError) -> Self

  /// The compiled evaluation of the formula; implemented once for all laws.
  func makeKernel() -> LawKernel
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
  public var settings: [CardOption] { [] }
  /// The default starting points.
  public func startingPoints(for observations: Observations) -> [[Double]]? { nil }
  /// The same: there are no settings.
  public func configured(_ values: OptionValues) throws(FitError) -> Self { self }
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
    settings.first { $0.name == name }?.text
  }
  /// The law with a setting changed.
  ///
  /// - Throws: `FitError.unknownSetting` or `badSetting`.
  public func setting(_ name: String, to text: String) throws(FitError) -> any Law {
    let values: OptionValues
    do throws(OptionError) {
      values = try OptionValues(texts: [name: text], for: settings, of: self.name)
    } catch {
      throw FitError(error)
    }
    return try configured(values)
  }
  /// The position of a parameter.
  public func index(of parameter: String) -> Int? {
    parameters.firstIndex { $0.name == parameter }
  }
}
