internal import Optimization
internal import RealModule
internal import Statistics

/// Baseline and treatment fitted jointly under nested hypotheses of what differs [42][149][L5].
///
/// Sharing exponent and floor is the default reading of a treatment: most treatments change the
/// amplitude only, which makes them worth a constant factor of scale.
public struct JointFit: Sendable {
  /// One hypothesis with its fit.
  public struct Entry: Sendable {
    /// What may differ.
    public var hypothesis: DifferenceHypothesis
    /// The names of the parameters that differ.
    public var relaxed: [String]
    /// The fit of both tables.
    public var fit: Fit
    /// The parameters of the base law that the baseline follows.
    public var baseline: [Double]
    /// The parameters of the base law that the treatment follows.
    public var treatment: [Double]
    /// The mean relative error on larger runs than were fitted, see ``Validation``; NaN where
    /// there are too few rows or it was not asked for.
    public var heldOutError: Double
  }

  /// The law that both arms follow.
  public let law: any Law
  /// The hypotheses, from the fewest parameters to the most.
  public let entries: [Entry]
  /// A test of every pair of nested hypotheses.
  public let tests: [NestedTest]
  /// The significance level of the choice.
  public let significance: Double
  /// The position of the smallest hypothesis on which no larger one improves significantly.
  public let chosen: Int
  /// The p-value of each hypothesis against all larger ones together, where rungs were tested.
  let familyPValues: [DifferenceHypothesis: Double]

  /// The chosen hypothesis.
  public var choice: Entry { entries[chosen] }

  /// The test of one hypothesis against another; nil where they are not nested or not listed.
  public func test(
    of smaller: DifferenceHypothesis, against larger: DifferenceHypothesis
  ) -> NestedTest? {
    tests.first { $0.smaller == smaller && $0.larger == larger }
  }

  /// Whether one law for both was tested at all: too few rungs leave nothing to test with.
  public var isTested: Bool { entries.count == 1 || tests.contains { $0.smaller == .same } }

  /// The probability of differences at least this large under one law for both: the smallest of
  /// the p-values against the larger hypotheses, corrected for their number; 1 without tests.
  public var pValueOfNoDifference: Double { adjustedPValue(of: .same) }

  /// The smallest value that ``pValueOfNoDifference`` could have, or one in a thousand, beyond which
  /// nobody asks.
  public var pValueFloor: Double {
    let own = tests.filter { $0.smaller == .same }
    let simulated = Double(own.count) * (own.map(\.floor).max() ?? 0)
    return max(simulated, 0.001)
  }

  /// Whether the exponents are equal, given shared floor and free amplitudes [42].
  ///
  /// For laws without floor the larger hypothesis is two separate laws.
  public var exponentEquality: NestedTest? {
    test(of: .amplitude, against: .amplitudeAndExponent)
      ?? test(of: .amplitude, against: .everything)
  }

  /// The smallest p-value of a hypothesis against all larger ones, corrected for their number: by
  /// tables of pure noise where rungs are tested, else by Holm's rule; 1 without tests.
  public func adjustedPValue(of hypothesis: DifferenceHypothesis) -> Double {
    if let family = familyPValues[hypothesis] { return family }
    let values = tests.filter { $0.smaller == hypothesis }.map(\.pValue)
    return MultipleTesting.holm(values).min() ?? 1
  }
}

/// Fits baseline and treatment jointly under every nested hypothesis and tests them.
///
/// - Throws: `FitError` where the law cannot be fitted to both tables together.
public func fitJointly(
  _ law: any Law, baseline: Observations, treatment: Observations,
  options: ComparisonOptions = ComparisonOptions()
) throws(FitError) -> JointFit {
  let pooled = Observations.pooled(baseline: baseline, treatment: treatment)
  let held = Set(options.fit.fixed.keys)
  var entries: [JointFit.Entry] = []
  let used = pooled.weights.filter { $0 > 0 }.count
  for (hypothesis, relaxed) in law.hypotheses(at: pooled, held: held) {
    let parameters = law.parameters.count - held.count + relaxed.count
    if hypothesis != .same, used <= parameters { continue }
    entries.append(
      try fitEntry(
        law, hypothesis, relaxed: relaxed, to: pooled, smaller: entries, options: options))
  }
  var tests: [NestedTest] = []
  var families: [DifferenceHypothesis: Double] = [:]
  if let plain = RungContrasts(
    law: law, baseline: baseline, treatment: treatment, options: options)
  {
    let rungs =
      try entries.last.map { last throws(FitError) in
        try plain.joiningShared(around: last)
      } ?? plain
    for (position, smaller) in entries.enumerated() {
      let larger = entries[(position + 1)...].filter {
        Set(smaller.relaxed).isStrictSubset(of: $0.relaxed)
      }
      guard !larger.isEmpty else { continue }
      let family = try rungs.family(smaller, against: larger)
      tests += family.tests
      if !family.tests.isEmpty { families[smaller.hypothesis] = family.pValue }
    }
  } else {
    tests = try NestedTester(law: law, pooled: pooled, entries: entries, options: options).tests()
  }
  func joint(_ chosen: Int) -> JointFit {
    JointFit(
      law: law, entries: entries, tests: tests, significance: options.significance,
      chosen: chosen, familyPValues: families)
  }
  let tested = joint(0)
  let chosen =
    entries.indices.first {
      tested.adjustedPValue(of: entries[$0].hypothesis) >= options.significance
    } ?? entries.count - 1
  return joint(chosen)
}

