internal import RealModule

/// The line and the parabola behind ``TrendTest``, in u = x mapped to −1...1.
struct TrendFits {
  let line: LinearRegression
  let quadratic: LinearRegression
  /// The factor on the quadratic's standard errors where known errors misfit.
  let inflation: Double
  /// The factor on the line's.
  let lineInflation: Double
  /// The distribution of the quadratic's standardised coefficients.
  let quadraticErrors: StudentT
  /// The distribution of the line's.
  let lineErrors: StudentT
  /// The p-value of the quadratic against a constant.
  let gatePValue: Double
  /// The standard deviation of one point's noise.
  let pointNoise: Double
  /// Separate lines on both sides of the parabola's vertex; nil where they cannot be fitted.
  let sides: TwoLines?

  init(
    x: [Double], y: [Double], standardErrors: [Double]?, low: Double, high: Double
  ) throws(StatisticsError) {
    let u = x.map { (2 * $0 - low - high) / (high - low) }
    let errors = standardErrors.map { LinearRegression.Errors.standardErrors($0) } ?? .equal
    line = try LinearRegression(predictors: [u], response: y, errors: errors)
    quadratic = try LinearRegression(
      predictors: [u, u.map { $0 * $0 }], response: y, errors: errors)
    let constant = try LinearRegression(predictors: [], response: y, errors: errors)
    let freedom = Double(quadratic.residualDegreesOfFreedom)
    let remaining = quadratic.residualSumOfSquares
    let explained = max(0, constant.residualSumOfSquares - remaining)
    sides = TwoLines(
      u: u, y: y, standardErrors: standardErrors, parabola: quadratic)
    guard let standardErrors else {
      inflation = 1
      lineInflation = 1
      quadraticErrors = quadratic.errorDistribution
      lineErrors = line.errorDistribution
      pointNoise = quadratic.residualVariance.squareRoot()
      // An exactly constant series has nothing to explain; an exact parabola explains all.
      gatePValue =
        explained == 0
        ? 1
        : FisherF(numerator: 2, denominator: freedom)
          .survival(explained / 2 / (remaining / freedom))
      return
    }
    let squares = standardErrors.reduce(0) { $0 + $1 * $1 }
    let stated = (squares / Double(standardErrors.count)).squareRoot()
    (inflation, quadraticErrors) = quadratic.checkedErrors()
    (lineInflation, lineErrors) = line.checkedErrors()
    let known = explained / 2 / (inflation * inflation)
    let spread = quadraticErrors.degreesOfFreedom
    gatePValue =
      spread.isFinite
      ? FisherF(numerator: 2, denominator: spread).survival(known)
      : ChiSquared(degreesOfFreedom: 2).survival(2 * known)
    pointNoise = stated * inflation
  }

  /// Shares of draws of the coefficients by the shape of their parabola on −1...1.
  func probabilities(
    draws: Int, margin: Double, random: inout SplittableRandom
  ) -> (shapes: [TrendShape: Double], flat: Double) {
    // Cholesky factor of the covariance of slope and bend.
    let covariance = quadratic.covariance
    let a = covariance[1][1].squareRoot() * inflation
    let b = a > 0 ? covariance[1][2] * inflation * inflation / a : 0
    let c = max(0, covariance[2][2] * inflation * inflation - b * b).squareRoot()
    let freedom = quadraticErrors.degreesOfFreedom
    var counts: [TrendShape: Int] = [:]
    var flat = 0
    for _ in 0..<draws {
      let widening = random.nextStudentScale(degreesOfFreedom: freedom)
      let first = random.nextNormal() * widening
      let second = random.nextNormal() * widening
      let slope = quadratic.coefficients[1] + a * first
      let bend = quadratic.coefficients[2] + b * first + c * second
      counts[Self.shape(slope: slope, bend: bend), default: 0] += 1
      if Self.range(slope: slope, bend: bend) < margin { flat += 1 }
    }
    var shapes: [TrendShape: Double] = [:]
    for shape in [TrendShape.increasing, .decreasing, .uShaped, .invertedU] {
      shapes[shape] = Double(counts[shape] ?? 0) / Double(draws)
    }
    return (shapes, Double(flat) / Double(draws))
  }

  private static func shape(slope: Double, bend: Double) -> TrendShape {
    let low = slope - 2 * bend
    let high = slope + 2 * bend
    if low >= 0, high >= 0 { return .increasing }
    if low <= 0, high <= 0 { return .decreasing }
    return low < 0 ? .uShaped : .invertedU
  }

  /// The largest minus the smallest value of slope·u + bend·u² on −1...1.
  private static func range(slope: Double, bend: Double) -> Double {
    let ends = [bend - slope, bend + slope]
    var low = min(ends[0], ends[1])
    var high = max(ends[0], ends[1])
    if abs(slope) < 2 * abs(bend) {
      let vertex = -slope * slope / (4 * bend)
      low = min(low, vertex)
      high = max(high, vertex)
    }
    return high - low
  }
}

