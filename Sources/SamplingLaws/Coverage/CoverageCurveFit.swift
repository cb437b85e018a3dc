internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// Laws fitted to a published curve of success against samples, whose single attempts are unknown.
public struct CoverageCurveFit: Sendable, Codable {
  /// The form of a law.
  public enum Form: String, Sendable, Hashable, Codable, CaseIterable {
    /// −ln c = A·k^(−B), which goes to 100 %.
    case powerLaw = "power law"
    /// c = c_max·exp(−A·k^(−B)).
    case powerLawWithCeiling = "power law with a ceiling"
    /// c = F_max·(1 − (1 − p)^k), one p for all problems [60].
    case oneChance = "one p with a ceiling"
  }

  /// A form fitted by least squares on c.
  public struct Candidate: Sendable, Codable, Hashable {
    /// The form.
    public var form: Form
    /// c_max or F_max; 1 for the power law.
    public var ceiling: Double
    /// A; nil for one p.
    public var scale: Double?
    /// B; nil for one p.
    public var exponent: Double?
    /// p of the form with one p.
    public var chance: Double?
    /// The root mean squared error of c.
    public var rootMeanSquare: Double
    /// Akaike's criterion over that of the best form, fewer points counted where residuals
    /// correlate.
    public var excess: Double
    /// The root mean squared error of c beyond the cut when fitted up to it; nil for too few
    /// points.
    public var heldOut: Double?

    /// c at a number of samples.
    public func value(_ k: Double) -> Double {
      if let scale, let exponent {
        return CoverageLaw(ceiling: ceiling, scale: scale, exponent: exponent).value(k)
      }
      return SaturationCurve(ceiling: ceiling, chance: chance ?? 0).value(k)
    }
  }

  /// The customary fit: least squares of ln(−ln c) on ln k.
  public struct LogLog: Sendable, Codable, Hashable {
    /// A.
    public var scale: Estimated
    /// B.
    public var exponent: Estimated
    /// The root mean squared error of c over all points.
    public var rootMeanSquare: Double
    /// What the same fit up to the cut predicts at the largest k; nil for too few points.
    public var predicted: Double?
    /// The success observed at the largest k.
    public var observed: Double
    /// The largest k.
    public var largest: Double
  }

  /// A prediction by the preferred form.
  public struct Prediction: Sendable, Codable, Hashable {
    /// The number of samples.
    public var k: Double
    /// With the interval of a new observation; beyond the largest k wider by the held-out error.
    public var success: Estimated
  }

  /// What the curve is called.
  public var name: String
  /// The number of points.
  public var points: Int
  /// The customary fit.
  public var logLog: LogLog
  /// The cut between fitted and held-out k.
  public var cut: Double
  /// The forms fitted to all points.
  public var candidates: [Candidate]
  /// The form with the smallest criterion.
  public var preferred: Form
  /// c_max of the power law with a ceiling.
  public var ceiling: Estimated
  /// The correlation of neighbouring residuals of the preferred form.
  public var correlation: Double
  /// Predictions by the preferred form.
  public var predictions: [Prediction]
  /// The level of the intervals, by the bootstrap over blocks of residuals.
  public var level: Double
  /// What is doubtful, a sentence each.
  public var warnings: [String]

