/// How the scores of a solution's steps become one score [204].
public enum StepAggregate: String, CaseIterable, Codable, Sendable {
  /// The last step's, as in [20].
  case last
  /// The lowest.
  case min
  /// The mean.
  case mean
  /// The product.
  case product

  /// The score of a solution from at least one step's.
  public func value(of scores: [Double]) -> Double {
    switch self {
    case .last: scores[scores.count - 1]
    case .min: scores.min() ?? 0
    case .mean: scores.reduce(0, +) / Double(scores.count)
    case .product: scores.reduce(1, *)
    }
  }
}
