public import RunTables

/// How one answer is chosen from attempts.
///
/// Attempts are exchangeable, so that among equals the first one is as good as a draw.
public enum AnswerSelection: String, CaseIterable, Codable, Sendable {
  /// The first attempt, whatever the others say.
  case first
  /// The attempt with the highest score: best-of-n.
  case best
  /// The answer of most attempts.
  case majority
  /// The answer whose attempts have the highest sum of scores; the number of attempts decides where
  /// sums are equal. Scores must not be negative.
  case weighted

  /// Whether it looks at scores.
  public var needsScores: Bool { self == .best || self == .weighted }

  /// Chooses an attempt whose answer is given.
  ///
  /// - Parameter attempts: not empty; an attempt without an answer has no vote, and one without a
  ///   score has the score 0.
  /// - Returns: its place; nil where no attempt has an answer.
  public func choice(among attempts: [OutcomeAttempt]) -> Int? {
    switch self {
    case .first: return attempts.isEmpty || attempts[0].answer == nil ? nil : 0
    case .best:
      let answered = attempts.indices.filter { attempts[$0].answer != nil }
      return answered.max {
        (attempts[$0].score ?? 0, -$0) < (attempts[$1].score ?? 0, -$1)
      }
    case .majority: return vote(attempts) { _ in 1 }
    case .weighted: return vote(attempts) { $0.score ?? 0 }
    }
  }

  private func vote(
    _ attempts: [OutcomeAttempt], _ weight: (OutcomeAttempt) -> Double
  ) -> Int? {
    var places: [String: Int] = [:]
    var classes: [(first: Int, sum: Double, count: Int)] = []
    for (index, attempt) in attempts.enumerated() {
      guard let answer = attempt.answer else { continue }
      let place = places[answer] ?? classes.count
      if place == classes.count {
        places[answer] = place
        classes.append((index, 0, 0))
      }
      classes[place].sum += weight(attempt)
      classes[place].count += 1
    }
    return classes.max { ($0.sum, $0.count, -$0.first) < ($1.sum, $1.count, -$1.first) }?.first
  }
}
