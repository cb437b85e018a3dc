internal import Statistics

/// When to stop sampling and return the most frequent answer so far [T20].
public enum StoppingRule: Sendable, Hashable, Codable {
  /// When one answer has k votes more than every other [81].
  case aheadBy(Int)
  /// By a Beta posterior of the two leading answers, as under a uniform Dirichlet prior.
  case posterior(Double)
  /// Without a pass among so many, nothing is returned, and that counts as wrong.
  case firstPass(limit: Int)

  /// What the rule is called.
  public var name: String {
    switch self {
    case .aheadBy(let margin): "ahead by \(margin)"
    case .posterior(let probability): "posterior above \(probability)"
    case .firstPass(let limit): "first pass of \(limit)"
    }
  }

  /// The votes that the leader needs for each number of the runner-up's; none without votes.
  public func requiredVotes(upTo limit: Int) -> [Int] {
    switch self {
    case .aheadBy(let margin): return (0...limit).map { $0 + margin }
    case .posterior(let probability):
      var votes = 1
      return (0...limit).map { second in
        votes = max(votes, second + 1)
        while votes <= limit {
          // P(Beta(votes + 1, second + 1) > 1/2), a sum of fair coins.
          let coins = Binomial(trials: votes + second + 1, probability: 0.5)
          if coins.cdf(votes) > probability { break }
          votes += 1
        }
        return votes
      }
    case .firstPass: return []
    }
  }

  func validate() throws(SelectionError) {
    switch self {
    case .aheadBy(let margin) where margin < 1:
      throw .invalidSetting("A lead of \(margin) votes; it must be at least 1.")
    case .posterior(let probability) where !(probability >= 0.5 && probability < 1):
      throw .invalidSetting(
        "A posterior probability of \(probability); it must be at least 0.5 and below 1.")
    case .firstPass(let limit) where limit < 1:
      throw .invalidSetting("A limit of \(limit) samples; it must be at least 1.")
    default: break
    }
  }
}

/// Votes as they come in, with the two largest numbers.
struct RunningVote {
  private var votes: [Int32]
  private(set) var most = 0
  private var below = 0
  private var leaders = 0
  private var right = 0.0

  init(answers: Int) { votes = [Int32](repeating: 0, count: answers) }

  mutating func begin() {
    for index in votes.indices { votes[index] = 0 }
    most = 0
    below = 0
    leaders = 0
    right = 0
  }

  mutating func add(_ answer: Int, accuracy: Double) {
    votes[answer] += 1
    let count = Int(votes[answer])
    if count > most {
      if leaders > 1 { below = most }
      most = count
      leaders = 1
      right = accuracy
    } else if count == most {
      leaders += 1
      right += accuracy
    } else {
      below = max(below, count)
    }
  }

  /// The votes of the runner-up: those of the leader where several lead.
  var second: Int { leaders > 1 ? most : below }

  /// The accuracy of the leader, ties broken uniformly.
  var accuracy: Double { leaders > 0 ? right / Double(leaders) : 0 }
}
