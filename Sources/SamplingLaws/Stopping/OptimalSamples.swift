public import Quantities
public import RunTables
internal import Statistics

/// How many samples to draw at most when an imperfect verifier says when to stop [T10, 155].
///
/// Exact expectations over all orders of the recorded attempts. The gain at the best K is the largest of
/// many estimates and so too large on average; its estimate and interval are moved by the bootstrap's
/// measure of that, and their target is max over K of the population's G(K).
public struct OptimalSamples: Codable, Sendable {
  /// The optimum for one cost of a wrong answer.
  public struct Scenario: Codable, Sendable {
    /// V_f.
    public var costWrong: Double
    /// G(K) at each K, with pointwise intervals.
    public var gains: [Estimated]
    /// K*, the number of samples with the largest gain; 0 where none has one above 0, nil where
    /// more are always worth more: samples cost nothing, and what passes nowhere costs more than it
    /// brings.
    public var best: Int?
    /// The recorded number with the largest gain, at which the numbers below hold; the largest
    /// where K* is nil.
    public var recordedBest: Int
    /// Whether the largest recorded number is the best, so that K* may be larger or unbounded.
    public var isAtEnd: Bool
    /// The numbers of samples, 0 among them, whose gain cannot be told from that of the best: the
    /// paired interval of the difference reaches 0. In planted worlds the true K* is among them
    /// nine times in ten or more where it is below ten; where it is larger and problems are few,
    /// the rare problems that decide it may be missing, and the set is too small.
    public var plausible: [Int]
    /// How often each K is best in resamples, those that ever are.
    public var choices: [Choice]
    /// The gain at the best number of samples, corrected for its selection.
    public var gain: Estimated
    /// What was taken off for the selection.
    public var selectionBias: Double
    /// The mean number of samples drawn at K*.
    public var meanSamples: Double
    /// The share of problems of which a sample is accepted at K*.
    public var accepted: Double
    /// The share of right ones among accepted samples at K*; NaN where nothing is accepted.
    public var precision: Double
  }

  /// How often a number of samples is the best.
  public struct Choice: Codable, Sendable, Hashable {
    /// K.
    public var samples: Int
    /// The share of resamples.
    public var share: Double
  }

  /// The number of problems.
  public var problems: Int
  /// The numbers of samples K that were compared, beside 0.
  public var samples: [Int]
  /// What samples and answers are worth.
  public var costs: ResamplingCosts
  /// One optimum for each cost of a wrong answer.
  public var scenarios: [Scenario]
  /// The share of problems of which a sample is accepted, at each K.
  public var accepted: [Double]
  /// The share of problems of which a right sample is accepted, at each K.
  public var accuracy: [Estimated]
  /// The mean number of samples drawn, at each K.
  public var meanSamples: [Double]
  /// The share of wrong ones among the samples accepted at K but not at the K before; NaN for none.
  public var wrongShares: [Double]
  /// The limit of accuracy with a solution accepted at last: mean precision of problems with a
  /// pass.
  public var ceiling: Estimated
  /// What to beware of.
  public var warnings: [String]

  /// By default every number of samples to 24, then steps of a twelfth.
  public init(
    _ arm: OutcomeArm, costs: ResamplingCosts = ResamplingCosts(), samples: [Int]? = nil,
    bootstrap: ProblemBootstrap
  ) throws(SelectionError) {
    try costs.validate()
    guard let passes = arm.passes else { throw .missingColumn("verifier_pass") }
    if costs.perToken > 0, arm.tokens == nil { throw .missingColumn("tokens") }
    let grid = try SampleGrid(arm, asked: samples, spacing: SampleGrid.dense)
    let curves = FirstPassCurves(arm, passes: passes, grid: grid, costs: costs)
    let count = Double(curves.problemCount)
    let ones = [Double](repeating: 1, count: curves.problemCount)
    let centre = curves.sums(ones)
    let replicates = bootstrap.replicates(of: curves.problemCount) { weights in
      (
        sums: curves.sums(weights),
        ceiling: FirstPassMeans.ceiling(curves, weights)
      )
    }
    let summary = FirstPassMeans(
      samples: grid.samples, problems: curves.problemCount, centre: centre,
      draws: replicates.map(\.sums), bootstrap: bootstrap)
    problems = curves.problemCount
    self.samples = grid.samples
    self.costs = costs
    scenarios = costs.wrong.map { wrong in
      summary.scenario(costs, wrong: wrong, isUnbounded: curves.alwaysGains(costs, wrong: wrong))
    }
    accepted = centre.accepted.map { $0 / count }
    meanSamples = centre.drawn.map { $0 / count }
    accuracy = grid.samples.indices.map { column in
      bootstrap.interval(
        around: centre.right[column] / count,
        draws: replicates.map { $0.sums.right[column] / count }, problems: curves.problemCount)
    }
    wrongShares = grid.samples.indices.map { column in
      let accepted = centre.accepted[column] - (column > 0 ? centre.accepted[column - 1] : 0)
      let right = centre.right[column] - (column > 0 ? centre.right[column - 1] : 0)
      return accepted > 1e-9 * count ? min(max((accepted - right) / accepted, 0), 1) : .nan
    }
    ceiling = bootstrap.interval(
      around: FirstPassMeans.ceiling(curves, ones), draws: replicates.map(\.ceiling),
      problems: curves.anyPass.count { $0 })
    warnings = grid.warnings
    if passes == arm.correct {
      warnings.append(
        "The verifier passes exactly the right attempts: it is perfect, or its column is that of "
          + "rightness.")
    }
    let atEnd = scenarios.filter { $0.isAtEnd && $0.best != nil && grid.largest > 1 }
    if !atEnd.isEmpty {
      let prices = atEnd.map { NumberFormat.shortest($0.costWrong) }.joined(separator: ", ")
      warnings.append(
        "With \(grid.largest) attempts recorded the best number of samples is at least that where a "
          + "wrong answer costs \(prices).")
    }
  }
}

