internal import RealModule

/// Numbers at equal ratios from one end of a positive range to the other.
public func geometricGrid(_ range: ClosedRange<Double>, count: Int) -> [Double] {
  let low = Double.log(range.lowerBound)
  let width = Double.log(range.upperBound) - low
  let steps = max(count, 2) - 1
  return (0...steps).map { index in
    if index == 0 { return range.lowerBound }
    if index == steps { return range.upperBound }
    return Double.exp(low + width * Double(index) / Double(steps))
  }
}