  /// Fits a curve; nil for fewer than six points with 0 < c < 1 at different k.
  ///
  /// The k need not be whole. Fits to k up to `cut`, by default the geometric middle, are judged on
  /// what lies beyond.
  public init?(
    name: String, k: [Double], success: [Double], cut: Double? = nil,
    predicting targets: [Double] = [], level: Double = 0.9, resamples: Int = 500,
    seed: UInt64 = 0, threads: Int = 2
  ) {
    precondition(k.count == success.count, "\(k.count) numbers of \(success.count) rates")
    let order = k.indices.filter {
      k[$0] > 0 && k[$0].isFinite && success[$0] > 0 && success[$0] < 1
    }.sorted { (k[$0], $0) < (k[$1], $1) }
    let (x, c) = (order.map { k[$0] }, order.map { success[$0] })
    guard x.count >= 6, let first = x.first, let last = x.last, last > first,
      let line = CoverageLaw.logLog(k: x, success: c)
    else { return nil }
    let middle = cut ?? (first * last).squareRoot()
    let part = x.indices.filter { x[$0] <= middle }
    let (partX, partC) = (part.map { x[$0] }, part.map { c[$0] })
    let rest = x.indices.filter { x[$0] > middle }
    let isSplit = part.count >= 4 && rest.count >= 2
    self.name = name
    points = x.count
    self.cut = middle
    self.level = level
    let deviate = StudentT(degreesOfFreedom: Double(x.count - 2)).quantile((1 + level) / 2)
    logLog = LogLog(
      scale: Estimated(
        value: line.law.scale,
        low: line.law.scale * Double.exp(-deviate * line.errors.logScale),
        high: line.law.scale * Double.exp(deviate * line.errors.logScale)),
      exponent: Estimated(
        value: line.law.exponent, low: line.law.exponent - deviate * line.errors.exponent,
        high: line.law.exponent + deviate * line.errors.exponent),
      rootMeanSquare: line.law.rootMeanSquare(k: x, success: c),
      predicted: isSplit
        ? CoverageLaw.logLog(k: partX, success: partC)?.law.value(last) : nil,
      observed: c[c.count - 1], largest: last)
    var fits = Form.allCases.map { Candidate($0, k: x, success: c) }
    if isSplit {
      for index in fits.indices {
        let early = Candidate(fits[index].form, k: partX, success: partC)
        let squares = rest.reduce(0) {
          $0 + (early.value(x[$1]) - c[$1]) * (early.value(x[$1]) - c[$1])
        }
        fits[index].heldOut = (squares / Double(rest.count)).squareRoot()
      }
    }
    let best = Self.rank(&fits, x, c)
    preferred = best
    candidates = fits
    let chosen = fits.first { $0.form == best } ?? fits[0]
    let withCeiling = fits.first { $0.form == .powerLawWithCeiling } ?? fits[0]
    let residuals = x.indices.map { c[$0] - chosen.value(x[$0]) }
    correlation = Self.correlation(residuals)
    let blocks = ResidualBlocks(k: x, resamples: resamples, seed: seed, threads: threads)
    let refitted = blocks.refits(withCeiling, success: c)
    ceiling = Self.interval(withCeiling.ceiling, refitted.map(\.law.ceiling), level)
    let refits = targets.isEmpty ? [] : blocks.refits(chosen, success: c)
    predictions = targets.map { target in
      // A fitted value varies with the fit; a new point also has a residual of its own.
      let draws = refits.map { $0.law.value(target) + $0.residual }
      var success = Self.interval(chosen.value(target), draws, level)
      let miss = target > last ? chosen.heldOut ?? 0 : 0
      success.low = max(success.low - miss, 0)
      success.high = min(success.high + miss, 1)
      return Prediction(k: target, success: success)
    }
    warnings = []
    if k.count > x.count {
      warnings.append("\(k.count - x.count) points outside 0 < c < 1 are left out.")
    }
    warnings += doubts(fits, rest: rest.count)
  }

  private func doubts(_ fits: [Candidate], rest: Int) -> [String] {
    var doubts: [String] = []
    let power = fits[0]
    if preferred != .powerLaw, ceiling.high < 0.99 {
      doubts.append(
        "A power law to 100 % is wrong here: the curve levels off at \(NumberFormat.rounded(ceiling.value, decimals: 3)) "
          + "(\(NumberFormat.rounded(ceiling.low, decimals: 3)) to \(NumberFormat.rounded(ceiling.high, decimals: 3))), as a majority vote does at the "
          + "share of problems whose most frequent answer is right.")
    }
    if let best = fits.min(by: { $0.heldOut ?? .infinity < $1.heldOut ?? .infinity }),
      let error = best.heldOut,
      let own = fits.first(where: { $0.form == preferred })?.heldOut, error < 0.9 * own
    {
      doubts.append(
        "Fitted up to k = \(NumberFormat.rounded(cut, decimals: 0)), the \(best.form.rawValue) predicts the rest best "
          + "(error \(NumberFormat.rounded(error, decimals: 3))), while all points together prefer the "
          + "\(preferred.rawValue).")
    }
    if correlation > 0.3 {
      doubts.append(
        "Neighbouring residuals are correlated (\(NumberFormat.rounded(correlation, decimals: 2))): the points are not "
          + "independent, and the forms miss a part of the shape (error \(NumberFormat.rounded(power.rootMeanSquare, decimals: 3)) "
          + "for the power law).")
    }
    return doubts
  }

