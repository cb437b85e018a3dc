/// The sequence, rising or falling, closest to `values` in weighted least squares (nil for equal
/// weights), by pooling adjacent violators in linear time.
public func isotonicRegression(
  _ values: [Double], weights: [Double]? = nil, increasing: Bool = true
) -> [Double] {
  if let weights {
    precondition(weights.count == values.count, "one weight for each value")
    precondition(weights.allSatisfy { $0 > 0 }, "weights must be positive")
  }
  let sign = increasing ? 1.0 : -1.0
  var blocks: [(mean: Double, weight: Double, count: Int)] = []
  for (index, value) in values.enumerated() {
    var block = (mean: sign * value, weight: weights?[index] ?? 1, count: 1)
    while let previous = blocks.last, previous.mean >= block.mean {
      blocks.removeLast()
      let weight = previous.weight + block.weight
      block = (
        (previous.mean * previous.weight + block.mean * block.weight) / weight, weight,
        previous.count + block.count
      )
    }
    blocks.append(block)
  }
  return blocks.flatMap { Array(repeating: sign * $0.mean, count: $0.count) }
}
