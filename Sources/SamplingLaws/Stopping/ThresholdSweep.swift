public import Quantities
public import RunTables
internal import Statistics

extension OutcomeArm {
  /// Whether each score reaches a threshold, 0 or 1; missing ones do not. Nil without scores.
  public func passes(threshold: Double) -> [UInt8]? {
    scores?.map { $0 >= threshold ? 1 : 0 }
  }
}

/// Scores as a pass-or-fail verifier: which threshold, and how many samples at most [155].
///
/// The best of many thresholds and numbers of samples looks better than it is; the cross-fitted gain is
/// that of choosing both on one half of the problems and using them on the other.
public struct ThresholdSweep: Codable, Sendable {
  /// One threshold.
  public struct Row: Codable, Sendable {
    /// The quantile of the scores that the threshold is.
    public var quantile: Double
    /// The threshold; scores from it up pass.
    public var threshold: Double
    /// P(pass | right).
    public var completeness: Double
    /// P(pass | wrong).
    public var falsePositiveRate: Double
    /// The optimum with the threshold for each cost of a wrong answer.
    public var optima: [OptimalSamples.Scenario]
  }

  /// The thresholds, ascending.
  public var rows: [Row]
  /// What is best for one cost of a wrong answer.
  public struct Choice: Codable, Sendable, Hashable {
    /// V_f.
    public var costWrong: Double
    /// The place in ``ThresholdSweep/rows`` of the threshold with the largest gain.
    public var best: Int
    /// The gain on one half of the problems of what is best on the other, averaged over both.
    public var crossFitted: Estimated
  }

  /// What samples and answers are worth.
  public var costs: ResamplingCosts
  /// What is best for each cost of a wrong answer.
  public var choices: [Choice]
  /// What to beware of.
  public var warnings: [String]

  /// Tries quantiles of the scores as thresholds.
  public init(
    _ arm: OutcomeArm,
    quantiles: [Double] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95],
    costs: ResamplingCosts = ResamplingCosts(wrong: [1]), samples: [Int]? = nil,
    bootstrap: ProblemBootstrap
  ) throws(SelectionError) {
    try costs.validate()
    guard let scores = arm.scores else { throw .missingColumn("score") }
    // A threshold is any recorded score near the quantile: of millions, evenly spaced ones will do.
    let spacing = max(scores.count / 500_000, 1)
    let sorted = stride(from: 0, to: scores.count, by: spacing).map { scores[$0] }
      .filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { throw .missingColumn("score") }
    guard !quantiles.isEmpty else { throw .invalidSetting("No quantile of the scores is given.") }
    if costs.perToken > 0, arm.tokens == nil { throw .missingColumn("tokens") }
    let grid = try SampleGrid(arm, asked: samples, spacing: SampleGrid.dense)
    rows = []
    var curves: [FirstPassCurves] = []
    for quantile in Set(quantiles).sorted() {
      // A recorded score, not one between two: it is what passes.
      let place = Int(saturating: (quantile * Double(sorted.count - 1)).rounded())
      let threshold = sorted[min(max(place, 0), sorted.count - 1)]
      if threshold == rows.last?.threshold { continue }
      var judged = arm
      guard let passes = arm.passes(threshold: threshold) else { continue }
      judged.passes = passes
      let optimum = try OptimalSamples(judged, costs: costs, samples: samples, bootstrap: bootstrap)
      var right = 0
      var passing = 0
      var both = 0
      for row in passes.indices {
        right += Int(arm.correct[row])
        passing += Int(passes[row])
        both += Int(passes[row] & arm.correct[row])
      }
      rows.append(
        Row(
          quantile: quantile, threshold: threshold, completeness: Double(both) / Double(right),
          falsePositiveRate: Double(passing - both) / Double(passes.count - right),
          optima: optimum.scenarios))
      curves.append(FirstPassCurves(arm, passes: passes, grid: grid, costs: costs))
    }
    self.costs = costs
    warnings = grid.warnings
    choices = []
    for (place, wrong) in costs.wrong.enumerated() {
      let best = FirstPassMeans.best(rows.map(\.optima[place].gain.value))
      let fitted = Self.crossFit(curves, costs: costs, wrong: wrong, bootstrap: bootstrap)
      choices.append(Choice(costWrong: wrong, best: best, crossFitted: fitted))
      if fitted.high < rows[best].optima[place].gain.value {
        warnings.append(
          "Where a wrong answer costs \(NumberFormat.shortest(wrong)) the gain of the best threshold does not hold "
            + "up on problems that it was not chosen on; the cross-fitted gain is "
            + "\(inThousandths(fitted.value)).")
      }
    }
  }

  private static func crossFit(
    _ curves: [FirstPassCurves], costs: ResamplingCosts, wrong: Double,
    bootstrap: ProblemBootstrap
  ) -> Estimated {
    let count = curves[0].problemCount
    var random = SplittableRandom(seed: bootstrap.seed).split(-1)
    var order = Array(0..<count)
    order.shuffle(using: &random)
    var gains = [Double](repeating: 0, count: count)
    for fold in 0..<2 {
      let tested = order.indices.filter { $0 % 2 == fold }.map { order[$0] }
      var weights = [Double](repeating: 1, count: count)
      for problem in tested { weights[problem] = 0 }
      let sums = curves.map { $0.sums(weights).gains(costs, wrong: wrong) }
      let columns = sums.map { FirstPassMeans.best($0) }
      let threshold = FirstPassMeans.best(zip(sums, columns).map { $0[$1] })
      // No sample at all is worth 0.
      guard sums[threshold][columns[threshold]] > 0 else { continue }
      for problem in tested {
        let here = curves[threshold].sums(ofProblem: problem)
        gains[problem] = here.gains(costs, wrong: wrong)[columns[threshold]]
      }
    }
    var matrix = ProblemMatrix(columnCount: 1, problems: count)
    for gain in gains { matrix.append([gain]) }
    return bootstrap.means(of: matrix)[0]
  }
}
