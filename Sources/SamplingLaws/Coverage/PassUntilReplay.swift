public import Quantities
internal import RealModule
public import RunTables
public import Statistics

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
///
/// Every number is the exact mean over all orders of the recorded attempts: with c of N right the
/// r-th success comes at draw K with probability C(K − 1, r − 1)·C(N − K, c − r)/C(N, c).
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
    /// The mean of (r − 1)/(K − 1), or passes/draws where censored: the share right, whatever r.
    public var unbiased: Estimated
    /// All passes over all draws; below the mean, as hard problems are drawn more often.
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

  /// P(the r-th success comes at each draw from the r-th on), c ≥ r of N attempts being right.
  public static func lastDraws(until r: Int, correct c: Int, attempts n: Int) -> [Double] {
    precondition(r >= 1 && c >= r && n >= c, "\(r) of \(c) right attempts of \(n)")
    var chance = (0..<r).reduce(1.0) { $0 * Double(c - $1) / Double(n - $1) }
    var chances = [chance]
    for k in stride(from: r, to: n - c + r, by: 1) {
      chance *= Double(k) / Double(k - r + 1) * Double(n - k - c + r) / Double(n - k)
      chances.append(chance)
    }
    return chances
  }

  /// Replays an arm of at least one attempt, waiting for each number r ≥ 2 of successes.
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
    let (cells, places) = counts.indexedCells()
    let replays = successes.map { PassUntilCells(cells, until: $0) }
    let columns = replays.flatMap(\.columns)
    let total = Double(problems)
    @Sendable func sums(_ weights: [Double]) -> [Double] {
      columns.map { column in
        var sum = 0.0
        for index in weights.indices { sum += weights[index] * column[index] }
        return sum / total
      }
    }
    let centre = sums(cells.map(\.weight))
    let draws = bootstrap.replicates(of: problems) { drawn in
      var weights = [Double](repeating: 0, count: cells.count)
      for (problem, weight) in drawn.enumerated() { weights[places[problem]] += weight }
      return sums(weights)
    }
    let (count, most) = (problems, cap)
    targets = replays.enumerated().map { index, replay in
      let first = index * PassUntilCells.columnCount
      func estimated(_ value: ([Double]) -> Double) -> Estimated {
        bootstrap.interval(around: value(centre), draws: draws.map(value), problems: count)
      }
      let likelihood = BetaBinomialLikelihood(replay.stopped)
      return Target(
        successes: replay.successes, draws: estimated { $0[first] },
        censored: cells.reduce(0) { $0 + ($1.correct < replay.successes ? $1.weight : 0) } / total,
        maximumLikelihood: estimated { $0[first + 1] }, unbiased: estimated { $0[first + 2] },
        pooled: estimated { $0[first + 3] / $0[first] },
        betaMean: likelihood.hasSuccess
          ? likelihood.maximum(withMass: false).distribution.mean : nil,
        relativePrecision: 1 / Double(replay.successes).squareRoot(),
        smallestRate: Double(replay.successes - 1) / Double(max(most - 1, 1)))
    }
    for target in targets where target.censored > 0.5 {
      warnings.append(
        "\(NumberFormat.rounded(100 * target.censored, decimals: 0)) % of the problems ran out of attempts before "
          + "success \(target.successes); their precision is not 1/√\(target.successes).")
    }
  }
}

/// What problems of each N and c come to when sampling stops at the r-th success.
private struct PassUntilCells: Sendable {
  static let columnCount = 4
  let successes: Int
  /// Of each cell the mean draws, the mean of passes/draws, the unbiased rate and the mean passes.
  private(set) var columns: [[Double]]
  /// How often each number of draws and passes is met, problems weighted by probability.
  private(set) var stopped: [AttemptCounts.Cell] = []

  init(_ cells: [AttemptCounts.Cell], until r: Int) {
    successes = r
    columns = Array(repeating: [], count: Self.columnCount)
    var weights: [Int: Double] = [:]
    for cell in cells {
      let (n, c) = (cell.attempts, cell.correct)
      let rate = Double(c) / Double(n)
      guard c >= r else {
        for (place, value) in [Double(n), rate, rate, Double(c)].enumerated() {
          columns[place].append(value)
        }
        stopped.append(cell)
        continue
      }
      var plain = 0.0
      for (offset, chance) in PassUntilReplay.lastDraws(until: r, correct: c, attempts: n)
        .enumerated() where chance > 0
      {
        plain += chance * Double(r) / Double(r + offset)
        weights[r + offset, default: 0] += chance * cell.weight
      }
      let draws = Double(r) * Double(n + 1) / Double(c + 1)
      for (place, value) in [draws, plain, rate, Double(r)].enumerated() {
        columns[place].append(value)
      }
    }
    let least = 1e-9 * cells.reduce(0) { $0 + $1.weight }
    for (draws, weight) in weights.sorted(by: { $0.key < $1.key }) where weight > least {
      stopped.append(AttemptCounts.Cell(attempts: draws, correct: r, weight: weight))
    }
    stopped.sort { ($0.attempts, $0.correct) < ($1.attempts, $1.correct) }
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
  /// ln c/N with the Clopper–Pearson interval; for c = 0 value and high end are ln(1 − (1 −
  /// level)^(1/N)), and there is no low end.
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
