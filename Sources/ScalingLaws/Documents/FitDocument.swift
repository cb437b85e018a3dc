internal import Cards
internal import Quantities
internal import RealModule
internal import Statistics

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif
/// A fit as it is saved: everything that a forecast or a plan needs, without the table.
///
/// The JSON form has the schema `allometry.fit/1`: keys are added to it, never renamed.
public struct FitDocument: Sendable, Codable {
  /// The schema of this version.
  public static let currentSchema = "allometry.fit/1"

  /// A fitted or held parameter.
  public struct Parameter: Sendable, Codable {
    /// The estimate in physical units.
    public var value: Double
    /// The spread of the refits, or the Hessian's standard error without refits.
    public var standardError: Double?
    /// The standard error from the Hessian.
    public var hessianStandardError: Double?
    /// The lower end of the interval.
    public var low: Double?
    /// The upper end of the interval.
    public var high: Double?
    /// The unit; empty for a pure number.
    public var unit: String
    /// Whether the value was held rather than fitted.
    public var fixed: Bool
    /// Whether the value is the end of the parameter's range and no estimate; absent otherwise.
    public var atBound: Bool?
  }

  /// What was minimised, and how low.
  public struct ObjectiveRecord: Sendable, Codable {
    /// The objective's name.
    public var name: String
    /// The threshold of a Huber loss.
    public var delta: Double?
    /// The factor charged for predictions above the outcome; absent if it is one.
    public var overestimatePenalty: Double?
    /// The minimum, a sum over rows.
    public var value: Double
    /// The minimum divided by the number of rows, for comparison with tools that average.
    public var mean: Double
  }

  /// How intervals were obtained.
  public struct IntervalRecord: Sendable, Codable {
    /// The nominal coverage.
    public var level: Double
    /// `bootstrap`, `cluster-bootstrap`, `block-bootstrap`, `parametric`, `profile` or `none`.
    public var method: String
    /// The number of successful refits.
    public var resamples: Int
    /// The tail probability at which percentiles are read.
    public var tail: Double
  }

  /// How well the law predicts larger runs than it was fitted on.
  public struct ValidationRecord: Sendable, Codable {
    /// The rows held out in the last window.
    public var heldOutRows: Int
    /// Their mean relative error; absent if nothing could be held out.
    public var relativeError: Double?
    /// The mean over all windows.
    public var meanRelativeError: Double?
    /// The mean relative error when one scale at a time is left out.
    public var leaveOneScaleOut: Double?
    /// The held-out rows of each window by their distance beyond the fitted ones.
    public var windows: [[HeldOutGroup]]?
  }

  /// What the law predicts.
  public struct ResponseRecord: Sendable, Codable {
    /// The column of the table.
    public var column: String
    /// The unit.
    public var unit: String
  }

  /// How the search went.
  public struct SearchRecord: Sendable, Codable {
    /// The number of starting points.
    public var starts: Int
    /// How many starts were polished.
    public var polished: Int
    /// How many polished starts reached the best objective.
    public var agreeing: Int
    /// The next higher objective that a polished start ended at.
    public var runnerUp: Double?
    /// Why the best run stopped.
    public var status: String
  }

  /// A row that left the law.
  public struct DepartedRow: Sendable, Codable, Hashable {
    /// The run, or the line of the file where runs have no names.
    public var row: String
    /// The outcome.
    public var outcome: Double
    /// What the law predicts.
    public var prediction: Double
  }

  /// Refits, one row each, in the order of `parameters`.
  public struct Draws: Sendable, Codable {
    /// The names of the parameters.
    public var parameters: [String]
    /// The physical values of each refit.
    public var values: [[Double]]
  }

