internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// How a saved fit did on runs that it had not seen.
public struct FitScore: Sendable {
  /// The law.
  public let law: String
  /// What it predicts.
  public let response: String
  /// The nominal coverage of the fit's intervals.
  public let level: Double
  /// The rows, in the order of the table.
  public let runs: [ScoredRun]
  /// Which rows belong together: those of one run, and those of one place.
  public let clusters: [Int]
  /// The column by which reach is measured; nil where the fit knows none.
  public let scaleColumn: String?
  /// The mean of |prediction − outcome|.
  public let meanError: Double
  /// The root of the mean squared error.
  public let rootMeanSquare: Double
  /// The mean of |prediction/outcome − 1|; NaN where an outcome is not positive.
  public let meanRelativeError: Double
  /// The median of |prediction/outcome − 1|; NaN where an outcome is not positive.
  public let medianRelativeError: Double
  /// The mean of prediction − outcome with its interval over clusters; plus is too high.
  public let bias: Estimated
  /// The mean of prediction/outcome − 1 with its interval over clusters; NaN likewise.
  public let relativeBias: Estimated
  /// Coverage of the intervals of single runs.
  public let coverage: Coverage
  /// Coverage of the intervals of the law, which single runs should miss more often.
  public let lawCoverage: Coverage
  /// The root mean square of errors in standard deviations of a single run: 1 where they are right.
  public let errorSpread: Double
  /// The mean of Winkler's interval score of single-run intervals: width, plus 2/(1 − level) times
  /// what a miss lies outside. Smaller is better; it rewards sharp intervals that hold.
  public let intervalScore: Double
  /// The rows by how far they lie beyond the fitted table.
  public let bands: [Band]

  /// The rows of one stretch of reach.
  public struct Band: Sendable, Hashable, Codable {
    /// What the stretch is called.
    public var name: String
    /// The rows.
    public var rows: Int
    /// The mean of |prediction/outcome − 1|, or of |prediction − outcome| where ratios mean nothing.
    public var meanError: Double
    /// The mean of the signed errors; plus is too high.
    public var bias: Double
    /// How many fell inside their single-run interval.
    public var inside: Int
  }

  /// Whether errors are told as shares of the outcome.
  public var isRelative: Bool { meanRelativeError.isFinite }

  /// The rows off by more than some standard deviations, the worst first.
  public func off(beyond deviations: Double = 2) -> [ScoredRun] {
    runs.filter { abs($0.standardErrors) > deviations }
      .sorted { abs($0.standardErrors) > abs($1.standardErrors) }
  }

  /// How many rows lie beyond some standard deviations if the intervals are right.
  public func expectedOff(beyond deviations: Double = 2) -> Double {
    2 * Normal.standard.survival(deviations) * Double(coverage.rows)
  }

  /// What the coverage says, in a sentence.
  public var calibration: String {
    guard coverage.rows > 0 else {
      return "The saved fit has no intervals, so that nothing can be said of their coverage."
    }
    func percent(_ x: Double) -> String { NumberFormat.sentence(x * 100, digits: 3) }
    let counted =
      "\(coverage.inside) of \(coverage.rows) outcomes (\(percent(coverage.share.value)) %, \(percent(coverage.level)) % binomial interval \(percent(coverage.share.low)) to \(percent(coverage.share.high)) %\(coverage.effectiveRows < Double(coverage.rows) - 0.5 ? ", counting rows of one run or place together" : "")) fell inside their nominal \(percent(coverage.nominal)) % intervals"
    switch coverage.verdict {
    case .compatible:
      let few = coverage.effectiveRows < 10 ? "; so few cannot tell much" : ""
      return "\(counted): compatible with what the intervals claim\(few)."
    case .tooNarrow:
      return
        "\(counted): the intervals are too narrow here. Errors are \(NumberFormat.sentence(errorSpread, digits: 2)) times what the fit expects."
    case .tooWide:
      return "\(counted): the intervals are wider than these runs need."
    }
  }
}

