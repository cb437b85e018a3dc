/// A saved fit, brought back to life.
public struct SavedFit: FittedLaw {
  /// The document.
  public let document: FitDocument
  /// The law with its settings.
  public let law: any Law
  /// The parameters in physical units, in the law's order.
  public let estimate: [Double]
  /// The parameters of each refit; empty where none were saved.
  public let draws: [[Double]]
  /// What was minimised.
  public let objective: Objective
  /// The tail probability at which quantiles of the refits are read.
  public var tail: Double { document.interval.tail }
  /// The nominal coverage of intervals.
  public var level: Double { document.interval.level }
  /// The standard deviation of the residuals.
  public var scatter: Double { document.scatter }
  /// The medians of the table's columns that plans hold.
  public var typicalColumns: [String: Double] { document.typical ?? [:] }
  /// How C is counted from N and D.
  public var flopsPerToken: FlopsPerToken { document.flopsPerToken ?? .sixfold }
  /// What the fitted table cannot tell about the parameters.
  public var identifiability: [IdentifiabilityFinding] { document.identifiability ?? [] }
  /// The warnings of the fit.
  public var fitWarnings: [String] { document.warnings }
  /// How wrong the law itself may be beyond its data; nil where it was not measured.
  public var modelError: ModelError? { document.modelError }
  /// The range of each column of the fitted table.
  public var ranges: [String: ClosedRange<Double>] {
    document.ranges.compactMapValues {
      $0.count == 2 && $0[0] <= $0[1] ? $0[0]...$0[1] : nil
    }
  }

  /// Finds the law of a document and puts its parameters in order.
  ///
  /// - Throws: `FitError` for a law, setting or objective that this version does not know, and for
  ///   a parameter that is missing.
  public init(_ document: FitDocument) throws(FitError) {
    self.document = document
    var law = try LawCatalog.law(named: document.law)
    for (name, value) in document.settings.sorted(by: { $0.key < $1.key }) {
      law = try law.setting(name, to: value)
    }
    self.law = law
    var estimate: [Double] = []
    for parameter in law.parameters {
      guard let value = document.parameters[parameter.name]?.value else {
        throw .unusable("the saved fit of \(document.law) has no parameter \"\(parameter.name)\"")
      }
      estimate.append(value)
    }
    self.estimate = estimate
    guard
      var objective = Objective(
        name: document.objective.name, delta: document.objective.delta ?? 1e-3)
    else {
      throw .unusable("the saved fit has the unknown objective \"\(document.objective.name)\"")
    }
    objective.overestimatePenalty = document.objective.overestimatePenalty ?? 1
    self.objective = objective
    guard let saved = document.draws else {
      draws = []
      return
    }
    var order: [Int] = []
    for parameter in law.parameters {
      guard let index = saved.parameters.firstIndex(of: parameter.name) else {
        throw .unusable("the saved refits have no parameter \"\(parameter.name)\"")
      }
      order.append(index)
    }
    guard saved.values.allSatisfy({ $0.count == saved.parameters.count }) else {
      throw .unusable("the saved refits do not all have \(saved.parameters.count) values")
    }
    draws = saved.values.map { row in order.map { row[$0] } }
  }
}

extension LawMixture {
  /// The mixture of a saved fit and the alternatives saved with it; nil where there are none.
  ///
  /// - Throws: `FitError` for an alternative that this version cannot read.
  public init?(_ saved: SavedFit) throws(FitError) {
    guard let alternatives = saved.document.alternatives else { return nil }
    var laws: [(fitted: any FittedLaw, weight: Double)] = [(saved, saved.document.weight ?? 0)]
    for alternative in alternatives {
      laws.append((try SavedFit(alternative), alternative.weight ?? 0))
    }
    self.init(laws)
  }
}
