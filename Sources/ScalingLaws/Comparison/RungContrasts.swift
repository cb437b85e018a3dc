internal import Optimization
internal import RealModule
internal import Statistics

/// Tests of what differs between two arms in which the rung, not the run, is what is independent.
///
/// Where both arms have the same rungs, a test reads the differences between them, one a rung: what
/// a rung does to both cancels, and the noise is the scatter of the differences around what the
/// larger hypothesis allows. With equally many runs a rung the F test is exact, whatever part of
/// the noise is the seed's or the rung's. Elsewhere the means of the rungs of both arms are read
/// together. Laws are taken to first order around the fit of the smaller hypothesis.
struct RungContrasts: Sendable {
  let law: any Law
  let baseline: Observations
  let treatment: Observations
  /// What is independent: rungs, or all rungs of one size where these are off together.
  private(set) var points: MatchedRungs
  /// The rungs themselves, within which runs differ in the seed only.
  let runPoints: MatchedRungs
  /// The column whose values are what is independent; nil for rungs.
  private(set) var sharedColumn: String?
  let options: ComparisonOptions
  /// Whether the arms are compared within rungs.
  var isWithinRungs: Bool { points.isMatched }

  /// Tables that rungs can speak for; nil where rows share trunks or nothing is repeated or shared.
  init?(
    law: any Law, baseline: Observations, treatment: Observations, options: ComparisonOptions
  ) {
    let hasTrunks = [baseline, treatment].contains { $0.clusterCount < $0.count }
    guard !hasTrunks else { return nil }
    let runs = PairedRuns(
      baseline, treatment, law: law, seedColumn: options.seedColumn,
      pairColumn: options.pairColumn)
    points = MatchedRungs(baseline, treatment, law: law, pairs: runs.pairs)
    guard points.isMatched || points.hasRepeats else { return nil }
    runPoints = points
    self.law = law
    self.baseline = baseline
    self.treatment = treatment
    self.options = options
  }

  /// The same with rungs of one size, or of one length, joined where the differences between the
  /// arms belong to the size: a table of many lengths then has no more evidence than sizes. Laws
  /// are taken to first order around the joint fit.
  func joiningShared(around entry: JointFit.Entry) throws(FitError) -> RungContrasts {
    guard isWithinRungs else { return self }
    let reading = try reading(of: entry)
    let columns = reading.contrast.keys.sorted().compactMap { reading.contrast[$0] }
    var space = OrthonormalColumns(count: reading.response.count)
    space.add(columns)
    let rest = space.remainder(of: reading.response)
    let names = ["N", "D"].filter { name in law.card.columns.contains { $0.name == name } }
    let found = names.compactMap { name -> SharedScatter? in
      guard let values = baseline.columns[name] else { return nil }
      let classes = DesignPoints.classes(
        of: points.matches.map { values[points.baseline[$0.baseline].rows[0]] })
      return SharedScatter(
        column: name, groupOfRow: classes, residuals: rest, jacobian: columns)
    }
    guard
      let shared = found.filter({ $0.pValue * Double(names.count) < SharedScatter.level })
        .min(by: { $0.pValue < $1.pValue })
    else { return self }
    var result = self
    result.points = points.joined(by: shared.groupOfRow)
    result.sharedColumn = shared.column
    return result
  }

  struct Reading: Sendable {
    /// Differences between the arms, or means of both arms' rungs.
    var response: [Double]
    /// Derivatives by each parameter that both arms share, by its position.
    var shared: [Int: [Double]]
    /// Derivatives by the difference of each parameter between the arms.
    var contrast: [Int: [Double]]
    /// One divided by the number of runs behind each response.
    var inverseCounts: [Double]
  }

  func means(of entry: JointFit.Entry) throws(FitError) -> (baseline: Means, treatment: Means) {
    let left = try FitJacobian(
      law: law, observations: baseline, options: options.fit, at: entry.baseline)
    let right = try FitJacobian(
      law: law, observations: treatment, options: options.fit, at: entry.treatment)
    return (
      Means(left, points.baseline, baseline.weights),
      Means(right, points.treatment, treatment.weights)
    )
  }

