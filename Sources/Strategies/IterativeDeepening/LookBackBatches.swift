public import Corpora
internal import Statistics
internal import Training

/// Right solutions of a task with looks back, to teach a model what a look back is for [22].
///
/// After a step there may be the mark of a look back, once for each token of a step, behind which the
/// step is written anew, right. Some of the steps before a mark are slips: tokens of other answers. The
/// loss counts on right steps alone, not on slips or marks.
public final class LookBackBatches: LessonBatches {
  /// The number of rows written so far.
  public var position = 0

  private let task: any StepwiseTask
  private let slips: Double
  private let looks: Double
  private let seed: UInt64
  private let random: SplittableRandom

  /// Rows in which a look back, its mark the token after the task's last, follows a step with
  /// probability `looks`; before a share of them, `slips`, the step is wrong.
  public init(_ task: any StepwiseTask, slips: Double = 0.7, looks: Double = 0.3, seed: UInt64) {
    self.task = task
    self.slips = slips
    self.looks = looks
    self.seed = seed
    random = SplittableRandom(seed: seed)
  }

  /// The tokens of the longest row: every step is looked back at.
  public static func longestRow(_ task: any StepwiseTask) -> Int {
    task.promptLength + 3 * task.solutionLength
  }

  /// The tokens of a row, and for each whether it is to be learnt.
  public func row(_ index: Int) -> (tokens: [Int32], isTaught: [Bool]) {
    var random = random.split(index)
    let example = task.example(index, of: seed)
    var tokens = task.prompt(of: example)
    let right = Array(example.tokens.dropFirst(task.promptLength))
    var isTaught = tokens.map { _ in false }
    func write(_ step: [Int32], isTaught taught: Bool) {
      tokens += step
      isTaught += step.map { _ in taught }
    }
    for step in 0..<task.stepCount {
      let own = Array(right[step * task.stepLength..<(step + 1) * task.stepLength])
      guard random.nextUniform() < looks else {
        write(own, isTaught: true)
        continue
      }
      let before = random.nextUniform() < slips ? slip(own, &random) : own
      write(before, isTaught: before == own)
      write(own.map { _ in Int32(task.vocabularyCount) }, isTaught: false)
      write(own, isTaught: true)
    }
    return (tokens, isTaught)
  }

  /// A step with some of its tokens of the answer alphabet replaced.
  private func slip(_ step: [Int32], _ random: inout SplittableRandom) -> [Int32] {
    let alphabet = task.answerAlphabet
    let places = step.indices.filter { alphabet.contains(step[$0]) }
    guard alphabet.count > 1, !places.isEmpty else { return step }
    var slipped = step
    // One token is replaced for sure, the others by a coin.
    let certain = places[random.nextIndex(below: places.count)]
    for place in places where place == certain || random.nextUniform() < 0.3 {
      let others = alphabet.filter { $0 != step[place] }
      slipped[place] = others[random.nextIndex(below: others.count)]
    }
    return slipped
  }

  /// A row of which right steps are to be learnt.
  public func lesson(_ index: Int, length: Int) -> LessonRow {
    let (tokens, isTaught) = row(index)
    return LessonRow(tokens, isTaught: isTaught)
  }
}
