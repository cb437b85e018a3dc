internal import Quantities

/// `1.08x [1.03, 1.13]`.
func multiplierText(_ estimate: IntervalEstimate) -> String {
  func one(_ value: Double?) -> String {
    guard let value else { return "unbounded" }
    if value >= 1000 { return "over 1000" }
    if value < 0.001 { return "under 0.001" }
    return value >= 10 || value < 0.1
      ? NumberFormat.verdict(value) : NumberFormat.decimals(value, places: 2)
  }
  guard let value = estimate.value else { return "an unbounded factor" }
  guard estimate.low != nil || estimate.high != nil else { return one(value) + "x" }
  return "\(one(value))x [\(one(estimate.low)), \(one(estimate.high))]"
}

/// `p = 0.012`, or a bound where it is small.
func chanceText(_ p: Double) -> String {
  p < 0.001 ? "p < 0.001" : "p = \(NumberFormat.verdict(p, digits: 2))"
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
  return NumberFormat.decimals(value, places: 2)
}
