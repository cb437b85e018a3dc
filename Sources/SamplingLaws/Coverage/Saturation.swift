internal import Optimization
public import Quantities
internal import RealModule
public import RunTables
internal import Statistics

/// How many samples are worth taking, by one p for all, problem by problem, and by a distribution
/// [60].
public struct Saturation: Sendable, Codable {
  /// The observed coverage at one k beside what each model of difficulty says.
  public struct Point: Sendable, Codable, Hashable {
    /// The number of samples.
    public var k: Int
    /// Observed pass@k.
    public var observed: Double
    /// 1 − (1 − p̄)^k with the mean p̄.
    public var onePooled: Double
    /// F(k) by the likelihood.
    public var likelihood: Double
    /// F(k) by least squares.
    public var leastSquares: Double
    /// pass@k of the beta distribution with a ceiling.
    public var beta: Double
  }

  /// The n* of single problems, each with p = c/N and F_max = 1.
  public struct Problems: Sendable, Codable, Hashable {
    /// The share with n* = 0: not worth a single sample.
    public var hopeless: Double
    /// The lower quartile.
    public var lowerQuartile: Double
    /// The median.
    public var median: Double
    /// The upper quartile.
    public var upperQuartile: Double
    /// The largest.
    public var largest: Int
  }

  /// What the arm is called.
  public var name: String
  /// P, the number of problems.
  public var problems: Int
  /// ε, the gain from one sample more that is not worth it.
  public var leastGain: Double
  /// The curve by the binomial likelihood of all problems' counts.
  public var likelihoodCurve: SaturationCurve
  /// The curve by least squares on the coverage at each k.
  public var leastSquaresCurve: SaturationCurve
  /// F_max with its interval by the bootstrap over problems.
  public var ceiling: Estimated
  /// p with its interval.
  public var chance: Estimated
  /// n* of the curve by the likelihood, with its interval.
  public var saturation: Estimated
  /// n* of single problems.
  public var perProblem: Problems
  /// n* of the mean curve under the beta distribution with a ceiling.
  public var betaSaturation: Int
  /// The models of difficulty by Akaike's criterion.
  public var models: [DifficultyComparison]
  /// By how much the criterion of the saturating curve exceeds that of the beta with a ceiling.
  public var heterogeneity: Double
  /// Observed and modelled coverage.
  public var points: [Point]
  /// The level of the intervals.
  public var level: Double
  /// What the saturating curve gets wrong, a sentence each.
  public var warnings: [String]

  /// The analysis of an arm; nil where no attempt is right.
  public init?(
    _ arm: OutcomeArm, leastGain: Double = 0.005,
    bootstrap: ProblemBootstrap = ProblemBootstrap()
  ) {
    self.init(AttemptCounts(arm), leastGain: leastGain, bootstrap: bootstrap)
  }

  /// Nil where no attempt is right; a gain below ε = `leastGain` > 0 is not worth a sample.
  public init?(
    _ counts: AttemptCounts, leastGain: Double = 0.005,
    bootstrap: ProblemBootstrap = ProblemBootstrap()
  ) {
    let (cells, places) = counts.indexedCells()
    let likelihood = BetaBinomialLikelihood(cells)
    guard likelihood.hasSuccess, let smallest = counts.attempts.min() else { return nil }
    name = counts.name
    problems = counts.problemCount
    self.leastGain = leastGain
    level = bootstrap.level
    let pooled = PooledLikelihood(cells)
    let best = SaturationCurve(ceiling: pooled.best.ceiling, chance: pooled.best.chance)
    likelihoodCurve = best
    let refits = Self.refits(cells, places, counts.problemCount, bootstrap)
    func estimate(_ value: Double, _ of: (SaturationCurve) -> Double) -> Estimated {
      bootstrap.interval(around: value, draws: refits.map(of), problems: counts.problemCount)
    }
    ceiling = estimate(best.ceiling) { $0.ceiling }
    chance = estimate(best.chance) { $0.chance }
    saturation = estimate(Double(best.saturation(gain: leastGain))) {
      Double($0.saturation(gain: leastGain))
    }
    let grid = CoverageCurve.grid(upTo: smallest)
    let observed = CoverageCurve.coverage(cells, grid: grid)
    let squares = Self.leastSquares(k: grid.map { Double($0) }, coverage: observed)
    leastSquaresCurve = squares
    perProblem = Self.problems(counts, leastGain)
    let maximum = likelihood.maximum(withMass: true)
    let beta = maximum.distribution
    betaSaturation = Self.saturation(of: beta, gain: leastGain)
    models = DifficultyComparison.ranked([
      (.onePooled, pooled.value(chance: pooled.pooled, ceiling: 1)),
      (.pooledWithCeiling, pooled.value(chance: best.chance, ceiling: best.ceiling)),
      (.beta, likelihood.maximum(withMass: false).value),
      (.betaWithCeiling, maximum.value),
    ])
    heterogeneity = models[1].aic - models[3].aic
    let plain = SaturationCurve(chance: pooled.pooled)
    points = grid.indices.map { index in
      let k = Double(grid[index])
      return Point(
        k: grid[index], observed: observed[index], onePooled: plain.value(k),
        likelihood: best.value(k), leastSquares: squares.value(k), beta: beta.coverage(k))
    }
    warnings = counts.warnings
    if heterogeneity > 4 { warnings.append(Self.sentence(points, heterogeneity)) }
  }

