internal import Optimization
internal import RealModule
internal import Statistics

/// Held-out runs that lie at a similar distance beyond the rows that were fitted.
public struct HeldOutGroup: Sendable, Hashable, Codable {
  /// How far beyond the fitted rows they lie, in spans of those rows.
  public var distance: Double
  /// The share of the table's span that the fitted rows cover.
  public var span = 1.0
  /// The number of rows.
  public var rows: Int
  /// The mean residual, prediction against outcome, in the objective's scale.
  public var error: Double
  /// The standard deviation of `error` that the noise explains: of the refit's parameters and of
  /// the held-out outcomes themselves.
  public var expected: Double
}

struct HeldOut {
  /// (prediction − outcome) / |outcome| of each row, infinite where the refit predicts nothing.
  var errors: [Double]
  /// The held-out rows by their distance beyond the fitted ones, the nearest first.
  var groups: [HeldOutGroup]
}

extension Fit {
  /// How many groups one window's held-out rows are divided into.
  private static let heldOutGroups = 5
  /// The standard deviation that an unknown of the optimiser is granted where the rows do not
  /// determine it: a factor of e³ for a positive parameter.
  private static let looseness = 3.0

  /// Refits without some rows, from the law's own starts, and predicts them, together where they
  /// are one group, such as a whole training curve; nil where the rows are too few to fit.
  func heldOut(fitting: [Int], holding: [Int], together: Bool = false) -> HeldOut? {
    guard fitting.count > freeParameters.count else { return nil }
    var settings = options
    settings.interval = .none
    settings.threads = 1
    settings.minimisedStarts = min(options.minimisedStarts, 48)
    settings.polished = min(options.polished, 4)
    let smaller = observations.selecting(fitting)
    guard
      let fitter = try? Fitter(law: law, observations: smaller, options: settings),
      let search = try? fitter.search(shakes: 2),
      let checker = try? Fitter(law: law, observations: observations, options: settings)
    else { return nil }
    let point = fitter.space.physical(search.best.point)
    var problem = checker.problem(
      weights: [Double](repeating: 1, count: observations.count))
    let predicted = problem.rowPredictions(at: point, count: observations.count)
    let errors = holding.map {
      (predicted[$0] - observations.response[$0])
        / max(abs(observations.response[$0]), 1e-300)
    }
    guard errors.allSatisfy(\.isFinite) else {
      return HeldOut(errors: errors.map { $0.isFinite ? $0 : .infinity }, groups: [])
    }
    return HeldOut(
      errors: errors,
      groups: groups(
        of: holding, fitting: fitting, predicted: predicted, fitter: fitter,
        point: search.best.point, together: together))
  }

  /// The held-out rows by distance, with what noise explains of their errors.
  private func groups(
    of holding: [Int], fitting: [Int], predicted: [Double], fitter: Fitter, point: [Double],
    together: Bool
  ) -> [HeldOutGroup] {
    guard var gram = fitter.plainGaussNewton(at: point) else { return [] }
    let noise = noise(of: fitting, predicted: predicted)
    guard noise.isFinite else { return [] }
    // The variance of an M-estimator whose threshold lies far below normal noise is that of least
    // absolute deviations, π/2 times that of least squares.
    let efficiency = (objective.delta ?? .infinity) < noise / 2 ? Double.pi / 2 : 1
    let variance = noise * noise * efficiency
    for index in 0..<gram.order {
      gram[index, index] += max(variance, 1e-300) / (Self.looseness * Self.looseness)
    }
    guard let factor = gram.choleskyFactor(tolerance: 1e-300) else { return [] }
    let slopes = residualSlopes(of: holding, at: point, space: fitter.space)
    let span = DataSpan(fitter.observations, law: law)
    let distances = holding.map { row in
      span.distance { name in observations.value(name, row: row) }
    }
    let covered = spanShare(of: fitting)
    let order = holding.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    let count = together ? 1 : min(Self.heldOutGroups, holding.count)
    return (0..<count).compactMap { part in
      let members = order[
        order.count * part / count..<max(order.count * (part + 1) / count, 1)]
      let rows = members.map { holding[$0] }
      let residuals = rows.map {
        objective.residual(prediction: predicted[$0], outcome: observations.response[$0])
      }
      let error = mean(residuals)
      guard error.isFinite else { return nil }
      let slope = (0..<gram.order).map { slot in mean(members.map { slopes[$0][slot] }) }
      let explained = zip(slope, factor.solve(slope)).reduce(0) { $0 + $1.0 * $1.1 } * variance
      // Rows of one run share its luck.
      let independent = Double(Set(rows.map { observations.clusters[$0] }).count)
      let expected = (max(explained, 0) + noise * noise / independent).squareRoot()
      let distance = mean(members.map { distances[$0] })
      guard expected.isFinite, distance.isFinite else { return nil }
      return HeldOutGroup(
        distance: distance, span: covered, rows: rows.count, error: error, expected: expected)
    }
  }

