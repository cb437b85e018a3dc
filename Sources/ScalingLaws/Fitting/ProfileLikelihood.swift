internal import Optimization
internal import RealModule
internal import Statistics

/// How far one parameter may be moved while all others follow.
struct ProfileWalk: Sendable {
  /// The position of the parameter among the free ones.
  var slot: Int
  /// The lowest value that the objective allows, as the optimiser's unknown.
  var low: Double
  var high: Double
  /// Whether the lowest value is the parameter's bound and not the objective's.
  var lowIsBound: Bool
  var highIsBound: Bool
  /// Points on the way, in physical units, by the parameter's value: all are allowed.
  var path: [(unknown: Double, point: [Double])]

  func nearest(_ unknown: Double) -> [Double]? {
    path.min { abs($0.unknown - unknown) < abs($1.unknown - unknown) }?.point
  }
}

extension Fitter {
  /// Profile intervals of all fitted parameters.
  ///
  /// A parameter is held away from its estimate and all others are refitted; the interval ends
  /// where the objective has risen by what the F distribution allows. The objective need not be a
  /// likelihood: with κ = Σψr/(2Σρ), which is 1 for squares and ½ for absolute values, the
  /// statistic (n/κ)·ln(f/f_min) is the likelihood ratio of a normal or Laplace error with free
  /// scale, and lies between for a Huber loss.
  func profileIntervals(of fit: Fit) -> [String: ClosedRange<Double>] {
    let names = space.free.map { law.parameters[$0].name }
    let walks = profileWalks(of: fit)
    var result: [String: ClosedRange<Double>] = [:]
    for (name, walk) in zip(names, walks) {
      let positive = law.parameters[space.free[walk.slot]].domain == .positive
      let ends =
        positive ? (Double.exp(walk.low), Double.exp(walk.high)) : (walk.low, walk.high)
      if ends.0 <= ends.1 { result[name] = ends.0...ends.1 }
    }
    return result
  }

  func profileWalks(of fit: Fit) -> [ProfileWalk] {
    let rise = allowedRise(of: fit)
    let weights = walkedWeights(of: fit)
    let floor = walkedMinimum(of: fit, weights: weights)
    let table = LaneTable(
      observations: observations, columns: columns,
      rows: weights.indices.filter { weights[$0] > 0 })
    return parallelMap(count: space.free.count, threads: options.threads) { slot in
      profileWalk(
        of: fit, slot: slot, rise: rise, table: table, weights: weights, floor: floor)
    }
  }

  /// The weights of the rows that say how far the objective may rise: without those that left the
  /// law, whose charge would make every rise of the others look small.
  func walkedWeights(of fit: Fit) -> [Double] {
    var weights = observations.weights
    for row in fit.departedRows { weights[row] = 0 }
    return weights
  }

  /// The objective's minimum near the estimate over the rows of these weights.
  func walkedMinimum(of fit: Fit, weights: [Double]) -> Double {
    guard !fit.departedRows.isEmpty else { return fit.objectiveValue }
    var problem = self.problem(weights: weights)
    return max(refit(&problem, from: fit.estimate, tolerance: 1e-12).value, 1e-300)
  }

  /// The rise of ln f that the interval allows.
  func allowedRise(of fit: Fit) -> Double {
    let threshold = objective.threshold
    var charge = 0.0
    var cost = 0.0
    for (residual, weight) in zip(fit.residuals, walkedWeights(of: fit)) {
      charge += weight * min(abs(residual), threshold) * abs(residual)
      cost += weight * objective.cost(ofResidual: residual)
    }
    let kappa = cost > 0 ? min(max(charge / (2 * cost), 0.5), 1) : 1
    let freedom = Double(fit.degreesOfFreedom)
    let student = StudentT(degreesOfFreedom: freedom).quantile(0.5 + options.level / 2)
    return kappa * Double.log(1 + student * student / freedom)
  }

  func space(holding index: Int, at value: Double) -> ParameterSpace {
    var held: [Int: Double] = [index: value]
    for (other, fixed) in space.base.enumerated() where !space.free.contains(other) {
      held[other] = fixed
    }
    var bounds: [Int: ClosedRange<Double>] = [:]
    for (name, range) in options.bounds {
      if let bounded = law.index(of: name) { bounds[bounded] = range }
    }
    return ParameterSpace(parameters: law.parameters, fixed: held, bounds: bounds)
  }

  private func profileWalk(
    of fit: Fit, slot: Int, rise: Double, table: LaneTable, weights: [Double], floor: Double
  ) -> ProfileWalk {
    let index = space.free[slot]
    let positive = law.parameters[index].domain == .positive
    let centre = space.unknowns(fit.estimate)[slot]
    let error = fit.hessianStandardErrors[index]
    let width: Double = {
      let physical = positive ? error / fit.estimate[index] : error
      let own = physical.isFinite && physical > 0 ? physical : 0.1 * max(abs(centre), 1)
      // Steps in a logarithm stay below a factor of seven: a first step over all of the range would
      // leave no digits to find the end with.
      return positive ? min(own, 2) : own
    }()
    var path = [(unknown: centre, point: fit.estimate)]

    /// ln(f/f_min) with the parameter held at `unknown`, continued from the neighbouring point.
    func excess(_ unknown: Double, from warm: inout [Double]) -> Double {
      let inner = space(holding: index, at: positive ? Double.exp(unknown) : unknown)
      var problem = ResidualProblem(
        kernel: kernel, table: table, space: inner, objective: objective,
        response: observations.response, weights: weights)
      guard !inner.free.isEmpty else {
        return Double.log(problem.value(atPhysical: inner.base) / floor)
      }
      let newton = SemismoothNewton(
        relativeTolerance: 1e-10, evaluationLimit: 200, initialDamping: 0.1)
      let minimum = newton.minimize(
        &problem, from: inner.unknowns(warm), lower: inner.lower, upper: inner.upper)
      guard minimum.value.isFinite else { return .infinity }
      warm = inner.physical(minimum.point)
      return max(Double.log(minimum.value / floor), 0)
    }

    func end(_ direction: Double, limit: Double) -> (value: Double, isBound: Bool) {
      var warm = fit.estimate
      var inside = centre
      var step = width
      for _ in 0..<40 {
        let candidate = inside + direction * step
        let outside = direction > 0 ? candidate >= limit : candidate <= limit
        let probe = outside ? limit : candidate
        var trial = warm
        if excess(probe, from: &trial) > rise {
          var low = inside
          var high = probe
          for _ in 0..<40 where abs(high - low) > 1e-6 * width {
            let middle = (low + high) / 2
            var inner = warm
            if excess(middle, from: &inner) > rise {
              high = middle
            } else {
              low = middle
              warm = inner
              path.append((middle, inner))
            }
          }
          return ((low + high) / 2, false)
        }
        path.append((probe, trial))
        if outside { return (limit, true) }
        inside = probe
        warm = trial
        step *= 1.5
      }
      return (limit, true)
    }
    let low = end(-1, limit: space.lower[slot])
    let high = end(1, limit: space.upper[slot])
    return ProfileWalk(
      slot: slot, low: low.value, high: high.value, lowIsBound: low.isBound,
      highIsBound: high.isBound, path: path)
  }
}