/// Fits one hypothesis; it never ends above a smaller hypothesis that it contains.
private func fitEntry(
  _ law: any Law, _ hypothesis: DifferenceHypothesis, relaxed: [String],
  to pooled: Observations, smaller: [JointFit.Entry], options: ComparisonOptions
) throws(FitError) -> JointFit.Entry {
  let grouped = try law.grouped(relaxing: relaxed)
  var settings = options.fit
  settings.interval = .none
  for name in relaxed {
    let copy = name + "_treatment"
    if let range = settings.bounds[name] { settings.bounds[copy] = range }
    if let starts = settings.starts[name] { settings.starts[copy] = starts }
  }
  var fitted = try fit(grouped, to: pooled, options: settings)
  let heldOut = options.validates ? fitted.validation().meanError : .nan
  let nested = smaller.filter { Set($0.relaxed).isSubset(of: relaxed) }
  if let best = nested.min(by: { $0.fit.objectiveValue < $1.fit.objectiveValue }),
    best.fit.objectiveValue < fitted.objectiveValue
  {
    let start = expand(best, law: law, relaxed: relaxed)
    settings.starts = [:]
    for (parameter, value) in zip(grouped.parameters, start)
    where settings.fixed[parameter.name] == nil {
      settings.starts[parameter.name] = [value]
    }
    let again = try fit(grouped, to: pooled, options: settings)
    if again.objectiveValue < fitted.objectiveValue { fitted = again }
  }
  let (first, second) = split(fitted.estimate, law: law, relaxed: relaxed)
  return JointFit.Entry(
    hypothesis: hypothesis, relaxed: relaxed, fit: fitted, baseline: first, treatment: second,
    heldOutError: heldOut)
}

/// The parameters of each arm from those of a law of two arms.
func split(
  _ point: [Double], law: any Law, relaxed: [String]
) -> (baseline: [Double], treatment: [Double]) {
  let count = law.parameters.count
  let positions = relaxed.compactMap { law.index(of: $0) }.sorted()
  let baseline = Array(point.prefix(count))
  var treatment = baseline
  for (copy, index) in positions.enumerated() { treatment[index] = point[count + copy] }
  return (baseline, treatment)
}

/// A smaller hypothesis' parameters as a point of a larger one that contains it.
private func expand(_ entry: JointFit.Entry, law: any Law, relaxed: [String]) -> [Double] {
  entry.baseline + relaxed.compactMap { law.index(of: $0) }.sorted().map { entry.treatment[$0] }
}

private struct NestedTester {
  let law: any Law
  let pooled: Observations
  let entries: [JointFit.Entry]
  let options: ComparisonOptions

  /// The F distribution is exact enough for least squares with thirty degrees of freedom; a Huber
  /// objective is calibrated by simulation up to a size at which that takes seconds.
  private func simulates(freedom: Int) -> Bool {
    guard options.refits > 0, let entry = entries.first else { return false }
    return entry.fit.objective.delta == nil ? freedom < 30 : pooled.count <= 400
  }

  func tests() throws(FitError) -> [NestedTest] {
    var result: [NestedTest] = []
    for (position, smaller) in entries.enumerated() {
      let larger = entries[(position + 1)...].filter {
        Set(smaller.relaxed).isStrictSubset(of: $0.relaxed)
      }
      guard !larger.isEmpty else { continue }
      var tests = larger.map { entry in
        test(
          smaller, entry, objectives: (smaller.fit.objectiveValue, entry.fit.objectiveValue),
          kappa: entry.fit.kappa)
      }
      if let freedom = tests.map(\.degreesOfFreedom).min(), simulates(freedom: freedom) {
        let simulated = try simulate(smaller, against: larger)
        for slot in tests.indices {
          // A refit that reached no better than the observed table's exact zero counts as a tie.
          let reached = simulated.filter { $0[slot] >= tests[slot].statistic }.count
          tests[slot].pValue = Double(1 + reached) / Double(1 + simulated.count)
          tests[slot].calibration = .simulated
          tests[slot].floor = 1 / Double(max(simulated.count, 1))
        }
      }
      result += tests
    }
    return result
  }

