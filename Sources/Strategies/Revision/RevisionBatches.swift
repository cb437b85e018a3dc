internal import Quantities
internal import Statistics
internal import Training

/// Chains of wrong attempts with a right one at the end, drawn from examples [20].
///
/// A chain has from none to as many wrong attempts as the format shows, all numbers as probable; the
/// one nearest to the right solution by edit distance comes last. The loss counts on the right
/// solution alone. A share of chains shows a right attempt last, so that the model learns to keep one.
public final class RevisionBatches: LessonBatches {
  /// The number of rows written so far.
  public var position = 0

  private let examples: RevisionExamples
  private let keepShare: Double
  private let random: SplittableRandom

  /// - Parameters:
  ///   - examples: what chains are made of; at least one.
  ///   - keepShare: the share of chains with earlier attempts of which the last one is right.
  ///   - seed: where chance comes from.
  public init(_ examples: RevisionExamples, keepShare: Double = 0, seed: UInt64) {
    precondition(!examples.examples.isEmpty, "no examples of revisions")
    self.examples = examples
    self.keepShare = keepShare
    random = SplittableRandom(seed: seed)
  }

  /// The chain of a row: its tokens, and where the right solution starts.
  public func chain(_ index: Int) -> (tokens: [Int32], solutionStart: Int) {
    var random = random.split(index)
    let example = examples.examples[random.nextIndex(below: examples.examples.count)]
    let most = min(examples.format.context, example.wrong.count)
    let count = random.nextIndex(below: most + 1)
    var attempts = Array(example.wrong.shuffled(using: &random).prefix(count))
    let distances = attempts.map { editDistance($0, example.right) }
    if let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }) {
      attempts.append(attempts.remove(at: nearest))
      if random.nextUniform() < keepShare { attempts[attempts.count - 1] = example.right }
    }
    let prefix = examples.format.prefix(example.prompt, after: attempts)
    return (prefix + example.right, prefix.count)
  }

  /// A chain of which the right solution is to be learnt.
  public func lesson(_ index: Int, length: Int) -> LessonRow {
    let (tokens, start) = chain(index)
    return LessonRow(tokens, taughtFrom: start)
  }
}