/// Unconnected lines on both sides of a break (Simonsohn's test of U shapes, 2018): a parabola
/// fitted to a saturating curve has a significant vertex inside the data although the curve never
/// turns.
struct TwoLines {
  /// The standardised slope on the low side and on the high side.
  let statistics: [Double]
  /// The distribution of their errors.
  let errors: StudentT

  /// Splits at the vertex of a parabola; nil where a side has fewer than two abscissae or no
  /// freedom is left to estimate the noise.
  init?(u: [Double], y: [Double], standardErrors: [Double]?, parabola: LinearRegression) {
    let vertex = -parabola.coefficients[1] / (2 * parabola.coefficients[2])
    guard abs(vertex) < 1 else { return nil }
    let low = u.map { $0 < vertex ? 1.0 : 0.0 }
    let high = low.map { 1 - $0 }
    let arms = [low, high].flatMap { side in [side, zip(side, u).map { $0 * ($1 - vertex) }] }
    guard
      let fit = try? LinearRegression(
        predictors: arms, response: y,
        errors: standardErrors.map { .standardErrors($0) } ?? .equal, intercept: false)
    else { return nil }
    // Neither model is the truth, and the misfit of the worse one is not noise: the sides of an
    // exact parabola are not straight. The noise is taken from the model that leaves less.
    let own = fit.checkedErrors()
    let other = parabola.checkedErrors()
    let ownNoise = own.inflation * fit.residualVariance.squareRoot()
    let otherNoise = other.inflation * parabola.residualVariance.squareRoot()
    errors = otherNoise < ownNoise ? other.distribution : own.distribution
    let factor = own.inflation * (otherNoise < ownNoise ? otherNoise / ownNoise : 1)
    statistics = [1, 3].map {
      standardised(fit.coefficients[$0], fit.standardErrors[$0] * factor)
    }
  }
}

/// value/error where an exact fit has no error: 0 for a zero value, else infinite.
func standardised(_ value: Double, _ error: Double) -> Double {
  if error > 0 { return value / error }
  return value == 0 ? 0 : value < 0 ? -.infinity : .infinity
}

extension LinearRegression {
  /// The factor by which known errors must grow to fit the residuals, and the distribution to use.
  ///
  /// The known errors are believed while the p-value p of χ² is above 0.3; below, a share of the
  /// excess of χ² over its expectation, which reaches all of it at p = 0.01, is added to their
  /// variance, without a jump. The added part is known with the residual degrees of freedom only,
  /// the stated one exactly; together they have Satterthwaite's.
  func checkedErrors() -> (inflation: Double, distribution: StudentT) {
    let freedom = Double(residualDegreesOfFreedom)
    guard errorDistribution.degreesOfFreedom == .infinity, freedom > 0,
      residualSumOfSquares > freedom
    else { return (1, errorDistribution) }
    let p = max(
      ChiSquared(degreesOfFreedom: freedom).survival(residualSumOfSquares), 1e-300)
    let doubt = Double.log(0.3 / p) / Double.log(0.3 / 0.01)
    let excess = min(max(doubt, 0), 1) * (residualSumOfSquares / freedom - 1)
    guard excess > 0 else { return (1, errorDistribution) }
    let ratio = (1 + excess) / excess
    return ((1 + excess).squareRoot(), StudentT(degreesOfFreedom: freedom * ratio * ratio))
  }

  /// The slope of a parabola β₀ + β₁u + β₂u² at u, with its standard error.
  func slope(at u: Double, inflation: Double) -> (value: Double, error: Double) {
    let slope = combination([0, 1, 2 * u])
    return (slope.value, slope.standardError * inflation)
  }

  /// All u at which the slope of the parabola does not differ significantly from zero (Fieller).
  ///
  /// - Returns: the interval; nil where the curvature is not significant and the set unbounded.
  func fiellerVertex(critical: Double, inflation: Double) -> (low: Double, high: Double)? {
    let square = critical * critical * inflation * inflation
    let slope = coefficients[1]
    let bend = coefficients[2]
    // (β₁ + 2β₂u)² ≤ t²·Var(β₁ + 2β₂u) is a quadratic inequality in w = 2u.
    let a = bend * bend - square * covariance[2][2]
    guard a > 0 else { return nil }
    let b = 2 * (slope * bend - square * covariance[1][2])
    let c = slope * slope - square * covariance[1][1]
    let roots = realRoots(a, b, c).sorted()
    guard let first = roots.first, let last = roots.last else { return nil }
    return (first / 2, last / 2)
  }
}