extension FittedLaw {
  /// Scores the fit, or a mixture with its alternatives, on rows that it has not seen; throws
  /// `FitError` for an absent column or a value that the law cannot read.
  public func score(
    on observations: Observations, runs: [String]? = nil, mixture: LawMixture? = nil,
    threads: Int = 1
  ) throws(FitError) -> FitScore {
    let names = law.card.columns.map(\.name)
    try law.requireColumns(of: observations)
    for requirement in law.card.columns where requirement.positive {
      let column = observations.column(requirement.name)
      if let bad = column.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
        throw .badValue(
          row: observations.labels[bad], column: requirement.name, found: column[bad],
          expected: "a positive number")
      }
    }
    if let bad = observations.response.firstIndex(where: { !$0.isFinite }) {
      throw .badValue(
        row: observations.labels[bad],
        column: observations.responseName ?? law.card.response.column,
        found: observations.response[bad], expected: "a finite number")
    }
    let scaleColumn = (["C"] + names).first { name in
      (ranges[name].map { $0.lowerBound > 0 } ?? false)
        && observations.known(name) != nil
    }
    let scale = scaleColumn.flatMap { observations.known($0) }
    let scored = parallelMap(count: observations.count, threads: threads) { row in
      scoredRun(
        row, of: observations, run: runs?[row], mixture: mixture, scale: scale?[row],
        column: scaleColumn)
    }
    return FitScore(
      law: law.name, response: observations.responseName ?? law.card.response.column, level: level,
      runs: scored, clusters: Self.clusters(of: observations, names: names, runs: runs),
      scaleColumn: scaleColumn)
  }

  private func scoredRun(
    _ row: Int, of observations: Observations, run: String?, mixture: LawMixture?, scale: Double?,
    column: String?
  ) -> ScoredRun {
    let names = law.card.columns.map(\.name)
    let values = names.map { observations.columns[$0]?[row] ?? .nan }
    let schedule = observations.scheduleOfRow[row]
    let segments =
      observations.schedules.indices.contains(schedule)
      ? observations.schedules[schedule].segments : []
    let observed = observations.response[row]
    let place = Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first })
    // Alternatives may read columns that the chosen law does not.
    let all = observations.columns.compactMapValues { $0[row].isFinite ? $0[row] : nil }
    var forecast: (law: Estimated, single: Estimated)
    if segments.isEmpty, let known = self.known(at: place, all: all, mixture: mixture) {
      forecast = (known.law, known.run)
    } else {
      forecast = curveForecast(
        at: values, segments: segments, distance: distanceBeyond(place))
    }
    forecast.single.value = forecast.law.value
    let prediction = forecast.law.value
    let error = prediction - observed
    let spread = deviation(of: forecast.single, around: prediction)
    let residual = objective.residual(prediction: prediction, outcome: observed)
    let reach = zip2(scale, column.flatMap { ranges[$0] }).map { value, range in
      Reach(column: column ?? "", value: value, range: range).factor
    }
    return ScoredRun(
      row: observations.labels[row], run: run, columns: place, observed: observed,
      law: forecast.law, single: forecast.single, error: error,
      relativeError: observed > 0 ? error / observed : .nan,
      standardErrors: spread > 0 ? residual / spread : .nan,
      isInside: forecast.single.holds(observed), isInsideLaw: forecast.law.holds(observed),
      reach: reach ?? .nan)
  }

  /// The forecast of a law that reads columns only, by all laws of a mixture where there is one.
  private func known(
    at place: [String: Double], all: [String: Double], mixture: LawMixture?
  ) -> Forecast? {
    if let mixture {
      let names = Set(mixture.members.flatMap { $0.fitted.law.card.columns.map(\.name) })
      let read = all.filter { names.contains($0.key) }
      if let forecast = try? mixture.forecast(at: read) { return forecast }
    }
    return try? self.forecast(at: place)
  }

  /// The forecast of a law that reads a learning-rate schedule: refits, normal scatter and the
  /// law's own error on curves that it was not fitted to.
  private func curveForecast(
    at values: [Double], segments: [ScheduleSegment], distance: Double
  ) -> (law: Estimated, single: Estimated) {
    let kernel = law.makeKernel()
    let value = kernel.predictOne(estimate, values, segments)
    let predictions = draws.map { kernel.predictOne($0, values, segments) }.filter(\.isFinite)
    let residuals = predictions.map { objective.residual(prediction: $0, outcome: value) }
    let spread = residuals.count > 1 ? standardDeviation(residuals) : 0
    let quantile = Normal.standard.quantile(1 - tail)
    let own =
      modelError.map {
        $0.deviation(distance: distance)
          * StudentT(degreesOfFreedom: $0.degreesOfFreedom).inverseSurvival(tail) / quantile
      } ?? 0
    let far = quantile * (spread * spread + scatter * scatter + own * own).squareRoot()
    let ends = [far, -far].map { objective.outcome(prediction: value, residual: $0) }.sorted()
    return (
      widened(estimated(value, over: predictions), distance: distance),
      Estimated(value: value, low: ends[0], high: ends[1])
    )
  }

  /// The standard deviation, in the scale of residuals, of which an interval has the width.
  private func deviation(of single: Estimated, around prediction: Double) -> Double {
    guard single.low.isFinite, single.high.isFinite else { return .nan }
    let ends = [single.low, single.high].map {
      objective.residual(prediction: prediction, outcome: $0)
    }
    return abs(ends[0] - ends[1]) / (2 * Normal.standard.quantile((1 + level) / 2))
  }

  /// Rows of one run, and rows at one place of the law's columns, belong together.
  private static func clusters(
    of observations: Observations, names: [String], runs: [String]?
  ) -> [Int] {
    var sets = DisjointSets(count: observations.count)
    func join(_ keys: [some Hashable]) {
      var first: [AnyHashable: Int] = [:]
      for (row, key) in keys.enumerated() {
        if let other = first[AnyHashable(key)] {
          sets.join(other, row)
        } else {
          first[AnyHashable(key)] = row
        }
      }
    }
    join(observations.response.indices.map { row in names.map { observations.column($0)[row] } })
    join(runs ?? observations.clusters.map(String.init))
    return (0..<observations.count).map { sets.root($0) }
  }
}

