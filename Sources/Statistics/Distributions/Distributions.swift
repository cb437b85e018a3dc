internal import RealModule

/// A continuous distribution on the real line.
///
/// `cdf` and `survival` are each accurate relative to themselves, so tail probabilities of 1e-200
/// keep their digits; `quantile` and `inverseSurvival` invert them and give the ends of the support
/// for 0 and 1. NaN stays NaN; outside the support `cdf` is 0 or 1.
public protocol ContinuousDistribution: Sendable {
  /// `P(X ≤ x)`.
  func cdf(_ x: Double) -> Double
  /// `P(X > x)`.
  func survival(_ x: Double) -> Double
  /// The x with `cdf(x) = probability`; NaN outside 0...1.
  func quantile(_ probability: Double) -> Double
  /// The x with `survival(x) = probability`; NaN outside 0...1.
  func inverseSurvival(_ probability: Double) -> Double
  /// The logarithm of the density at x.
  func logDensity(_ x: Double) -> Double
}

/// Student's t distribution; infinite degrees of freedom give the standard normal.
///
/// For ν from 0.1 to 10⁹ tails are within 3·10⁻¹⁴ and quantiles within 2·10⁻¹³ of themselves; one
/// beyond 10¹⁵³, whose square overflows, comes out near there.
public struct StudentT: ContinuousDistribution, Hashable {
  /// The degrees of freedom ν, positive or infinite.
  public let degreesOfFreedom: Double

  /// Creates the distribution with ν > 0 degrees of freedom.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom must be positive")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// `P(X ≤ x)`.
  public func cdf(_ x: Double) -> Double { survival(-x) }

  /// `P(X > x)`.
  public func survival(_ x: Double) -> Double {
    let nu = degreesOfFreedom
    if nu == .infinity { return Normal.standard.survival(x) }
    if x.isInfinite { return x > 0 ? 0 : 1 }
    if nu > Self.nearlyNormal { return Normal.standard.survival(normalDeviate(x)) }
    let ratio = x * x / nu
    let both = incompleteBeta(nu / 2, 0.5, x: 1 / (1 + ratio), y: 1 / (1 + 1 / ratio))
    if x >= 0 { return 0.5 * both.lower }
    return 0.5 + 0.5 * both.upper
  }

  /// The x with `cdf(x) = probability`.
  public func quantile(_ probability: Double) -> Double { -inverseSurvival(probability) }

  /// The x with `survival(x) = probability`.
  public func inverseSurvival(_ probability: Double) -> Double {
    let nu = degreesOfFreedom
    if nu == .infinity { return Normal.standard.inverseSurvival(probability) }
    guard probability >= 0, probability <= 1 else { return .nan }
    if probability == 0.5 { return 0 }
    if probability > 0.5 { return -inverseSurvival(1 - probability) }
    if probability == 0 { return .infinity }
    if nu > Self.nearlyNormal {
      return deviate(normal: Normal.standard.inverseSurvival(probability))
    }
    if probability > 0.25 {
      // Near the centre solve for the mass between 0 and t, which vanishes at t = 0.
      return solvePositive(target: 0.5 - probability, initial: 0.5) { t in
        let ratio = t * t / nu
        let both = incompleteBeta(nu / 2, 0.5, x: 1 / (1 + ratio), y: 1 / (1 + 1 / ratio))
        return (0.5 * both.upper, Double.exp(logDensity(t)))
      }
    }
    return solvePositive(target: probability, initial: 1) { t in
      (survival(t), -Double.exp(logDensity(t)))
    }
  }

  /// The logarithm of the density at x, off by up to 10⁻¹⁵ + ν·ln ν·10⁻¹⁶.
  public func logDensity(_ x: Double) -> Double {
    let nu = degreesOfFreedom
    if nu == .infinity { return Normal.standard.logDensity(x) }
    // Γ((ν+1)/2)/Γ(ν/2) through Stirling errors, which lose fewer digits than logGamma.
    let half = nu / 2
    let logRatio: Double =
      if nu > 30 {
        stirlingError(half - 0.5) - stirlingError(half - 1)
          + half * Double.log(half - 0.5) - (half - 0.5) * Double.log(half - 1) - 0.5
      } else {
        Double.logGamma(half + 0.5) - Double.logGamma(half)
      }
    return logRatio - 0.5 * (Double.log(nu) + logTwoPi - Double.log(2))
      - (half + 0.5) * Double.log(onePlus: x * x / nu)
  }

  /// Above this the incomplete beta function needs thousands of terms, and Hill's expansion leaves
  /// errors below 1e-15.
  private static let nearlyNormal = 1e5

  /// The normal deviate with the tail of t (Hill 1970, algorithm 395): error of order ν⁻⁴.
  private func normalDeviate(_ t: Double) -> Double {
    let a = degreesOfFreedom - 0.5
    let ratio = t * (t / degreesOfFreedom)
    let z = (a * Double.log(onePlus: ratio)).squareRoot()
    let b = 48 * a * a
    return (t < 0 ? -1 : 1) * (z + z * (z * z + 3) / b)
  }

  /// The t with the tail of a normal deviate, the inverse of ``normalDeviate(_:)``.
  private func deviate(normal u: Double) -> Double {
    let a = degreesOfFreedom - 0.5
    let z = u - u * (u * u + 3) / (48 * a * a)
    return (u < 0 ? -1 : 1) * (degreesOfFreedom * Double.expMinusOne(z * z / a)).squareRoot()
  }
}

