internal import RealModule

/// Solves `value(x) = target` for x > 0 by bracketed Newton steps on ln value against ln x, for a
/// positive target and a monotone function; 0 or `largest` where the root is not representable
/// inside the domain.
///
/// Tail probabilities are nearly straight lines on these scales, so that a target of 1e-300 takes
/// about as many steps as 0.1. A step that leaves the bracket is replaced by a bisection.
func solvePositive(
  target: Double, initial: Double, largest: Double = .greatestFiniteMagnitude,
  evaluate: (Double) -> (value: Double, derivative: Double)
) -> Double {
  let ceiling = Double.log(largest)
  let floor = Double.log(.leastNonzeroMagnitude)
  var low = floor
  var high = ceiling
  var u = Double.log(initial)
  let logTarget = Double.log(target)
  let increasing = evaluate(initial).derivative >= 0
  var step = 0.0
  for _ in 0..<400 {
    let x = Double.exp(u)
    let (value, derivative) = evaluate(x)
    let excess = Double.log(value) - logTarget
    if excess == 0 { return x }
    if (excess > 0) == increasing { high = u } else { low = u }
    let newton = -excess * value / (derivative * x)
    var next = u + newton
    if !(next > low && next < high) || !newton.isFinite {
      // Far from the root double the stride; once bracketed, halve the bracket.
      let stride = max(1, 2 * abs(step))
      if low == u {
        next = high == ceiling ? u + stride : (low + high) / 2
      } else {
        next = low == floor ? u - stride : (low + high) / 2
      }
      if !(next > low && next < high) { next = (low + high) / 2 }
    }
    step = next - u
    u = next
    if abs(step) <= 0x1p-53 * max(1, abs(u)) || high - low < 0x1p-53 { break }
  }
  // One step in x itself removes the rounding of exp(u).
  let x = min(Double.exp(u), largest)
  let (value, derivative) = evaluate(x)
  let polished = x - (value - target) / derivative
  return abs(polished - x) < 1e-9 * x && polished <= largest ? polished : x
}

/// The x > 0 with these two tails, solved on the side of the smaller; NaN outside 0...1.
func invertTails(
  lower: Double, upper: Double, initial: Double,
  evaluate: (Double) -> (lower: Double, upper: Double, density: Double)
) -> Double {
  guard lower >= 0, upper >= 0 else { return .nan }
  if lower == 0 { return 0 }
  if upper == 0 { return .infinity }
  let useLower = lower <= upper
  return solvePositive(target: useLower ? lower : upper, initial: initial) { x in
    let at = evaluate(x)
    return useLower ? (at.lower, at.density) : (at.upper, -at.density)
  }
}