struct FirstPassMeans {
  let samples: [Int]
  let problems: Int
  let centre: FirstPassCurves.Sums
  let draws: [FirstPassCurves.Sums]
  let bootstrap: ProblemBootstrap

  /// The mean precision of problems with a pass; NaN where there are none.
  static func ceiling(_ curves: FirstPassCurves, _ weights: [Double]) -> Double {
    var precision = 0.0
    var total = 0.0
    for problem in weights.indices where curves.anyPass[problem] {
      precision += weights[problem] * curves.precisions[problem]
      total += weights[problem]
    }
    return total > 0 ? precision / total : .nan
  }

  /// The column with the largest gain, the first of those that differ only by rounding.
  static func best(_ gains: [Double]) -> Int {
    let most = gains.max() ?? 0
    return gains.firstIndex { $0 >= most - 1e-12 * max(abs(most), 1) } ?? 0
  }

  func scenario(
    _ costs: ResamplingCosts, wrong: Double, isUnbounded: Bool
  ) -> OptimalSamples.Scenario {
    let count = Double(problems)
    let gains = centre.gains(costs, wrong: wrong).map { $0 / count }
    let drawn = draws.map { $0.gains(costs, wrong: wrong).map { $0 / count } }
    let pointwise = gains.indices.map { column in
      bootstrap.interval(around: gains[column], draws: drawn.map { $0[column] }, problems: problems)
    }
    // A curve that only rises is best at its end, where it may be flat.
    let best = isUnbounded && (gains.max() ?? 0) > 0 ? gains.count - 1 : Self.best(gains)
    let chosen = drawn.map { Self.best($0) }
    // E*[max over K] − max over K estimates the bias; taking the best column's own mean for the latter
    // cancels most of the resampling noise.
    let bias = mean(zip(drawn, chosen).map { $0[$1] - $0[best] })
    let corrected = bootstrap.interval(
      around: gains[best] - bias, draws: drawn.map { $0[best] - bias }, problems: problems)
    let numbers = zip(drawn, chosen).map { $0[$1] > 0 ? samples[$1] : 0 }.sorted()
    var choices: [OptimalSamples.Choice] = []
    for number in numbers where choices.last?.samples != number {
      let count = numbers.count { $0 == number }
      choices.append(.init(samples: number, share: Double(count) / Double(numbers.count)))
    }
    let draws = gains[best] > 0
    let accepted = draws ? centre.accepted[best] / count : 0
    // No sample at all is worth 0, so that neither the gain nor its limits lie below.
    return OptimalSamples.Scenario(
      costWrong: wrong, gains: pointwise,
      best: draws ? (isUnbounded ? nil : samples[best]) : 0,
      recordedBest: draws ? samples[best] : 0, isAtEnd: draws && best == samples.count - 1,
      plausible: plausible(gains, drawn, pointwise, best: best), choices: choices,
      gain: Estimated(
        value: max(corrected.value, 0), low: corrected.low.isNaN ? .nan : max(corrected.low, 0),
        high: corrected.high.isNaN ? .nan : max(corrected.high, 0)),
      selectionBias: bias, meanSamples: draws ? centre.drawn[best] / count : 0, accepted: accepted,
      precision: accepted > 0 ? centre.right[best] / count / accepted : .nan)
  }

  private func plausible(
    _ gains: [Double], _ drawn: [[Double]], _ pointwise: [Estimated], best: Int
  ) -> [Int] {
    guard gains[best] > 0 else {
      return [0] + gains.indices.filter { pointwise[$0].high >= 0 }.map { samples[$0] }
    }
    let close = gains.indices.filter { column in
      let difference = bootstrap.interval(
        around: gains[column] - gains[best], draws: drawn.map { $0[column] - $0[best] },
        problems: problems)
      // Where every attempt of every problem is used up, further ones differ by rounding.
      return column == best || difference.high >= -1e-12
    }
    return (pointwise[best].low <= 0 ? [0] : []) + close.map { samples[$0] }
  }
}
