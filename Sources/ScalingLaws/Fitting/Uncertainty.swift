internal import Optimization
internal import RealModule
internal import Statistics

/// Refits that show how the estimates would have varied.
public struct Uncertainty: Sendable {
  /// How the refits were made, for reports: `bootstrap`, `cluster-bootstrap`, `block-bootstrap`,
  /// `parametric` or `profile`.
  public var method: String
  /// The parameters of each refit in physical units.
  public var draws: [[Double]]
  /// How many refits failed and were left out.
  public var failed: Int
  /// The nominal coverage.
  public var level: Double
  /// The tail probability at which quantiles are read, widened for small tables.
  public var tail: Double
  /// Profile intervals by parameter, where they were asked for.
  public var profiles: [String: ClosedRange<Double>]

  /// The interval of a derived quantity from its values over the refits.
  ///
  /// Values that are not finite are kept at the ends they stand for; NaN is left out.
  public func interval(of values: [Double]) -> (low: Double, high: Double) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    return (quantile(sorted: sorted, tail), quantile(sorted: sorted, 1 - tail))
  }
}

extension Fit {
  /// A parameter with its interval: the profile's where one was computed, else the refits'.
  public func interval(of parameter: String) -> Estimated? {
    guard let index = law.index(of: parameter) else { return nil }
    if let profile = uncertainty?.profiles[parameter] {
      return Estimated(
        value: estimate[index], low: profile.lowerBound, high: profile.upperBound)
    }
    return derived { $0[index] }
  }

  /// The standard error of a parameter: the spread of the refits, else the Hessian's; zero where it
  /// was held, NaN for an unknown name.
  public func standardError(of parameter: String) -> Double {
    guard let index = law.index(of: parameter) else { return .nan }
    guard freeParameters.contains(parameter) else { return 0 }
    guard let uncertainty, uncertainty.draws.count > 1 else { return hessianStandardErrors[index] }
    return standardDeviation(uncertainty.draws.map { $0[index] })
  }
}

extension Fitter {
  /// How many rows all refits together may visit before their number is cut.
  static let refittedRows = 20_000_000

  /// Whether every row of the law sums over the segments of a schedule.
  private var readsSegments: Bool { law is MultiPower }

  /// Refits the law as the options ask and returns the draws.
  func measureUncertainty(of fit: Fit, warnings: inout [String]) -> Uncertainty? {
    let free = space.free.count
    let rows = observations.weights.filter { $0 > 0 }.count
    guard options.interval != .none, free > 0, options.resamples > 0 else { return nil }
    let simulates =
      options.interval == .parametric || options.seedNoise != nil || rows < 4 * free
    let repeatedSeeds =
      simulates ? SeedNoise(observations: observations, objective: objective, law: law) : nil
    guard rows > free || options.seedNoise != nil || (repeatedSeeds?.degreesOfFreedom ?? 0) >= 3
    else {
      warnings.append(
        "\(rows) rows for \(free) parameters leave no residual to measure noise with: no intervals"
      )
      return nil
    }
    let clusters = observations.clusterCount
    let clustered = clusters < observations.count
    var freedom = Double(fit.degreesOfFreedom)
    let plan: (name: String, resample: @Sendable (inout SplittableRandom) -> Resample)
    let method = options.interval
    let isTiny = !clustered && rows < 4 * free
    let simulating =
      method == .parametric || (method != .bootstrap && isTiny)
      || (method == .automatic && options.seedNoise != nil)
    if simulating {
      let noise = noise(of: fit)
      freedom = noise.freedom
      plan = ("parametric", parametricResample(predictions: fit.predictions, scale: noise.scale))
      if method == .automatic, isTiny {
        let source =
          options.seedNoise != nil
          ? "the noise given"
          : (repeatedSeeds?.degreesOfFreedom ?? 0) >= 3
            ? "the noise of repeated seeds" : "the scatter of the residuals"
        warnings.append(
          "\(rows) rows for \(free) parameters are too few to resample rows: intervals come from outcomes simulated with \(source)"
        )
      }
    } else if clustered, clusters >= 2 * free {
      plan = ("cluster-bootstrap", randomWeights(groups: rowsByRun()))
    } else if clustered {
      plan = ("block-bootstrap", randomWeights(groups: blocks()))
      warnings.append(
        "\(clusters) runs are too few to resample whole runs: blocks of neighbouring rows are resampled, and variation between runs is not in the intervals"
      )
    } else {
      plan = ("bootstrap", randomWeights(groups: rowsByRun()))
    }
    let random = SplittableRandom(seed: options.seed)
    let start = fit.estimate
    // A row behind a schedule costs as much as the schedule has segments.
    let segments = observations.schedules.map(\.segments.count).max() ?? 1
    let affordable = max(
      40, Self.refittedRows / (observations.count * max(readsSegments ? segments : 1, 1)))
    let resamples = min(options.resamples, affordable)
    if resamples < options.resamples {
      warnings.append(
        "\(resamples) instead of \(options.resamples) refits, because \(observations.count) rows make each one slow"
      )
    }
    let outcomes = parallelMap(count: resamples, threads: options.threads) {
      index -> [Double]? in
      var generator = random.split(index)
      let sample = plan.resample(&generator)
      var problem = self.problem(weights: sample.weights, response: sample.response)
      let minimum = refit(&problem, from: start)
      guard minimum.value.isFinite else { return nil }
      return space.physical(minimum.point)
    }
    let draws = outcomes.compactMap { $0 }
    let failed = outcomes.count - draws.count
    if failed > outcomes.count / 20 {
      warnings.append(
        "\(failed) of \(outcomes.count) refits failed: the intervals may be too narrow")
    }
    let tail = Self.expandedTail(level: options.level, freedom: freedom)
    var result = Uncertainty(
      method: plan.name, draws: draws, failed: failed, level: options.level, tail: tail,
      profiles: [:])
    if method == .profile {
      result.profiles = profileIntervals(of: fit)
      result.method = "profile"
    }
    return result
  }

