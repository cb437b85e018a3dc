internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

extension Fitter {
  func identifiabilityFindings(search: Search, fit: Fit) -> [IdentifiabilityFinding] {
    var findings = columnFindings() + collinearFindings()
    findings += directionFindings(at: search.best.point)
    if search.best.status == .iterationLimit, !fit.isExact {
      findings.append(
        IdentifiabilityFinding(
          .search,
          sentence:
            "the optimiser reached its limit of iterations: the minimum may not be the best"))
    }
    // Searches for a minimum of zero end at different roundings of it.
    if !fit.isExact { findings += optimumFindings(search, fit: fit) }
    for (slot, index) in space.free.enumerated() {
      let parameter = law.parameters[index]
      let value = search.best.point[slot]
      let atLower = value <= space.lower[slot] + 1e-9 * (1 + abs(space.lower[slot]))
      let atUpper = value >= space.upper[slot] - 1e-9 * (1 + abs(space.upper[slot]))
      let adds = parameter.isLinear && parameter.domain == .positive
      if adds, contribution(of: index, at: fit.estimate) < Self.noContribution {
        findings.append(
          IdentifiabilityFinding(
            .boundReached, parameters: [parameter.name],
            sentence:
              "\(parameter.name) is at its bound: \(parameter.name == "E" ? "no floor" : "its term") is \(parameter.name == "E" ? "" : "not ")needed by this table (it adds less than 0.01 % to every prediction)",
            remedy: parameter.name == "E"
              ? "larger runs, whose loss comes nearer to a floor" : nil))
      } else if atLower || atUpper {
        findings.append(
          IdentifiabilityFinding(
            .boundReached, parameters: [parameter.name],
            sentence:
              "\(parameter.name) ended at its \(atLower ? "lower" : "upper") bound \(NumberFormat.short(fit.estimate[index]))"
          ))
      }
    }
    return findings
  }

  /// The share of a prediction below which a term adds nothing.
  private static let noContribution = 1e-4

  private func optimumFindings(_ search: Search, fit: Fit) -> [IdentifiabilityFinding] {
    let others = rivals(search, of: fit)
    if let other = others.first {
      let moved = law.parameters.indices.filter {
        Self.differs(law.parameters[$0], fit.estimate[$0], other[$0])
      }
      let list = moved.prefix(4).map {
        "\(law.parameters[$0].name) \(NumberFormat.short(other[$0])) for \(NumberFormat.short(fit.estimate[$0]))"
      }
      return [
        IdentifiabilityFinding(
          .severalOptima, parameters: moved.map { law.parameters[$0].name },
          sentence:
            "another optimum fits as well within the scatter (\(list.joined(separator: ", "))): the data hardly choose between them"
        )
      ]
    }
    if search.agreeing < 2, search.polished > 2 {
      return [
        IdentifiabilityFinding(
          .search,
          sentence:
            "only one of \(search.polished) polished starts reached the best objective: it may be one of several optima"
        )
      ]
    }
    guard let runnerUp = search.runnerUp, runnerUp < search.best.value * 1.02 else { return [] }
    let excess = (runnerUp / search.best.value - 1) * 100
    return [
      IdentifiabilityFinding(
        .search,
        sentence:
          "another optimum has an objective only \(NumberFormat.short(excess)) % higher: the data hardly choose between them"
      )
    ]
  }

  /// Optima, apart from the best, that the scatter does not rule out, best first: at most four.
  func rivals(_ search: Search, of fit: Fit) -> [[Double]] {
    guard search.best.value > 0, !fit.isExact else { return [] }
    let rise = allowedRise(of: fit)
    let weights = walkedWeights(of: fit)
    let floor = walkedMinimum(of: fit, weights: weights)
    // A minimum that all rows rule out is not looked at again without those that left the law.
    let candidates = search.finished.filter {
      Double.log($0.value / search.best.value) <= rise
    }
    var result: [[Double]] = []
    for minimum in candidates.sorted(by: { $0.value < $1.value }) {
      let point = space.physical(minimum.point)
      let isNew = ([fit.estimate] + result).allSatisfy { known in
        law.parameters.indices.contains { Self.differs(law.parameters[$0], known[$0], point[$0]) }
      }
      guard isNew else { continue }
      var own = minimum.value
      if !fit.departedRows.isEmpty {
        var problem = self.problem(weights: weights)
        own = problem.value(atPhysical: point)
      }
      if Double.log(own / floor) <= rise { result.append(point) }
      if result.count == 4 { break }
    }
    return result
  }

