internal import Statistics

/// Several fits scored on the same rows, the best first.
public struct ScoreRanking: Sendable {
  /// One fit's place.
  public struct Entry: Sendable {
    /// Its position in the order in which the fits were given.
    public var index: Int
    /// Its score.
    public var score: FitScore
    /// The p-value of the paired difference of absolute errors to the best; nil for the best.
    ///
    /// Student's t over clusters of rows; near 1 where the two cannot be told apart.
    public var pValue: Double?
  }

  /// The fits, by mean relative error, or by mean error where ratios mean nothing.
  public var entries: [Entry]

  /// Ranks scores of the same rows.
  public init(_ scores: [FitScore]) {
    let isRelative = scores.allSatisfy(\.isRelative)
    func key(_ score: FitScore) -> Double {
      isRelative ? score.meanRelativeError : score.meanError
    }
    let order = scores.indices.sorted { (key(scores[$0]), $0) < (key(scores[$1]), $1) }
    func errors(_ score: FitScore) -> [Double] {
      score.runs.map { abs(isRelative ? $0.relativeError : $0.error) }
    }
    entries = order.map { index in
      guard let first = order.first, index != first else {
        return Entry(index: index, score: scores[index], pValue: nil)
      }
      let differences = zip(errors(scores[index]), errors(scores[first])).map { $0 - $1 }
      let clusters = scores[first].clusters
      let error = clusteredError(differences, clusters: clusters)
      let groups = Set(clusters).count
      let centre = mean(differences)
      let p: Double =
        if groups < 2 { .nan } else if error > 0 {
          2 * StudentT(degreesOfFreedom: Double(groups - 1)).survival(abs(centre) / error)
        } else { centre == 0 ? 1 : 0 }
      return Entry(index: index, score: scores[index], pValue: p)
    }
  }
}
