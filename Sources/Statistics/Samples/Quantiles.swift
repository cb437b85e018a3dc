/// The arithmetic mean; NaN for no values.
public func mean(_ values: [Double]) -> Double {
  values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
}

/// The sample standard deviation (divisor n − 1), by the two-pass formula; NaN below two values.
public func standardDeviation(_ values: [Double]) -> Double {
  guard values.count > 1 else { return .nan }
  let centre = mean(values)
  let sum = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
  return (sum / Double(values.count - 1)).squareRoot()
}

/// The quantile of ascending values by linear interpolation between order statistics (Hyndman and
/// Fan's type 7, the default of NumPy and R). NaN for no values; probabilities outside 0 to 1 are
/// clamped.
public func quantile(sorted: [Double], _ probability: Double) -> Double {
  guard let last = sorted.last else { return .nan }
  let position = min(max(probability, 0), 1) * Double(sorted.count - 1)
  let lower = Int(position)
  guard lower + 1 < sorted.count else { return last }
  let fraction = position - Double(lower)
  let below = sorted[lower]
  if fraction == 0 { return below }
  return below + fraction * (sorted[lower + 1] - below)
}

/// The median of values in any order; NaN for no values.
public func median(_ values: [Double]) -> Double {
  quantile(sorted: values.sorted(), 0.5)
}
