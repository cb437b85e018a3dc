internal import Foundation
internal import Statistics

/// A distribution over `0 ..< count` that draws in constant time (Walker's alias method, 1977).
struct CategoricalDistribution: Sendable {
  let probabilities: [Double]
  private let threshold: [Double]
  private let alias: [Int32]

  /// Normalises the weights, which must be finite, non-negative and not all zero.
  init(weights: [Double]) {
    let total = weights.reduce(0, +)
    precondition(total > 0 && total.isFinite, "weights must be finite and not all zero")
    probabilities = weights.map { $0 / total }
    let count = weights.count
    var threshold = [Double](repeating: 1, count: count)
    var alias = (0..<count).map(Int32.init)
    var scaled = probabilities.map { $0 * Double(count) }
    var small = scaled.indices.filter { scaled[$0] < 1 }
    var large = scaled.indices.filter { scaled[$0] >= 1 }
    while let less = small.popLast(), let more = large.last {
      threshold[less] = scaled[less]
      alias[less] = Int32(more)
      scaled[more] -= 1 - scaled[less]
      if scaled[more] < 1 { small.append(large.removeLast()) }
    }
    // What is left differs from 1 by rounding only; an impossible outcome is never left, because
    // its deficit of a whole unit is met by some large one.
    self.threshold = threshold
    self.alias = alias
  }

  /// Zipf's distribution: outcome i has a weight of `(i + 1)^(−exponent)`.
  init(zipf count: Int, exponent: Double) {
    self.init(weights: (1...count).map { pow(Double($0), -exponent) })
  }

  /// The entropy in nats.
  var entropy: Double { Self.entropy(probabilities) }

  func draw(_ random: inout SplittableRandom) -> Int {
    let index = random.nextIndex(below: probabilities.count)
    return random.nextUniform() < threshold[index] ? index : Int(alias[index])
  }

  /// `−Σ p ln p` in nats, zero terms counting nothing.
  static func entropy(_ probabilities: [Double]) -> Double {
    probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
  }
}
