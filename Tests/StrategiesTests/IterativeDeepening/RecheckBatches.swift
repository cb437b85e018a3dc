import Corpora
import Statistics
import Strategies
import Training

/// Running sums with slips and looks back, to teach a model what a look back is for [22].
///
/// A value is replaced by another one now and then, and later ones go on from it. Between steps a look
/// back is put in now and then, after which the last step is written anew: with the right sum, or for
/// a control just as it stood. The loss counts on what follows from the rule, not on slips or marks.
final class RecheckBatches: LessonBatches {
  /// What follows a look back.
  enum Lesson: String, Codable, Hashable, Sendable {
    /// The last step with the right sum.
    case repair
    /// The last step as it stood.
    case repeating
    /// Nothing: there are no looks back.
    case none
  }

  /// The number of rows written so far.
  var position = 0
  /// The task.
  let task: RunningSum

  private let lesson: Lesson
  private let slips: Double
  private let looks: Double
  private let random: SplittableRandom

  /// Rows in which a value is replaced with probability `slips`; the mark of a look back is the token
  /// after the task's last, twice.
  init(
    _ task: RunningSum, lesson: Lesson, slips: Double = 0.08, looks: Double = 0.2, seed: UInt64
  ) {
    self.task = task
    self.lesson = lesson
    self.slips = slips
    self.looks = lesson == .none ? 0 : looks
    random = SplittableRandom(seed: seed)
  }

  /// The tokens of a row, and for each whether it is to be learnt; steps beyond the limit are left
  /// out.
  func row(_ index: Int, limit: Int) -> (tokens: [Int32], isTaught: [Bool]) {
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

  /// A row of which right steps are to be learnt, as many as there is room for.
  func lesson(_ index: Int, length: Int) -> LessonRow {
    let (tokens, isTaught) = row(index, limit: length + 1)
    return LessonRow(tokens, isTaught: isTaught)
  }
}
