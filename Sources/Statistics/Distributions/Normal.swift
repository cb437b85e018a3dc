internal import RealModule

/// The normal distribution with mean and standard deviation.
///
/// Tails are within 2·10⁻¹³ of themselves out to 38 standard deviations (z²·10⁻¹⁶), quantiles of
/// probabilities from 10⁻³⁰⁰ on within 7·10⁻¹⁶; those of 0 and 1 are infinite, others NaN.
public struct Normal: ContinuousDistribution, Hashable {
  /// The mean.
  public var mean: Double
  /// The standard deviation, positive.
  public var standardDeviation: Double

  /// Creates a normal distribution; standard by default.
  public init(mean: Double = 0, standardDeviation: Double = 1) {
    precondition(standardDeviation > 0, "the standard deviation must be positive")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// The standard normal distribution.
  public static let standard = Normal()

  /// `P(X ≤ x)`.
  public func cdf(_ x: Double) -> Double { survival(2 * mean - x) }

  /// `P(X > x)`, accurate relative to itself in the upper tail.
  public func survival(_ x: Double) -> Double {
    0.5 * Double.erfc((x - mean) / standardDeviation * 0.70710678118654752440)
  }

  /// The x below which the probability lies.
  public func quantile(_ probability: Double) -> Double {
    mean + standardDeviation * Self.standardQuantile(probability)
  }

  /// The x above which the probability lies.
  public func inverseSurvival(_ probability: Double) -> Double {
    mean - standardDeviation * Self.standardQuantile(probability)
  }

  /// The logarithm of the density at x.
  public func logDensity(_ x: Double) -> Double {
    let z = (x - mean) / standardDeviation
    return -0.5 * (z * z + logTwoPi) - Double.log(standardDeviation)
  }

  /// Wichura's algorithm AS 241 (1988).
  private static func standardQuantile(_ p: Double) -> Double {
    guard p >= 0, p <= 1 else { return .nan }
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * polynomial(r, centralNumerator) / polynomial(r, centralDenominator)
    }
    let tail = min(p, 1 - p)
    if tail == 0 { return q < 0 ? -.infinity : .infinity }
    let r = (-Double.log(tail)).squareRoot()
    let magnitude =
      r <= 5
      ? polynomial(r - 1.6, middleNumerator) / polynomial(r - 1.6, middleDenominator)
      : polynomial(r - 5, farNumerator) / polynomial(r - 5, farDenominator)
    return q < 0 ? -magnitude : magnitude
  }

  /// Horner's rule, highest power first.
  private static func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
    coefficients.reduce(0) { $0 * x + $1 }
  }

  private static let centralNumerator = [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  ]
  private static let centralDenominator = [
    5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
  ]
  private static let middleNumerator = [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
    1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
    1.42343711074968357734,
  ]
  private static let middleDenominator = [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
    0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187,
    1,
  ]
  private static let farNumerator = [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
    0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
    6.6579046435011037772,
  ]
  private static let farDenominator = [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
    7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
    0.59983220655588793769, 1,
  ]
}