  private static func rank(_ fits: inout [Candidate], _ x: [Double], _ c: [Double]) -> Form {
    let least = fits.min { $0.rootMeanSquare < $1.rootMeanSquare } ?? fits[0]
    let correlation = max(
      Self.correlation(x.indices.map { c[$0] - least.value(x[$0]) }), 0)
    let count = max(Double(x.count) * (1 - correlation) / (1 + correlation), 4)
    let criteria = fits.map { fit -> Double in
      let unknowns = fit.form == .powerLawWithCeiling ? 3.0 : 2.0
      return 2 * count * Double.log(max(fit.rootMeanSquare, 1e-12)) + 2 * unknowns
    }
    let lowest = criteria.min() ?? 0
    for index in fits.indices { fits[index].excess = criteria[index] - lowest }
    return fits[criteria.firstIndex(of: lowest) ?? 0].form
  }

  private static func correlation(_ residuals: [Double]) -> Double {
    let squares = residuals.reduce(0) { $0 + $1 * $1 }
    guard squares > 0 else { return 0 }
    return zip(residuals, residuals.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / squares
  }

  private static func interval(
    _ value: Double, _ draws: [Double], _ level: Double
  ) -> Estimated {
    let sorted = draws.filter { !$0.isNaN }.sorted()
    guard sorted.count > 1 else { return Estimated(value: value) }
    return Estimated(
      value: value, low: min(quantile(sorted: sorted, (1 - level) / 2), value),
      high: max(quantile(sorted: sorted, (1 + level) / 2), value))
  }
}

extension CoverageCurveFit.Candidate {
  init(
    _ form: CoverageCurveFit.Form, k: [Double], success: [Double], warm: Self? = nil
  ) {
    self.form = form
    excess = 0
    switch form {
    case .powerLaw, .powerLawWithCeiling:
      let start = warm.map {
        CoverageLaw(ceiling: $0.ceiling, scale: $0.scale ?? 1, exponent: $0.exponent ?? 0.3)
      }
      let law = CoverageLaw.leastSquares(
        k: k, success: success, withCeiling: form == .powerLawWithCeiling, warm: start)
      ceiling = law.ceiling
      scale = law.scale
      exponent = law.exponent
    case .oneChance:
      let curve = Saturation.leastSquares(k: k, coverage: success)
      ceiling = curve.ceiling
      chance = curve.chance
    }
    rootMeanSquare = 0
    let squares = zip(k, success).reduce(0) {
      $0 + (value($1.0) - $1.1) * (value($1.0) - $1.1)
    }
    rootMeanSquare = (squares / Double(k.count)).squareRoot()
  }
}

/// Resamples a curve by moving blocks of its residuals, which keeps the correlation of neighbours.
private struct ResidualBlocks: Sendable {
  var k: [Double]
  var resamples: Int
  var seed: UInt64
  var threads: Int

  func refits(
    _ fit: CoverageCurveFit.Candidate, success: [Double]
  ) -> [(law: CoverageCurveFit.Candidate, residual: Double)] {
    let fitted = k.map { fit.value($0) }
    let count = k.count
    // Residuals of a fit with q unknowns are too small by √(1 − q/n).
    let unknowns = fit.form == .powerLawWithCeiling ? 3.0 : 2.0
    let inflation = (1 / (1 - min(unknowns / Double(count), 0.8))).squareRoot()
    let residuals = zip(success, fitted).map { ($0 - $1) * inflation }
    let length = max(1, Int(saturating: Double.pow(Double(count), 1.0 / 3).rounded(.up)))
    let root = SplittableRandom(seed: seed)
    return parallelMap(count: resamples, threads: threads) { index in
      var random = root.split(index)
      var drawn: [Double] = []
      while drawn.count < count {
        // Blocks wrap around, so that every residual is drawn equally often.
        let first = random.nextIndex(below: count)
        for offset in 0..<length { drawn.append(residuals[(first + offset) % count]) }
      }
      let resampled = fitted.indices.map { min(max(fitted[$0] + drawn[$0], 1e-6), 1) }
      let refit = CoverageCurveFit.Candidate(
        fit.form, k: k, success: resampled, warm: fit)
      return (refit, residuals[random.nextIndex(below: count)])
    }
  }
}
