internal import Optimization
internal import Statistics

/// Everything that stays the same while one law is fitted again and again to one table.
struct Fitter: Sendable {
  let law: any Law
  let observations: Observations
  let objective: Objective
  let options: FitOptions
  let space: ParameterSpace
  let kernel: LawKernel
  let columns: [String]
  /// The rows with positive weight, packed once for all evaluations.
  let table: LaneTable
  private let tableRows: [Int]

  init(law: any Law, observations: Observations, options: FitOptions) throws(FitError) {
    self.law = law
    let observations =
      law.sumsOverSchedule ? observations.gatheringSchedules() : observations
    self.observations = observations
    self.options = options
    objective = options.objective ?? law.card.objective
    kernel = law.makeKernel()
    columns = law.card.columns.map(\.name)
    let parameters = law.parameters
    var fixed: [Int: Double] = [:]
    for name in options.fixed.keys.sorted() {
      guard let index = law.index(of: name) else {
        throw .unknownParameter(law: law.name, name: name, known: parameters.map(\.name))
      }
      fixed[index] = options.fixed[name]
    }
    var bounds: [Int: ClosedRange<Double>] = [:]
    for name in options.bounds.keys.sorted() {
      guard let index = law.index(of: name) else {
        throw .unknownParameter(law: law.name, name: name, known: parameters.map(\.name))
      }
      if parameters[index].domain == .positive, let range = options.bounds[name],
        range.upperBound <= 0
      {
        throw .unusable(
          "bounds of \(name): found \(range.lowerBound):\(range.upperBound), expected a positive upper bound"
        )
      }
      bounds[index] = options.bounds[name]
    }
    for name in options.starts.keys.sorted() where law.index(of: name) == nil {
      throw .unknownParameter(law: law.name, name: name, known: parameters.map(\.name))
    }
    space = ParameterSpace(parameters: parameters, fixed: fixed, bounds: bounds)
    try Self.check(law: law, observations: observations, objective: objective)
    let needed = max(space.free.count, 1)
    guard observations.count >= needed else {
      throw .tooFewRows(law: law.name, found: observations.count, needed: needed)
    }
    tableRows = observations.weights.indices.filter { observations.weights[$0] > 0 }
    table = LaneTable(observations: observations, columns: columns, rows: tableRows)
  }

