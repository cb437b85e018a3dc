internal import Foundation

/// How a vote ends that stops at a lead.
public struct AheadOdds: Codable, Hashable, Sendable {
  /// The probability that each answer wins.
  public var winning: [Double]
  /// The expected number of votes.
  public var votes: Double

  /// The odds of a vote.
  public init(winning: [Double], votes: Double) {
    self.winning = winning
    self.votes = votes
  }
}

extension AheadVote {
  /// The probability 1/(1 + ((1−p)/p)^k) that an answer wins by the gambler's ruin of two [81].
  ///
  /// Among several wrong answers take p/(p + q), q being that of the most common one, which is close
  /// and no bound.
  public static func winProbability(_ probability: Double, margin: Int) -> Double {
    guard probability > 0 else { return 0 }
    return 1 / (1 + pow((1 - probability) / probability, Double(margin)))
  }

  /// The expected votes of the gambler's ruin of two answers, k(2P − 1)/(2p − 1), and k² for p = ½.
  public static func expectedVotes(_ probability: Double, margin: Int) -> Double {
    let drift = 2 * probability - 1
    guard abs(drift) > 1e-9 else { return Double(margin * margin) }
    return Double(margin) * (2 * winProbability(probability, margin: margin) - 1) / drift
  }

  /// How a vote ends among at most five answers of positive probability by a lead of k: of two by
  /// the gambler's ruin, of more by adding up all courses of the vote.
  ///
  /// Courses less probable than 10⁻¹⁷ are left out, and all are once less than 10⁻¹³ is open.
  public static func odds(of probabilities: [Double], margin: Int) -> AheadOdds {
    let answers = probabilities.indices.filter { probabilities[$0] > 0 }
    precondition(answers.count <= 5, "the courses of a vote of \(answers.count) answers")
    var odds = AheadOdds(winning: Array(repeating: 0, count: probabilities.count), votes: 0)
    if answers.count < 2 {
      for answer in answers { odds.winning[answer] = 1 }
      odds.votes = Double(margin)
      return odds
    }
    if answers.count == 2 {
      for answer in answers {
        odds.winning[answer] = winProbability(probabilities[answer], margin: margin)
      }
      odds.votes = expectedVotes(probabilities[answers[0]], margin: margin)
      return odds
    }
    // A course is known by its counts, twelve bits each; only what is open is kept.
    var open: [(counts: Int, probability: Double)] = [(0, 1)]
    var votes = 0
    while votes < 4000 {
      var next: [(counts: Int, probability: Double)] = []
      var places: [Int: Int] = [:]
      votes += 1
      for course in open {
        for (place, answer) in answers.enumerated() {
          let counts = course.counts + 1 << (12 * place)
          let probability = course.probability * probabilities[answer]
          if probability < 1e-17 { continue }
          if lead(of: place, in: counts, answers.count) >= margin {
            odds.winning[answer] += probability
            odds.votes += Double(votes) * probability
          } else if let known = places[counts] {
            next[known].probability += probability
          } else {
            places[counts] = next.count
            next.append((counts, probability))
          }
        }
      }
      open = next
      if open.reduce(0, { $0 + $1.probability }) < 1e-13 { break }
    }
    return odds
  }

  /// The lead of an answer over the next one.
  private static func lead(of place: Int, in counts: Int, _ answers: Int) -> Int {
    func count(_ place: Int) -> Int { counts >> (12 * place) & 0xfff }
    var second = 0
    for other in 0..<answers where other != place { second = max(second, count(other)) }
    return count(place) - second
  }
}
