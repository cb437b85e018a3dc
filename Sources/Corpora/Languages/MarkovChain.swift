internal import Foundation

/// The chain of contexts behind a Markov source: context c goes to `(c·v + x) mod v^order`.
struct MarkovChain {
  let rows: [[Double]]
  /// The number of tokens, v.
  let alphabet: Int

  private static let iterations = 100_000

  private func successor(_ context: Int, _ token: Int) -> Int {
    (context * alphabet + token) % rows.count
  }

  /// Each step averages a distribution over contexts with its image: that has the same fixed point
  /// as the chain and converges for periodic chains too.
  func stationary() throws(LanguageError) -> [Double] {
    var distribution = [Double](repeating: 1 / Double(rows.count), count: rows.count)
    for _ in 0..<Self.iterations {
      var image = [Double](repeating: 0, count: rows.count)
      for (context, mass) in distribution.enumerated() where mass > 0 {
        for (token, probability) in rows[context].enumerated() {
          image[successor(context, token)] += mass * probability
        }
      }
      var change = 0.0
      for context in image.indices {
        change += abs(image[context] - distribution[context])
        image[context] = 0.5 * (image[context] + distribution[context])
      }
      let total = image.reduce(0, +)
      distribution = image.map { $0 / total }
      // Each entry is a sum of as many terms as there are tokens; their rounding sets the floor.
      if change < 1e-14 + 1e-15 * Double(alphabet).squareRoot() {
        guard hasOneClosedClass(containing: distribution) else { throw .reducible }
        return distribution
      }
    }
    throw .slowMixing(iterations: Self.iterations)
  }

  /// Whether every context leads to the likeliest one, which is recurrent: if all do, its class is
  /// the only closed one.
  private func hasOneClosedClass(containing distribution: [Double]) -> Bool {
    var predecessors = [[Int]](repeating: [], count: rows.count)
    for (context, row) in rows.enumerated() {
      for (token, probability) in row.enumerated() where probability > 0 {
        predecessors[successor(context, token)].append(context)
      }
    }
    let likeliest = distribution.indices.max { distribution[$0] < distribution[$1] } ?? 0
    var reached = [Bool](repeating: false, count: rows.count)
    reached[likeliest] = true
    var frontier = [likeliest]
    while let context = frontier.popLast() {
      for predecessor in predecessors[context] where !reached[predecessor] {
        reached[predecessor] = true
        frontier.append(predecessor)
      }
    }
    return reached.allSatisfy(\.self)
  }

  /// The entropy in nats of a token given the `context` tokens before it.
  func conditionalEntropy(context: Int, _ stationary: [Double]) -> Double {
    let suffixes = (0..<context).reduce(1) { product, _ in product * alphabet }
    var joint = [Double](repeating: 0, count: suffixes * alphabet)
    for (state, mass) in stationary.enumerated() {
      let suffix = state % suffixes
      for (token, probability) in rows[state].enumerated() {
        joint[suffix * alphabet + token] += mass * probability
      }
    }
    var entropy = 0.0
    for suffix in 0..<suffixes {
      let block = joint[suffix * alphabet..<(suffix + 1) * alphabet]
      let total = block.reduce(0, +)
      for mass in block where mass > 0 { entropy += mass * log(total / mass) }
    }
    return entropy
  }
}
