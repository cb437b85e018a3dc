/// The lowest point of a function of one variable near a point, by bracketing and Brent's method:
/// about fifteen evaluations where a scan with golden section takes a hundred.
///
/// - Returns: the argument, and whether the lowest point lies inside the bounds.
func valley(
  near start: Double, step: Double = 0.25, in bounds: ClosedRange<Double>,
  _ function: (Double) -> Double
) -> (argument: Double, isInterior: Bool) {
  func value(_ x: Double) -> Double {
    let result = function(x)
    return result.isNaN ? .infinity : result
  }
  var middle = min(max(start, bounds.lowerBound), bounds.upperBound)
  var width = step
  var low = max(middle - width, bounds.lowerBound)
  var high = min(middle + width, bounds.upperBound)
  var middleValue = value(middle)
  var lowValue = value(low)
  var highValue = value(high)
  for _ in 0..<200 {
    if lowValue < middleValue, low > bounds.lowerBound {
      (high, highValue, middle, middleValue) = (middle, middleValue, low, lowValue)
      width *= 1.7
      low = max(middle - width, bounds.lowerBound)
      lowValue = value(low)
    } else if highValue < middleValue, high < bounds.upperBound {
      (low, lowValue, middle, middleValue) = (middle, middleValue, high, highValue)
      width *= 1.7
      high = min(middle + width, bounds.upperBound)
      highValue = value(high)
    } else {
      break
    }
  }
  let found = brentMinimum(low: low, middle: middle, high: high, value)
  let margin = 1e-6 * (bounds.upperBound - bounds.lowerBound)
  return (
    found, found > bounds.lowerBound + margin && found < bounds.upperBound - margin
  )
}

/// Brent's minimisation in a bracket: parabolas where they make progress, else golden section.
private func brentMinimum(
  low: Double, middle: Double, high: Double, _ value: (Double) -> Double
) -> Double {
  let golden = 0.381_966_011_250_105
  var (a, b) = (low, high)
  var x = middle
  var (w, v) = (x, x)
  var fx = value(x)
  var (fw, fv) = (fx, fx)
  var (d, e) = (0.0, 0.0)
  for _ in 0..<80 {
    let centre = (a + b) / 2
    let tolerance = 2e-9 * (1 + abs(x))
    if abs(x - centre) <= 2 * tolerance - (b - a) / 2 { break }
    var useGolden = true
    if abs(e) > tolerance {
      let r = (x - w) * (fx - fv)
      var q = (x - v) * (fx - fw)
      var p = (x - v) * q - (x - w) * r
      q = 2 * (q - r)
      if q > 0 { p = -p } else { q = -q }
      let previous = e
      e = d
      if abs(p) < abs(q * previous / 2), p > q * (a - x), p < q * (b - x) {
        d = p / q
        let next = x + d
        if next - a < 2 * tolerance || b - next < 2 * tolerance {
          d = centre > x ? tolerance : -tolerance
        }
        useGolden = false
      }
    }
    if useGolden {
      e = x < centre ? b - x : a - x
      d = golden * e
    }
    let u = abs(d) >= tolerance ? x + d : x + (d > 0 ? tolerance : -tolerance)
    let fu = value(u)
    if fu <= fx {
      if u < x { b = x } else { a = x }
      (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu)
    } else {
      if u < x { a = u } else { b = u }
      if fu <= fw || w == x {
        (v, fv, w, fw) = (w, fw, u, fu)
      } else if fu <= fv || v == x || v == w {
        (v, fv) = (u, fu)
      }
    }
  }
  return x
}