/// The chi-squared distribution; tails are within 3·10⁻¹³ of themselves for ν from 0.1 to 10⁴.
public struct ChiSquared: ContinuousDistribution, Hashable {
  /// The degrees of freedom, positive.
  public let degreesOfFreedom: Double

  /// Creates the distribution with positive degrees of freedom.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom must be positive")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// `P(X ≤ x)`.
  public func cdf(_ x: Double) -> Double {
    incompleteGamma(shape: degreesOfFreedom / 2, max(x, 0) / 2).lower
  }

  /// `P(X > x)`.
  public func survival(_ x: Double) -> Double {
    incompleteGamma(shape: degreesOfFreedom / 2, max(x, 0) / 2).upper
  }

  /// The x with `cdf(x) = probability`.
  public func quantile(_ probability: Double) -> Double {
    2 * inverseRegularizedLowerGamma(shape: degreesOfFreedom / 2, probability)
  }

  /// The x with `survival(x) = probability`.
  public func inverseSurvival(_ probability: Double) -> Double {
    2 * inverseRegularizedUpperGamma(shape: degreesOfFreedom / 2, probability)
  }

  /// The logarithm of the density at x.
  public func logDensity(_ x: Double) -> Double {
    let shape = degreesOfFreedom / 2
    guard x > 0 else {
      if x < 0 || shape > 1 { return -.infinity }
      return shape == 1 ? -Double.log(2) : .infinity
    }
    return logPoissonDensity(shape, mean: x / 2) + Double.log(shape / x)
  }
}

/// The F distribution of a ratio of two mean squares.
///
/// For ν₁ from 0.5 to 10³ and ν₂ to 10⁵ tails are within 5·10⁻¹³ and quantiles within 2·10⁻¹³ of
/// themselves.
public struct FisherF: ContinuousDistribution, Hashable {
  /// The degrees of freedom of the numerator.
  public let numerator: Double
  /// The degrees of freedom of the denominator.
  public let denominator: Double

  /// Creates the distribution with positive degrees of freedom.
  public init(numerator: Double, denominator: Double) {
    precondition(numerator > 0 && denominator > 0, "degrees of freedom must be positive")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Above this the denominator's mean square is its expectation to twelve digits.
  private static let nearlyChiSquared = 1e12

  private func both(_ f: Double) -> (lower: Double, upper: Double) {
    if f <= 0 { return (0, 1) }
    if f == .infinity { return (1, 0) }
    if denominator > Self.nearlyChiSquared {
      return incompleteGamma(shape: numerator / 2, numerator * f / 2)
    }
    let ratio = numerator * f / denominator
    return incompleteBeta(
      numerator / 2, denominator / 2, x: 1 / (1 + 1 / ratio), y: 1 / (1 + ratio))
  }

  /// `P(X ≤ x)`.
  public func cdf(_ x: Double) -> Double { both(x).lower }

  /// `P(X > x)`.
  public func survival(_ x: Double) -> Double { both(x).upper }

  /// The x with `cdf(x) = probability`.
  public func quantile(_ probability: Double) -> Double {
    invertTails(lower: probability, upper: 1 - probability, initial: 1, evaluate: evaluate)
  }

  /// The x with `survival(x) = probability`.
  public func inverseSurvival(_ probability: Double) -> Double {
    invertTails(lower: 1 - probability, upper: probability, initial: 1, evaluate: evaluate)
  }

  private func evaluate(_ f: Double) -> (lower: Double, upper: Double, density: Double) {
    let tails = both(f)
    return (tails.lower, tails.upper, Double.exp(logDensity(f)))
  }

  /// The logarithm of the density at x.
  public func logDensity(_ x: Double) -> Double {
    guard x > 0 else {
      if x < 0 || numerator > 2 { return -.infinity }
      return numerator == 2 ? 0 : .infinity
    }
    let ratio = numerator * x / denominator
    let share = 1 / (1 + 1 / ratio)
    let rest = 1 / (1 + ratio)
    // The share has a beta distribution; d share / dx = share · rest / x.
    return logBetaDensity(numerator / 2, denominator / 2, x: share, y: rest)
      + Double.log(share) + Double.log(rest) - Double.log(x)
  }
}

/// The beta distribution on the unit interval, as accurate as ``regularizedIncompleteBeta(_:_:_:)``.
public struct Beta: ContinuousDistribution, Hashable {
  /// The first shape, which pulls towards 1.
  public let a: Double
  /// The second shape, which pulls towards 0.
  public let b: Double

  /// Creates the distribution with two positive shapes.
  public init(_ a: Double, _ b: Double) {
    precondition(a > 0 && b > 0, "the shapes must be positive")
    self.a = a
    self.b = b
  }

  /// `P(X ≤ x)`.
  public func cdf(_ x: Double) -> Double {
    let x = min(max(x, 0), 1)
    return incompleteBeta(a, b, x: x, y: 1 - x).lower
  }

  /// `P(X > x)`.
  public func survival(_ x: Double) -> Double {
    let x = min(max(x, 0), 1)
    return incompleteBeta(a, b, x: x, y: 1 - x).upper
  }

  /// The x with `cdf(x) = probability`.
  public func quantile(_ probability: Double) -> Double {
    inverseBeta(a, b, lower: probability, upper: 1 - probability)
  }

  /// The x with `survival(x) = probability`.
  public func inverseSurvival(_ probability: Double) -> Double {
    inverseBeta(a, b, lower: 1 - probability, upper: probability)
  }

  /// The logarithm of the density at x.
  public func logDensity(_ x: Double) -> Double {
    x < 0 || x > 1 ? -.infinity : logBetaDensity(a, b, x: x, y: 1 - x)
  }
}
