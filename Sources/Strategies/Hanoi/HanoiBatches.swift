public import Corpora
internal import Statistics
public import Training

/// Steps of right games in which every disk moves equally often.
///
/// In a game the largest of D disks moves once in 2^D − 1 steps; a model that has seen steps as often
/// as games have them is wrong where it matters most, and one wrong mode loses every game [81].
public final class HanoiBatches: BatchSource {
  /// The number of rows written so far.
  public var position = 0
  /// How steps are asked for and written.
  public let notation: HanoiStep

  private let disks: ClosedRange<Int>
  private let random: SplittableRandom

  /// - Parameters:
  ///   - notation: how steps are asked for; room for all disks.
  ///   - disks: the numbers of disks of games.
  ///   - seed: names the rows.
  public init(_ notation: HanoiStep, disks: ClosedRange<Int>, seed: UInt64) {
    precondition(
      disks.lowerBound >= 1 && notation.promptLength >= disks.upperBound + 3,
      "\(disks) disks in prompts of \(notation.promptLength) tokens")
    self.notation = notation
    self.disks = disks
    random = SplittableRandom(seed: seed)
  }

  /// A step: its prompt and the right reply.
  ///
  /// - Parameter index: the row's number.
  public func row(_ index: Int) -> (prompt: [Int32], reply: [Int32]) {
    var random = random.split(index)
    let count = disks.lowerBound + random.nextIndex(below: disks.count)
    let disk = random.nextIndex(below: count)
    // Disk d moves at the odd multiples of 2^d.
    let move = (2 * random.nextIndex(below: 1 << (count - 1 - disk)) + 1) << disk
    let state = HanoiStep.state(after: move - 1, disks: count)
    let isSmallest = disk == 0
    guard let right = HanoiStep.move(at: state, movesSmallest: isSmallest) else {
      preconditionFailure("no move \(move) of \(count) disks")
    }
    return (notation.prompt(at: state, movesSmallest: isSmallest), notation.tokens(of: right))
  }

  /// Writes the next steps, padded at the end with token 0 that predicts nothing.
  ///
  /// - Parameters:
  ///   - tokens: room for the inputs.
  ///   - targets: room for the replies; −1 elsewhere.
  ///   - sequences: the number of steps.
  ///   - length: the tokens of a row.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    tokens.update(repeating: 0)
    targets.update(repeating: -1)
    for sequence in 0..<sequences {
      let (prompt, reply) = row(position)
      let row = prompt + reply
      precondition(row.count <= length + 1, "a step of \(row.count) tokens in rows of \(length)")
      for place in 0..<row.count - 1 {
        tokens[sequence * length + place] = row[place]
        if place + 1 >= prompt.count { targets[sequence * length + place] = row[place + 1] }
      }
      position += 1
    }
  }
}
