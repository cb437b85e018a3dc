internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// Long training curves reduced to groups of neighbouring rows that say the same of a law.
///
/// Over a stretch in which the derivatives of the law hardly change, only the sum of what the rows
/// pull matters: one row stands for the group, with the residual that has the same pull. A Huber
/// loss of threshold δ, with a share p of the residuals in the quadratic zone, adds up over n rows
/// to a Huber loss of weight n·p and threshold δ/p.
struct PooledCurves: Sendable {
  var observations: Observations
  var objective: Objective
  var members: [[Int]]
  /// The share of the information on the parameters that differs within groups, and is lost.
  var lostShare: Double
}

extension Fitter {
  /// The number of groups that refits of long curves work on.
  static let pooledGroups = 600

  /// Whether the rows are points of long curves behind learning-rate schedules.
  var hasLongCurves: Bool {
    observations.count > (law.sumsOverSchedule ? 2000 : Self.scoutedRows)
      && objective.overestimatePenalty == 1 && observations.columns["S1"] != nil
      && observations.scheduleOfRow.allSatisfy { $0 >= 0 }
      && observations.scheduleOfRow.count >= 40 * observations.schedules.count
  }

  /// Pools the rows of every curve around a point into so many groups at most, one or more a run;
  /// nil where the formula cannot be evaluated there.
  func pooled(at physical: [Double], limit: Int = Fitter.pooledGroups) -> PooledCurves? {
    guard let rows = standardizedRows(at: physical) else { return nil }
    let share = quadraticShare(of: rows.residuals)
    let (groups, lost) = groups(of: rows, limit: limit)
    var representatives: [Int] = []
    var weights: [Double] = []
    var response: [Double] = []
    for group in groups {
      var weight = 0.0
      var pull = 0.0
      for index in group {
        let row = rows.indices[index]
        weight += observations.weights[row]
        pull +=
          observations.weights[row]
          * min(max(rows.residuals[index], -objective.threshold), objective.threshold)
      }
      let centre = rows.nearestToMean(of: group)
      representatives.append(rows.indices[centre])
      weights.append(weight * share)
      response.append(
        objective.outcome(
          prediction: rows.predictions[centre], residual: pull / (weight * share)))
    }
    var pooled = observations.selecting(representatives)
    pooled.weights = weights
    pooled.response = response
    var charge = objective
    if case .huber(let delta) = objective.loss { charge.loss = .huber(delta: delta / share) }
    return PooledCurves(
      observations: pooled, objective: charge,
      members: groups.map { $0.map { rows.indices[$0] } }, lostShare: lost)
  }

  /// Rows with their residuals, and derivatives in coordinates in which all are equally well known.
  private struct StandardizedRows {
    var indices: [Int]
    var curves: [Range<Int>]
    var predictions: [Double]
    var residuals: [Double]
    /// Derivatives, `order` a row; their mean square over all rows is one in every coordinate.
    var derivatives: [Double]
    var order: Int

    func nearestToMean(of group: Range<Int>) -> Int {
      var mean = [Double](repeating: 0, count: order)
      for index in group {
        for k in 0..<order { mean[k] += derivatives[index * order + k] / Double(group.count) }
      }
      var best = (distance: Double.infinity, index: group.lowerBound)
      for index in group {
        var distance = 0.0
        for k in 0..<order {
          let offset = derivatives[index * order + k] - mean[k]
          distance += offset * offset
        }
        if distance < best.distance { best = (distance, index) }
      }
      return best.index
    }
  }

  private func standardizedRows(at physical: [Double]) -> StandardizedRows? {
    let table = self.table
    let order = space.free.count
    let blocks = table.blockCount
    var predictions = [Lanes](repeating: .zero, count: blocks)
    var derivatives = [Lanes](repeating: .zero, count: blocks * order)
    kernel.differentiate(table, physical, space.free, &predictions, &derivatives)
    // A packed table already holds the rows of one schedule together, by learning-rate area or in
    // the order of the table; runs that share a schedule are taken apart.
    let area = observations.columns["S1"] ?? []
    let lanes = table.rowOfLane.indices.filter { table.isFilled[$0] }.sorted { a, b in
      let (i, j) = (table.rowOfLane[a], table.rowOfLane[b])
      return (observations.clusters[i], area[i], i) < (observations.clusters[j], area[j], j)
    }
    var result = StandardizedRows(
      indices: lanes.map { table.rowOfLane[$0] }, curves: [], predictions: [], residuals: [],
      derivatives: [], order: order)
    result.derivatives.reserveCapacity(lanes.count * order)
    let slopes = space.free.map { space.slope($0, physical[$0]) }
    var start = 0
    for (position, lane) in lanes.enumerated() {
      let row = table.rowOfLane[lane]
      let value = predictions[lane / 8][lane % 8]
      let residual = objective.residual(prediction: value, outcome: observations.response[row])
      guard residual.isFinite else { return nil }
      result.predictions.append(value)
      result.residuals.append(residual)
      let scale: Double
      switch objective.residual {
      case .linear: scale = 1
      case .log: scale = 1 / value
      case .logPlusOne: scale = 1 / (value + 1)
      }
      for k in 0..<order {
        result.derivatives.append(derivatives[k * blocks + lane / 8][lane % 8] * slopes[k] * scale)
      }
      let isLast = position + 1 == lanes.count
      if isLast
        || observations.clusters[result.indices[position + 1]] != observations.clusters[row]
      {
        result.curves.append(start..<position + 1)
        start = position + 1
      }
    }
    return whiten(&result) ? result : nil
  }

