internal import Foundation
public import RunTables
internal import Statistics

/// What happened in games of first-to-ahead-by-k, and what was to be expected.
public struct FirstToAheadReport: Codable, Sendable {
  /// How the games were played.
  public let settings: FirstToAheadByK
  /// The steps of a right game.
  public let stepCount: Int
  /// How replies came about.
  public let method: StepMethod
  /// The first wrong or undecided step of each game; −1 for a game that was won.
  public internal(set) var firstErrors: [Int]
  /// The replies drawn in each game.
  public internal(set) var replies: [Int]
  /// Steps that were decided, right or wrong.
  public internal(set) var steps = 0
  /// Votes of decided steps.
  public internal(set) var votes = 0
  /// Replies of decided steps that were discarded.
  public internal(set) var redFlags = 0
  /// Games that were given up at a step that did not come to a decision.
  public internal(set) var undecided = 0
  /// What all replies cost.
  public internal(set) var cost = StepCost()
  /// Steps at which the right answer does not have the most votes of all games together, ascending:
  /// where that is not chance, no margin helps.
  public internal(set) var wrongModeSteps: [Int] = []
  /// The number of different steps that were voted on.
  public internal(set) var stepsVotedOn = 0
  /// What was to be expected of the source's exact probabilities; nil where they are unknown.
  public var expected: FirstToAheadExpectation?

  var squaredVotes = 0.0
  private var tally: [Int32] = []
  private var rightAnswers: [Int8] = []
  private let answerCount: Int

  init(_ settings: FirstToAheadByK, stepCount: Int, answerCount: Int, method: StepMethod) {
    self.settings = settings
    self.stepCount = stepCount
    self.method = method
    self.answerCount = answerCount
    firstErrors = Array(repeating: -1, count: settings.games)
    replies = Array(repeating: 0, count: settings.games)
    tally = Array(repeating: 0, count: stepCount * answerCount)
    rightAnswers = Array(repeating: -1, count: stepCount)
  }

  private enum CodingKeys: String, CodingKey {
    case settings, stepCount, method, firstErrors, replies, steps, votes, redFlags, undecided, cost
    case wrongModeSteps, stepsVotedOn, expected, squaredVotes, answerCount
  }
}

extension FirstToAheadReport {
  /// Games without an error.
  public var wins: Int { firstErrors.count { $0 < 0 } }

  /// The share of games without an error.
  public var success: Double { Double(wins) / Double(max(firstErrors.count, 1)) }

  /// Wilson's interval of ``success``.
  public func successInterval(level: Double = 0.95) -> ClosedRange<Double> {
    let interval = BinomialInterval.wilson(
      successes: wins, trials: firstErrors.count, level: level)
    return interval.low...interval.high
  }

  /// Votes a decided step.
  public var votesPerStep: Double { Double(votes) / Double(max(steps, 1)) }

  /// The standard error of ``votesPerStep``; steps are independent.
  public var votesPerStepError: Double {
    let count = Double(max(steps, 2))
    let variance = max(squaredVotes / count - votesPerStep * votesPerStep, 0)
    return (variance / (count - 1)).squareRoot()
  }

  /// Replies a decided step, discarded ones included.
  public var repliesPerStep: Double { Double(votes + redFlags) / Double(max(steps, 1)) }

  /// The share of replies that were not discarded, v.
  public var validShare: Double { Double(votes) / Double(max(votes + redFlags, 1)) }

  /// The share of steps voted on whose most common vote was wrong.
  public var wrongModeShare: Double {
    Double(wrongModeSteps.count) / Double(max(stepsVotedOn, 1))
  }

  /// The games as attempts at one problem, with tokens; `key` tells arms of a table apart.
  public func outcomes(problem: String, key: [String]) -> OutcomeArm {
    let tokens = Double(cost.tokens) / Double(max(cost.replies, 1))
    let prompt = Double(cost.promptTokens) / Double(max(cost.replies, 1))
    return OutcomeArm(
      key: key, problems: [problem],
      attempts: [
        firstErrors.indices.map { game in
          OutcomeAttempt(
            correct: firstErrors[game] < 0, tokens: tokens * Double(replies[game]),
            promptTokens: prompt * Double(replies[game]))
        }
      ])
  }

  mutating func lose(_ game: Int, at step: Int) {
    firstErrors[game] = firstErrors[game] < 0 ? step : min(firstErrors[game], step)
  }

  mutating func decide(step: Int, _ vote: AheadVote, drawn: Int, right: Int) {
    let total = vote.total
    steps += 1
    votes += total
    redFlags += drawn - total
    squaredVotes += Double(total * total)
    rightAnswers[step] = Int8(right)
    for (answer, count) in vote.counts.enumerated() {
      tally[step * answerCount + answer] += Int32(count)
    }
  }

  mutating func finish(cost: StepCost, since before: StepCost) {
    self.cost = cost
    self.cost.replies -= before.replies
    self.cost.tokens -= before.tokens
    self.cost.promptTokens -= before.promptTokens
    self.cost.operations -= before.operations
    self.cost.sequencesRun -= before.sequencesRun
    for step in 0..<stepCount where rightAnswers[step] >= 0 {
      stepsVotedOn += 1
      let counts = tally[step * answerCount..<(step + 1) * answerCount]
      let right = counts[step * answerCount + Int(rightAnswers[step])]
      if counts.contains(where: { $0 > right }) { wrongModeSteps.append(step) }
    }
    (tally, rightAnswers) = ([], [])
  }
}
