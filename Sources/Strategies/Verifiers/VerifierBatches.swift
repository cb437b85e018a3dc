internal import Statistics
public import Training

/// A verifier's examples as batches, in a new order each epoch.
///
/// A step's target is `good` with the probability that the example gives it and `bad` otherwise,
/// drawn anew each time: in expectation the cross-entropy with soft targets.
public final class VerifierBatches: BatchSource {
  /// The number of rows written so far.
  public var position = 0

  private let examples: VerifierExamples
  private let good: Int32
  private let random: SplittableRandom
  private var order: (epoch: Int, rows: [Int])?

  /// - Parameters:
  ///   - examples: what to learn from; at least one row.
  ///   - good: the token of right steps; the next one is that of others.
  ///   - seed: where order and targets come from.
  /// - Throws: ``StrategyError`` if there are no examples.
  public init(_ examples: VerifierExamples, good: Int32, seed: UInt64) throws(StrategyError) {
    guard !examples.rows.isEmpty else { throw StrategyError("a verifier needs examples") }
    self.examples = examples
    self.good = good
    random = SplittableRandom(seed: seed)
  }

  /// Writes the next rows, padded at the end with token 0 that predicts nothing.
  ///
  /// - Parameters:
  ///   - tokens: room for the rows.
  ///   - targets: room for the targets; −1 where nothing is asked.
  ///   - sequences: the number of rows.
  ///   - length: the tokens of a row, at least those of an example.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    tokens.update(repeating: 0)
    targets.update(repeating: -1)
    for sequence in 0..<sequences {
      let row = examples.rows[row(at: position)]
      precondition(row.tokens.count <= length, "rows have \(row.tokens.count) tokens")
      var chance = random.split(1).split(position)
      for (place, token) in row.tokens.enumerated() { tokens[sequence * length + place] = token }
      for (step, target) in row.targets.enumerated() {
        guard let target else { continue }
        let end = examples.promptLength + (step + 1) * examples.stepLength - 1
        targets[sequence * length + end] = chance.nextUniform() < target ? good : good + 1
      }
      position += 1
    }
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
