internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// Resamples two tables together and refits whatever was fitted to them.
///
/// A pair of runs is drawn together, and simulated noise keeps the correlation of the pairs [21].
/// Rungs, not runs, are drawn; a handful of rungs cannot be (a table of five often loses the three
/// that fix a curve), so their outcomes are simulated around the fits.
struct PairedRefits: Sendable {
  let method: String
  let tail: Double
  /// What a reader must know of the noise.
  let warnings: [String]
  private let baseline: Fit
  private let treatment: Fit
  private let options: ComparisonOptions
  private let plan: Plan

  /// Rows are numbered as in the pooled table: those of the treatment follow the baseline's.
  private enum Plan: Sendable {
    /// Strata of units of rows that get random weights together, see ``Uncertainty``.
    case cases([[[Int]]])
    /// Independent normal noise for all rows; the treatment's partner rows share part of it.
    /// Rows of one trunk share part of theirs, where there are trunks.
    case simulated(scale: Double, correlation: Double, partner: [Int?], trunks: TrunkNoise?)
    /// Normal noise of rungs, pairs and runs.
    case rungs(RungNoise)
    /// The draws of the separate fits, which are independent.
    case separate
  }

  /// Chooses how two tables are resampled; `rungs` is the noise of rungs where the tables tell it.
  init?(
    _ baseline: Fit, _ treatment: Fit, runs: PairedRuns, rungs: RungNoise?,
    options: ComparisonOptions
  ) {
    guard options.fit.interval != .none, options.fit.resamples > 0 else { return nil }
    self.baseline = baseline
    self.treatment = treatment
    self.options = options
    let offset = baseline.observations.count
    let freedom = min(baseline.degreesOfFreedom, treatment.degreesOfFreedom)
    let sharesTrunks = [baseline, treatment].contains {
      $0.observations.clusterCount < $0.observations.count
    }
    if sharesTrunks, options.pairColumn == nil {
      plan = .separate
      method = "separate"
      warnings = []
      tail = Fitter.expandedTail(level: options.fit.level, freedom: Double(freedom))
      return
    }
    let wantsCases = options.fit.interval == .bootstrap
    let wantsSimulation = options.fit.interval == .parametric
    let points = MatchedRungs(
      baseline.observations, treatment.observations, law: baseline.law, pairs: runs.pairs)
    let isLarge =
      Self.isLarge(baseline, points.baseline.count)
      && Self.isLarge(treatment, points.treatment.count)
    if wantsCases || (!wantsSimulation && !sharesTrunks && isLarge) {
      if sharesTrunks {
        plan = .cases(Self.trunkUnits(baseline, treatment, runs: runs, offset: offset))
        method = runs.isComplete ? "paired cluster bootstrap" : "cluster bootstrap"
      } else {
        func rows(_ cell: MatchedRungs.Cell, from start: Int) -> [Int] {
          cell.rows.map { $0 + start }
        }
        plan = .cases(
          points.isMatched
            ? [
              points.matches.map {
                rows(points.baseline[$0.baseline], from: 0)
                  + rows(points.treatment[$0.treatment], from: offset)
              }
            ]
            : [
              points.baseline.map { rows($0, from: 0) },
              points.treatment.map { rows($0, from: offset) },
            ])
        method = points.isMatched ? "paired bootstrap" : "bootstrap"
      }
      warnings = []
      let units = min(points.baseline.count, points.treatment.count)
      let parameters = max(baseline.freeParameters.count, treatment.freeParameters.count)
      let independent = sharesTrunks ? freedom : min(freedom, max(units - parameters, 1))
      tail = Fitter.expandedTail(level: options.fit.level, freedom: Double(independent))
      return
    }
    if let rungs, !sharesTrunks {
      plan = .rungs(rungs)
      method = "parametric"
      warnings = []
      tail = Fitter.expandedTail(level: options.fit.level, freedom: rungs.freedom)
      return
    }
    let noise = TableNoise(baseline, treatment, given: options.fit.seedNoise)
    guard noise.scale.isFinite else { return nil }
    let correlation = Self.correlation(baseline, treatment, runs: runs)
    var partner = [Int?](repeating: nil, count: offset + treatment.observations.count)
    for pair in runs.pairs { partner[pair.treatment + offset] = pair.baseline }
    let trunks = sharesTrunks ? TrunkNoise([baseline, treatment]) : nil
    plan = .simulated(
      scale: noise.scale, correlation: correlation, partner: partner, trunks: trunks)
    method = "parametric"
    warnings = noise.warnings
    // Trunks, not their branches, are independent.
    let independent = sharesTrunks ? min(noise.freedom, Double(freedom)) : noise.freedom
    tail = Fitter.expandedTail(level: options.fit.level, freedom: independent)
  }

