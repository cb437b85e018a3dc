/// A vote that stops as soon as one answer leads every other by a margin [81].
///
/// Answers are numbered from 0; replies that were discarded do not vote.
public struct AheadVote: Sendable, Hashable {
  /// The lead that decides, k.
  public let margin: Int
  /// The votes of each answer.
  public private(set) var counts: [Int]

  /// A vote that a lead of at least 1 decides.
  public init(margin: Int, answerCount: Int) {
    precondition(margin > 0, "a margin of \(margin) votes")
    self.margin = margin
    counts = Array(repeating: 0, count: answerCount)
  }

  /// Counts a vote for an answer.
  public mutating func add(_ answer: Int) { counts[answer] += 1 }

  /// Forgets all votes.
  public mutating func clear() {
    for answer in counts.indices { counts[answer] = 0 }
  }

  /// The number of votes so far.
  public var total: Int { counts.reduce(0, +) }

  /// The answer with the most votes, the lowest of equals, and its lead over the next one.
  public var leader: (answer: Int, lead: Int) {
    var (best, most, second) = (0, -1, 0)
    for (answer, count) in counts.enumerated() {
      if count > most {
        if most >= 0 { second = max(second, most) }
        (best, most) = (answer, count)
      } else {
        second = max(second, count)
      }
    }
    return (best, most - second)
  }

  /// The answer that has won, or nil while none leads by the margin.
  public var winner: Int? {
    let (answer, lead) = leader
    return lead >= margin ? answer : nil
  }

  /// The votes that are missing at least: drawing so many at once never draws one too many.
  public var votesMissing: Int { max(margin - leader.lead, 0) }
}
