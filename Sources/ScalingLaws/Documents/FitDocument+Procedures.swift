internal import Cards
internal import Quantities
internal import RealModule
internal import Statistics

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension FitDocument {
  /// Records the allocation of approach 1 or 2 as a fit: `a`, `G_N`, `b`, `G_D`; for iso-FLOP fits
  /// with what the method gets wrong on this grid and other readings of the same runs.
  public init(
    _ allocation: AllocationFit, rows: Int, bias: IsoFLOPBias? = nil,
    readings: [AllocationAlternative]? = nil, flopsPerToken: FlopsPerToken? = nil,
    table: String? = nil, notes: [String] = []
  ) {
    let names = AllocationFit.names
    self.init(
      law: allocation.method.rawValue, formula: "N* = G_N C^a, D* = G_D C^b",
      response: ResponseRecord(column: "N", unit: "parameters"), rows: rows,
      // The regression of the optima on compute is ordinary least squares of logarithms.
      objective: ObjectiveRecord(
        name: Objective.squaredLog.name, delta: nil, overestimatePenalty: nil,
        value: allocation.residualSum, mean: allocation.residualSum / Double(max(rows, 1))),
      parameters: Dictionary(
        names.enumerated().map { index, name in
          (
            name,
            Self.parameter(
              allocation.estimate[index], draws: allocation.draws.map { $0[index] },
              interval: allocation.parameter(name), unit: "")
          )
        }, uniquingKeysWith: { first, _ in first }),
      interval: IntervalRecord(
        level: allocation.level, method: allocation.resampling,
        resamples: allocation.draws.count, tail: allocation.tail),
      ranges: ["C": [allocation.computeRange.lowerBound, allocation.computeRange.upperBound]],
      table: table, notes: notes,
      warnings: allocation.warnings + (bias.map { [$0.sentence] } ?? []),
      draws: allocation.draws.isEmpty
        ? nil : Draws(parameters: names, values: allocation.draws))
    self.readings = readings
    self.flopsPerToken = flopsPerToken
  }

  /// Records both steps of a task forecast as one fit of the law `two-step`.
  public init(
    _ steps: TwoStep, law: any Law, table: String? = nil, notes: [String] = [],
    modelError: ModelError? = nil
  ) {
    let estimate = steps.lossFit.estimate + steps.accuracyFit.estimate
    let draws = steps.draws.map { $0.loss + $0.accuracy }
    let uncertainty = Uncertainty(
      method: "cluster-bootstrap", draws: draws, failed: 0, level: steps.level,
      tail: (1 - steps.level) / 2, profiles: [:])
    let accuracy = steps.accuracyFit
    self.init(
      law: law.name, formula: law.card.formula,
      response: ResponseRecord(column: "accuracy", unit: "fraction"),
      rows: accuracy.observations.count,
      objective: ObjectiveRecord(
        name: accuracy.objective.name, delta: accuracy.objective.delta, overestimatePenalty: nil,
        value: accuracy.objectiveValue,
        mean: accuracy.objectiveValue / Double(max(accuracy.observations.count, 1))),
      parameters: Dictionary(
        law.parameters.enumerated().map { index, parameter in
          let column = draws.map { $0[index] }
          let ends = uncertainty.interval(of: column)
          return (
            parameter.name,
            Self.parameter(
              estimate[index], draws: column,
              interval: Estimated(value: estimate[index], low: ends.low, high: ends.high),
              unit: parameter.unit)
          )
        }, uniquingKeysWith: { first, _ in first }),
      interval: IntervalRecord(
        level: steps.level, method: draws.isEmpty ? "none" : uncertainty.method,
        resamples: draws.count, tail: uncertainty.tail),
      ranges: steps.lossFit.ranges.mapValues { [$0.lowerBound, $0.upperBound] }, table: table,
      notes: notes,
      warnings: steps.lossFit.warnings
        + accuracy.warnings.map { $0.hasPrefix("A ") ? "A_max" + $0.dropFirst() : $0 },
      draws: draws.isEmpty
        ? nil : Draws(parameters: law.parameters.map(\.name), values: draws))
    settings = Dictionary(
      law.settings.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
    scatter = accuracy.residualScatter
    self.modelError = modelError
  }

  /// The allocation of a saved fit of approach 1 or 2; nil for other fits.
  public var allocation: AllocationFit? {
    guard let method = AllocationFit.Method(rawValue: law) else { return nil }
    let estimate = AllocationFit.names.compactMap { parameters[$0]?.value }
    guard estimate.count == AllocationFit.names.count, let range = ranges["C"], range.count == 2,
      range[0] <= range[1]
    else { return nil }
    return AllocationFit(
      method: method, estimate: estimate, draws: draws?.values ?? [],
      resampling: interval.method, tail: interval.tail, level: interval.level,
      computeRange: range[0]...range[1], valleys: [], envelope: [], warnings: warnings)
  }

  private static func parameter(
    _ value: Double, draws: [Double], interval: Estimated?, unit: String
  ) -> Parameter {
    func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    return Parameter(
      value: value,
      standardError: draws.count > 1 ? finite(standardDeviation(draws)) : nil,
      hessianStandardError: nil, low: finite(interval?.low), high: finite(interval?.high),
      unit: unit, fixed: false)
  }

  private init(
    law: String, formula: String, response: ResponseRecord, rows: Int,
    objective: ObjectiveRecord, parameters: [String: Parameter], interval: IntervalRecord,
    ranges: [String: [Double]], table: String?, notes: [String], warnings: [String],
    draws: Draws?
  ) {
    schema = Self.currentSchema
    self.law = law
    settings = [:]
    self.formula = formula
    self.response = response
    self.rows = rows
    self.objective = objective
    self.parameters = parameters
    self.interval = interval
    validation = nil
    aic = nil
    bic = nil
    self.ranges = ranges
    scatter = 0
    search = SearchRecord(starts: 1, polished: 1, agreeing: 1, runnerUp: nil, status: "converged")
    self.table = table
    self.notes = notes
    group = nil
    self.warnings = warnings
    self.draws = draws
  }
}

extension AllocationFit {
  /// Half the sum of squared residuals of ln N* about its regression on ln C.
  var residualSum: Double {
    let points =
      valleys.filter(\.isUsed).map { ($0.compute, $0.optimalSize) }
      + envelope.map { ($0.compute, $0.size) }
    return points.reduce(0) { sum, point in
      let fitted = Double.log(estimate[1]) + estimate[0] * Double.log(point.0)
      let residual = fitted - Double.log(point.1)
      return sum + residual * residual / 2
    }
  }
}

extension FitDocument {
  private struct Several: Decodable {
    var schema: String
    var fits: [FitDocument]
  }
  /// The schemas of files that hold the list `fits`: groups fitted apart, and groups fitted together.
  private static let severalSchemas = ["allometry.fits/1", "allometry.shared-fit/1"]

  /// What tells this fit from others of its file: the values of the grouping columns, or the
  /// outcome.
  public var groupName: String {
    guard let group else { return response.column }
    return group.sorted { $0.key < $1.key }.map(\.value).joined(separator: "/")
  }

  /// Whether a file holds a saved fit or several.
  public static func isSaved(_ data: Data) -> Bool {
    if (try? decode(data, source: "")) != nil { return true }
    return (try? JSONDecoder().decode(Several.self, from: data)).map {
      severalSchemas.contains($0.schema)
    } ?? false
  }

  /// Reads one saved fit from a file of one fit or of several; throws `FitError.unusable` naming
  /// what is wrong, with the groups that there are. The group is the value of the grouping column,
  /// several with `/` in the order of the columns' names, or the outcome where fits differ in that;
  /// nil for the only one.
  public static func decode(
    _ data: Data, source: String, group: String?
  ) throws(FitError) -> FitDocument {
    struct Header: Decodable { var schema: String? }
    let schema = (try? JSONDecoder().decode(Header.self, from: data))?.schema
    guard let schema, severalSchemas.contains(schema) else {
      let document = try decode(data, source: source)
      guard let group, group != document.groupName else { return document }
      throw .unusable("\(source): found one fit, expected several to choose \"\(group)\" from")
    }
    let fits: [FitDocument]
    do {
      fits = try JSONDecoder().decode(Several.self, from: data).fits
    } catch {
      throw .unusable(
        "\(source): the list of fits cannot be read; expected a file saved by allometry fit --by COLUMN --json"
      )
    }
    if group == nil, fits.count == 1 { return fits[0] }
    let names = fits.map(\.groupName)
    if let group, let found = names.firstIndex(of: group) { return fits[found] }
    let list = names.joined(separator: ", ")
    throw .unusable(
      group.map { "\(source): found no group \"\($0)\", expected one of \(list)" }
        ?? "\(source): found \(fits.count) fits (\(list)), expected one: name it as \(source)#\(names.first ?? "GROUP")"
    )
  }

  /// The documents of a file of one fit or of several (schema `allometry.fits/1`), where all are of
  /// one law; nil for anything else.
  public static func decodeSeveral(_ data: Data, of law: String) -> [FitDocument]? {
    struct Header: Decodable {
      struct Name: Decodable { var law: String }
      var schema: String
      var law: String?
      var fits: [Name]?
    }
    struct Several: Decodable { var fits: [FitDocument] }
    let decoder = JSONDecoder()
    guard let header = try? decoder.decode(Header.self, from: data) else { return nil }
    if header.schema == currentSchema, header.law == law {
      return (try? decoder.decode(FitDocument.self, from: data)).map { [$0] }
    }
    guard header.schema == "allometry.fits/1", let names = header.fits,
      names.allSatisfy({ $0.law == law })
    else { return nil }
    return try? decoder.decode(Several.self, from: data).fits
  }
}
