internal import RealModule

struct WeightedTally {
  private let ballot: Ballot
  private let weighting: VoteWeighting
  /// The score, or its exponential, of each attempt; NaN where it is missing.
  private let weights: [Double]
  private let ranking: ScoreOrder?
  private var places: [Int32]
  private var sums: [Double]
  private var scored: [Double]
  private var votes: [Double]
  private var least = Double.infinity
  private var greatest = -Double.infinity
  private var step = 0

  init(_ ballot: Ballot, scores: [Double], weighting: VoteWeighting) {
    self.ballot = ballot
    self.weighting = weighting
    // An infinite score cannot be weighed against others.
    let present = scores.map { $0.isFinite ? $0 : .nan }
    switch weighting {
    case .softmax(let temperature):
      let top = present.reduce(-Double.infinity) { $1 > $0 ? $1 : $0 }
      weights = present.map { Double.exp(($0 - top) / temperature) }
      ranking = nil
    case .score, .minMax:
      weights = present
      ranking = nil
    case .rank, .topShare:
      weights = present
      ranking = ScoreOrder(present)
    }
    places = [Int32](repeating: 0, count: scores.count)
    sums = [Double](repeating: 0, count: ballot.counts.count)
    scored = sums
    votes = sums
  }

  mutating func begin(_ order: [Int32]) {
    for index in sums.indices {
      sums[index] = 0
      scored[index] = 0
      votes[index] = 0
    }
    least = .infinity
    greatest = -.infinity
    step = 0
    if ranking != nil {
      for (place, attempt) in order.enumerated() { places[Int(attempt)] = Int32(place) }
    }
  }

  mutating func accuracy(_ n: Int, order: [Int32]) -> Double {
    while step < n {
      let attempt = Int(order[step])
      step += 1
      let weight = weights[attempt]
      if !weight.isNaN {
        least = min(least, weight)
        greatest = max(greatest, weight)
      }
      let answer = Int(ballot.classes[attempt])
      if answer < 0 { continue }
      votes[answer] += 1
      if weight.isNaN { continue }
      sums[answer] += weight
      scored[answer] += 1
    }
    // Equal scores, or none, make equal votes.
    if !(greatest > least) { return leaders(scored) }
    switch weighting {
    case .score, .softmax: return leaders(sums)
    case .minMax: return leaders(sums.indices.map { sums[$0] - scored[$0] * least })
    case .rank: return leaders(ranks(n) { lower, upper in Double(lower + upper + 1) / 2 })
    case .topShare(let share):
      let kept = (share * Double(n) - 1e-9).rounded(.up)
      return leaders(
        ranks(n) { lower, upper in
          // The places of the block that lie among the highest `kept`.
          let above = Double(upper) - max(Double(n) - kept, Double(lower))
          return max(above, 0) / Double(upper - lower)
        })
    }
  }

  /// Masses of answers where a block's weight depends on its places from the lowest, among n
  /// attempts.
  private func ranks(_ n: Int, _ weight: (Int, Int) -> Double) -> [Double] {
    var masses = [Double](repeating: 0, count: sums.count)
    guard let ranking else { return masses }
    var start = 0
    var lower = 0
    for end in ranking.blockEnds {
      var inside = 0
      for place in start..<end where places[Int(ranking.order[place])] < n { inside += 1 }
      if inside > 0 {
        let each = weight(lower, lower + inside)
        for place in start..<end {
          let attempt = Int(ranking.order[place])
          let answer = Int(ballot.classes[attempt])
          if places[attempt] < n, answer >= 0 { masses[answer] += each }
        }
        lower += inside
      }
      start = end
    }
    return masses
  }

  /// Sums of equal scores in another order may differ in their last digits, and still tie.
  private func leaders(_ masses: [Double]) -> Double {
    guard let most = masses.max(), most > 0 else {
      return masses.isEmpty || votes.allSatisfy { $0 == 0 } ? 0 : leaders(votes)
    }
    var right = 0.0
    var tied = 0.0
    for index in masses.indices where masses[index] >= most * (1 - 1e-12) {
      right += ballot.accuracy[index]
      tied += 1
    }
    return right / tied
  }
}
