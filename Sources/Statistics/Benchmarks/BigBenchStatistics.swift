/// The aggregate scores by which BIG-bench describes a task across model sizes [46].
public enum BigBenchStatistics {
  /// The normalised score `100·(raw − low)/(high − low)` with the scores of chance and of an
  /// expert; negative below chance.
  public static func normalizedScore(_ raw: Double, low: Double, high: Double) -> Double {
    100 * (raw - low) / (high - low)
  }

  /// The signed span `I(y) = sign(argmax y − argmin y)·(max y − min y)` of scores in ascending
  /// order of model size; 0 for a constant series.
  public static func signedSpan(_ scores: [Double]) -> Double {
    guard let low = scores.indices.min(by: { scores[$0] < scores[$1] }),
      let high = scores.indices.min(by: { scores[$0] > scores[$1] })
    else { return .nan }
    let span = scores[high] - scores[low]
    return high > low ? span : -span
  }

  /// Linearity, `I(y)` over the root mean square step: n − 1 for a line, √(n − 1) for one jump.
  ///
  /// NaN for fewer than two scores or a constant series.
  public static func linearity(_ scores: [Double]) -> Double {
    signedSpan(scores) / mean(squaredSteps(scores)).squareRoot()
  }

  /// Breakthroughness, `I(y)` over the root median square step, which counts at least the floor:
  /// large where one jump does it all. With floor 0 a series that mostly stands still gives
  /// infinity, and a constant series NaN.
  public static func breakthroughness(_ scores: [Double], floor: Double = 0) -> Double {
    signedSpan(scores) / max(median(squaredSteps(scores)).squareRoot(), floor)
  }

  private static func squaredSteps(_ scores: [Double]) -> [Double] {
    zip(scores, scores.dropFirst()).map { ($1 - $0) * ($1 - $0) }
  }
}

/// The emergence score of a metric across model sizes [190]: breakthroughness without a floor,
/// infinite where at least half of the steps are zero.
public func emergenceScore(_ scores: [Double]) -> Double {
  BigBenchStatistics.breakthroughness(scores)
}
