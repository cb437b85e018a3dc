import Statistics
import Strategies
import Testing

@Suite struct AheadVoteTests {
  @Test func stopsAtTheLead() {
    var vote = AheadVote(margin: 2, answerCount: 3)
    #expect(vote.votesMissing == 2)
    for answer in [1, 0, 2, 1] { vote.add(answer) }
    #expect(vote.leader == (1, 1))
    #expect(vote.winner == nil)
    #expect(vote.votesMissing == 1)
    vote.add(1)
    #expect(vote.winner == 1)
    #expect(vote.votesMissing == 0)
    #expect(vote.counts == [1, 3, 1])
    #expect(vote.total == 5)
    // One vote decides where one is enough.
    var single = AheadVote(margin: 1, answerCount: 2)
    single.add(1)
    #expect(single.winner == 1)
  }

  /// The numbers of the catalogue, p and k → E.
  @Test(arguments: [(0.7, 3, 6.405), (0.6, 4, 13.40)])
  func votesOfTheCatalogue(p: Double, margin: Int, expected: Double) {
    let votes = AheadVote.expectedVotes(p, margin: margin)
    #expect(abs(votes - expected) < 0.006)
  }

  /// Golden vectors of MAKER's formulas: p, steps, k → success of the whole, votes a step.
  @Test(arguments: [
    (0.9978, 1_048_575.0, 3, 0.988824, 3.013258), (0.99, 1e6, 4, 0.989644, 4.081633),
    (0.9, 1000, 5, 0.983208, 6.249788), (0.85, 1023, 6, 0.969576, 8.570911),
  ])
  func goldenVectors(p: Double, steps: Double, margin: Int, success: Double, votes: Double) {
    let odds = AheadVote.odds(of: [p, 1 - p], margin: margin)
    #expect(abs(power(odds.winning[0], steps) - success) < 2e-6)
    #expect(abs(odds.votes - votes) < 1e-6)
    #expect(abs(odds.winning[0] + odds.winning[1] - 1) < 1e-12)
  }

  /// A third answer of no weight must leave the sum over courses at the gambler's ruin.
  @Test func coursesAgreeWithTheRuin() {
    for (p, margin) in [(0.9, 1), (0.8, 2), (0.7, 3), (0.55, 3), (0.5, 2)] {
      let ruin = AheadVote.odds(of: [p, 1 - p], margin: margin)
      let courses = AheadVote.odds(of: [p - 1e-13, 1 - p, 1e-13], margin: margin)
      #expect(abs(ruin.winning[0] - courses.winning[0]) < 1e-9, "\(p) \(margin)")
      #expect(abs(ruin.votes - courses.votes) < 1e-8, "\(p) \(margin)")
    }
  }

  /// Three answers, by hand: with a lead of two the first two votes decide, or the vote goes on.
  @Test func threeAnswersAgainstSimulation() {
    let odds = [0.5, 0.3, 0.2]
    let exact = AheadVote.odds(of: odds, margin: 2)
    var random = SplittableRandom(seed: 4)
    let games = 40_000
    var (wins, votes, squares) = ([0, 0, 0], 0.0, 0.0)
    let source = StepOdds(answers: odds)
    for _ in 0..<games {
      var vote = AheadVote(margin: 2, answerCount: 3)
      while vote.winner == nil { vote.add(source.draw(&random) ?? 2) }
      wins[vote.winner ?? 0] += 1
      votes += Double(vote.total)
      squares += Double(vote.total * vote.total)
    }
    for answer in 0..<3 {
      let share = Double(wins[answer]) / Double(games)
      let error = (share * (1 - share) / Double(games)).squareRoot()
      #expect(abs(share - exact.winning[answer]) < 4 * error)
    }
    let mean = votes / Double(games)
    let error = ((squares / Double(games) - mean * mean) / Double(games)).squareRoot()
    #expect(abs(mean - exact.votes) < 4 * error)
    // The pairwise formula is not the truth here.
    let pairwise = AheadVote.winProbability(0.5 / 0.8, margin: 2)
    #expect(abs(pairwise - exact.winning[0]) > 0.01)
  }

  private func power(_ base: Double, _ exponent: Double) -> Double {
    var (result, base, left) = (1.0, base, Int(exponent))
    while left > 0 {
      if left & 1 == 1 { result *= base }
      base *= base
      left >>= 1
    }
    return result
  }
}
