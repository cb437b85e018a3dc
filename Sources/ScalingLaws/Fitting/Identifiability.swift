internal import Optimization
internal import RealModule
internal import Statistics

extension Fitter {
  /// What the table cannot tell about the parameters, one sentence each.
  func identifiabilityWarnings(search: Search, fit: Fit) -> [String] {
    var warnings: [String] = []
    warnings += columnWarnings()
    warnings += directionWarnings(at: search.best.point)
    if search.best.status == .iterationLimit {
      warnings.append(
        "the optimiser reached its limit of iterations: the minimum may not be the best")
    }
    if search.agreeing < 2, search.polished > 2 {
      warnings.append(
        "only one of \(search.polished) polished starts reached the best objective: it may be one of several optima"
      )
    } else if let runnerUp = search.runnerUp, runnerUp < search.best.value * 1.02 {
      let excess = (runnerUp / search.best.value - 1) * 100
      warnings.append(
        "another optimum has an objective only \(Self.short(excess)) % higher: the data hardly choose between them"
      )
    }
    for (slot, index) in space.free.enumerated() {
      let parameter = law.parameters[index]
      let value = search.best.point[slot]
      let atLower = value <= space.lower[slot] + 1e-9 * (1 + abs(space.lower[slot]))
      let atUpper = value >= space.upper[slot] - 1e-9 * (1 + abs(space.upper[slot]))
      if atLower || atUpper {
        warnings.append(
          "\(parameter.name) ended at its \(atLower ? "lower" : "upper") bound \(Self.short(fit.estimate[index]))"
        )
      } else if parameter.isLinear, parameter.domain == .positive,
        contribution(of: index, at: fit.estimate) < 1e-4
      {
        warnings.append(
          "\(parameter.name) is indistinguishable from zero: its term adds less than 0.01 % to every prediction"
        )
      }
    }
    if !law.card.caution.isEmpty { warnings.append(law.card.caution) }
    return warnings
  }

  /// The largest share of a prediction that an amplitude's term makes up.
  private func contribution(of index: Int, at point: [Double]) -> Double {
    var problem = self.problem()
    let full = problem.rowPredictions(at: point, count: observations.count)
    var without = point
    without[index] = 0
    let rest = problem.rowPredictions(at: without, count: observations.count)
    return zip(full, rest).reduce(0) { largest, pair in
      let share = abs(pair.0 - pair.1) / max(abs(pair.0), 1e-300)
      return share.isFinite ? max(largest, share) : largest
    }
  }

  /// Columns that do not vary enough for an exponent.
  private func columnWarnings() -> [String] {
    law.card.columns.compactMap { requirement -> String? in
      guard requirement.positive, let column = observations.columns[requirement.name] else {
        return nil
      }
      let used = column.indices.filter { observations.weights[$0] > 0 }.map { column[$0] }
      guard let low = used.min(), let high = used.max(), low > 0 else { return nil }
      if high == low {
        return
          "\(requirement.name) takes one value only (\(Self.short(low))): what depends on it cannot be told from a constant"
      }
      let isScale = ["N", "D", "C"].contains(requirement.name)
      let decades = Double.log10(high / low)
      if isScale, decades < 1 {
        return
          "\(requirement.name) spans \(Self.short(decades)) decades: below one decade its exponent and the constant term trade off"
      }
      return nil
    }
  }

  /// Combinations of parameters that the residuals do not see.
  ///
  /// The Gauss–Newton matrix is scaled to unit diagonal; an eigenvalue near zero is a direction in
  /// which parameters trade off.
  private func directionWarnings(at point: [Double]) -> [String] {
    guard point.count > 1, let gram = plainGaussNewton(at: point) else { return [] }
    let order = point.count
    var scaled = SymmetricMatrix(order: order)
    var dead: [String] = []
    let largest = (0..<order).reduce(0) { max($0, gram[$1, $1]) }
    for row in 0..<order {
      if gram[row, row] <= 1e-18 * largest { dead.append(law.parameters[space.free[row]].name) }
      for column in 0..<order {
        let norm = (gram[row, row] * gram[column, column]).squareRoot()
        scaled[row, column] = norm > 0 ? gram[row, column] / norm : (row == column ? 1 : 0)
      }
    }
    if !dead.isEmpty {
      return ["the table does not determine \(dead.joined(separator: ", ")) at all"]
    }
    let system = scaled.eigenSystem()
    guard let smallest = system.values.first, let vector = system.vectors.first,
      smallest < 1e-7
    else { return [] }
    let involved = (0..<order).filter { abs(vector[$0]) > 0.2 }
      .map { law.parameters[space.free[$0]].name }
    return [
      "\(involved.joined(separator: ", ")) trade off almost exactly on these rows (smallest eigenvalue \(Self.short(max(smallest, 0)))): trust predictions inside the table, not these parameters"
    ]
  }

  /// A number in three significant digits for a sentence.
  static func short(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    guard value.isFinite else { return "\(value)" }
    let exponent = Int(Double.log10(abs(value)).rounded(.down))
    let scale = Double.pow(10, exponent - 2)
    let rounded = (value / scale).rounded() * scale
    if exponent >= -3, exponent < 6 {
      let digits = max(0, 2 - exponent)
      let power = Double.pow(10, digits)
      let text = "\((rounded * power).rounded() / power)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    let mantissa = "\((value / Double.pow(10, exponent) * 100).rounded() / 100)"
    return (mantissa.hasSuffix(".0") ? String(mantissa.dropLast(2)) : mantissa) + "e\(exponent)"
  }
}
