internal import Corpora
internal import Statistics
public import Training

/// Running sums with slips and looks back, to teach a model what a look back is for [22].
///
/// A value is replaced by another one now and then, and later ones go on from it. Between steps a look
/// back is put in now and then, after which the last step is written anew: with the right sum, or for
/// a control just as it stood. The loss counts on what follows from the rule, not on slips or marks.
public final class RecheckBatches: BatchSource {
  /// What follows a look back.
  public enum Lesson: String, Codable, Hashable, Sendable {
    /// The last step with the right sum.
    case repair
    /// The last step as it stood.
    case repeating
    /// Nothing: there are no looks back.
    case none
  }

  /// The number of rows written so far.
  public var position = 0
  /// The task.
  public let task: RunningSum

  private let lesson: Lesson
  private let slips: Double
  private let looks: Double
  private let random: SplittableRandom

  /// - Parameters:
  ///   - task: the task; the mark of a look back is the token after its last, twice.
  ///   - lesson: what follows a look back.
  ///   - slips: the probability that a value is replaced.
  ///   - looks: the probability of a look back after a step.
  ///   - seed: names the rows.
  public init(
    _ task: RunningSum, lesson: Lesson, slips: Double = 0.08, looks: Double = 0.2, seed: UInt64
  ) {
    self.task = task
    self.lesson = lesson
    self.slips = slips
    self.looks = lesson == .none ? 0 : looks
    random = SplittableRandom(seed: seed)
  }

  /// The tokens of a row, and for each whether it is to be learnt.
  ///
  /// - Parameters:
  ///   - index: the row's number.
  ///   - limit: the most tokens; steps beyond it are left out.
  public func row(_ index: Int, limit: Int) -> (tokens: [Int32], isTaught: [Bool]) {
    var random = random.split(index)
    let mark = Int32(task.vocabularyCount)
    let example = task.example(&random)
    var tokens = task.prompt(of: example)
    var isTaught = tokens.map { _ in false }
    let numbers = task.numbers(of: tokens) ?? []
    var (sum, written) = (0, 0)
    func write(_ place: Int) {
      tokens += [task.place(place), task.value(written)]
    }
    for (place, number) in numbers.enumerated() where tokens.count + 2 <= limit {
      sum = (sum + number) % task.modulus
      written = (written + number) % task.modulus
      let slipped = random.nextUniform() < slips
      if slipped {
        written = (written + 1 + random.nextIndex(below: task.modulus - 1)) % task.modulus
      }
      write(place)
      isTaught += [true, !slipped]
      guard random.nextUniform() < looks, tokens.count + 4 <= limit else { continue }
      if lesson == .repair { written = sum }
      tokens += [mark, mark]
      write(place)
      isTaught += [false, false, true, true]
    }
    return (tokens, isTaught)
  }

  /// Writes the next rows, padded at the end with token 0 that predicts nothing.
  ///
  /// - Parameters:
  ///   - tokens: room for the inputs.
  ///   - targets: room for what is to be learnt; −1 elsewhere.
  ///   - sequences: the number of rows.
  ///   - length: the tokens of a row.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    tokens.update(repeating: 0)
    targets.update(repeating: -1)
    for sequence in 0..<sequences {
      let row = row(position, limit: length + 1)
      for place in 0..<row.tokens.count - 1 {
        tokens[sequence * length + place] = row.tokens[place]
        if row.isTaught[place + 1] {
          targets[sequence * length + place] = row.tokens[place + 1]
        }
      }
      position += 1
    }
  }
}