  /// The schema of the document.
  public var schema: String
  /// The law's name.
  public var law: String
  /// The law's settings.
  public var settings: [String: String]
  /// The formula in the parameters' names.
  public var formula: String
  /// What the law predicts.
  public var response: ResponseRecord
  /// The number of rows.
  public var rows: Int
  /// What was minimised.
  public var objective: ObjectiveRecord
  /// The parameters by name.
  public var parameters: [String: Parameter]
  /// How intervals were obtained.
  public var interval: IntervalRecord
  /// How well the law extrapolates; absent if it was not measured.
  public var validation: ValidationRecord?
  /// How wrong the law itself may be beyond its data; absent if it was not measured.
  public var modelError: ModelError?
  /// Akaike's criterion with the small-sample correction.
  public var aic: Double?
  /// The Bayesian criterion.
  public var bic: Double?
  /// The range of each column over the fitted rows.
  public var ranges: [String: [Double]]
  /// The standard deviation of the residuals with divisor n − p.
  public var scatter: Double
  /// How the search over starts went.
  public var search: SearchRecord
  /// The table that was fitted.
  public var table: String?
  /// What was inferred while reading the table.
  public var notes: [String]
  /// The values of the grouping columns, where the table was split.
  public var group: [String: String]?
  /// What a reader must know before trusting the numbers.
  public var warnings: [String]
  /// How C is counted from N and D; absent in fits saved before it was recorded, which is 6·N.
  public var flopsPerToken: FlopsPerToken?
  /// The median of each column that the law reads besides N, D, C and U, for plans to hold.
  public var typical: [String: Double]?
  /// Other readings of the same iso-FLOP runs; absent for other fits.
  public var readings: [AllocationAlternative]?
  /// What the table cannot tell about the parameters; each is among the warnings.
  public var identifiability: [IdentifiabilityFinding]?
  /// The test of lack of fit, where rows are repeated.
  public var lackOfFit: LackOfFit?
  /// The rows that left the law and are no part of its scatter.
  public var departedRows: [DepartedRow]?
  /// Whether all rows lie on the law to rounding, so that there is no scatter to measure by.
  public var exact: Bool?
  /// The independent rows: design points where rows repeat each other, runs of several rows.
  public var independentRows: Int?
  /// The refits.
  public var draws: Draws?
  /// What was learned of a table of mixtures beside the parameters; absent for other laws.
  public var mixture: MixtureRecord?
  /// The optimum of each cell of a raw sweep of hyper-parameters; absent for other tables.
  public var sweep: SweepRecord?
  /// The weight of this law in a common answer with its alternatives; absent without any.
  public var weight: Double?
  /// Laws that predict held-out runs about as well, with their weights: what `forecast` and `plan`
  /// answer with together. Each is a saved fit of its own.
  public var alternatives: [FitDocument]?

