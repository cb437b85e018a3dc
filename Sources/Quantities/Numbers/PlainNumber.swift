internal import Foundation

/// A number for a sentence: few significant digits, an exponent where it would be long.
public func plainNumber(_ value: Double, digits: Int = 3) -> String {
  guard value.isFinite else {
    return value.isNaN ? "unknown" : value > 0 ? "infinite" : "-infinite"
  }
  if value == 0 { return "0" }
  let magnitude = abs(value)
  var exponent = Int(saturating: log10(magnitude).rounded(.down))
  func scaled(_ exponent: Int) -> Double {
    let power = digits - 1 - exponent
    let shift = pow(10, Double(abs(power)))
    return (power >= 0 ? magnitude * shift : magnitude / shift).rounded()
  }
  var integer = scaled(exponent)
  if integer >= pow(10, Double(digits)) {
    exponent += 1
    integer = scaled(exponent)
  }
  let text = String(Int(saturating: integer))
  let sign = value < 0 ? "-" : ""
  func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var result = text
    while result.hasSuffix("0") { result.removeLast() }
    if result.hasSuffix(".") { result.removeLast() }
    return result
  }
  if exponent < -4 || exponent >= 6 {
    return sign + trimmed(text.prefix(1) + "." + text.dropFirst()) + "e\(exponent)"
  }
  if exponent < 0 {
    return sign + trimmed("0." + String(repeating: "0", count: -exponent - 1) + text)
  }
  let whole = exponent + 1
  if whole >= digits { return sign + text + String(repeating: "0", count: whole - digits) }
  return sign + trimmed(text.prefix(whole) + "." + text.dropFirst(whole))
}

/// A probability or p-value that simulation estimated, never finer than the simulation is.
///
/// A share of N simulated cases cannot tell a probability below 1/N from zero, nor one above
/// 1 − 1/N from one, so such shares are written as bounds.
///
/// - Parameters:
///   - value: the probability.
///   - floor: 1/N for N simulations; 0 for a probability that was computed and not simulated.
/// - Returns: "0.034", or "< 0.001" and "> 0.999" at a floor of 0.001; "unknown" for NaN.
public func plainProbability(_ value: Double, floor: Double) -> String {
  guard value.isFinite else { return "unknown" }
  if value <= floor { return floor > 0 ? "< \(plainNumber(floor))" : "0" }
  if value >= 1 - floor {
    // Rounded down, so that the bound holds: a floor of 10⁻¹² is no reason for twelve nines.
    return floor > 0
      ? "> \(plainNumber((1000 * (1 - max(floor, 0.001))).rounded(.down) / 1000))" : "1"
  }
  // Three digits would round a value just above the upper floor to one.
  return value > 0.999 ? plainNumber(value, digits: 9) : plainNumber(value)
}

/// The same with its name and relation: "p = 0.034", "p < 0.001".
public func plainProbability(_ name: String, _ value: Double, floor: Double) -> String {
  let text = plainProbability(value, floor: floor)
  return text.hasPrefix("<") || text.hasPrefix(">") ? "\(name) \(text)" : "\(name) = \(text)"
}