extension FitScore {
  init(
    law: String, response: String, level: Double, runs: [ScoredRun], clusters: [Int],
    scaleColumn: String?
  ) {
    self.law = law
    self.response = response
    self.level = level
    self.runs = runs
    self.clusters = clusters
    self.scaleColumn = scaleColumn
    let errors = runs.map(\.error)
    let relative = runs.map(\.relativeError)
    let isRelative = !relative.isEmpty && relative.allSatisfy(\.isFinite)
    meanError = mean(errors.map(abs))
    rootMeanSquare = mean(errors.map { $0 * $0 }).squareRoot()
    meanRelativeError = isRelative ? mean(relative.map(abs)) : .nan
    medianRelativeError = isRelative ? median(relative.map(abs)) : .nan
    bias = clusteredMean(errors, clusters: clusters, level: level)
    relativeBias =
      isRelative
      ? clusteredMean(relative, clusters: clusters, level: level) : Estimated(value: .nan)
    func covered(_ inside: (ScoredRun) -> Bool?) -> Coverage {
      let known = runs.indices.filter { inside(runs[$0]) != nil }
      return Coverage(
        inside: known.map { inside(runs[$0]) ?? false }, clusters: known.map { clusters[$0] },
        nominal: level)
    }
    coverage = covered(\.isInside)
    lawCoverage = covered(\.isInsideLaw)
    let standard = runs.map(\.standardErrors).filter(\.isFinite)
    errorSpread = standard.isEmpty ? .nan : mean(standard.map { $0 * $0 }).squareRoot()
    let bounded = runs.filter { $0.single.low.isFinite && $0.single.high.isFinite }
    intervalScore =
      bounded.isEmpty
      ? .nan
      : mean(
        bounded.map { run in
          let miss = max(run.single.low - run.observed, run.observed - run.single.high, 0)
          return run.single.high - run.single.low + 2 / (1 - level) * miss
        })
    let limits: [(name: String, range: ClosedRange<Double>)] = [
      ("inside the fitted table", 0...(1 + 1e-9)), ("up to 3 times beyond", (1 + 1e-9)...3),
      ("3 to 10 times beyond", 3...10), ("10 to 100 times beyond", 10...100),
      ("over 100 times beyond", 100...Double.infinity),
    ]
    bands = limits.enumerated().compactMap { index, limit in
      let rows = runs.filter {
        limit.range.contains($0.reach) && (index == 0 || $0.reach > limit.range.lowerBound)
      }
      guard !rows.isEmpty else { return nil }
      let errors = rows.map { isRelative ? $0.relativeError : $0.error }
      return Band(
        name: limit.name, rows: rows.count, meanError: mean(errors.map(abs)), bias: mean(errors),
        inside: rows.count { $0.isInside == true })
    }
  }
}

private func zip2<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
  guard let a, let b else { return nil }
  return (a, b)
}
