internal import Foundation

/// How well drafts were accepted, and what they saved.
public struct SpeculationStatistics: Codable, Hashable, Sendable {
  /// The number of tokens drafted a round at most, γ.
  public var draftLength: Int
  /// Tokens drafted.
  public var proposed = 0
  /// Drafted tokens that were accepted.
  public var accepted = 0
  /// How often the draft at each place of a round was judged: all before it were accepted.
  public var judgedByPlace: [Int]
  /// How often it was accepted.
  public var acceptedByPlace: [Int]
  /// The sum over judged drafts of Σ min(p, q), the probability that a draft is accepted.
  public var overlapByPlace: [Double]
  /// Rounds: passes of the target that judged drafts or, with none, drew a token.
  public var rounds = 0
  /// Tokens added.
  public var tokens = 0
  /// What both models did.
  public var cost = DecodingCost()

  /// Nothing yet.
  public init(draftLength: Int) {
    self.draftLength = draftLength
    judgedByPlace = Array(repeating: 0, count: draftLength)
    acceptedByPlace = judgedByPlace
    overlapByPlace = Array(repeating: 0, count: draftLength)
  }

  /// The share of judged drafts that were accepted, α; nil without any.
  public var acceptanceRate: Double? {
    let judged = judgedByPlace.reduce(0, +)
    return judged == 0 ? nil : Double(acceptedByPlace.reduce(0, +)) / Double(judged)
  }

  /// The same at each place of a round; nil where no draft was judged.
  public var acceptanceRateByPlace: [Double?] {
    zip(acceptedByPlace, judgedByPlace).map { $1 == 0 ? nil : Double($0) / Double($1) }
  }

  /// The mean of Σ min(p, q): the same rate with less noise; nil without any draft.
  public var meanOverlap: Double? {
    let judged = judgedByPlace.reduce(0, +)
    return judged == 0 ? nil : overlapByPlace.reduce(0, +) / Double(judged)
  }

  /// Tokens added a round; nil without any.
  public var tokensPerRound: Double? { rounds == 0 ? nil : Double(tokens) / Double(rounds) }

  /// Tokens a round if every draft were accepted with probability α by itself:
  /// (1 − α^(γ+1))/(1 − α).
  public static func expectedTokensPerRound(acceptanceRate: Double, draftLength: Int) -> Double {
    if acceptanceRate == 1 { return Double(draftLength + 1) }
    return (1 - pow(acceptanceRate, Double(draftLength + 1))) / (1 - acceptanceRate)
  }

  /// How much faster than token by token, if a pass of the target took the same time for γ + 1
  /// tokens as for one: (1 − α^(γ+1))/((1 − α)(γc + 1)). `costRatio` is c, what a pass of the draft
  /// costs over what one of the target does.
  public static func expectedSpeedUp(
    acceptanceRate: Double, draftLength: Int, costRatio: Double
  ) -> Double {
    expectedTokensPerRound(acceptanceRate: acceptanceRate, draftLength: draftLength)
      / (Double(draftLength) * costRatio + 1)
  }

  /// Two counts together.
  public static func + (
    left: SpeculationStatistics, right: SpeculationStatistics
  ) -> SpeculationStatistics {
    func sum<Number: AdditiveArithmetic>(_ x: [Number], _ y: [Number]) -> [Number] {
      let (long, short) = x.count >= y.count ? (x, y) : (y, x)
      return long.indices.map { $0 < short.count ? long[$0] + short[$0] : long[$0] }
    }
    var both = SpeculationStatistics(draftLength: max(left.draftLength, right.draftLength))
    both.proposed = left.proposed + right.proposed
    both.accepted = left.accepted + right.accepted
    both.judgedByPlace = sum(left.judgedByPlace, right.judgedByPlace)
    both.acceptedByPlace = sum(left.acceptedByPlace, right.acceptedByPlace)
    both.overlapByPlace = sum(left.overlapByPlace, right.overlapByPlace)
    both.rounds = left.rounds + right.rounds
    both.tokens = left.tokens + right.tokens
    both.cost = left.cost + right.cost
    return both
  }
}