  /// Whether two optima differ in a parameter of shape by more than a quarter.
  private static func differs(_ parameter: LawParameter, _ a: Double, _ b: Double) -> Bool {
    !parameter.isLinear && abs(a - b) > 0.25 * max(abs(a), abs(b)) && abs(a - b) > 1e-3
  }

  /// What walks along the objective's valleys add: how far parameters may go.
  func completed(
    _ findings: [IdentifiabilityFinding], by walks: [ProfileWalk], ridges: [Ridge]
  ) -> [IdentifiabilityFinding] {
    var findings = findings
    func ends(_ walk: ProfileWalk) -> (low: Double, high: Double) {
      law.parameters[space.free[walk.slot]].domain == .positive
        ? (Double.exp(walk.low), Double.exp(walk.high)) : (walk.low, walk.high)
    }
    for walk in walks {
      let parameter = law.parameters[space.free[walk.slot]]
      guard parameter.isLinear, parameter.domain == .positive,
        let place = findings.firstIndex(where: {
          $0.kind == .boundReached && $0.parameters == [parameter.name]
        })
      else { continue }
      findings[place].low = 0
      findings[place].high = ends(walk).high
      findings[place].sentence +=
        "; with \(NumberFormat.short(options.level * 100)) % confidence it is at most \(NumberFormat.short(ends(walk).high))"
    }
    // Shapes that go from end to end, or over a decade, are not determined at all.
    let loose = ridges.filter { ridge in
      let parameter = law.parameters[space.free[ridge.walk.slot]]
      guard !parameter.isLinear else { return false }
      if ridge.walk.lowIsBound || ridge.walk.highIsBound { return true }
      return parameter.domain == .positive && ridge.walk.high - ridge.walk.low > Double.log(10.0)
    }
    if !loose.isEmpty {
      let names = loose.map { law.parameters[space.free[$0.walk.slot]].name }
      let list = zip(names, loose).map { name, ridge in
        "\(name) from \(NumberFormat.short(ends(ridge.walk).low)) to \(NumberFormat.short(ends(ridge.walk).high))"
      }
      findings.append(
        IdentifiabilityFinding(
          .flatDirection, parameters: names,
          sentence:
            "the table does not determine \(names.joined(separator: ", ")): other parameters make up for \(list.joined(separator: ", "))",
          remedy: "more sizes and more lengths, further apart"))
    }
    return findings
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

  /// The distinct values of a column over the rows with weight, within rounding, ascending.
  private func distinct(_ column: [Double]) -> [Double] {
    var result: [Double] = []
    let used = column.indices.filter { observations.weights[$0] > 0 }.map { column[$0] }
    for value in used.sorted() {
      if let last = result.last, abs(value - last) <= DesignPoints.rounding * abs(last) { continue }
      result.append(value)
    }
    return result
  }

  private func columnFindings() -> [IdentifiabilityFinding] {
    law.card.columns.compactMap { requirement -> IdentifiabilityFinding? in
      guard requirement.positive, let column = observations.columns[requirement.name] else {
        return nil
      }
      let name = requirement.name
      let values = distinct(column)
      guard let low = values.first, let high = values.last, low > 0 else { return nil }
      if values.count == 1 {
        return IdentifiabilityFinding(
          .singleValue, columns: [name],
          sentence:
            "\(name) takes one value only (\(NumberFormat.short(low))): what depends on it cannot be told from a constant",
          remedy: "runs at three or more values of \(name), spread over a decade")
      }
      let isScale = ["N", "D", "C"].contains(name)
      if isScale, values.count == 2, space.free.count > 2 {
        return IdentifiabilityFinding(
          .fewValues, columns: [name],
          sentence:
            "\(name) takes two values only (\(NumberFormat.short(low)) and \(NumberFormat.short(high))): its exponent, its amplitude and the constant term cannot be told apart",
          remedy: "runs at a third value of \(name), better at five, spread over a decade or more")
      }
      let decades = Double.log10(high / low)
      if isScale, decades < 1 {
        return IdentifiabilityFinding(
          .narrowRange, columns: [name],
          sentence:
            "\(name) spans \(NumberFormat.short(decades)) decades: below one decade its exponent and the constant term trade off",
          remedy: "runs at smaller or larger \(name)")
      }
      return nil
    }
  }

  private func collinearFindings() -> [IdentifiabilityFinding] {
    let names = law.card.columns.map(\.name).filter { ["N", "D", "U"].contains($0) }
    var findings: [IdentifiabilityFinding] = []
    for (position, first) in names.enumerated() {
      for second in names.dropFirst(position + 1) {
        guard let a = observations.columns[first], let b = observations.columns[second] else {
          continue
        }
        let used = a.indices.filter { observations.weights[$0] > 0 && a[$0] > 0 && b[$0] > 0 }
        let x = used.map { Double.log(a[$0]) }
        let y = used.map { Double.log(b[$0]) }
        guard distinct(a).count > 1, distinct(b).count > 1 else { continue }
        let r = Correlation.pearson(x, y)
        guard r.isFinite, abs(r) > 0.998 else { continue }
        let ratios = used.map { b[$0] / a[$0] }
        let isFixed = (ratios.max() ?? 0) <= 1.01 * (ratios.min() ?? 0)
        let how =
          isFixed
          ? "\(second) is \(NumberFormat.short(median(ratios))) times \(first) in every row"
          : r > 0
            ? "\(first) and \(second) rise together in all rows (correlation of their logarithms \(NumberFormat.short(r)))"
            : "\(second) falls as \(first) rises in all rows (correlation of their logarithms \(NumberFormat.short(r)))"
        findings.append(
          IdentifiabilityFinding(
            .collinearColumns, columns: [first, second],
            sentence:
              "\(how): what \(first) does cannot be told from what \(second) does, so the table cannot say how to divide compute between them",
            remedy:
              "runs of the same \(first) at several \(second), with a factor of ten between them"
          ))
      }
    }
    return findings
  }

  /// Combinations of parameters that the residuals do not see.
  ///
  /// The Gauss–Newton matrix is scaled to unit diagonal; an eigenvalue near zero is a direction in
  /// which parameters trade off.
  private func directionFindings(at point: [Double]) -> [IdentifiabilityFinding] {
    guard point.count > 1, let gram = plainGaussNewton(at: point) else { return [] }
    let order = point.count
    var scaled = SymmetricMatrix(order: order)
    var dead: [String] = []
    let largest = (0..<order).reduce(0) { max($0, gram[$1, $1]) }
    for row in 0..<order {
      let parameter = law.parameters[space.free[row]]
      // A positive amplitude near zero has no slope in its logarithm; it is told as a bound.
      let isOff =
        parameter.isLinear && parameter.domain == .positive
        && contribution(of: space.free[row], at: space.physical(point)) < Self.noContribution
      if gram[row, row] <= 1e-18 * largest, !isOff { dead.append(parameter.name) }
      for column in 0..<order {
        let norm = (gram[row, row] * gram[column, column]).squareRoot()
        scaled[row, column] = norm > 0 ? gram[row, column] / norm : (row == column ? 1 : 0)
      }
    }
    if !dead.isEmpty {
      return [
        IdentifiabilityFinding(
          .flatDirection, parameters: dead,
          sentence: "the table does not determine \(dead.joined(separator: ", ")) at all")
      ]
    }
    let system = scaled.eigenSystem()
    guard let smallest = system.values.first, let vector = system.vectors.first,
      smallest < 1e-7
    else { return [] }
    let involved = (0..<order).filter { abs(vector[$0]) > 0.2 }
      .map { law.parameters[space.free[$0]].name }
    return [
      IdentifiabilityFinding(
        .flatDirection, parameters: involved,
        sentence:
          "\(involved.joined(separator: ", ")) trade off almost exactly on these rows (smallest eigenvalue \(NumberFormat.short(max(smallest, 0)))): trust predictions inside the table, not these parameters",
        remedy: "more sizes and more lengths, further apart")
    ]
  }
}