  /// The scatter about a law that was refitted to some rows.
  ///
  /// Where a law is not the truth, its residuals on all rows hold its error, which is what is
  /// sought. The scatter on the smaller rows is pooled with that of all rows, which counts as two
  /// degrees of freedom, and never exceeds it.
  private func noise(of fitting: [Int], predicted: [Double]) -> Double {
    let full = scatter * scatter
    let used = fitting.filter { observations.weights[$0] > 0 }
    let sum = used.reduce(0) { sum, row in
      let residual = objective.residual(
        prediction: predicted[row], outcome: observations.response[row])
      return sum + residual * residual
    }
    let freedom = max(Double(used.count - freeParameters.count), 0)
    return min((sum + 2 * full) / (freedom + 2), full).squareRoot()
  }

  /// How much of the table's span in scale some rows cover; one where scale means nothing.
  private func spanShare(of rows: [Int]) -> Double {
    let scale = observations.scale(for: law)
    func span(_ rows: [Int]) -> Double {
      let values = rows.filter { observations.weights[$0] > 0 }.map { scale[$0] }
      guard let low = values.min(), let high = values.max(), low > 0 else { return .nan }
      return Double.log(high / low)
    }
    let share = span(rows) / span(Array(scale.indices))
    return share.isFinite && share > 0 ? min(share, 1) : 1
  }

  /// The derivatives of the residuals of some rows with respect to the unknowns.
  private func residualSlopes(
    of rows: [Int], at point: [Double], space: ParameterSpace
  ) -> [[Double]] {
    let table = LaneTable(
      observations: observations, columns: law.card.columns.map(\.name), rows: rows)
    let physical = space.physical(point)
    var predictions = [Lanes](repeating: .zero, count: table.blockCount)
    var derivatives = [Lanes](repeating: .zero, count: table.blockCount * space.free.count)
    law.makeKernel().differentiate(table, physical, space.free, &predictions, &derivatives)
    var byRow: [Int: [Double]] = [:]
    for lane in table.rowOfLane.indices where table.isFilled[lane] {
      let prediction = predictions[lane / 8][lane % 8]
      let scale: Double
      switch objective.residual {
      case .linear: scale = 1
      case .log: scale = 1 / prediction
      case .logPlusOne: scale = 1 / (prediction + 1)
      }
      byRow[table.rowOfLane[lane]] = space.free.indices.map { slot in
        derivatives[slot * table.blockCount + lane / 8][lane % 8] * scale
          * space.slope(space.free[slot], physical[space.free[slot]])
      }
    }
    return rows.map { byRow[$0] ?? [] }
  }
}

extension Observations {
  /// A column's value in a row; C follows from N and D where it is absent.
  func value(_ name: String, row: Int) -> Double? {
    if let column = columns[name] { return column[row] }
    guard name == "C", let n = columns["N"], let d = columns["D"] else { return nil }
    return 6 * n[row] * d[row]
  }

  /// The scale by which rows are held out: compute where known, else the first known size column.
  ///
  /// For curves without compute it is the step, so that the end of training is held out.
  public func scale(for law: any Law) -> [Double] {
    if let compute { return compute }
    for name in ["N", "D", "step"] { if let column = columns[name] { return column } }
    for requirement in law.card.columns {
      if let column = columns[requirement.name] { return column }
    }
    return response.indices.map(Double.init)
  }
}
