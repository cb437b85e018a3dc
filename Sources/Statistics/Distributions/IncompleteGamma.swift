internal import RealModule

// Both incomplete functions start from a Poisson or binomial density written as Loader's saddle
// point ("Fast and accurate computation of binomial probabilities", 2000). The textbook form
// exp(a·ln x − ln Γ(a) − …) subtracts numbers of size a and loses their leading digits.
//
// Errors named in this folder are the largest, relative to the result, on about a hundred random
// points of the stated range against mpmath with 40 digits or more. They are reached far out in the
// tails, where an exponent of several hundred magnifies rounding; the median is below 10⁻¹⁵.

/// The natural logarithm of 2π.
let logTwoPi = 1.8378770664093454836

/// The error of Stirling's formula, ln n! − ln(√(2πn)(n/e)ⁿ), for real n > 0.
func stirlingError(_ n: Double) -> Double {
  if n <= 15 {
    return Double.logGamma(n + 1) - (n + 0.5) * Double.log(n) + n - 0.5 * logTwoPi
  }
  let square = n * n
  var sum = 691.0 / 360_360
  for coefficient in [1.0 / 1188, 1.0 / 1680, 1.0 / 1260, 1.0 / 360, 1.0 / 12] {
    sum = coefficient - sum / square
  }
  return sum / n
}

/// The deviance term x·ln(x/m) + m − x, without cancellation where x ≈ m.
func devianceTerm(_ x: Double, _ m: Double) -> Double {
  let difference = x - m
  guard abs(difference) < 0.1 * (x + m) else { return x * Double.log(x / m) - difference }
  let v = difference / (x + m)
  var sum = difference * v
  var power = 2 * x * v
  var odd = 1.0
  while true {
    power *= v * v
    odd += 2
    let next = sum + power / odd
    if next == sum { return sum }
    sum = next
  }
}

/// ln(xᵃ e⁻ˣ / Γ(a + 1)): the Poisson log density at real a ≥ 0 with mean x > 0.
func logPoissonDensity(_ a: Double, mean x: Double) -> Double {
  if a == 0 { return -x }
  return -stirlingError(a) - devianceTerm(a, x) - 0.5 * (logTwoPi + Double.log(a))
}

/// ln of Γ(a+b+1)/(Γ(a+1)Γ(b+1)) · xᵃ yᵇ, where y = 1 − x is passed beside x to keep its digits.
func logBinomialDensity(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
  let n = a + b
  if a == 0 { return x < 0.1 ? b * Double.log(onePlus: -x) : b * Double.log(y) }
  if b == 0 { return y < 0.1 ? a * Double.log(onePlus: -y) : a * Double.log(x) }
  let stirling = stirlingError(n) - stirlingError(a) - stirlingError(b)
  let deviance = devianceTerm(a, n * x) + devianceTerm(b, n * y)
  return stirling - deviance
    + 0.5 * (Double.log(n) - Double.log(a) - Double.log(b) - logTwoPi)
}

/// Both regularised incomplete gamma functions, each accurate relative to itself.
func incompleteGamma(shape a: Double, _ x: Double) -> (lower: Double, upper: Double) {
  guard a > 0, x >= 0, a.isFinite else { return (.nan, .nan) }
  if x == 0 { return (0, 1) }
  if x == .infinity { return (1, 0) }
  let logFactor = logPoissonDensity(a, mean: x)
  if x < a + 1 {
    // P = xᵃe⁻ˣ/Γ(a+1) · Σ xᵏ/((a+1)…(a+k))
    var term = 1.0
    var sum = 1.0
    var k = a
    while term > sum * 0x1p-54 {
      k += 1
      term *= x / k
      sum += term
    }
    let lower = Double.exp(logFactor) * sum
    return (lower, 1 - lower)
  }
  // Q = xᵃe⁻ˣ/Γ(a) / (x+1−a − 1(1−a)/(x+3−a − …)), by Lentz's method.
  var b = x + 1 - a
  var c = 1 / 0x1p-1000
  var d = 1 / b
  var fraction = d
  var i = 1.0
  while i < 1e7 {
    let numerator = -i * (i - a)
    b += 2
    d = 1 / nonzero(numerator * d + b)
    c = nonzero(b + numerator / c)
    let factor = c * d
    fraction *= factor
    if abs(factor - 1) < 0x1p-52 { break }
    i += 1
  }
  let upper = Double.exp(logFactor + Double.log(a)) * fraction
  return (1 - upper, upper)
}

/// A zero denominator of a continued fraction, replaced by a tiny number (Lentz, Thompson).
func nonzero(_ value: Double) -> Double {
  abs(value) < 0x1p-1000 ? 0x1p-1000 : value
}

/// The regularised lower incomplete gamma function `P(a, x) = γ(a, x)/Γ(a)`.
///
/// For finite a > 0 and x ≥ 0, NaN elsewhere; 0 at x = 0, 1 at ∞. Error at most 4·10⁻¹³ for a from
/// 0.01 to 10⁵.
public func regularizedLowerGamma(shape: Double, _ x: Double) -> Double {
  incompleteGamma(shape: shape, x).lower
}

/// The regularised upper incomplete gamma function `Q(a, x) = 1 − P(a, x)`, accurate in its tail.
///
/// Domain as for ``regularizedLowerGamma(shape:_:)``; 1 at x = 0, 0 at ∞. Error at most 3·10⁻¹³.
public func regularizedUpperGamma(shape: Double, _ x: Double) -> Double {
  incompleteGamma(shape: shape, x).upper
}

/// The x at which `P(a, x) = lower`, for a > 0 and 0 ≤ lower ≤ 1, NaN elsewhere; 0 at 0, ∞ at 1.
///
/// Error at most 2·10⁻¹³ for a from 0.01 to 10⁵ and `lower` from 10⁻³⁰⁰ to 0.5.
public func inverseRegularizedLowerGamma(shape: Double, _ lower: Double) -> Double {
  inverseGamma(shape: shape, lower: lower, upper: 1 - lower)
}

/// The x at which `Q(a, x) = upper`, for a > 0 and 0 ≤ upper ≤ 1, NaN elsewhere; ∞ at 0, 0 at 1.
///
/// Error at most 4·10⁻¹⁶ for a from 0.01 to 10⁵ and `upper` from 10⁻³⁰⁰ to 0.5.
public func inverseRegularizedUpperGamma(shape: Double, _ upper: Double) -> Double {
  inverseGamma(shape: shape, lower: 1 - upper, upper: upper)
}

private func inverseGamma(shape a: Double, lower: Double, upper: Double) -> Double {
  guard a > 0 else { return .nan }
  return invertTails(lower: lower, upper: upper, initial: a) { x in
    let both = incompleteGamma(shape: a, x)
    let density = Double.exp(logPoissonDensity(a, mean: x) + Double.log(a / x))
    return (both.lower, both.upper, density)
  }
}
