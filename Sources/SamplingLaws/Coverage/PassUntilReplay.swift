internal import RealModule
public import RunTables
public import ScalingLaws
internal import Statistics

extension PassCount {
  /// The estimate of the pass rate that stays unbiased when sampling stops at a cap: (r − 1)/(K − 1)
  /// where the r-th pass came, otherwise passes/draws (Girshick, Mosteller and Savage, 1946).
  ///
  /// Needs r ≥ 2 and a cap of at least r; the plain rate r/K is biased upwards.
  public func unbiasedRate(target r: Int) -> Double {
    isCensored(target: r) ? rate : unbiasedRate ?? rate
  }
}

/// What sampling until the r-th success would have told, replayed on recorded attempts [5].
public struct PassUntilReplay: Sendable, Codable {
  /// The result for one number of successes to wait for.
  public struct Target: Sendable, Codable, Hashable {
    /// r, the successes waited for.
    public var successes: Int
    /// The mean draws at a problem.
    public var draws: Estimated
    /// The share of problems whose attempts ran out first.
    public var censored: Double
    /// The mean of passes/draws, the maximum of each problem's likelihood; biased upwards.
    public var maximumLikelihood: Estimated
    /// The mean of the unbiased estimates, (r − 1)/(K − 1) or passes/draws where censored.
    public var unbiased: Estimated
    /// One pass rate for all problems by the censored likelihood: all passes over all draws. Hard
    /// problems are drawn more often, so it lies below the mean.
    public var pooled: Estimated
    /// The mean of a beta distribution of pass rates by the censored likelihood; nil without a pass.
    public var betaMean: Double?
    /// 1/√r, the relative standard error at an uncensored problem.
    public var relativePrecision: Double
    /// The smallest rate above 0 that an uncensored problem can show, (r − 1)/(N − 1).
    public var smallestRate: Double
  }

  /// What the arm is called.
  public var name: String
  /// P, the number of problems.
  public var problems: Int
  /// N, the median number of attempts at a problem, which is the cap.
  public var cap: Int
  /// 1/N, the smallest accuracy above 0 that a problem can show.
  public var resolution: Double
  /// The results.
  public var targets: [Target]
  /// The level of the intervals, by the bootstrap over problems.
  public var level: Double
  /// What limits them.
  public var warnings: [String]

  /// The draws of each problem of an arm until its r-th success, in recorded order.
  public static func counts(_ arm: OutcomeArm, until r: Int) -> [PassCount] {
    (0..<arm.problemCount).compactMap { problem in
      let rows = arm.rows(ofProblem: problem)
      if rows.isEmpty { return nil }
      var count = PassCount(passes: 0, draws: 0)
      for row in rows where count.passes < r {
        count.draws += 1
        count.passes += Int(arm.correct[row])
      }
      return count
    }
  }

  /// Replays an arm of at least one attempt.
  ///
  /// - Parameters:
  ///   - arm: the attempts, in the order in which they were drawn.
  ///   - successes: the numbers r ≥ 2 of successes to wait for.
  ///   - bootstrap: how to find intervals.
  public init(
    _ arm: OutcomeArm, until successes: [Int] = [2, 3, 5, 10],
    bootstrap: ProblemBootstrap = ProblemBootstrap()
  ) {
    precondition(successes.allSatisfy { $0 >= 2 }, "unbiased estimates wait for two successes")
    let counts = AttemptCounts(arm)
    let sizes = counts.attempts.sorted()
    name = arm.name
    problems = counts.problemCount
    cap = sizes[sizes.count / 2]
    resolution = 1 / Double(cap)
    level = bootstrap.level
    warnings = counts.warnings
    targets = successes.map { r in
      Self.target(Self.counts(arm, until: r), until: r, cap: sizes[sizes.count / 2], bootstrap)
    }
    for target in targets where target.censored > 0.5 {
      warnings.append(
        "\((100 * target.censored).fixed(0)) % of the problems ran out of attempts before "
          + "success \(target.successes); their precision is not 1/√\(target.successes).")
    }
  }

  private static func target(
    _ counts: [PassCount], until r: Int, cap: Int, _ bootstrap: ProblemBootstrap
  ) -> Target {
    var matrix = ProblemMatrix(columnCount: 4, problems: counts.count)
    for count in counts {
      matrix.append([
        Double(count.draws), count.rate, count.unbiasedRate(target: r), Double(count.passes),
      ])
    }
    let means = bootstrap.means(of: matrix)
    let ratios = bootstrap.resampledMeans(of: matrix).map { $0[3] / $0[0] }
    let likelihood = BetaBinomialLikelihood(
      AttemptCounts(attempts: counts.map(\.draws), correct: counts.map(\.passes)).cells)
    return Target(
      successes: r, draws: means[0],
      censored: Double(counts.count { $0.isCensored(target: r) }) / Double(counts.count),
      maximumLikelihood: means[1], unbiased: means[2],
      pooled: bootstrap.interval(
        around: means[3].value / means[0].value, draws: ratios, problems: counts.count),
      betaMean: likelihood.hasSuccess
        ? likelihood.maximum(withMass: false).distribution.mean : nil,
      relativePrecision: 1 / Double(r).squareRoot(),
      smallestRate: Double(r - 1) / Double(max(cap - 1, 1)))
  }
}

/// The logarithm of a problem's pass rate, or a bound where it was never solved.
public struct LogPassRate: Sendable, Codable, Hashable {
  /// The problem.
  public var problem: String
  /// c.
  public var correct: Int
  /// N.
  public var attempts: Int
  /// ln c/N with the exact (Clopper–Pearson) interval; where nothing was right, both value and high
  /// end are the logarithm of the upper bound 1 − (1 − level)^(1/N), and there is no low end.
  public var logRate: Estimated
  /// Whether the value is only an upper bound.
  public var isBound: Bool

  /// The log pass rates of the problems of some counts.
  public static func all(_ counts: AttemptCounts, level: Double = 0.9) -> [LogPassRate] {
    counts.problems.indices.map { index in
      let (n, c) = (counts.attempts[index], counts.correct[index])
      let rate: Estimated
      if c == 0 {
        let bound = Double.log(
          BinomialInterval.upperBoundWithoutSuccess(trials: n, level: level))
        rate = Estimated(value: bound, high: bound)
      } else {
        let interval = BinomialInterval.clopperPearson(successes: c, trials: n, level: level)
        rate = Estimated(
          value: Double.log(Double(c) / Double(n)), low: Double.log(interval.low),
          high: Double.log(interval.high))
      }
      return LogPassRate(
        problem: counts.problems[index], correct: c, attempts: n, logRate: rate, isBound: c == 0)
    }
  }
}
