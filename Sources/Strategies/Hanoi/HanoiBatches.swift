public import Corpora
internal import Statistics
internal import Training

/// Steps of right games in which every disk moves equally often.
///
/// In a game the largest of D disks moves once in 2^D − 1 steps; a model that has seen steps as often
/// as games have them is wrong where it matters most, and one wrong mode loses every game [81].
public final class HanoiBatches: LessonBatches {
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

  /// A step of which the reply is to be learnt.
  public func lesson(_ index: Int, length: Int) -> LessonRow {
    let (prompt, reply) = row(index)
    return LessonRow(prompt + reply, taughtFrom: prompt.count)
  }
}