  private static func sentence(_ points: [Point], _ excess: Double) -> String {
    var sentence =
      "Problems differ in difficulty (AIC \(NumberFormat.rounded(excess, decimals: 1)) better with a distribution of it), so "
      + "the saturating curve stops too early: it levels off where the mean curve still climbs."
    if let worst = points.max(by: { $0.onePooled - $0.observed < $1.onePooled - $1.observed }),
      worst.onePooled > worst.observed
    {
      sentence +=
        " One p for all problems says \(NumberFormat.rounded(worst.onePooled, decimals: 3)) at k = \(worst.k); "
        + "\(NumberFormat.rounded(worst.observed, decimals: 3)) was observed."
    }
    return sentence
  }

  /// The curve with the least squared distance to coverages.
  public static func leastSquares(k: [Double], coverage: [Double]) -> SaturationCurve {
    // For a given p the best F_max is a ratio of sums.
    func fit(_ p: Double) -> (ceiling: Double, squares: Double) {
      let shapes = k.map { SaturationCurve(chance: p).value($0) }
      let cross = zip(shapes, coverage).reduce(0) { $0 + $1.0 * $1.1 }
      let ceiling = min(cross / shapes.reduce(0) { $0 + $1 * $1 }, 1)
      let squares = zip(shapes, coverage).reduce(0) {
        $0 + ($1.1 - ceiling * $1.0) * ($1.1 - ceiling * $1.0)
      }
      return (ceiling, squares)
    }
    let found = minimize(over: -14...0, samples: 200) { fit(Double.exp($0)).squares }
    let p = Double.exp(found.argument)
    return SaturationCurve(ceiling: fit(p).ceiling, chance: p)
  }

  private static func refits(
    _ cells: [AttemptCounts.Cell], _ places: [Int], _ problems: Int,
    _ bootstrap: ProblemBootstrap
  ) -> [SaturationCurve] {
    bootstrap.replicates(of: problems) { drawn in
      var resampled = cells
      for index in resampled.indices { resampled[index].weight = 0 }
      for (problem, weight) in drawn.enumerated() { resampled[places[problem]].weight += weight }
      let best = PooledLikelihood(resampled.filter { $0.weight > 0 }).best
      return SaturationCurve(ceiling: best.ceiling, chance: best.chance)
    }
  }

  private static func problems(_ counts: AttemptCounts, _ leastGain: Double) -> Problems {
    let values = zip(counts.correct, counts.attempts).map { c, n in
      SaturationCurve(chance: Double(c) / Double(n)).saturation(gain: leastGain)
    }.sorted()
    let numbers = values.map { Double($0) }
    return Problems(
      hopeless: Double(values.count { $0 == 0 }) / Double(values.count),
      lowerQuartile: quantile(sorted: numbers, 0.25), median: quantile(sorted: numbers, 0.5),
      upperQuartile: quantile(sorted: numbers, 0.75), largest: values[values.count - 1])
  }

  /// The first n after which one sample more raises the mean coverage by at most a gain.
  static func saturation(of distribution: DifficultyDistribution, gain: Double) -> Int {
    // The gain falls with n: it is the mean of p·(1 − p)^n.
    let (a, b) = (distribution.a, distribution.b)
    func isWorthwhile(_ n: Double) -> Bool {
      (1 - distribution.zeroMass) * distribution.betaFailure(n) * a / (a + b + n) > gain
    }
    if !isWorthwhile(0) { return 0 }
    var high = 1.0
    while isWorthwhile(high), high < 1e15 { high *= 2 }
    var low = high / 2
    if high == 1 { low = 0 }
    while high - low > 1 {
      let middle = ((low + high) / 2).rounded(.down)
      if isWorthwhile(middle) { low = middle } else { high = middle }
    }
    return Int(saturating: high)
  }
}
