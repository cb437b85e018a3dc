internal import Quantities
internal import RealModule
internal import Statistics

/// By how much rungs scatter around the laws, beside what seeds explain.
///
/// Variances are in the objective's residual scale (of ln loss for most laws).
public struct RungScatter: Sendable, Hashable {
  /// The standard deviation between seeds of one rung; NaN where no seed is repeated.
  public var seed: Double
  /// The standard deviation of a rung around its law beyond what seeds explain.
  public var rung: Double
  /// The share of a single run's variance that is its rung's; NaN without repeated seeds.
  public var share: Double
  /// The share of the rungs' variance that both arms have in common; NaN where there is none or
  /// the arms have other rungs.
  public var sharedShare: Double
  /// The probability of rungs that scatter at least as much if seeds were all there is; NaN
  /// without repeated seeds.
  public var pValue: Double
  /// The column whose values are the rungs, where all runs of one value are off together whatever
  /// else they differ in; nil where a rung is a size and a length.
  public var sharedColumn: String?

  /// Whether the rungs scatter by more than the seeds explain.
  public var isSignificant: Bool { pValue < 0.05 }

  /// `Rungs scatter by more than the seeds explain: …`; nil where they do not.
  public var sentence: String? {
    if let sharedColumn {
      return
        "The difference between the arms changes from one \(sharedColumn) to the next by more than runs of one \(sharedColumn) differ, so tests and intervals count the values of \(sharedColumn) and not the runs: only more of them would narrow these."
    }
    guard isSignificant else { return nil }
    let percent = share > 0.995 ? "over 99" : NumberFormat.short((100 * share).rounded())
    let common =
      sharedShare.isNaN
      ? ""
      : sharedShare > 0.5 ? ", most of it common to both arms" : ", most of it each arm's own"
    return
      "Rungs scatter around the law by more than the seeds explain (\(NumberFormat.probability("p", pValue, floor: 0.001))): \(percent) % of the variance of a run is its rung's\(common). Tests and intervals count rungs, not runs; more seeds would not narrow them, more rungs would."
  }
}

/// Random noise for the rows of two tables with the parts that rungs and pairs of runs share.
struct RungNoise: Sendable {
  let scatter: RungScatter
  /// The variance of a difference between the arms at one rung, seeds included; within rungs only.
  let differenceVariance: Double
  /// The variance of the mean of one rung of one arm, seeds included.
  let cellVariance: Double
  /// The degrees of freedom with which the difference between the arms is known.
  let freedom: Double
  /// Standard deviations: of a rung in both arms, of a rung in one arm, of a pair, of a run.
  private let deviations: (common: Double, own: Double, pair: Double, run: Double)
  private let cells: [[Int]]
  private let matches: [(Int, Int)]
  private let pairs: [(Int, Int)]
  private let rowCount: Int
  private let offset: Int
  private let cellOfRow: [Int: Int]