  /// Trunks as units of a bootstrap; those of a pair are drawn together.
  private static func trunkUnits(
    _ baseline: Fit, _ treatment: Fit, runs: PairedRuns, offset: Int
  ) -> [[[Int]]] {
    let first = baseline.observations.clusters
    let second = treatment.observations.clusters
    guard runs.isComplete else {
      func units(_ clusters: [Int], from start: Int) -> [[Int]] {
        Set(clusters).sorted().map { trunk in
          clusters.indices.filter { clusters[$0] == trunk }.map { $0 + start }
        }
      }
      return [units(first, from: 0), units(second, from: offset)]
    }
    return [
      Set(first).sorted().map { trunk in
        runs.pairs.filter { first[$0.baseline] == trunk }
          .flatMap { [$0.baseline, $0.treatment + offset] }
      }
    ]
  }

  private static func isLarge(_ fit: Fit, _ rungs: Int) -> Bool {
    rungs >= max(4 * fit.freeParameters.count, 12)
  }

  /// The correlation of the residuals of paired runs, zero unless it is significantly positive: an
  /// imaginary correlation would make the difference look more certain than it is.
  private static func correlation(_ baseline: Fit, _ treatment: Fit, runs: PairedRuns) -> Double {
    guard runs.pairs.count >= 5 else { return 0 }
    let first = runs.pairs.map { baseline.residuals[$0.baseline] }
    let second = runs.pairs.map { treatment.residuals[$0.treatment] }
    let (a, b) = (mean(first), mean(second))
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(first, second) {
      xx += (x - a) * (x - a)
      yy += (y - b) * (y - b)
      xy += (x - a) * (y - b)
    }
    guard xx > 0, yy > 0 else { return 0 }
    let r = min(xy / (xx * yy).squareRoot(), 0.99)
    let freedom = Double(max(runs.pairs.count - 2 - baseline.freeParameters.count, 1))
    let statistic = r * (freedom / (1 - r * r)).squareRoot()
    let isSignificant = StudentT(degreesOfFreedom: freedom).survival(statistic) < 0.025
    return isSignificant ? r : 0
  }

  // MARK: - Draws

  private struct Resample {
    var weights: [Double]
    var noise: [Double]?
  }

  private func resample(_ generator: inout SplittableRandom) -> Resample {
    let weights = baseline.observations.weights + treatment.observations.weights
    switch plan {
    case .cases(let strata):
      var result = [Double](repeating: 0, count: weights.count)
      for units in strata {
        for rows in units {
          let factor = generator.nextExponential()
          for row in rows { result[row] = factor * weights[row] }
        }
      }
      return Resample(weights: result, noise: nil)
    case .simulated(let scale, let correlation, let partner, let trunks):
      var noise = weights.map { _ in generator.nextNormal() }
      trunks?.mix(into: &noise, &generator)
      let rest = (1 - correlation * correlation).squareRoot()
      for (row, other) in partner.enumerated() {
        if let other { noise[row] = correlation * noise[other] + rest * noise[row] }
      }
      return Resample(weights: weights, noise: noise.map { scale * $0 })
    case .rungs(let rungs):
      return Resample(weights: weights, noise: rungs.draw(&generator))
    case .separate:
      return Resample(weights: weights, noise: nil)
    }
  }

  func separateDraws() throws(FitError) -> [(baseline: [Double], treatment: [Double])] {
    if case .separate = plan { return try independentDraws() }
    let first = try Refitter(baseline)
    let second = try Refitter(treatment)
    let offset = baseline.observations.count
    let predictions = baseline.predictions + treatment.predictions
    return draws { weights, response in
      let left = first.refit(
        response: response.map { Array($0[..<offset]) }, weights: Array(weights[..<offset]),
        from: [baseline.estimate])
      let right = second.refit(
        response: response.map { Array($0[offset...]) }, weights: Array(weights[offset...]),
        from: [treatment.estimate])
      guard left.value.isFinite, right.value.isFinite else { return nil }
      return (left.point, right.point)
    } predictions: {
      predictions
    }
  }

