/// The minimum of a function of one variable in an interval, by golden section after a scan, to the
/// tolerance in units of the variable.
///
/// The scan over `samples` equal steps finds the lowest valley, so a function with several is not
/// trapped in the first; the minimum may lie at an end of the interval. Values that are not finite
/// count as infinitely high.
public func minimize(
  over interval: ClosedRange<Double>, samples: Int = 64, tolerance: Double = 1e-10,
  _ function: (Double) -> Double
) -> (argument: Double, value: Double) {
  let width = interval.upperBound - interval.lowerBound
  func value(_ x: Double) -> Double {
    let result = function(x)
    return result.isNaN ? .infinity : result
  }
  var bestIndex = 0
  var bestValue = Double.infinity
  for index in 0...samples {
    let candidate = value(interval.lowerBound + width * Double(index) / Double(samples))
    if candidate < bestValue {
      bestValue = candidate
      bestIndex = index
    }
  }
  var low = interval.lowerBound + width * Double(max(bestIndex - 1, 0)) / Double(samples)
  var high = interval.lowerBound + width * Double(min(bestIndex + 1, samples)) / Double(samples)
  let ratio = (5.0.squareRoot() - 1) / 2
  var inner = high - ratio * (high - low)
  var outer = low + ratio * (high - low)
  var innerValue = value(inner)
  var outerValue = value(outer)
  while high - low > tolerance {
    if innerValue < outerValue {
      high = outer
      outer = inner
      outerValue = innerValue
      inner = high - ratio * (high - low)
      innerValue = value(inner)
    } else {
      low = inner
      inner = outer
      innerValue = outerValue
      outer = low + ratio * (high - low)
      outerValue = value(outer)
    }
    if inner >= outer { break }
  }
  let middle = (low + high) / 2
  let middleValue = value(middle)
  if bestValue < middleValue {
    return (interval.lowerBound + width * Double(bestIndex) / Double(samples), bestValue)
  }
  return (middle, middleValue)
}

/// A root of a continuous function in an interval whose ends have opposite signs.
///
/// Bisection guarded by the secant (Illinois variant of regula falsi), to full precision.
///
/// - Returns: the root, or nil where the signs at the ends agree or a value is NaN.
public func root(
  in interval: ClosedRange<Double>, tolerance: Double = 1e-13, _ function: (Double) -> Double
) -> Double? {
  var a = interval.lowerBound
  var b = interval.upperBound
  var fa = function(a)
  var fb = function(b)
  guard !fa.isNaN, !fb.isNaN else { return nil }
  if fa == 0 { return a }
  if fb == 0 { return b }
  guard (fa < 0) != (fb < 0) else { return nil }
  for iteration in 0..<400 {
    let scale = max(abs(a), abs(b), 1e-300)
    if abs(b - a) <= tolerance * scale { break }
    var x = (a * fb - b * fa) / (fb - fa)
    // Every third step bisects, so that the bracket halves whatever the function does.
    if iteration % 3 == 2 || !x.isFinite || x <= min(a, b) || x >= max(a, b) { x = (a + b) / 2 }
    let fx = function(x)
    if fx.isNaN { return nil }
    if fx == 0 { return x }
    if (fx < 0) == (fb < 0) {
      b = x
      fb = fx
      fa /= 2
    } else {
      a = b
      fa = fb
      b = x
      fb = fx
    }
  }
  return b
}
