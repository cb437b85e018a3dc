/// How attention draws the tokens of a sequence together [170].
enum LengthCollapse {
  /// The high-frequency gain of an attention map A of n rows: the spectral norm of
  /// (I − 11ᵀ/n) A (I − 11ᵀ/n), by so many iterations of the power method.
  ///
  /// Zero where every token attends evenly to all, one where each attends to another one.
  static func highFrequencyGain(_ weights: [[Double]], iterations: Int = 500) -> Double {
    let count = weights.count
    precondition(count > 1 && weights.allSatisfy { $0.count == count }, "a square map")
    func centered(_ x: [Double]) -> [Double] {
      let mean = x.reduce(0, +) / Double(count)
      return x.map { $0 - mean }
    }
    func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    // Any start that is not orthogonal to the first singular vector will do.
    var vector = centered((0..<count).map { Double(($0 * 7919 + 13) % 104_729) })
    var gain = 0.0
    for _ in 0..<iterations {
      let length = norm(vector)
      guard length > 0 else { return 0 }
      for index in 0..<count { vector[index] /= length }
      let image = centered(weights.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } })
      gain = norm(image)
      var back = [Double](repeating: 0, count: count)
      for (row, factor) in zip(weights, image) {
        for column in 0..<count { back[column] += factor * row[column] }
      }
      vector = centered(back)
    }
    return gain
  }

  /// The mean cosine of two different embeddings of at least two, none of them zero.
  static func meanPairwiseCosine(_ embeddings: [[Double]]) -> Double {
    precondition(embeddings.count > 1, "pairs need two embeddings")
    // The cosines of all pairs are the square of the sum of the unit vectors.
    var sum = [Double](repeating: 0, count: embeddings[0].count)
    for embedding in embeddings {
      let norm = embedding.reduce(0) { $0 + $1 * $1 }.squareRoot()
      precondition(norm > 0, "an embedding of zeros has no direction")
      for (index, value) in embedding.enumerated() { sum[index] += value / norm }
    }
    let count = Double(embeddings.count)
    return (sum.reduce(0) { $0 + $1 * $1 } - count) / (count * (count - 1))
  }
}
