/// Scores of chunks that are known to be ordinary, against which a new one is ranked [76].
///
/// If a new score is exchangeable with those of the calibration, its p-value is at most α with
/// probability ⌊α(n + 1)⌋/(n + 1) ≤ α, whatever the distribution of scores; ties make it smaller.
public struct ConformalCalibration: Codable, Hashable, Sendable {
  /// The scores, ascending; higher is stranger.
  public private(set) var scores: [Double]

  /// The order of `scores` does not matter.
  public init(_ scores: [Double]) { self.scores = scores.sorted() }

  /// (1 + #{i : s_i ≥ s})/(n + 1): 1 without a calibration.
  public func pValue(_ score: Double) -> Double {
    let (smaller, n) = (firstIndex(notBelow: score), scores.count)
    return Double(1 + n - smaller) / Double(n + 1)
  }

  /// Adds a score.
  public mutating func insert(_ score: Double) {
    scores.insert(score, at: firstIndex(notBelow: score))
  }

  /// The probability that an exchangeable score without ties has a p-value of at most α. `count` is
  /// n.
  public static func rate(alpha: Double, count: Int) -> Double {
    // 0.3 · 10 is 2.999…
    let ranks = (alpha * Double(count + 1) + 1e-9).rounded(.down)
    return min(max(ranks, 0) / Double(count + 1), 1)
  }

  /// Whether a p-value is at most α, whatever binary fractions make of the two.
  static func isAtMost(_ pValue: Double, _ alpha: Double) -> Bool { pValue <= alpha + 1e-12 }

  private func firstIndex(notBelow score: Double) -> Int {
    var (low, high) = (0, scores.count)
    while low < high {
      let middle = (low + high) / 2
      if scores[middle] < score { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
