internal import Foundation
internal import Statistics

/// A number for a sentence: few significant digits, an exponent where it would be long.
func numberText(_ value: Double, digits: Int = 3) -> String {
  guard value.isFinite else { return value.isNaN ? "unknown" : "unbounded" }
  if value == 0 { return "0" }
  let size = log10(abs(value)).rounded(.down)
  if size >= 6 || size < -4 {
    var mantissa = (value / pow(10, size) * pow(10, Double(digits - 1))).rounded()
    mantissa /= pow(10, Double(digits - 1))
    let exponent = abs(mantissa) >= 10 ? Int(saturating: size) + 1 : Int(saturating: size)
    if abs(mantissa) >= 10 { mantissa /= 10 }
    return "\(decimalText(mantissa, places: digits - 1, trims: true))e\(exponent)"
  }
  return decimalText(value, places: max(digits - 1 - Int(saturating: size), 0), trims: true)
}

/// A number with a fixed number of decimals; trailing zeros go where asked.
func decimalText(_ value: Double, places: Int, trims: Bool = false) -> String {
  var text = String(format: "%.\(places)f", value)
  if trims, text.contains(".") {
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
  }
  return text == "-0" ? "0" : text
}

/// `1.08x [1.03, 1.13]`.
func multiplierText(_ estimate: IntervalEstimate) -> String {
  func one(_ value: Double?) -> String {
    guard let value else { return "unbounded" }
    if value >= 1000 { return "over 1000" }
    if value < 0.001 { return "under 0.001" }
    return value >= 10 || value < 0.1 ? numberText(value) : decimalText(value, places: 2)
  }
  guard let value = estimate.value else { return "an unbounded factor" }
  guard estimate.low != nil || estimate.high != nil else { return one(value) + "x" }
  return "\(one(value))x [\(one(estimate.low)), \(one(estimate.high))]"
}

/// `p = 0.012`, or a bound where it is small.
func chanceText(_ p: Double) -> String {
  p < 0.001 ? "p < 0.001" : "p = \(numberText(p, digits: 2))"
}

/// `s1, s2 and s3`.
func listText(_ names: [String]) -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " and " + last
}

/// `0.86`, or a bound where it is close to certain.
func probabilityText(_ value: Double) -> String {
  if value > 0.995 { return "over 0.99" }
  if value < 0.005 { return "under 0.01" }
  return decimalText(value, places: 2)
}