  /// Changes the derivatives to coordinates in which their mean square is the identity.
  private func whiten(_ rows: inout StandardizedRows) -> Bool {
    let order = rows.order
    let count = rows.indices.count
    var gram = SymmetricMatrix(order: order)
    for index in 0..<count {
      for row in 0..<order {
        let value = rows.derivatives[index * order + row] / Double(count)
        for column in 0...row {
          gram[row, column] += value * rows.derivatives[index * order + column]
        }
      }
    }
    let scales = (0..<order).map { k in
      gram[k, k] > 0 && gram[k, k].isFinite ? 1 / gram[k, k].squareRoot() : 0
    }
    for row in 0..<order {
      for column in 0...row {
        gram[row, column] *= scales[row] * scales[column]
        gram[column, row] = gram[row, column]
      }
    }
    // A direction that the rows do not see is not worth a group of its own.
    for k in 0..<order { gram[k, k] += 1e-9 + (scales[k] == 0 ? 1 : 0) }
    guard let factor = gram.choleskyFactor() else { return false }
    for index in 0..<count {
      let base = index * order
      let moved = factor.solveLower(
        (0..<order).map { rows.derivatives[base + $0] * scales[$0] })
      for k in 0..<order { rows.derivatives[base + k] = moved[k] }
    }
    return true
  }

  /// The share of residuals in the quadratic zone of the loss, smoothed where that zone is narrow.
  private func quadraticShare(of residuals: [Double]) -> Double {
    let threshold = objective.threshold
    let scatter = median(residuals.map(abs)) * 1.4826
    let window = max(threshold, 1.06 * scatter / Double.pow(Double(residuals.count), 0.2))
    let inside = Double(residuals.filter { abs($0) <= window }.count) / Double(residuals.count)
    return max(inside * min(threshold / window, 1), 1e-3)
  }

  /// Cuts every curve where the derivatives have moved by a set distance, the smallest that gives
  /// no more than `limit` groups.
  private func groups(
    of rows: StandardizedRows, limit: Int
  ) -> (groups: [Range<Int>], lost: Double) {
    let order = rows.order
    func cut(_ reach: Double) -> [Range<Int>] {
      var result: [Range<Int>] = []
      for curve in rows.curves {
        var start = curve.lowerBound
        for index in curve {
          var distance = 0.0
          for k in 0..<order {
            let moved =
              rows.derivatives[index * order + k] - rows.derivatives[start * order + k]
            distance += moved * moved
          }
          if distance > reach {
            result.append(start..<index)
            start = index
          }
        }
        result.append(start..<curve.upperBound)
      }
      return result
    }
    var (low, high) = (-40.0, 10.0)
    var best = cut(Double.exp(high))
    for _ in 0..<24 {
      let middle = (low + high) / 2
      let groups = cut(Double.exp(middle))
      if groups.count <= limit {
        best = groups
        high = middle
      } else {
        low = middle
      }
    }
    // The information lost is the scatter of the derivatives within groups, whose mean square over
    // all rows is one.
    var worst = 0.0
    for k in 0..<order {
      var within = 0.0
      for group in best {
        let mean = group.reduce(0) { $0 + rows.derivatives[$1 * order + k] } / Double(group.count)
        for index in group {
          let offset = rows.derivatives[index * order + k] - mean
          within += offset * offset
        }
      }
      worst = max(worst, within / Double(rows.indices.count))
    }
    return (best, worst)
  }
}

