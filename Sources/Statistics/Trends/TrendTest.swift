/// The shape of a series against scale [0].
///
/// The shape is that of y itself. Whether a rise is good is the caller's knowledge: "inverse
/// scaling" is a rise of a loss or a fall of an accuracy (see ``TrendTest/scaling(higherIsBetter:)``).
public enum TrendShape: String, Sendable, Hashable, CaseIterable {
  /// y rises from end to end.
  case increasing
  /// y falls from end to end.
  case decreasing
  /// y falls, then rises; the lowest point lies inside the data.
  case uShaped = "U"
  /// y rises, then falls; the highest point lies inside the data.
  case invertedU = "inverted U"
  /// y does not change before the largest x, and is higher there.
  case lastRise = "rise at the last size"
  /// y does not change before the largest x, and is lower there.
  case lastFall = "fall at the last size"
  /// y changes by more than its errors, and neither rises nor falls nor turns once.
  case irregular
  /// Any change over the data is smaller than what is relevant.
  case flat
  /// The data do not tell.
  case undecided
}

/// What a trend means for the method under study, once it is known which direction is better.
public enum ScalingDirection: String, Sendable, Hashable {
  /// The metric improves with scale.
  case normal = "normal scaling"
  /// The metric worsens with scale.
  case inverse = "inverse scaling"
  /// The metric worsens, then improves.
  case recovering = "worse, then better"
  /// The metric improves, then worsens.
  case reversing = "better, then worse"
  /// The metric changes only at the last size, and improves there.
  case emerging = "better at the last size only"
  /// The metric changes only at the last size, and worsens there.
  case failing = "worse at the last size only"
  /// The metric changes without order.
  case irregular = "without order"
  /// No relevant change.
  case flat
  /// The data do not tell.
  case undecided
}

/// Classifies how a series changes with scale, with a calibrated confidence [0].
///
/// A quadratic in x is fitted by (weighted) least squares. Each shape gets a support between 0 and 1,
/// one minus the p-value of the weakest test that it needs; the shape of the largest support is the
/// verdict where that reaches `level`, else the series is undecided. Supports are continuous in the
/// data, so verdicts that are nearly reached are printed as such.
///
/// 1. Gate: linear and quadratic term together must beat a constant. No direction has more support
///    than that, so a flat series is called directional at most with probability 1 − `level`.
/// 2. `uShaped` or `invertedU`: the slopes at both ends differ from zero with opposite signs, hence
///    the vertex lies inside; and separate lines on both sides of the vertex have slopes of these
///    signs (Simonsohn's two-lines test, 2018), because the parabola through a saturating series turns
///    although the series does not.
/// 3. `increasing` or `decreasing`: both end slopes have the sign; or the slope of the straight line
///    does and neither end points the other way; or Kendall's rank test does and no side points the
///    other way by more than a standard error, neither at the end of the parabola nor as a separate
///    line (where lines can be fitted, they decide). This serves saturating and late-rising series,
///    whose shape no parabola follows.
/// 4. `lastRise` or `lastFall`: nothing of that, the points before the largest x agree with a
///    constant, and the last differs from their mean. Then, with known errors, `increasing` or
///    `decreasing` where the distances from the isotonic fits reject one direction by far and the
///    other not at all, as for a saturating series that one parabola turns. `uShaped`, `invertedU` or `irregular`: nothing
///    of that, and known errors reject that the series rises or stays throughout as well as that it
///    falls or stays (the distance from the isotonic fits, against a constant). Both are tested at a
///    tenth of 1 − `level`, so they add little to the false verdicts.
/// 5. `flat`: two one-sided tests bound both the change of the line over the data and the bend of
///    the parabola by `relevantChange`. If the caller sets `relevantChange`, flatness is tested
///    first: a significant but irrelevant trend is flat.
/// 6. Otherwise `undecided`.
///
/// With standard errors the noise is known and intervals are normal; the more the quadratic misfits
/// them (χ²), the more of the misfit is added to them, and Student's t is used. Without standard errors
/// the noise is estimated from the residuals.
public struct TrendTest: Sendable {
  /// The verdict.
  public let shape: TrendShape
  /// The confidence level of the verdict and the intervals.
  public let level: Double
  /// The slope dy/dx of the quadratic at the smallest x.
  public let lowEndSlope: ConfidenceInterval
  /// The slope dy/dx of the quadratic at the largest x.
  public let highEndSlope: ConfidenceInterval
  /// The slope of the straight-line fit.
  public let linearSlope: ConfidenceInterval
  /// The interval of x of the vertex by Fieller's method; nil where the curvature is not
  /// significant and the vertex therefore unbounded.
  public let vertex: ConfidenceInterval?
  /// The p-value of the gate: line and parabola together against a constant.
  public let pValue: Double
  /// The support of each directional shape: one minus the p-value of the weakest test it needs.
  public let support: [TrendShape: Double]
  /// The support of the verdict; of the shape of most support where it is undecided, which is then
  /// below `level`; of flatness where it is flat.
  public let confidence: Double
  /// The shape of most support, whether or not it reaches `level`.
  public let leading: TrendShape
  /// The p-value of the last point against the mean of those before.
  public let lastPValue: Double
  /// The standard deviation of one point's noise.
  public let pointNoise: Double
  /// The probability of each directional shape, summing to 1.
  ///
  /// Shares of parametric draws from the normal (or t) distribution of the quadratic's coefficients,
  /// with a flat prior; a shape counts however small it is.
  public let probabilities: [TrendShape: Double]
  /// The probability that the fitted curve changes by less than `relevantChange` over the data.
  public let flatProbability: Double
  /// The change of y over the data below which a trend is called flat.
  public let relevantChange: Double
  /// The factor by which given standard errors were inflated; 1 if they fit or none were given.
  public let noiseInflation: Double

