public import Corpora

/// The tower of Hanoi as a task of 2^D − 1 steps, asked for as the task `hanoi-step` trains them [81].
///
/// An answer is a pair of pegs. A red flag is a reply that is no move, or one of a disk that is not on
/// top of its peg or would lie on a smaller one.
public struct HanoiGame: DecomposedTask {
  /// How steps are asked for and written.
  public let notation: HanoiStep
  /// The number of disks, D.
  public let disks: Int

  /// A game.
  public init(disks: Int, notation: HanoiStep) {
    precondition(
      disks >= 1 && notation.promptLength >= disks + 3,
      "\(disks) disks in prompts of \(notation.promptLength) tokens")
    self.disks = disks
    self.notation = notation
  }

  /// All disks on the first peg.
  public var start: HanoiState { HanoiState(allOn: 0, disks: disks) }
  /// 2^D − 1.
  public var stepCount: Int { 1 << disks - 1 }
  /// Pairs of pegs, of which six are moves.
  public var answerCount: Int { 9 }
  /// Disk, peg from, peg to.
  public var replyLength: Int { notation.stepLength }

  /// The pegs of all disks, and whose turn it is by the disk that moved last.
  public func prompt(at state: HanoiState) -> [Int32] {
    notation.prompt(at: state.pegs(disks), movesSmallest: state.movedDisk != 0)
  }

  /// The pair of pegs; nil for what is no legal move.
  public func answer(of reply: [Int32], at state: HanoiState) -> Int? {
    guard let move = notation.move(of: reply), move.disk < disks,
      state.top(of: move.from, disks: disks) == move.disk, move.from != move.to,
      (state.top(of: move.to, disks: disks) ?? disks) > move.disk
    else { return nil }
    return 3 * move.from + move.to
  }

  /// The two or three legal moves.
  public func replies(at state: HanoiState) -> [(answer: Int, reply: [Int32])] {
    (0..<9).compactMap { answer in
      let (from, to) = (answer / 3, answer % 3)
      guard from != to, let disk = state.top(of: from, disks: disks) else { return nil }
      let reply = notation.tokens(of: HanoiStep.Move(disk: disk, from: from, to: to))
      return self.answer(of: reply, at: state) == answer ? (answer, reply) : nil
    }
  }

  /// Moves the top disk of one peg to another.
  public func state(after answer: Int, at state: HanoiState) -> HanoiState {
    var state = state
    if let disk = state.top(of: answer / 3, disks: disks) { state.move(disk, to: answer % 3) }
    return state
  }

  /// The move of the usual rule.
  public func rightAnswer(at state: HanoiState) -> Int {
    guard
      let move = HanoiStep.move(at: state.pegs(disks), movesSmallest: state.movedDisk != 0)
    else { return -1 }
    return 3 * move.from + move.to
  }
}
