internal import Statistics
internal import Training

/// A verifier's examples as batches, in a new order each epoch.
///
/// A step's target is `good` with the probability that the example gives it and `bad` otherwise,
/// drawn anew each time: in expectation the cross-entropy with soft targets.
public final class VerifierBatches: LessonBatches {
  /// The number of rows written so far.
  public var position = 0

  private let examples: VerifierExamples
  private let good: Int32
  private let random: SplittableRandom
  private var order: (epoch: Int, rows: [Int])?

  /// Batches of examples; the token of right steps is `good`, that of others the next one.
  ///
  /// - Throws: ``StrategyError`` if there are no examples.
  public init(_ examples: VerifierExamples, good: Int32, seed: UInt64) throws(StrategyError) {
    guard !examples.rows.isEmpty else { throw StrategyError("a verifier needs examples") }
    self.examples = examples
    self.good = good
    random = SplittableRandom(seed: seed)
  }

  /// An example of which the right or wrong of its steps is to be learnt.
  public func lesson(_ index: Int, length: Int) -> LessonRow {
    let row = examples.rows[row(at: index)]
    var chance = random.split(1).split(index)
    var targets = [Int32](repeating: -1, count: row.tokens.count)
    for (step, target) in row.targets.enumerated() {
      guard let target else { continue }
      let end = examples.promptLength + (step + 1) * examples.stepLength - 1
      targets[end] = chance.nextUniform() < target ? good : good + 1
    }
    return LessonRow(inputs: row.tokens, targets: targets)
  }

  private func row(at position: Int) -> Int {
    let (epoch, place) = position.quotientAndRemainder(dividingBy: examples.rows.count)
    if let order, order.epoch == epoch { return order.rows[place] }
    var chance = random.split(0).split(epoch)
    let rows = Array(examples.rows.indices).shuffled(using: &chance)
    order = (epoch, rows)
    return rows[place]
  }
}
