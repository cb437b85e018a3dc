internal import RealModule
public import Statistics

/// The curvature test of emergence [5].
///
/// F(N) = −ln(−ln PU) is a straight line in ln N under the standard law. Curving up is accelerated
/// emergence, which several circuits that each suffice can produce; curving down is sub-scaling, the
/// only bend that a chain of steps which must all succeed can produce.
public struct EmergenceTest: Sendable, Hashable {
  /// What the curvature says.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// No curvature can be told from zero.
    case standard
    /// The curve bends up.
    case accelerated
    /// The curve bends down.
    case subScaling = "sub-scaling"
  }

  /// The coefficient of (ln N − mean)² in F.
  public var curvature: Double
  /// Its interval.
  public var interval: ConfidenceInterval

  /// What the curvature says.
  public var verdict: Verdict {
    if interval.low > 0 { return .accelerated }
    return interval.high < 0 ? .subScaling : .standard
  }

  /// Fits F(N) by a quadratic in ln N to pass rates strictly between 0 and 1; without standard
  /// errors one scatter of F is estimated from its residuals. Throws `StatisticsError` where there
  /// are too few sizes or a value cannot be used.
  public init(
    sizes: [Double], passRates: [Double], standardErrors: [Double]? = nil, level: Double = 0.95
  ) throws(StatisticsError) {
    let logSizes = sizes.map { Double.log($0) }
    let centre = mean(logSizes)
    let x = logSizes.map { $0 - centre }
    let height = passRates.map { -Double.log(-Double.log($0)) }
    let errors = standardErrors.map { errors in
      // dF/dPU = −1/(PU·ln PU).
      zip(errors, passRates).map { $0 / abs($1 * Double.log($1)) }
    }
    let regression = try LinearRegression(
      predictors: [x, x.map { $0 * $0 }], response: height,
      errors: errors.map { .standardErrors($0) } ?? .equal)
    curvature = regression.coefficients[2]
    interval = regression.interval(coefficient: 2, level: level)
  }
}
