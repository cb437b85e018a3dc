public import Cards
internal import Corpora
internal import LanguageModels
internal import RunTables

/// Samples one at a time until an answer leads all others by k votes, or the budget is spent [81].
///
/// Solutions without a readable answer are red flags: they are paid for, but have no vote. No more are
/// drawn at once than the vote needs at least.
public struct AheadByK: Strategy {
  /// The strategy's card.
  public static let card = StrategyCard(
    name: "ahead-by-k",
    summary: "samples until one answer leads all others by k votes, at most N times; solutions "
      + "without an answer do not vote",
    source: "[81] first-to-ahead-by-k, as an adaptive vote on whole problems",
    needsVerifier: false,
    options: [
      .whole("margin", 3, in: 1...1000, "the lead that decides, k"), SearchOptions.temperature,
    ])

  private let margin: Int
  private let temperature: Double

  /// Creates the strategy with these options.
  public init(_ options: OptionValues) throws(StrategyError) {
    margin = options.whole("margin")
    temperature = options.number("temperature")
  }

  /// Samples and votes; of a vote that the budget ends the leader wins, the first of equals.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    let policy = bench.policy
    let task = policy.task
    let rule = SearchOptions.rule(of: policy, temperature: temperature)
    var ballots = problems.map { _ in Ballot(AheadVote(margin: margin, answerCount: budget)) }
    while true {
      // Problems that want equally many in all are asked together.
      var wanted: [Int: [Int]] = [:]
      for (problem, ballot) in ballots.enumerated() {
        let missing = min(ballot.vote.votesMissing, budget - ballot.samples.count)
        if missing > 0 { wanted[ballot.samples.count + missing, default: []].append(problem) }
      }
      if wanted.isEmpty { break }
      for (count, members) in wanted.sorted(by: { $0.key < $1.key }) {
        let samples = try bench.sampler.samples(
          count, of: members.map { problems[$0] }, rule: rule)
        for (problem, samples) in zip(members, samples) {
          for sample in samples.dropFirst(ballots[problem].samples.count) {
            ballots[problem].count(sample)
          }
        }
      }
    }
    return ballots.map { ballot in
      let chosen = ballot.choice
      return StrategyResult(
        attempts: ballot.samples.map { OutcomeAttempt($0, task: task) },
        answer: chosen.flatMap { ballot.samples[$0].answer },
        isCorrect: chosen.map { ballot.samples[$0].isCorrect } ?? false,
        cost: policy.cost(
          prompt: task.promptLength, generated: task.solutionLength,
          solutions: ballot.samples.count))
    }
  }
}

/// The samples of one problem and their vote.
private struct Ballot {
  var vote: AheadVote
  var samples: [Sample] = []
  private var classes: [String: Int] = [:]
  /// The first sample of each class.
  private var firsts: [Int] = []

  init(_ vote: AheadVote) { self.vote = vote }

  mutating func count(_ sample: Sample) {
    if let answer = sample.answer {
      if classes[answer] == nil {
        classes[answer] = firsts.count
        firsts.append(samples.count)
      }
      vote.add(classes[answer] ?? 0)
    }
    samples.append(sample)
  }

  /// The sample whose answer is given; nil while nothing has a vote.
  var choice: Int? { firsts.isEmpty ? nil : firsts[vote.leader.answer] }
}
