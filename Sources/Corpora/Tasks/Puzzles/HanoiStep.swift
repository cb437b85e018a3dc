public import Cards
internal import Foundation
public import Statistics

/// One move of the tower of Hanoi, asked for by a prompt of its own [81].
///
/// All disks start on the first peg and go to the third. By the usual rule every other move, the
/// first included, takes the smallest disk one peg on, always the same way round, and the moves
/// between are the only legal ones of another disk. So the state and two bits decide the move: whose
/// turn it is, and which way round the smallest disk goes, which is up for an even number of disks.
public struct HanoiStep: StepwiseTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "hanoi-step",
    summary: "the pegs of all disks, whose turn it is and which way the smallest disk goes: answer "
      + "with the next move as disk, peg from and peg to",
    source: "[81] Towers of Hanoi, one step a prompt",
    knobs: [
      .whole("disks", 5, in: 1...30, harder: .up, "disks at most, a place in the prompt for each"),
      .whole("fewest", 0, in: 0...30, "disks at least; 0: all examples have as many"),
      .number(
        "arbitrary", 0.2, in: 0...1,
        "share of states drawn at random; the others are on the way of the right solution"),
    ])

  private static let turns = TaskAlphabet(after: 1, count: 2)
  private static let directions = TaskAlphabet(after: 3, count: 2)
  private static let pegs = TaskAlphabet(after: 5, count: 3)
  private static let absent: Int32 = 8
  private let disks: TaskAlphabet

  /// The knobs in force.
  public let knobs: OptionValues
  private let fewest: Int
  private let arbitraryShare: Double

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    let most = knobs.whole("disks")
    disks = TaskAlphabet(after: 9, count: most)
    fewest = knobs.whole("fewest") == 0 ? most : knobs.whole("fewest")
    arbitraryShare = knobs.number("arbitrary")
    try Self.require(fewest <= most, "at least \(fewest) disks, but at most \(most)")
  }

  /// The start, turns, directions, pegs, the mark of a missing disk, and disks.
  public var vocabularyCount: Int { disks.end }
  /// The length of every example.
  public var longestExample: Int { promptLength + stepLength }
  /// Pegs and disks.
  public var answerAlphabet: [Int32] { Self.pegs.tokens + disks.tokens }
  /// `(disks + 3)^(−3)`.
  public var chanceLevel: Double { pow(Double(answerAlphabet.count), -3) }
  /// The start, the turn, the direction and a place for each disk.
  public var promptLength: Int { 3 + disks.count }
  /// Disk, peg from, peg to.
  public var stepLength: Int { 3 }
  /// One.
  public var stepCount: Int { 1 }

  /// A move of one disk.
  public struct Move: Hashable, Sendable {
    /// The disk, 0 for the smallest.
    public var disk: Int
    /// The peg that it is on, 0 to 2.
    public var from: Int
    /// The peg that it goes to, 0 to 2.
    public var to: Int

    /// A move.
    public init(disk: Int, from: Int, to: Int) {
      self.disk = disk
      self.from = from
      self.to = to
    }
  }

  /// The peg of each disk, the smallest first, after so many moves (0 to 2^disks − 1) of the right
  /// solution.
  public static func state(after moves: Int, disks: Int) -> [Int] {
    (0..<disks).map { disk in
      // A disk moves first at 2^disk and then every 2^(disk + 1) moves, always the same way round.
      let count = (moves + 1 << disk) >> (disk + 1)
      return (goesUp(disk, of: disks) ? count : 2 * count) % 3
    }
  }

  /// The move of the usual rule, which is the optimal one in the states of the right solution; nil
  /// where the rule has none. `movesSmallest` says whether it is the smallest disk's turn: on the
  /// first move and every other.
  public static func move(at state: [Int], movesSmallest: Bool) -> Move? {
    let smallest = state[0]
    if movesSmallest {
      let step = goesUp(0, of: state.count) ? 1 : 2
      return Move(disk: 0, from: smallest, to: (smallest + step) % 3)
    }
    // Of the tops of the other two pegs the smaller one goes onto the larger one.
    guard let disk = state.firstIndex(where: { $0 != smallest }) else { return nil }
    return Move(disk: disk, from: state[disk], to: 3 - smallest - state[disk])
  }

  /// What is asked in a state: the pegs of at most as many disks as the task has, the smallest
  /// first.
  public func prompt(at state: [Int], movesSmallest: Bool) -> [Int32] {
    precondition((1...disks.count).contains(state.count), "a state of \(state.count) disks")
    let bits = [
      Self.turns[movesSmallest ? 0 : 1], Self.directions[Self.goesUp(0, of: state.count) ? 0 : 1],
    ]
    let missing = [Int32](repeating: Self.absent, count: disks.count - state.count)
    return [0] + bits + state.map { Self.pegs[$0] } + missing
  }

  /// How a move is written.
  public func tokens(of move: Move) -> [Int32] {
    [disks[move.disk], Self.pegs[move.from], Self.pegs[move.to]]
  }

  /// The move that three tokens stand for; nil where they stand for none.
  public func move(of tokens: some Collection<Int32>) -> Move? {
    let tokens = Array(tokens)
    guard tokens.count == 3, disks.contains(tokens[0]), Self.pegs.contains(tokens[1]),
      Self.pegs.contains(tokens[2])
    else { return nil }
    return Move(
      disk: disks.index(of: tokens[0]), from: Self.pegs.index(of: tokens[1]),
      to: Self.pegs.index(of: tokens[2]))
  }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let count = fewest + random.nextIndex(below: disks.count - fewest + 1)
    let isArbitrary = random.nextUniform() < arbitraryShare
    while true {
      let state: [Int]
      let movesSmallest: Bool
      if isArbitrary {
        state = (0..<count).map { _ in random.nextIndex(below: 3) }
        movesSmallest = random.nextIndex(below: 2) == 0
      } else {
        let moves = random.nextIndex(below: 1 << count - 1)
        state = Self.state(after: moves, disks: count)
        movesSmallest = moves.isMultiple(of: 2)
      }
      if let move = Self.move(at: state, movesSmallest: movesSmallest) {
        let prompt = prompt(at: state, movesSmallest: movesSmallest)
        return TaskExample(prompt: prompt, answer: tokens(of: move))
      }
    }
  }

  /// Applies the rule to the state.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample, let move = rightMove(to: prompt) else { return [] }
    return [tokens(of: move)]
  }

  /// Whether the move is the rule's.
  public func isRight(step: Int, of solution: [Int32], to prompt: [Int32]) -> Bool {
    isCorrect(solution, to: prompt)
  }

  /// The move as `disk from>to`, the smallest disk being 0.
  public func answer(of solution: [Int32], to prompt: [Int32]) -> String? {
    move(of: solution.prefix(3)).map { "\($0.disk) \($0.from)>\($0.to)" }
  }

  /// Whether the move is the rule's.
  public func isCorrect(_ solution: [Int32], to prompt: [Int32]) -> Bool {
    guard let move = rightMove(to: prompt) else { return false }
    return self.move(of: solution.prefix(3)) == move
  }

  /// The number of disks.
  public func stratum(of prompt: [Int32]) -> String? { state(of: prompt).map { "\($0.count)" } }

  private func rightMove(to prompt: [Int32]) -> Move? {
    guard prompt.count >= promptLength, prompt[0] == 0, Self.turns.contains(prompt[1]),
      let state = state(of: prompt),
      prompt[2] == Self.directions[Self.goesUp(0, of: state.count) ? 0 : 1]
    else { return nil }
    return Self.move(at: state, movesSmallest: prompt[1] == Self.turns[0])
  }

  private func state(of prompt: [Int32]) -> [Int]? {
    guard prompt.count >= promptLength else { return nil }
    let places = prompt[3..<promptLength]
    let present = places.prefix(while: Self.pegs.contains)
    guard present.count >= 1, places.dropFirst(present.count).allSatisfy({ $0 == Self.absent })
    else { return nil }
    return present.map(Self.pegs.index)
  }

  /// Whether a disk goes from peg 0 to 1 to 2: the largest one goes straight to peg 2, and each
  /// smaller one the other way round.
  private static func goesUp(_ disk: Int, of disks: Int) -> Bool {
    !(disks - 1 - disk).isMultiple(of: 2)
  }
}
