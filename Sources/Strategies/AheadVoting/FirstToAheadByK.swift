internal import Foundation
internal import Statistics

/// First-to-ahead-by-k voting over a task of many steps [81]: each step is asked again and again until
/// one answer leads all others by k votes, and the task goes on with it.
///
/// Replies that cannot be read or break the rules are discarded and asked for anew. A game ends at its
/// first wrong step. Never are more replies drawn at once than the vote needs at least.
public struct FirstToAheadByK: Codable, Hashable, Sendable {
  /// The lead that decides a step, k.
  public var margin: Int
  /// How often the whole task is played.
  public var games: Int
  /// The parts that a game is cut into, played side by side.
  ///
  /// A part starts where a right game is after the parts before it, and the game is won if all its
  /// parts are. Replies depend on the state alone, so that the probability of winning is that of one
  /// part; but a lost game goes on in its other parts, which costs more than stopping.
  public var segments: Int
  /// The most replies to one step before the game is given up.
  public var replyLimit: Int
  /// Where chance comes from.
  public var seed: UInt64

  /// A game that is played at least once, in one part or more, with a lead of at least 1.
  public init(
    margin: Int, games: Int = 1, segments: Int = 1, replyLimit: Int = 10_000, seed: UInt64 = 0
  ) {
    self.margin = margin
    self.games = games
    self.segments = segments
    self.replyLimit = replyLimit
    self.seed = seed
  }

  /// Plays the games; the report has no prediction yet, and `progress` is told how many steps are
  /// decided.
  public func run<Task: DecomposedTask, Source: StepSource>(
    _ task: Task, _ source: Source, progress: (_ steps: Int) -> Void = { _ in }
  ) -> FirstToAheadReport where Source.State == Task.State {
    let parts = task.segments(segments)
    let root = SplittableRandom(seed: seed)
    var players: [Player<Task.State>] = []
    for game in 0..<games {
      for (index, part) in parts.enumerated() {
        players.append(
          Player(
            game: game, part: part, vote: AheadVote(margin: margin, answerCount: task.answerCount),
            random: root.split(game * segments + index)))
      }
    }
    var report = FirstToAheadReport(
      self, stepCount: task.stepCount, answerCount: task.answerCount, method: source.method)
    let before = source.cost
    var active = Array(players.indices)
    var rounds = 0
    while !active.isEmpty {
      let requests = active.map { players[$0].request() }
      let replies = source.sample(requests)
      for (place, player) in active.enumerated() {
        players[player].take(replies[place], task, limit: replyLimit, into: &report)
      }
      active.removeAll { players[$0].isOver }
      rounds += 1
      if rounds.isMultiple(of: 256) { progress(report.steps) }
    }
    report.finish(cost: source.cost, since: before)
    return report
  }
}

/// One part of one game.
private struct Player<State: Hashable & Sendable> {
  let game: Int
  let offset: Int
  let steps: Int
  let random: SplittableRandom
  var state: State
  var vote: AheadVote
  var step = 0
  var drawn = 0
  var isOver = false

  init(
    game: Int, part: (start: State, steps: Int, offset: Int), vote: AheadVote,
    random: SplittableRandom
  ) {
    self.game = game
    (state, steps, offset) = part
    self.vote = vote
    self.random = random
  }

  func request() -> StepRequest<State> {
    StepRequest(
      state: state, count: vote.votesMissing, random: random.split(step).split(drawn))
  }

  /// Counts replies, and goes on to the next step once the vote is decided.
  mutating func take<Task: DecomposedTask>(
    _ replies: [Int?], _ task: Task, limit: Int, into report: inout FirstToAheadReport
  ) where Task.State == State {
    drawn += replies.count
    report.replies[game] += replies.count
    for case let answer? in replies { vote.add(answer) }
    let right = task.rightAnswer(at: state)
    guard let winner = vote.winner else {
      if drawn >= limit {
        report.lose(game, at: offset + step)
        report.undecided += 1
        isOver = true
      }
      return
    }
    report.decide(step: offset + step, vote, drawn: drawn, right: right)
    vote.clear()
    drawn = 0
    guard winner == right else {
      report.lose(game, at: offset + step)
      isOver = true
      return
    }
    state = task.state(after: winner, at: state)
    step += 1
    isOver = step == steps
  }
}