extension Fitter {
  /// The search over long curves: starts are tried on a few rows, the best is moved to the optimum
  /// of the pooled rows, and from there to that of all rows.
  func searchPooled() throws(FitError) -> Search? {
    guard hasLongCurves else { return nil }
    let step = (observations.count + 999) / 1000
    let rows = stride(from: 0, to: observations.count, by: step).filter {
      observations.weights[$0] > 0
    }
    guard rows.count > 10 * space.free.count else { return nil }
    let scout = try Fitter(
      law: law, observations: observations.selecting(rows), options: options)
    let scouted = try scout.search(from: scout.startingPoints(), shakes: 2)
    var point = space.physical(scouted.best.point)
    for _ in 0..<2 {
      guard let pooled = pooled(at: point) else { return nil }
      let fitter = try fitter(of: pooled)
      point = space.physical(try fitter.search(from: [point], shakes: 4).best.point)
    }
    let tight = SemismoothNewton(
      relativeTolerance: 1e-13, evaluationLimit: 60, initialDamping: 1e-3)
    var problem = self.problem()
    let best = tight.minimize(
      &problem, from: space.unknowns(point), lower: space.lower, upper: space.upper)
    guard best.value.isFinite else { return nil }
    return Search(
      best: best, starts: scouted.starts, agreeing: scouted.agreeing, polished: scouted.polished,
      runnerUp: nil, finished: [best])
  }

  func fitter(of pooled: PooledCurves) throws(FitError) -> Fitter {
    var settings = options
    settings.objective = pooled.objective
    return try Fitter(law: law, observations: pooled.observations, options: settings)
  }

  /// The refits of long curves, made on pooled rows and centred on the estimate of all rows.
  ///
  /// The arguments are those of ``measureUncertainty(of:rivals:warnings:findings:)``.
  ///
  /// - Returns: nil where the rows are not pooled or outcomes are to be simulated.
  func measurePooledUncertainty(
    of fit: Fit, rivals: [[Double]], warnings: inout [String],
    findings: inout [IdentifiabilityFinding]
  ) -> Uncertainty? {
    guard hasLongCurves, options.seedNoise == nil,
      options.interval == .automatic || options.interval == .bootstrap,
      let (pooled, reduced) = pooledFit(of: fit)
    else { return nil }
    guard let fitter = try? fitter(of: pooled),
      var result = fitter.measureUncertainty(
        of: reduced, rivals: rivals, warnings: &warnings, findings: &findings)
    else { return nil }
    let from = space.unknowns(reduced.estimate)
    let to = space.unknowns(fit.estimate)
    result.draws = result.draws.map { draw in
      space.physical(
        space.unknowns(draw).enumerated().map { slot, value in
          min(max(value - from[slot] + to[slot], space.lower[slot]), space.upper[slot])
        })
    }
    let percent = max(pooled.lostShare * 100, 0.01)
    warnings.append(
      "refits use \(pooled.members.count) groups of neighbouring points of the curves instead of \(observations.count) rows, which loses at most \(NumberFormat.short(percent)) % of what they tell about any parameter"
    )
    return result
  }

  func pooledFit(
    of fit: Fit, limit: Int = Fitter.pooledGroups
  ) -> (pooled: PooledCurves, fit: Fit)? {
    guard let pooled = pooled(at: fit.estimate, limit: limit),
      let fitter = try? fitter(of: pooled)
    else { return nil }
    var problem = fitter.problem()
    let minimum = fitter.refit(&problem, from: fit.estimate, tolerance: 1e-12)
    guard minimum.value.isFinite else { return nil }
    let estimate = space.physical(minimum.point)
    let predictions = problem.rowPredictions(at: estimate, count: pooled.observations.count)
    let residuals = zip(predictions, pooled.observations.response).map {
      pooled.objective.residual(prediction: $0, outcome: $1)
    }
    var reduced = Fit(
      law: law, observations: pooled.observations, objective: pooled.objective,
      options: fitter.options, estimate: estimate, freeParameters: fit.freeParameters,
      objectiveValue: minimum.value, predictions: predictions, residuals: residuals,
      search: fit.search, hessianStandardErrors: fit.hessianStandardErrors, uncertainty: nil,
      warnings: [])
    reduced.independentRows = fitter.independentRows()
    reduced.departedRows = fitter.departedRows(at: estimate, residuals: residuals)
    let isRepeated =
      DesignPoints(pooled.observations, law: law).count < pooled.observations.count
    reduced.residualScatter = fitter.runScatter(
      of: reduced, sums: isRepeated ? fitter.misfitSums(of: reduced) : nil)
    reduced.identifiability = fit.identifiability
    return (pooled, reduced)
  }
}
