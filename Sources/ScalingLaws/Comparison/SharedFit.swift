internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// One law fitted to several groups of runs at once, with tests of what they share.
public struct SharedFit: Sendable {
  /// A test of whether groups share parameters.
  public struct Test: Sendable, Hashable, Codable {
    /// The parameters that the hypothesis shares and the alternative does not.
    public var parameters: [String]
    /// F, with squares of residuals.
    public var statistic: Double
    /// The parameters that the alternative adds.
    public var extraParameters: Int
    /// Points less the alternative's parameters.
    public var degreesOfFreedom: Int
    /// The probability of an F at least as large if the parameters were shared.
    public var pValue: Double
  }

  /// The law that each group follows.
  public let law: any Law
  /// The names of the groups.
  public let groups: [String]
  /// The names of the shared parameters, in the law's order.
  public let shared: [String]
  /// The joint fit; its parameters are those of ``SharedLaw``.
  public internal(set) var fit: Fit
  /// The fits of each group by itself, without intervals; empty where a group is too small.
  public let apart: [Fit]
  /// Whether all of `shared` may be shared, against nothing shared; nil where the groups are too
  /// small to be fitted apart.
  public let test: Test?
  /// Whether each shared parameter may be shared, the other ones being shared.
  public let each: [Test]
  /// Whether each other parameter might be shared as well.
  public let further: [Test]
  /// How many rows were averaged with repeats of theirs.
  public let averagedRows: Int
  /// The standard deviation of a single run about the law: of the fitted means, with what averaging
  /// repeats took away put back.
  public let runScatter: Double

  /// A parameter of one group, or of all where it is shared, with its interval.
  public func parameter(_ name: String, group: String) -> Estimated? {
    fit.interval(of: shared.contains(name) ? name : "\(name)[\(group)]")
  }
}

/// Fits a law to at least two groups at once, with an objective's loss taken as squared; throws
/// `FitError` for unknown names, too few rows or unusable values.
///
/// Runs that repeat a place of the law (seeds) are averaged first, because the places, not the
/// seeds, are independent. Residuals are squared, so that the tests are F tests.
public func fitSharing(
  _ law: any Law, groups: [(name: String, rows: Observations)], shared: [String],
  options: FitOptions = FitOptions()
) throws(FitError) -> SharedFit {
  guard groups.count > 1 else {
    throw .unusable("sharing needs two groups of rows or more, found \(groups.count)")
  }
  let names = law.parameters.map(\.name)
  for name in shared where !names.contains(name) {
    throw .unknownParameter(law: law.name, name: name, known: names)
  }
  var options = options
  let objective = options.objective ?? law.card.objective
  options.objective = Objective(
    residual: objective.residual, loss: .squared,
    overestimatePenalty: objective.overestimatePenalty)
  let averaged = groups.map { ($0.name, $0.rows.averagingRepeats(of: law, objective: objective)) }
  let pooled = pool(averaged.map(\.1))
  var single = options
  single.interval = .none
  let free = names.filter { options.fixed[$0] == nil }
  var apart: [Fit] = []
  if averaged.allSatisfy({ $0.1.count > free.count }) {
    for (_, rows) in averaged { apart.append(try fit(law, to: rows, options: single)) }
  }
  func joint(_ shared: [String], _ options: FitOptions) throws(FitError) -> Fit {
    let law = try sharedLaw(
      law, groups: groups.map(\.name), shared: shared, apart: apart.map(\.estimate))
    var options = options
    for name in names where !shared.contains(name) {
      for group in groups.map(\.name) {
        if let value = options.fixed[name] { options.fixed["\(name)[\(group)]"] = value }
        if let range = options.bounds[name] { options.bounds["\(name)[\(group)]"] = range }
      }
      options.fixed[name] = nil
      options.bounds[name] = nil
    }
    options.starts = [:]
    return try fit(law, to: pooled, options: options)
  }
  let wanted = names.filter { shared.contains($0) && options.fixed[$0] == nil }
  let held = names.filter { options.fixed[$0] != nil }
  let chosen = try joint(wanted + held, options)
  func test(_ smaller: Double, _ larger: Double, _ parameters: [String], sharing: Int) -> SharedFit
    .Test?
  {
    let extra = parameters.count * (groups.count - 1)
    let freedom = pooled.count - (sharing + (free.count - sharing) * groups.count)
    guard freedom > 0 else { return nil }
    let statistic = NestedTest.statistic(
      smaller: smaller, larger: larger, kappa: 1, extra: extra, freedom: freedom)
    return SharedFit.Test(
      parameters: parameters, statistic: statistic, extraParameters: extra,
      degreesOfFreedom: freedom,
      pValue: FisherF(numerator: Double(extra), denominator: Double(freedom)).survival(statistic))
  }
  var each: [SharedFit.Test] = []
  var further: [SharedFit.Test] = []
  for name in wanted {
    let rest = wanted.filter { $0 != name }
    guard pooled.count > rest.count + (free.count - rest.count) * groups.count else { continue }
    let larger = try joint(rest + held, single)
    if let found = test(
      chosen.objectiveValue, min(larger.objectiveValue, chosen.objectiveValue), [name],
      sharing: rest.count)
    {
      each.append(found)
    }
  }
  for name in free where !wanted.contains(name) {
    let smaller = try joint(wanted + [name] + held, single)
    if let found = test(
      max(smaller.objectiveValue, chosen.objectiveValue), chosen.objectiveValue, [name],
      sharing: wanted.count)
    {
      further.append(found)
    }
  }
  let whole = apart.reduce(0) { $0 + $1.objectiveValue }
  return SharedFit(
    law: law, groups: groups.map(\.name), shared: wanted, fit: chosen, apart: apart,
    test: apart.isEmpty || wanted.isEmpty
      ? nil
      : test(chosen.objectiveValue, min(whole, chosen.objectiveValue), wanted, sharing: 0),
    each: each, further: further,
    averagedRows: groups.reduce(0) { $0 + $1.rows.count } - pooled.count,
    runScatter: singleRunScatter(
      of: chosen, groups: groups.map(\.rows), law: law, objective: objective))
}