  /// Refits of one joint hypothesis; empty for tables of curves.
  func jointDraws(
    _ entry: JointFit.Entry, law: any Law
  ) throws(FitError) -> [(baseline: [Double], treatment: [Double])] {
    if case .separate = plan { return [] }
    let refitter = try Refitter(entry.fit)
    return draws { weights, response in
      let minimum = refitter.refit(
        response: response, weights: weights, from: [entry.fit.estimate])
      return minimum.value.isFinite ? split(minimum.point, law: law, relaxed: entry.relaxed) : nil
    } predictions: {
      entry.fit.predictions
    }
  }

  private func draws(
    _ refit: @Sendable ([Double], [Double]?) -> (baseline: [Double], treatment: [Double])?,
    predictions: () -> [Double]
  ) -> [(baseline: [Double], treatment: [Double])] {
    let random = SplittableRandom(seed: options.fit.seed)
    let objective = baseline.objective
    let expected = predictions()
    return parallelMap(count: options.fit.resamples, threads: options.fit.threads) {
      index -> (baseline: [Double], treatment: [Double])? in
      var generator = random.split(index)
      let sample = resample(&generator)
      let response = sample.noise.map { noise in
        zip(expected, noise).map { objective.outcome(prediction: $0, residual: $1) }
      }
      return refit(sample.weights, response)
    }.compactMap { $0 }
  }

  /// The fits' own refits, with different random numbers for the two tables.
  private func independentDraws() throws(FitError) -> [(baseline: [Double], treatment: [Double])] {
    var result: [[[Double]]] = []
    for (index, fitted) in [baseline, treatment].enumerated() {
      var settings = fitted.options
      settings.interval = options.fit.interval
      settings.seed = options.fit.seed &+ UInt64(index)
      let fitter = try Fitter(
        law: fitted.law, observations: fitted.observations, options: settings)
      var ignored: [String] = []
      result.append(fitter.measureUncertainty(of: fitted, warnings: &ignored)?.draws ?? [])
    }
    return zip(result[0], result[1]).map { ($0, $1) }
  }
}

/// The noise of one run, in the objective's scale, from both tables.
struct TableNoise: Sendable {
  var scale: Double
  var freedom: Double
  var warnings: [String] = []

  /// Takes the noise given, else that of repeated seeds, else that of the residuals.
  init(_ baseline: Fit, _ treatment: Fit, given: Double?) {
    let residualFreedom = [baseline, treatment].map {
      Double(max($0.observations.count - $0.freeParameters.count, 0))
    }
    let residualSum = zip([baseline, treatment], residualFreedom).reduce(0.0) { sum, entry in
      entry.1 > 0 ? sum + entry.0.residualScatter * entry.0.residualScatter * entry.1 : sum
    }
    let residualTotal = residualFreedom.reduce(0, +)
    let residualVariance = residualTotal > 0 ? residualSum / residualTotal : .nan
    if let given {
      (scale, freedom) = (given, .infinity)
      return
    }
    let seeds = [baseline, treatment].compactMap {
      SeedNoise(observations: $0.observations, objective: $0.objective, law: $0.law)
    }
    let seedFreedom = Double(seeds.map(\.degreesOfFreedom).reduce(0, +))
    let seedVariance =
      seeds.reduce(0.0) {
        $0 + $1.standardDeviation * $1.standardDeviation * Double($1.degreesOfFreedom)
      } / seedFreedom
    guard seedFreedom >= 3, seedVariance > 0 else {
      (scale, freedom) = (residualVariance.squareRoot(), residualTotal)
      return
    }
    // Lack of fit: residuals that exceed what seeds explain belong to the law, not to the seeds.
    let extraFreedom = residualTotal - seedFreedom
    if extraFreedom > 0 {
      let excess = (residualSum - seedVariance * seedFreedom) / extraFreedom / seedVariance
      let p = FisherF(numerator: extraFreedom, denominator: seedFreedom).survival(max(excess, 0))
      if p < 0.01 {
        (scale, freedom) = (residualVariance.squareRoot(), residualTotal)
        warnings = [
          "the laws miss the rungs by more than the seeds explain (p = \(NumberFormat.short(p))): intervals use the scatter of the residuals"
        ]
        return
      }
    }
    (scale, freedom) = (seedVariance.squareRoot(), seedFreedom)
  }
}