  /// Tests a series.
  ///
  /// - Parameters:
  ///   - x: the logarithm of the scale, such as ln C or ln N; at least three distinct values.
  ///   - y: the metric; at least four points.
  ///   - standardErrors: the known standard error of each y; nil to estimate a common one.
  ///   - level: the confidence level, between 0 and 1.
  ///   - relevantChange: the smallest change of y over the whole range of x that matters; nil takes
  ///     three standard deviations of one point's noise.
  ///   - draws: the number of parametric draws behind the probabilities.
  ///   - seed: the seed of the draws.
  /// - Throws: `StatisticsError` for too few points, mismatched lengths or numbers outside their
  ///   domain.
  public init(
    x: [Double], y: [Double], standardErrors: [Double]? = nil, level: Double = 0.9,
    relevantChange: Double? = nil, draws: Int = 4000, seed: UInt64 = 0
  ) throws(StatisticsError) {
    precondition(level > 0 && level < 1, "a confidence level lies between 0 and 1")
    precondition(draws > 0, "probabilities need draws")
    if let relevantChange {
      precondition(relevantChange > 0, "a relevant change must be positive")
    }
    guard y.count >= 4 else { throw .tooFewPoints(found: y.count, needed: 4) }
    try checkColumn(y, "y", y.count)
    try checkColumn(x, "x", y.count)
    guard let low = x.min(), let high = x.max(), Set(x).count >= 3 else {
      throw .tooFewPoints(found: Set(x).count, needed: 3)
    }
    let fits = try TrendFits(x: x, y: y, standardErrors: standardErrors, low: low, high: high)
    let alpha = 1 - level
    let margin = relevantChange ?? 3 * fits.pointNoise
    let quadratic = fits.quadratic
    let critical = fits.quadraticErrors.inverseSurvival(alpha / 2)
    let ends = [
      quadratic.slope(at: -1, inflation: fits.inflation),
      quadratic.slope(at: 1, inflation: fits.inflation),
    ]
    let line = (
      value: fits.line.coefficients[1], error: fits.line.standardErrors[1] * fits.lineInflation
    )
    let lineCritical = fits.lineErrors.inverseSurvival(alpha / 2)
    let bend = (
      value: quadratic.coefficients[2], error: quadratic.standardErrors[2] * fits.inflation
    )
    let half = (high - low) / 2

    // Two one-sided tests at α each. The line changes by twice its slope over −1...1.
    let lineBound = fits.lineErrors.inverseSurvival(alpha) * line.error
    let bendBound = fits.quadraticErrors.inverseSurvival(alpha) * bend.error
    let isFlat =
      2 * (abs(line.value) + lineBound) < margin
      && abs(bend.value) + bendBound < margin
    let decision = TrendDecision(
      ends: ends.map { ($0.value, $0.error) }, endErrors: fits.quadraticErrors,
      line: line, lineErrors: fits.lineErrors, sides: fits.sides,
      gateSupport: 1 - fits.gatePValue, rank: fits.rankSupport(x, y))
    let last = LastPointTest(x: x, y: y, standardErrors: standardErrors)
    lastPValue = last.pValue
    pointNoise = fits.pointNoise
    var support = decision.support
    if support.values.allSatisfy({ $0 < level }) {
      for (shape, value) in last.support { support[shape] = value }
      if let standardErrors {
        let order = OrderTest(x: x, y: y, standardErrors: standardErrors, seed: seed)
        let isMonotone = order.support.map { $0.shape == .increasing || $0.shape == .decreasing }
        // A series that moves at its last point only is monotone, too.
        let isLast = last.support.values.contains { $0 >= level }
        if let (shape, value) = order.support, isMonotone == false || !isLast {
          support[shape] = max(support[shape] ?? 0, value)
        }
      }
    }
    self.support = support
    // Ties go to the simpler shape: the order of the cases.
    let first = TrendShape.allCases.max { (support[$0] ?? -1) < (support[$1] ?? -1) }
    let reached = first.flatMap { support[$0] } ?? 0
    leading = reached > 0 ? first ?? .undecided : .undecided
    let direction = reached >= level ? leading : .undecided
    if isFlat, relevantChange != nil || direction == .undecided {
      shape = .flat
    } else {
      shape = direction
    }

    func interval(_ value: Double, _ error: Double, _ critical: Double) -> ConfidenceInterval {
      ConfidenceInterval(
        low: (value - critical * error) / half, high: (value + critical * error) / half,
        level: level)
    }
    self.level = level
    lowEndSlope = interval(ends[0].value, ends[0].error, critical)
    highEndSlope = interval(ends[1].value, ends[1].error, critical)
    linearSlope = interval(line.value, line.error, lineCritical)
    vertex = quadratic.fiellerVertex(critical: critical, inflation: fits.inflation).map {
      ConfidenceInterval(
        low: low + half * ($0.low + 1), high: low + half * ($0.high + 1), level: level)
    }
    pValue = fits.gatePValue
    self.relevantChange = margin
    noiseInflation = fits.inflation
    var random = SplittableRandom(seed: seed)
    (probabilities, flatProbability) = fits.probabilities(
      draws: draws, margin: margin, random: &random)
    confidence = shape == .flat ? flatProbability : reached
  }

  /// Reads the shape with the knowledge of which direction is better.
  public func scaling(higherIsBetter: Bool) -> ScalingDirection {
    switch shape {
    case .increasing: higherIsBetter ? .normal : .inverse
    case .decreasing: higherIsBetter ? .inverse : .normal
    case .uShaped: higherIsBetter ? .recovering : .reversing
    case .invertedU: higherIsBetter ? .reversing : .recovering
    case .lastRise: higherIsBetter ? .emerging : .failing
    case .lastFall: higherIsBetter ? .failing : .emerging
    case .irregular: .irregular
    case .flat: .flat
    case .undecided: .undecided
    }
  }
}