/// The scatter of single runs where means of repeats were fitted.
///
/// A mean of m runs varies by σ_u² + σ_e²/m, a run by σ_u² + σ_e².
private func singleRunScatter(
  of fit: Fit, groups: [Observations], law: any Law, objective: Objective
) -> Double {
  var (squares, freedom) = (0.0, 0.0)
  var (inverse, places) = (0.0, 0.0)
  for rows in groups where rows.clusterCount == rows.count && rows.schedules.isEmpty {
    if let noise = SeedNoise(observations: rows, objective: objective, law: law) {
      let own = Double(noise.degreesOfFreedom)
      squares += noise.standardDeviation * noise.standardDeviation * own
      freedom += own
    }
    for place in DesignPoints(rows, law: law).rows() {
      inverse += 1 / Double(place.count)
      places += 1
    }
  }
  guard freedom > 0, places > 0 else { return fit.residualScatter }
  let scatter = fit.residualScatter
  return (scatter * scatter + squares / freedom * (1 - inverse / places)).squareRoot()
}

private func sharedLaw(
  _ base: any Law, groups: [String], shared: [String], apart: [[Double]]
) throws(FitError) -> any Law {
  func open<Base: Law>(_ base: Base) throws(FitError) -> any Law {
    var law = try SharedLaw(base: base, groups: groups, shared: shared)
    if !apart.isEmpty { law.extraStarts = [law.point(from: apart)] }
    return law
  }
  return try open(base)
}

private func pool(_ groups: [Observations]) -> Observations {
  var result = groups[0]
  result.columns["group"] = [Double](repeating: 0, count: result.count)
  for (number, rows) in groups.enumerated().dropFirst() {
    var columns: [String: [Double]] = [:]
    for (name, values) in result.columns {
      if name == "group" {
        columns[name] = values + [Double](repeating: Double(number), count: rows.count)
      } else if let others = rows.columns[name] {
        columns[name] = values + others
      }
    }
    let schedules = result.schedules.count
    let name = result.responseName
    result = Observations(
      columns: columns, response: result.response + rows.response,
      weights: result.weights + rows.weights,
      clusters: result.clusters + rows.clusters.map { $0 + (result.clusters.max() ?? -1) + 1 },
      labels: result.labels + rows.labels, schedules: result.schedules + rows.schedules,
      scheduleOfRow: result.scheduleOfRow
        + rows.scheduleOfRow.map { $0 < 0 ? $0 : $0 + schedules })
    result.responseName = name
  }
  return result
}

extension Observations {
  /// One row for each place of a law: the mean of its repeats, in the scale of residuals. Curves and
  /// tables without repeats come back as they are.
  func averagingRepeats(of law: any Law, objective: Objective) -> Observations {
    guard clusterCount == count, schedules.isEmpty else { return self }
    let places = DesignPoints(self, law: law).rows().map { $0.filter { weights[$0] > 0 } }
      .filter { !$0.isEmpty }
    guard places.count < count else { return self }
    var result = selecting(places.map { $0[0] })
    for (position, rows) in places.enumerated() {
      let total = rows.reduce(0) { $0 + weights[$1] }
      let centre = rows.reduce(0) { $0 + weights[$1] * objective.transformed(response[$1]) } / total
      result.response[position] = objective.outcome(
        prediction: objective.residual == .linear ? 0 : 1, residual: -centre)
    }
    return result
  }
}