  /// The tail probability at which percentiles are read.
  ///
  /// Percentiles of refits of a small table stand for normal quantiles where Student's belong;
  /// reading them further out mends that (the "expanded percentile interval" of Hesterberg 2015).
  static func expandedTail(level: Double, freedom: Double) -> Double {
    let half = (1 - level) / 2
    guard freedom.isFinite else { return half }
    return max(Normal.standard.cdf(StudentT(degreesOfFreedom: freedom).quantile(half)), 1e-4)
  }

  /// One resample: the weight of each row, and outcomes where they are simulated.
  struct Resample: Sendable {
    var weights: [Double]
    var response: [Double]?
  }

  /// Random weights for groups of rows that stand or fall together.
  ///
  /// Each group gets an exponential weight with mean one (the Bayesian bootstrap of Rubin 1981)
  /// instead of the number of times it is drawn. Both have the same expectation and spread, but no
  /// resample loses a corner of the ladder, and on small tables the intervals of a least-absolute
  /// kind of objective cover as they should, where counts make them too wide.
  private func randomWeights(
    groups: [[Int]]
  ) -> @Sendable (inout SplittableRandom) -> Resample {
    let weights = observations.weights
    return { generator in
      var result = [Double](repeating: 0, count: weights.count)
      for rows in groups {
        let factor = generator.nextExponential()
        for row in rows { result[row] = factor * weights[row] }
      }
      return Resample(weights: result, response: nil)
    }
  }

  private func rowsByRun() -> [[Int]] {
    var rows: [Int: [Int]] = [:]
    for row in observations.clusters.indices where observations.weights[row] > 0 {
      rows[observations.clusters[row], default: []].append(row)
    }
    return rows.keys.sorted().compactMap { rows[$0] }
  }

  /// Rows of a run follow each other, so neighbouring residuals agree; blocks keep that.
  private func blocks() -> [[Int]] {
    rowsByRun().flatMap { rows -> [[Int]] in
      let length = max(1, Int(Double.pow(Double(rows.count), 1.0 / 3).rounded(.up)))
      return stride(from: 0, to: rows.count, by: length).map {
        Array(rows[$0..<min($0 + length, rows.count)])
      }
    }
  }

  /// The noise of simulated outcomes and the degrees of freedom with which it is known: the one
  /// given, else that of repeated seeds, else that of the residuals with the divisor n − p.
  private func noise(of fit: Fit) -> (scale: Double, freedom: Double) {
    if let given = options.seedNoise { return (given, .infinity) }
    if let repeated = SeedNoise(observations: observations, objective: objective, law: law),
      repeated.degreesOfFreedom >= 3
    {
      return (repeated.standardDeviation, Double(repeated.degreesOfFreedom))
    }
    return (fit.residualScatter, Double(fit.degreesOfFreedom))
  }

  private func parametricResample(
    predictions: [Double], scale: Double
  ) -> @Sendable (inout SplittableRandom) -> Resample {
    let objective = self.objective
    let weights = observations.weights
    return { generator in
      Resample(
        weights: weights,
        response: predictions.map {
          objective.outcome(prediction: $0, residual: scale * generator.nextNormal())
        })
    }
  }
}