  struct Means: Sendable {
    var residuals: [Double]
    var columns: [Int: [Double]]
    var inverseCounts: [Double]

    init(_ jacobian: FitJacobian, _ cells: [MatchedRungs.Cell], _ weights: [Double]) {
      func average(_ column: [Double]) -> [Double] {
        cells.map { cell in
          let total = cell.rows.reduce(0) { $0 + weights[$1] }
          return cell.rows.reduce(0) { $0 + weights[$1] * column[$1] } / total
        }
      }
      residuals = average(jacobian.residuals)
      columns = jacobian.columns.mapValues(average)
      inverseCounts = cells.map { cell in
        let total = cell.rows.reduce(0) { $0 + weights[$1] }
        return cell.rows.reduce(0) { $0 + weights[$1] * weights[$1] } / (total * total)
      }
    }
  }

  func reading(of entry: JointFit.Entry) throws(FitError) -> Reading {
    let (left, right) = try means(of: entry)
    guard isWithinRungs else {
      let none = [Double](repeating: 0, count: left.residuals.count)
      return Reading(
        response: left.residuals + right.residuals,
        shared: Self.joined(left.columns, right.columns) { $0 + $1 },
        contrast: right.columns.mapValues { none + $0 },
        inverseCounts: left.inverseCounts + right.inverseCounts)
    }
    func matched(_ operation: (Double, Double) -> Double, _ first: [Double], _ second: [Double])
      -> [Double]
    {
      points.matches.map { operation(first[$0.baseline], second[$0.treatment]) }
    }
    return Reading(
      response: matched({ $1 - $0 }, left.residuals, right.residuals), shared: [:],
      contrast: Self.joined(left.columns, right.columns) { matched({ ($0 + $1) / 2 }, $0, $1) },
      inverseCounts: matched(+, left.inverseCounts, right.inverseCounts))
  }

  static func joined(
    _ first: [Int: [Double]], _ second: [Int: [Double]], _ join: ([Double], [Double]) -> [Double]
  ) -> [Int: [Double]] {
    var result: [Int: [Double]] = [:]
    for (index, values) in first {
      if let others = second[index] { result[index] = join(values, others) }
    }
    return result
  }

  // MARK: - Tests

  /// The tests of one hypothesis against larger ones, and the p-value of all of them together.
  struct Family: Sendable {
    var tests: [NestedTest]
    /// The probability of a smallest p-value at least as small under the smaller hypothesis.
    var pValue: Double
  }

  /// How many tables of pure noise calibrate the smallest of several p-values.
  static let calibrations = 2000

  /// Tests a hypothesis against the larger ones that contain it; larger ones that use up the rungs
  /// are left out.
  func family(
    _ smaller: JointFit.Entry, against larger: [JointFit.Entry]
  ) throws(FitError) -> Family {
    let reading = try reading(of: smaller)
    func positions(_ names: [String]) -> [Int] { names.compactMap { law.index(of: $0) }.sorted() }
    let base =
      reading.shared.keys.sorted().compactMap { reading.shared[$0] }
      + positions(smaller.relaxed).compactMap { reading.contrast[$0] }
    let extras = larger.map { entry in
      positions(entry.relaxed.filter { !smaller.relaxed.contains($0) })
        .compactMap { reading.contrast[$0] }
    }
    let weights = weights(reading, base: base + (extras.max { $0.count < $1.count } ?? []))
    func whitened(_ column: [Double]) -> [Double] { zip(column, weights).map { $0 * $1 } }
    let spaces = NestedSpaces(
      rows: reading.response.count, base: base.map(whitened),
      extras: extras.map { $0.map(whitened) }
    )
    let observed = spaces.statistics(whitened(reading.response))
    let tests = zip(larger, observed).compactMap { entry, found -> NestedTest? in
      guard let found else { return nil }
      return NestedTest(
        smaller: smaller.hypothesis, larger: entry.hypothesis, statistic: found.value,
        extraParameters: found.extra, degreesOfFreedom: found.freedom, pValue: found.pValue,
        calibration: .rungs)
    }
    let smallest = tests.map(\.pValue).min() ?? 1
    guard tests.count > 1 else { return Family(tests: tests, pValue: smallest) }
    let random = SplittableRandom(seed: options.fit.seed).split(47)
    let minima = parallelMap(count: Self.calibrations, threads: options.fit.threads) { index in
      var generator = random.split(index)
      let noise = reading.response.map { _ in generator.nextNormal() }
      return spaces.statistics(noise).compactMap { $0?.pValue }.min() ?? 1
    }
    let reached = minima.filter { $0 <= smallest }.count
    let corrected = MultipleTesting.holm(tests.map(\.pValue)).min() ?? 1
    let simulated = Double(1 + reached) / Double(1 + minima.count)
    return Family(tests: tests, pValue: reached == 0 ? min(simulated, corrected) : simulated)
  }

