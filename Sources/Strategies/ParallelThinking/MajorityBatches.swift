internal import Statistics
internal import Training

/// Paths that each name the right answer with some probability and a random one otherwise, with the
/// right answer as the summary: what a model must learn from is their majority [61].
///
/// A row is the start, P paths of a tag, an answer and an end, and the mark of the summary; only the
/// summary's answer is to be learnt. Tags are drawn without repetition.
public final class MajorityBatches: LessonBatches {
  /// The number of rows written so far.
  public var position = 0
  /// The number of different answers; their tokens follow the start, token 0.
  public let answerCount: Int
  /// The number of paths, P.
  public let paths: Int
  /// The number of tags, whose tokens follow the end and the summary's mark.
  public let tagCount: Int
  /// The probability that a path is right.
  public let reliability: Double

  private let random: SplittableRandom

  /// Rows with at least as many tags as paths, and at least two answers.
  public init(answerCount: Int, paths: Int, tagCount: Int, reliability: Double, seed: UInt64) {
    precondition(paths <= tagCount && answerCount > 1, "\(paths) paths, \(tagCount) tags")
    self.answerCount = answerCount
    self.paths = paths
    self.tagCount = tagCount
    self.reliability = reliability
    random = SplittableRandom(seed: seed)
  }

  /// The number of different tokens.
  public var vocabularyCount: Int { 3 + answerCount + tagCount }
  /// The token that ends a path.
  public var endToken: Int32 { Int32(1 + answerCount) }
  /// The token that starts the summary.
  public var summaryMark: Int32 { Int32(2 + answerCount) }
  /// The token of the first tag.
  public var firstTag: Int32 { Int32(3 + answerCount) }
  /// The parts of a row, without the summary's answer.
  public var layout: ParallelLayout {
    ParallelLayout(
      promptLength: 1, pathLengths: Array(repeating: 3, count: paths), summaryLength: 1)
  }

  /// A row: its tokens, the answers of its paths, and the right one.
  public func row(_ index: Int) -> (tokens: [Int32], votes: [Int], right: Int) {
    var random = random.split(index)
    let right = random.nextIndex(below: answerCount)
    let tags = (0..<tagCount).shuffled(using: &random).prefix(paths)
    var (tokens, votes) = ([Int32(0)], [Int]())
    for tag in tags {
      let isRight = random.nextUniform() < reliability
      let vote = isRight ? right : random.nextIndex(below: answerCount)
      votes.append(vote)
      tokens += [firstTag + Int32(tag), Int32(1 + vote), endToken]
    }
    return (tokens + [summaryMark], votes, right)
  }

  /// A row of which the summary's answer is to be learnt.
  public func lesson(_ index: Int, length: Int) -> LessonRow {
    let row = row(index)
    precondition(row.tokens.count == length, "rows of \(row.tokens.count) tokens, not \(length)")
    return LessonRow(row.tokens + [Int32(1 + row.right)], taughtFrom: length)
  }
}