  /// Measures the parts around a joint fit.
  ///
  /// - Throws: `FitError` where the law cannot be evaluated there.
  init?(_ contrasts: RungContrasts, around entry: JointFit.Entry) throws(FitError) {
    let points = contrasts.points
    let law = contrasts.law
    let options = contrasts.options
    let offset = contrasts.baseline.count
    let (left, right) = try contrasts.means(of: entry)
    let relaxed = entry.relaxed.compactMap { law.index(of: $0) }.sorted()
    func meanSquare(_ response: [Double], _ columns: [[Double]]) -> (value: Double, freedom: Int) {
      var space = OrthonormalColumns(count: response.count)
      space.add(columns)
      let rest = space.remainder(of: response)
      let freedom = response.count - space.columns.count
      return (OrthonormalColumns.product(rest, rest) / Double(max(freedom, 1)), freedom)
    }
    let reading = try contrasts.reading(of: entry)
    let shared = reading.shared.keys.sorted().compactMap { reading.shared[$0] }
    let tested = meanSquare(
      reading.response, shared + relaxed.compactMap { reading.contrast[$0] })
    guard tested.freedom > 0, tested.value.isFinite else { return nil }
    let seeds =
      options.fit.seedNoise.map { (variance: $0 * $0, freedom: Int.max) }
      ?? contrasts.seedVariance()
    let counts = mean(left.inverseCounts + right.inverseCounts)
    let runs = PairedRuns(
      contrasts.baseline, contrasts.treatment, law: law, seedColumn: options.seedColumn,
      pairColumn: options.pairColumn)
    let paired = seeds == nil ? nil : Self.pairVariance(contrasts, runs)
    let run = seeds?.variance ?? 0
    let own: Double
    let common: Double
    let pair: Double
    var single = run
    var tests: [Double] = []
    func excess(_ value: Double, _ freedom: Int, over expected: Double, _ known: Int) {
      guard expected > 0, freedom > 0 else { return }
      tests.append(
        known == Int.max
          ? ChiSquared(degreesOfFreedom: Double(freedom)).survival(
            value / expected * Double(freedom))
          : FisherF(numerator: Double(freedom), denominator: Double(known))
            .survival(value / expected))
    }
    if contrasts.isWithinRungs {
      let middle = points.matches.map {
        (left.residuals[$0.baseline] + right.residuals[$0.treatment]) / 2
      }
      let slopes = RungContrasts.joined(left.columns, right.columns) { first, second in
        points.matches.map { (first[$0.baseline] + second[$0.treatment]) / 2 }
      }
      let means = meanSquare(middle, slopes.keys.sorted().compactMap { slopes[$0] })
      let middleSquare = means.freedom > 0 ? means.value : tested.value / 4
      // Seeds that do the same to both arms cancel in differences.
      let difference = paired?.variance ?? 2 * run
      pair = paired == nil ? 0 : max(run - difference / 2, 0)
      single = difference / 2
      own = seeds == nil ? tested.value / 2 : max(tested.value - difference * counts, 0) / 2
      common = max(middleSquare - tested.value / 4 - pair * counts, 0)
      if let seeds {
        excess(
          tested.value, tested.freedom, over: difference * counts,
          paired?.freedom ?? seeds.freedom)
        excess(middleSquare, means.freedom, over: (run - difference / 4) * counts, seeds.freedom)
      }
      differenceVariance = tested.value
      cellVariance = middleSquare + tested.value / 4
    } else {
      common = 0
      pair = 0
      own = max(tested.value - run * counts, 0)
      if let seeds { excess(tested.value, tested.freedom, over: run * counts, seeds.freedom) }
      differenceVariance = .nan
      cellVariance = tested.value
    }
    freedom = Double(tested.freedom)
    deviations = (common.squareRoot(), own.squareRoot(), pair.squareRoot(), single.squareRoot())
    let rungs = common + own
    let known = seeds != nil
    scatter = RungScatter(
      seed: known ? run.squareRoot() : .nan, rung: rungs.squareRoot(),
      share: known && rungs + run > 0 ? rungs / (rungs + run) : .nan,
      sharedShare: contrasts.isWithinRungs && rungs > 0 ? common / rungs : .nan,
      pValue: tests.isEmpty ? .nan : MultipleTesting.holm(tests).min() ?? .nan,
      sharedColumn: contrasts.sharedColumn)
    cells = points.baseline.map(\.rows) + points.treatment.map { $0.rows.map { $0 + offset } }
    matches = points.matches.map { ($0.baseline, $0.treatment + points.baseline.count) }
    pairs = runs.pairs.map { ($0.baseline, $0.treatment + offset) }
    rowCount = offset + contrasts.treatment.count
    self.offset = offset
    var positions: [Int: Int] = [:]
    for (position, rows) in cells.enumerated() {
      for row in rows { positions[row] = position }
    }
    cellOfRow = positions
  }

  /// The variance of differences within pairs around their rung's, where every run has a partner.
  private static func pairVariance(
    _ contrasts: RungContrasts, _ runs: PairedRuns
  ) -> (variance: Double, freedom: Int)? {
    guard runs.isComplete else { return nil }
    let objective = contrasts.options.fit.objective ?? contrasts.law.card.objective
    var sum = 0.0
    var freedom = 0
    let partner = Dictionary(
      runs.pairs.map { ($0.baseline, $0.treatment) }, uniquingKeysWith: { first, _ in first })
    for cell in contrasts.runPoints.baseline {
      let differences = cell.rows.compactMap { row -> Double? in
        guard let other = partner[row] else { return nil }
        return objective.transformed(contrasts.treatment.response[other])
          - objective.transformed(contrasts.baseline.response[row])
      }
      guard differences.count > 1 else { continue }
      let centre = mean(differences)
      for value in differences { sum += (value - centre) * (value - centre) }
      freedom += differences.count - 1
    }
    return freedom > 0 ? (sum / Double(freedom), freedom) : nil
  }

  /// The standard deviation of the difference between the means of some rows of both arms, whole
  /// rungs.
  func deviation(of first: [Int], and second: [Int]) -> Double {
    let left = Set(first.compactMap { cellOfRow[$0] })
    let right = Set(second.compactMap { cellOfRow[$0 + offset] })
    let matched = matches.filter { left.contains($0.0) && right.contains($0.1) }.count
    let variance =
      differenceVariance.isFinite && matched == left.count && matched == right.count
      ? differenceVariance / Double(max(matched, 1))
      : cellVariance * (1 / Double(max(left.count, 1)) + 1 / Double(max(right.count, 1)))
    return variance.squareRoot()
  }

  /// One draw: a number for each row, the treatment's rows after the baseline's.
  func draw(_ generator: inout SplittableRandom) -> [Double] {
    var noise = (0..<rowCount).map { _ in deviations.run * generator.nextNormal() }
    for rows in cells {
      let effect = deviations.own * generator.nextNormal()
      for row in rows { noise[row] += effect }
    }
    for (first, second) in matches {
      let effect = deviations.common * generator.nextNormal()
      for row in cells[first] + cells[second] { noise[row] += effect }
    }
    for (first, second) in pairs {
      let effect = deviations.pair * generator.nextNormal()
      noise[first] += effect
      noise[second] += effect
    }
    return noise
  }
}
