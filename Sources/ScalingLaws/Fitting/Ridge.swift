internal import Optimization
internal import RealModule
internal import Statistics

/// Parameters that the table allows to go much further than refits from the estimate went: where
/// the objective is flat, a refit stays near its start. Each is walked as far as the objective
/// allows, and refits are then started, and held, all along the way.
struct Ridge: Sendable {
  var walk: ProfileWalk
  /// Whether values along the ridge are spread evenly in physical units: an amplitude that may be
  /// zero has no sensible logarithm.
  var isPhysical: Bool

  /// A value along the ridge, as the optimiser's unknown: `share` from 0 to 1.
  func value(_ share: Double) -> Double {
    guard isPhysical else { return walk.low + share * (walk.high - walk.low) }
    let (low, high) = (Double.exp(walk.low), Double.exp(walk.high))
    return share <= 0 ? walk.low : Double.log(low + share * (high - low))
  }
}

extension Fitter {
  /// The most rows of which valleys are walked: large tables know their parameters, and each step
  /// costs a fit.
  static let walkedRows = 4000

  /// Whether refits from the estimate may have missed a part of what the table allows; `suspect`
  /// where the columns or the search already say so.
  func needsWalk(of fit: Fit, draws: [[Double]], suspect: Bool) -> Bool {
    guard observations.count <= Self.walkedRows, observations.schedules.isEmpty,
      fit.objectiveValue > 0, !fit.isExact
    else { return false }
    if suspect || fit.degreesOfFreedom <= 3 { return true }
    return space.free.enumerated().contains { slot, index in
      let parameter = law.parameters[index]
      let values = draws.map { $0[index] }
      let (low, high) = (space.lower[slot], space.upper[slot])
      func unknown(_ value: Double) -> Double {
        parameter.domain == .positive ? Double.log(max(value, 1e-300)) : value
      }
      let atBound = values.filter {
        unknown($0) <= low + 1e-6 * (1 + abs(low)) || unknown($0) >= high - 1e-6 * (1 + abs(high))
      }.count
      if 50 * atBound > values.count { return true }
      guard parameter.domain == .positive else { return false }
      if parameter.isLinear {
        // A constant term or an amplitude that some refits switch off.
        return 50 * values.filter { $0 < 1e-3 * fit.estimate[index] }.count > values.count
      }
      return standardDeviation(values.map(unknown)) > 0.3
    }
  }

  /// The parameters that go further than the refits did.
  func ridges(_ walks: [ProfileWalk], draws: [[Double]], tail: Double) -> [Ridge] {
    walks.compactMap { walk -> Ridge? in
      let index = space.free[walk.slot]
      let parameter = law.parameters[index]
      let positive = parameter.domain == .positive
      let isPhysical =
        positive && parameter.isLinear && walk.high - walk.low > Double.log(1000.0)
      func scaled(_ physical: Double) -> Double {
        positive && !isPhysical ? Double.log(max(physical, 1e-300)) : physical
      }
      let sorted = draws.map { scaled($0[index]) }.sorted()
      guard !sorted.isEmpty else { return nil }
      let reached = quantile(sorted: sorted, 1 - tail) - quantile(sorted: sorted, tail)
      let ends = [walk.low, walk.high].map { isPhysical ? Double.exp($0) : $0 }
      guard ends[1] - ends[0] > 1.5 * reached, ends[1] > ends[0] else { return nil }
      return Ridge(walk: walk, isPhysical: isPhysical)
    }
  }

  /// A refit that is held at a place along a ridge; nil where it fails.
  ///
  /// Places are spread evenly and beyond the ends, where they are drawn back to the end: the
  /// quantiles of all refits then reach the ends.
  func refit(
    along ridge: Ridge, to sample: Resample, _ generator: inout SplittableRandom
  ) -> [Double]? {
    let share = min(max(1.5 * generator.nextUniform() - 0.25, 0), 1)
    let unknown = ridge.value(share)
    let index = space.free[ridge.walk.slot]
    let positive = law.parameters[index].domain == .positive
    let inner = space(holding: index, at: positive ? Double.exp(unknown) : unknown)
    guard let start = ridge.walk.nearest(unknown), !inner.free.isEmpty else {
      return inner.base
    }
    let rows = sample.weights.indices.filter { sample.weights[$0] > 0 }
    var problem = ResidualProblem(
      kernel: kernel, table: LaneTable(observations: observations, columns: columns, rows: rows),
      space: inner, objective: objective, response: sample.response ?? observations.response,
      weights: sample.weights)
    let newton = SemismoothNewton(
      relativeTolerance: 1e-9, evaluationLimit: 120, initialDamping: 0.03)
    let minimum = newton.minimize(
      &problem, from: inner.unknowns(start), lower: inner.lower, upper: inner.upper)
    return minimum.value.isFinite ? inner.physical(minimum.point) : nil
  }
}
