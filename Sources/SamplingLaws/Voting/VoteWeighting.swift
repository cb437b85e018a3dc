/// How much the vote of a scored attempt weighs [20].
public enum VoteWeighting: Sendable, Hashable, Codable {
  /// The score itself [20].
  case score
  /// Proportional to exp(score / temperature).
  case softmax(temperature: Double)
  /// The score's place between the lowest and the highest of n, 0 to 1; 1 where all are equal
  /// [202].
  case minMax
  /// The ascending rank of the score among the n attempts, equal scores at their mean rank.
  case rank
  /// One for a share of the n attempts with the highest scores [110]; ties for the last places
  /// share them.
  case topShare(Double)

  /// What the weighting is called.
  public var name: String {
    switch self {
    case .score: "score"
    case .softmax(let temperature): "softmax of score at temperature \(temperature)"
    case .minMax: "score between lowest and highest"
    case .rank: "rank of score"
    case .topShare(let share): "best \(share) by score"
    }
  }

  func validate() throws(SelectionError) {
    switch self {
    case .softmax(let temperature) where !(temperature > 0):
      throw .invalidSetting("A softmax temperature of \(temperature); it must be positive.")
    case .topShare(let share) where !(share > 0 && share <= 1):
      throw .invalidSetting("A share of \(share) of the best; it must lie above 0 and up to 1.")
    default: break
    }
  }
}