  private static func check(
    law: any Law, observations: Observations, objective: Objective
  ) throws(FitError) {
    for requirement in law.card.columns {
      guard let column = observations.columns[requirement.name] else {
        throw .missingColumn(
          law: law.name, column: requirement.name, meaning: requirement.meaning,
          present: Array(observations.columns.keys))
      }
      for (row, value) in column.enumerated()
      where !value.isFinite || (requirement.positive && value <= 0) {
        throw .badValue(
          row: observations.labels[row], column: requirement.name, found: value,
          expected: requirement.positive ? "a positive number" : "a finite number")
      }
    }
    let response = law.card.response
    for (row, value) in observations.response.enumerated() {
      let mustBePositive = objective.residual == .log
      let outside =
        !value.isFinite || (mustBePositive && value <= 0)
        || (objective.residual == .logPlusOne && value <= -1)
      if outside {
        throw .badValue(
          row: observations.labels[row], column: response.column, found: value,
          expected: mustBePositive ? "a positive number" : "a finite number")
      }
    }
    if let row = observations.weights.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
      throw .badValue(
        row: observations.labels[row], column: "weight", found: observations.weights[row],
        expected: "a number that is not negative")
    }
  }

  /// The objective on all rows, or on the rows with positive weight in `weights`.
  func problem(weights: [Double]? = nil, response: [Double]? = nil) -> ResidualProblem {
    let weights = weights ?? observations.weights
    return ResidualProblem(
      kernel: kernel, table: packed(rows: weights.indices.filter { weights[$0] > 0 }),
      space: space, objective: objective, response: response ?? observations.response,
      weights: weights)
  }

  /// The table of these rows; where few of many rows are missing, that of all, in which the
  /// missing ones have weight zero.
  func packed(rows: [Int]) -> LaneTable {
    let isNearlyAll = tableRows.count > 2000 && tableRows.count - rows.count < 100
    if rows == tableRows || isNearlyAll && Set(rows).isSubset(of: tableRows) { return table }
    return LaneTable(observations: observations, columns: columns, rows: rows)
  }

  /// Fits from a nearby point: the way of bootstrap refits.
  func refit(
    _ problem: inout ResidualProblem, from physical: [Double], tolerance: Double = 1e-9,
    evaluationLimit: Int = 120
  ) -> Minimum {
    let newton = SemismoothNewton(
      relativeTolerance: tolerance, evaluationLimit: evaluationLimit, initialDamping: 0.03)
    return newton.minimize(
      &problem, from: space.unknowns(physical), lower: space.lower, upper: space.upper)
  }

  // MARK: - Starting points

  func startingPoints() -> [[Double]] {
    if options.starts.isEmpty, let own = law.startingPoints(for: observations) {
      return own.map { point in
        var point = point
        for index in point.indices where !space.free.contains(index) {
          point[index] = space.base[index]
        }
        return point
      }
    }
    let parameters = law.parameters
    // A parameter whose start the user names is crossed, even if it is linear.
    var axes: [(index: Int, values: [Double])] = []
    var solved: [Int] = []
    for index in space.free {
      if let values = options.starts[parameters[index].name] {
        axes.append((index, values))
      } else if parameters[index].isLinear {
        solved.append(index)
      } else {
        axes.append((index, parameters[index].starts))
      }
    }
    var points = [space.base]
    for axis in axes {
      points = points.flatMap { point in
        axis.values.map { value in
          var next = point
          next[axis.index] = value
          return next
        }
      }
    }
    if solved.isEmpty { return points }
    return points.map { amplitudes(at: $0, solved: solved) }
  }

  /// Solves for the parameters in which the law is linear, by weighted nonnegative least squares.
  ///
  /// This is the inner solve of variable projection. For log residuals each row is weighted by
  /// 1/outcome, the first-order equivalent.
  func amplitudes(at point: [Double], solved: [Int]) -> [Double] {
    var problem = self.problem()
    let count = observations.count
    var probe = point
    for index in solved { probe[index] = 0 }
    let offset = problem.rowPredictions(at: probe, count: count)
    let basis = solved.map { index -> [Double] in
      probe[index] = 1
      let values = problem.rowPredictions(at: probe, count: count)
      probe[index] = 0
      return zip(values, offset).map { $0 - $1 }
    }
    let rows = (0..<count).filter { observations.weights[$0] > 0 }
    let scale = rows.map { row -> Double in
      let weight = observations.weights[row].squareRoot()
      return objective.residual == .linear ? weight : weight / abs(observations.response[row])
    }
    func scaled(_ column: [Double]) -> [Double] {
      zip(rows, scale).map { column[$0] * $1 }
    }
    let target = rows.indices.map {
      (observations.response[rows[$0]] - offset[rows[$0]]) * scale[$0]
    }
    let positive = solved.map { law.parameters[$0].domain == .positive }
    guard
      let solution = nonnegativeLeastSquares(
        columns: basis.map(scaled), target: target, nonnegative: positive)
    else { return fallback(point, solved: solved, basis: basis) }
    var result = point
    for (slot, index) in solved.enumerated() {
      result[index] = solution[slot]
      if positive[slot], solution[slot] <= 0 {
        // An amplitude that least squares switches off restarts at a thousandth of the outcome.
        let largest = basis[slot].reduce(0) { max($0, abs($1)) }
        result[index] = 1e-3 * median(observations.response.map(abs)) / max(largest, 1e-300)
      }
    }
    return result
  }

  private func fallback(_ point: [Double], solved: [Int], basis: [[Double]]) -> [Double] {
    var result = point
    let typical = median(observations.response.map(abs)) / Double(max(solved.count, 1))
    for (slot, index) in solved.enumerated() {
      let size = median(basis[slot].map(abs))
      result[index] = size > 0 && size.isFinite ? typical / size : typical
    }
    return result
  }

  // MARK: - The search

  /// The outcome of a search over many starts.
  struct Search {
    var best: Minimum
    var starts: Int
    var agreeing: Int
    var polished: Int
    /// The best objective that a polished start reached and then stayed above the best.
    var runnerUp: Double?
    var finished: [Minimum]
  }

  /// The number of rows above which the search is scouted on a part of them.
  static let scoutedRows = 20_000

  /// Searches from the law's own starts, or the user's; of a very large table every n-th row is
  /// searched first, and the best points are polished on all rows.
  func search(shakes: Int = 8) throws(FitError) -> Search {
    if let search = try searchPooled() { return search }
    guard observations.count > Self.scoutedRows else {
      return try search(from: startingPoints(), shakes: shakes)
    }
    let step = (observations.count + 4999) / 5000
    let rows = stride(from: 0, to: observations.count, by: step).filter {
      observations.weights[$0] > 0
    }
    guard rows.count > 10 * space.free.count else { return try search(from: startingPoints()) }
    let scout = try Fitter(
      law: law, observations: observations.selecting(rows), options: options)
    let scouted = try scout.search(from: scout.startingPoints())
    let starts = space.physical(scouted.best.point)
    var settled = try search(from: [starts], shakes: 2)
    settled.starts = scouted.starts
    settled.agreeing = scouted.agreeing
    settled.polished = scouted.polished
    settled.runnerUp = nil
    return settled
  }

  /// Minimises the objective from every start, in physical units, then polishes the best.
  ///
  /// All starts run with a loose tolerance; the best of them, chosen by objective and in a fixed
  /// order, are taken to full precision; then the winner is shaken and polished again, because a
  /// Huber objective with a small threshold has many shallow valleys.
  func search(from points: [[Double]], shakes: Int = 8) throws(FitError) -> Search {
    let prototype = problem()
    let points = screened(points, by: prototype)
    let loose = SemismoothNewton(
      relativeTolerance: 1e-4, evaluationLimit: 60, initialDamping: 1)
    let chunk = 16
    let chunks = (points.count + chunk - 1) / chunk
    let coarse = parallelMap(count: chunks, threads: options.threads) { part -> [Minimum] in
      var problem = prototype
      return (part * chunk..<min((part + 1) * chunk, points.count)).map { index in
        loose.minimize(
          &problem, from: space.unknowns(points[index]), lower: space.lower, upper: space.upper)
      }
    }.flatMap { $0 }
    let ranked = coarse.indices.filter { coarse[$0].value.isFinite }
      .sorted { (coarse[$0].value, $0) < (coarse[$1].value, $1) }
    guard !ranked.isEmpty else {
      throw .noSolution(
        law: law.name,
        reason:
          "all \(points.count) starting points leave the domain of the formula; give others with --start"
      )
    }
    let chosen = Self.distinct(ranked, coarse, limit: options.polished)
    let tight = SemismoothNewton(
      relativeTolerance: 1e-13, evaluationLimit: 400, initialDamping: 0.1)
    func polish(_ candidates: [[Double]]) -> [Minimum] {
      parallelMap(count: candidates.count, threads: options.threads) { index in
        var problem = prototype
        return tight.minimize(
          &problem, from: candidates[index], lower: space.lower, upper: space.upper)
      }
    }
    var finished = polish(chosen.map { coarse[$0].point })
    var best = Self.lowest(finished)
    let spread = standardErrors(of: prototype, at: best.point)
    for round in 0..<2 {
      let random = SplittableRandom(seed: options.seed).split(7919 + round)
      let shaken = (0..<shakes).map { index -> [Double] in
        var generator = random.split(index)
        return best.point.indices.map { slot in
          let width = min(spread[slot].isFinite ? spread[slot] : 0.1, 1)
          return best.point[slot] + 1.5 * width * generator.nextNormal()
        }
      }
      let again = polish(shaken)
      finished += again
      best = Self.lowest(finished)
    }
    let near = finished.filter { $0.value <= best.value * (1 + 1e-6) }
    let far = finished.filter { $0.value > best.value * (1 + 1e-6) }.map(\.value).min()
    return Search(
      best: best, starts: points.count, agreeing: near.count, polished: finished.count,
      runnerUp: far, finished: finished)
  }

  private func screened(_ points: [[Double]], by prototype: ResidualProblem) -> [[Double]] {
    guard options.starts.isEmpty, points.count > options.minimisedStarts else { return points }
    var problem = prototype
    let values = points.map { point in
      problem.value(atPhysical: space.physical(space.unknowns(point)))
    }
    let kept = points.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      .prefix(options.minimisedStarts)
    return kept.sorted().map { points[$0] }
  }

  /// The candidates to polish: the best ones that do not repeat each other.
  private static func distinct(
    _ ranked: [Int], _ minima: [Minimum], limit: Int
  ) -> [Int] {
    var chosen: [Int] = []
    for index in ranked {
      let repeats = chosen.contains { other in
        zip(minima[other].point, minima[index].point).allSatisfy {
          abs($0 - $1) <= 1e-3 * (1 + abs($0))
        }
      }
      if !repeats { chosen.append(index) }
      if chosen.count == limit { break }
    }
    return chosen
  }

  private static func lowest(_ minima: [Minimum]) -> Minimum {
    var best = minima[0]
    for candidate in minima.dropFirst() where candidate.value < best.value { best = candidate }
    return best
  }

  /// Rough standard deviations of the unknowns from the reweighted Gauss–Newton matrix.
  private func standardErrors(of prototype: ResidualProblem, at point: [Double]) -> [Double] {
    var problem = prototype
    var model = LocalModel(order: point.count)
    problem.linearize(at: point, into: &model)
    var matrix = model.majorizer
    for index in 0..<point.count { matrix[index, index] *= 1 + 1e-9 }
    guard let inverse = matrix.choleskyFactor()?.inverse() else {
      return [Double](repeating: .nan, count: point.count)
    }
    let freedom = Double(max(observations.count - point.count, 1))
    return (0..<point.count).map { (inverse[$0, $0] * 2 * model.value / freedom).squareRoot() }
  }
}