  /// Records a fit.
  public init(
    _ fit: Fit, validation: Validation? = nil, table: String? = nil, notes: [String] = [],
    group: [String: String]? = nil
  ) {
    func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    schema = Self.currentSchema
    law = fit.law.name
    settings = Dictionary(
      fit.law.settings.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
    formula = fit.law.card.formula
    response = ResponseRecord(
      column: fit.observations.responseName ?? fit.law.card.response.column,
      unit: fit.law.card.response.unit)
    rows = fit.observations.count
    objective = ObjectiveRecord(
      name: fit.objective.name, delta: fit.objective.delta,
      overestimatePenalty: fit.objective.overestimatePenalty == 1
        ? nil : fit.objective.overestimatePenalty,
      value: fit.objectiveValue,
      mean: fit.objectiveValue / Double(max(fit.observations.count, 1)))
    parameters = [:]
    let free = Set(fit.freeParameters)
    for (index, parameter) in fit.law.parameters.enumerated() {
      let isFree = free.contains(parameter.name)
      let interval = isFree ? fit.interval(of: parameter.name) : nil
      parameters[parameter.name] = Parameter(
        value: fit.estimate[index],
        standardError: isFree ? finite(fit.standardError(of: parameter.name)) : 0,
        hessianStandardError: finite(fit.hessianStandardErrors[index]),
        low: isFree ? finite(interval?.low) : fit.estimate[index],
        high: isFree ? finite(interval?.high) : fit.estimate[index],
        unit: parameter.unit, fixed: !isFree,
        atBound: fit.boundReached(parameter.name) == nil ? nil : true)
    }
    interval = IntervalRecord(
      level: fit.uncertainty?.level ?? fit.options.level,
      method: fit.uncertainty?.method ?? "none", resamples: fit.uncertainty?.draws.count ?? 0,
      tail: fit.uncertainty?.tail ?? (1 - fit.options.level) / 2)
    self.validation = validation.map {
      ValidationRecord(
        heldOutRows: $0.last?.heldOutRows ?? 0, relativeError: finite($0.last?.relativeError),
        meanRelativeError: finite($0.meanError), leaveOneScaleOut: finite($0.leaveOneScaleOut),
        windows: $0.heldOutGroups)
    }
    modelError = fit.modelError
    let criteria = fit.informationCriteria
    aic = finite(criteria.aic)
    bic = finite(criteria.bic)
    ranges = fit.ranges.mapValues { [$0.lowerBound, $0.upperBound] }
    scatter = finite(fit.residualScatter) ?? 0
    search = SearchRecord(
      starts: fit.search.starts, polished: fit.search.polished, agreeing: fit.search.agreeing,
      runnerUp: finite(fit.search.runnerUp), status: fit.search.status)
    self.table = table
    self.notes = notes
    self.group = group
    warnings = fit.warnings
    flopsPerToken = fit.flopsPerToken
    typical = fit.typicalColumns
    identifiability = fit.identifiability
    lackOfFit = fit.lackOfFit
    departedRows =
      fit.departedRows.isEmpty
      ? nil
      : fit.departedRows.map {
        DepartedRow(
          row: fit.observations.name(of: $0), outcome: fit.observations.response[$0],
          prediction: fit.predictions[$0])
      }
    exact = fit.isExact ? true : nil
    independentRows = fit.independentRows
    if let uncertainty = fit.uncertainty, !uncertainty.draws.isEmpty {
      draws = Draws(
        parameters: fit.law.parameters.map(\.name),
        values: uncertainty.draws.filter { $0.allSatisfy(\.isFinite) })
    }
  }

  /// The JSON form: readable, with each refit on one line at the end.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var head = self
    head.draws = nil
    head.alternatives = nil
    var text = String(decoding: try encoder.encode(head), as: UTF8.self)
    let compact = JSONEncoder()
    compact.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if let alternatives {
      let lines = try alternatives.map {
        "    " + String(decoding: try compact.encode($0), as: UTF8.self)
      }
      Self.removeClosingBrace(&text)
      text += ",\n  \"alternatives\" : [\n" + lines.joined(separator: ",\n") + "\n  ]\n}"
    }
    guard let draws else { return text + "\n" }
    let names = String(decoding: try compact.encode(draws.parameters), as: UTF8.self)
    let lines = try draws.values.map {
      "      " + String(decoding: try compact.encode($0), as: UTF8.self)
    }
    Self.removeClosingBrace(&text)
    text += ",\n  \"draws\" : {\n    \"parameters\" : \(names),\n    \"values\" : [\n"
    return text + lines.joined(separator: ",\n") + "\n    ]\n  }\n}\n"
  }

  /// Takes the last brace off a JSON object, so that more keys can follow.
  private static func removeClosingBrace(_ text: inout String) {
    while text.last?.isWhitespace == true { text.removeLast() }
    if text.last == "}" { text.removeLast() }
    while text.last?.isWhitespace == true { text.removeLast() }
  }

  /// Reads a saved fit.
  ///
  /// - Throws: `FitError.unusable` naming what is wrong with the text.
  public static func decode(_ data: Data, source: String) throws(FitError) -> FitDocument {
    struct Header: Decodable { var schema: String? }
    let decoder = JSONDecoder()
    guard let header = try? decoder.decode(Header.self, from: data) else {
      throw .unusable(
        "\(source): found no JSON object, expected a fit saved by allometry fit --json")
    }
    guard let schema = header.schema else {
      throw .unusable("\(source): found no key \"schema\", expected \"\(currentSchema)\"")
    }
    guard schema == currentSchema else {
      throw .unusable("\(source): found schema \"\(schema)\", expected \"\(currentSchema)\"")
    }
    do {
      return try decoder.decode(FitDocument.self, from: data)
    } catch DecodingError.keyNotFound(let key, let context) {
      let path = (context.codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: ".")
      throw .unusable("\(source): key \"\(path)\" is missing from the saved fit")
    } catch DecodingError.typeMismatch(_, let context) {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw .unusable("\(source): key \"\(path)\" has the wrong type: \(context.debugDescription)")
    } catch {
      throw .unusable("\(source): the saved fit cannot be read (\(error))")
    }
  }
}
