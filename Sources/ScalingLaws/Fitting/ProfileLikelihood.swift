internal import Optimization
internal import RealModule
internal import Statistics

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
    let intervals = parallelMap(count: names.count, threads: options.threads) {
      slot -> ClosedRange<Double>? in profileInterval(of: fit, slot: slot)
    }
    var result: [String: ClosedRange<Double>] = [:]
    for (name, interval) in zip(names, intervals) { result[name] = interval }
    return result
  }

  /// The rise of ln f that the interval allows.
  private func allowedRise(of fit: Fit) -> Double {
    let threshold = objective.threshold
    var charge = 0.0
    var cost = 0.0
    for (residual, weight) in zip(fit.residuals, observations.weights) {
      charge += weight * min(abs(residual), threshold) * abs(residual)
      cost += weight * objective.cost(ofResidual: residual)
    }
    let kappa = cost > 0 ? min(max(charge / (2 * cost), 0.5), 1) : 1
    let freedom = Double(fit.degreesOfFreedom)
    let student = StudentT(degreesOfFreedom: freedom).quantile(0.5 + options.level / 2)
    return kappa * Double.log(1 + student * student / freedom)
  }

  private func profileInterval(of fit: Fit, slot: Int) -> ClosedRange<Double>? {
    let index = space.free[slot]
    let positive = law.parameters[index].domain == .positive
    let centre = space.unknowns(fit.estimate)[slot]
    let rise = allowedRise(of: fit)
    let error = fit.hessianStandardErrors[index]
    let width: Double = {
      let physical = positive ? error / fit.estimate[index] : error
      return physical.isFinite && physical > 0 ? physical : 0.1 * max(abs(centre), 1)
    }()

    /// ln(f/f_min) with the parameter held at `unknown`, continued from the neighbouring point.
    func excess(_ unknown: Double, from warm: inout [Double]) -> Double {
      let value = positive ? Double.exp(unknown) : unknown
      var held: [Int: Double] = [index: value]
      for (other, fixed) in space.base.enumerated() where !space.free.contains(other) {
        held[other] = fixed
      }
      var bounds: [Int: ClosedRange<Double>] = [:]
      for (name, range) in options.bounds {
        if let bounded = law.index(of: name) { bounds[bounded] = range }
      }
      let inner = ParameterSpace(parameters: law.parameters, fixed: held, bounds: bounds)
      var problem = ResidualProblem(
        kernel: kernel,
        table: LaneTable(
          observations: observations, columns: columns,
          rows: observations.weights.indices.filter { observations.weights[$0] > 0 }),
        space: inner, objective: objective, response: observations.response,
        weights: observations.weights)
      guard !inner.free.isEmpty else {
        return Double.log(problem.value(atPhysical: inner.base) / fit.objectiveValue)
      }
      let newton = SemismoothNewton(
        relativeTolerance: 1e-10, evaluationLimit: 200, initialDamping: 0.1)
      let minimum = newton.minimize(
        &problem, from: inner.unknowns(warm), lower: inner.lower, upper: inner.upper)
      guard minimum.value.isFinite else { return .infinity }
      warm = inner.physical(minimum.point)
      return max(Double.log(minimum.value / fit.objectiveValue), 0)
    }

    func end(_ direction: Double, limit: Double) -> Double {
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
            }
          }
          return (low + high) / 2
        }
        if outside { return limit }
        inside = probe
        warm = trial
        step *= 1.5
      }
      return limit
    }
    let low = end(-1, limit: space.lower[slot])
    let high = end(1, limit: space.upper[slot])
    let ends = positive ? (Double.exp(low), Double.exp(high)) : (low, high)
    return ends.0 <= ends.1 ? ends.0...ends.1 : nil
  }
}
