internal import Foundation

/// What first-to-ahead-by-k is to be expected to reach with steps of known probabilities [81].
///
/// Each step has its own probabilities, so that the formulas for one p are applied step by step: the
/// probability of winning is the product over steps, and the mean votes are those of the steps that
/// games reach.
public struct FirstToAheadExpectation: Codable, Hashable, Sendable {
  /// The lead that decides, k.
  public var margin: Int
  /// The probability of a game without an error, with every step's vote among all its answers.
  public var success = 1.0
  /// The same by the gambler's ruin of the right answer and the most common wrong one, p/(p + q): close
  /// to ``success``, and equal to it where there are no other answers.
  public var pairwiseSuccess = 1.0
  /// The formula (1 + ((1−p)/p)^k)^(−s) with the mean of p/(p + q) over steps in place of each.
  public var uniformSuccess = 1.0
  /// Votes a step that games reach, among all answers.
  public var votesPerStep = 0.0
  /// The same by k(2P − 1)/(2p − 1) with p/(p + q).
  public var pairwiseVotesPerStep = 0.0
  /// Replies a step, discarded ones included; infinite where a step has no valid reply.
  public var repliesPerStep = 0.0
  /// The mean over steps of the probability that a vote is right.
  public var meanRight = 0.0
  /// The lowest probability of any step that a vote is right.
  public var leastRight = 1.0
  /// The mean share of replies that are not discarded.
  public var meanValid = 0.0
  /// Steps whose most common answer is wrong: no margin helps there.
  public var wrongModeSteps: [Int] = []
  /// The number of steps.
  public var stepCount: Int

  /// Adds up the steps of a game: the odds of each, its right answer, and the lead that decides.
  public init(_ odds: [StepOdds], right: [Int], margin: Int) {
    precondition(odds.count == right.count && !odds.isEmpty, "\(odds.count) steps")
    self.margin = margin
    stepCount = odds.count
    var known: [[Double]: AheadOdds] = [:]
    var (reached, pairwiseReached) = (1.0, 1.0)
    var (steps, pairwiseSteps, meanPair) = (0.0, 0.0, 0.0)
    for (step, (odds, right)) in zip(odds, right).enumerated() {
      let votes = odds.votes
      let valid = odds.valid
      let vote = known[votes] ?? AheadVote.odds(of: votes, margin: margin)
      known[votes] = vote
      let p = votes[right]
      let q = votes.enumerated().reduce(0) { $1.offset == right ? $0 : max($0, $1.element) }
      let pair = p + q > 0 ? p / (p + q) : 0
      meanRight += p
      leastRight = min(leastRight, p)
      meanValid += valid
      meanPair += pair
      if odds.mode != right { wrongModeSteps.append(step) }
      steps += reached
      votesPerStep += reached * vote.votes
      if reached > 0 { repliesPerStep += reached * vote.votes / valid }
      reached *= vote.winning[right]
      pairwiseSteps += pairwiseReached
      pairwiseVotesPerStep += pairwiseReached * AheadVote.expectedVotes(pair, margin: margin)
      pairwiseReached *= AheadVote.winProbability(pair, margin: margin)
    }
    let count = Double(odds.count)
    success = reached
    pairwiseSuccess = pairwiseReached
    meanPair /= count
    uniformSuccess = pow(AheadVote.winProbability(meanPair, margin: margin), count)
    votesPerStep /= steps
    repliesPerStep /= steps
    pairwiseVotesPerStep /= pairwiseSteps
    meanRight /= count
    meanValid /= count
  }
}