  private func test(
    _ smaller: JointFit.Entry, _ larger: JointFit.Entry, objectives: (Double, Double),
    kappa: Double
  ) -> NestedTest {
    let extra = larger.relaxed.count - smaller.relaxed.count
    let freedom = larger.fit.degreesOfFreedom
    let statistic = NestedTest.statistic(
      smaller: objectives.0, larger: objectives.1, kappa: kappa, extra: extra, freedom: freedom)
    return NestedTest(
      smaller: smaller.hypothesis, larger: larger.hypothesis, statistic: statistic,
      extraParameters: extra, degreesOfFreedom: freedom,
      pValue: FisherF(numerator: Double(extra), denominator: Double(freedom)).survival(statistic),
      calibration: .fisher)
  }

  /// The statistics against every larger hypothesis, for tables simulated under the smaller.
  private func simulate(
    _ smaller: JointFit.Entry, against larger: [JointFit.Entry]
  ) throws(FitError) -> [[Double]] {
    var refitters: [Refitter] = []
    for entry in [smaller] + larger { refitters.append(try Refitter(entry.fit)) }
    let ready = refitters
    let objective = smaller.fit.objective
    let scatter = smaller.fit.residualScatter
    let predictions = smaller.fit.predictions
    let random = SplittableRandom(seed: options.fit.seed).split(31)
    let hasTrunks = options.pairColumn != nil && pooled.clusterCount < pooled.count
    let trunks = hasTrunks ? TrunkNoise([smaller.fit]) : nil
    return parallelMap(count: options.refits, threads: options.fit.threads) { index -> [Double]? in
      var generator = random.split(index)
      var noise = predictions.map { _ in generator.nextNormal() }
      trunks?.mix(into: &noise, &generator)
      let response = zip(predictions, noise).map {
        objective.outcome(prediction: $0, residual: scatter * $1)
      }
      let base = ready[0].refit(response: response, from: [smaller.fit.estimate])
      guard base.value.isFinite else { return nil }
      let arms = split(base.point, law: law, relaxed: smaller.relaxed)
      var null = smaller
      (null.baseline, null.treatment) = arms
      var statistics: [Double] = []
      for (slot, entry) in larger.enumerated() {
        let start = expand(null, law: law, relaxed: entry.relaxed)
        let alternative = ready[slot + 1].refit(response: response, from: [start])
        let kappa = ready[slot + 1].kappa(at: alternative.point, response: response)
        statistics.append(
          test(
            smaller, entry, objectives: (base.value, min(alternative.value, base.value)),
            kappa: kappa
          ).statistic)
      }
      return statistics
    }.compactMap { $0 }
  }
}

struct Refitter: Sendable {
  let fitter: Fitter
  private let table: LaneTable

  init(_ fit: Fit) throws(FitError) {
    fitter = try Fitter(law: fit.law, observations: fit.observations, options: fit.options)
    let weights = fit.observations.weights
    table = LaneTable(
      observations: fit.observations, columns: fitter.columns,
      rows: weights.indices.filter { weights[$0] > 0 })
  }

  private func problem(response: [Double], weights: [Double]? = nil) -> ResidualProblem {
    ResidualProblem(
      kernel: fitter.kernel, table: table, space: fitter.space, objective: fitter.objective,
      response: response, weights: weights ?? fitter.observations.weights)
  }

  func refit(
    response: [Double]? = nil, weights: [Double]? = nil, from points: [[Double]]
  ) -> (point: [Double], value: Double) {
    var problem = problem(
      response: response ?? fitter.observations.response, weights: weights)
    var best: (point: [Double], value: Double) = ([], .infinity)
    for point in points {
      let minimum = fitter.refit(&problem, from: point)
      if minimum.value < best.value {
        best = (fitter.space.physical(minimum.point), minimum.value)
      }
    }
    return best
  }

  /// κ of the residuals at a point, see ``NestedTest``.
  func kappa(at point: [Double], response: [Double]) -> Double {
    guard fitter.objective.delta != nil, !point.isEmpty else { return 1 }
    var problem = problem(response: response)
    let predictions = problem.rowPredictions(at: point, count: response.count)
    let residuals = zip(predictions, response).map { prediction, outcome in
      prediction.isNaN ? 0 : fitter.objective.residual(prediction: prediction, outcome: outcome)
    }
    return fitter.objective.kappa(residuals: residuals, weights: fitter.observations.weights)
  }
}