  /// The square roots of the weights of responses: one over their standard deviation, up to a
  /// factor; equal where each rung has as many runs as every other.
  private func weights(_ reading: Reading, base: [[Double]]) -> [Double] {
    let counts = reading.inverseCounts
    let plain = [Double](repeating: 1, count: counts.count)
    guard let low = counts.min(), let high = counts.max(), high > 1.001 * low,
      let seeds = seedVariance(), seeds.variance > 0
    else { return plain }
    var space = OrthonormalColumns(count: counts.count)
    space.add(base)
    let freedom = counts.count - space.columns.count
    guard freedom > 0 else { return plain }
    let rest = space.remainder(of: reading.response)
    let square = OrthonormalColumns.product(rest, rest) / Double(freedom)
    let own = max(square - seeds.variance * mean(counts), 0)
    return counts.map { 1 / (own + seeds.variance * $0).squareRoot() }
  }

  /// The variance of one run around its rung's mean, pooled; nil where nothing is repeated.
  func seedVariance() -> (variance: Double, freedom: Int)? {
    let objective = options.fit.objective ?? law.card.objective
    var sum = 0.0
    var freedom = 0
    for (table, cells) in [(baseline, runPoints.baseline), (treatment, runPoints.treatment)] {
      for cell in cells where cell.rows.count > 1 {
        let values = cell.rows.map { objective.transformed(table.response[$0]) }
        let centre = mean(values)
        for value in values { sum += (value - centre) * (value - centre) }
        freedom += values.count - 1
      }
    }
    return freedom > 0 ? (sum / Double(freedom), freedom) : nil
  }
}

extension Objective {
  func transformed(_ outcome: Double) -> Double {
    -residual(prediction: residual == .linear ? 0 : 1, outcome: outcome)
  }
}

/// The linear spaces of one hypothesis and of larger ones that contain it.
private struct NestedSpaces: Sendable {
  /// An F statistic.
  struct Statistic: Sendable {
    var value: Double
    var extra: Int
    var freedom: Int
    var pValue: Double {
      FisherF(numerator: Double(extra), denominator: Double(freedom)).survival(value)
    }
  }
  private let base: OrthonormalColumns
  private let larger: [OrthonormalColumns]
  private let rows: Int

  init(rows: Int, base: [[Double]], extras: [[[Double]]]) {
    var smallest = OrthonormalColumns(count: rows)
    smallest.add(base)
    self.rows = rows
    self.base = smallest
    larger = extras.map { extra in
      var space = smallest
      space.add(extra)
      return space
    }
  }

  /// The F statistic of each larger space; nil where it adds nothing or leaves no freedom.
  func statistics(_ response: [Double]) -> [Statistic?] {
    let rest = base.remainder(of: response)
    let rank = base.columns.count
    let whole = OrthonormalColumns.product(rest, rest)
    return larger.map { space in
      let extra = space.columns.count - rank
      let freedom = rows - space.columns.count
      guard extra > 0, freedom > 0 else { return nil }
      let gained = space.columns[rank...].reduce(0.0) { sum, column in
        let product = OrthonormalColumns.product(column, rest)
        return sum + product * product
      }
      guard gained > 0 else { return Statistic(value: 0, extra: extra, freedom: freedom) }
      let left = max(whole - gained, 0)
      return Statistic(
        value: gained / Double(extra) / (left / Double(freedom)), extra: extra, freedom: freedom)
    }
  }
}
