public import Tensors

/// The parts of a sequence in which several paths of thought stand side by side: a prompt, paths that
/// do not see each other, and a summary that sees all of them [61].
///
/// Every path starts with the token of its tag, at the position after the prompt's last; the summary
/// starts at the position after the longest path's last.
public struct ParallelLayout: Codable, Hashable, Sendable {
  /// The tokens of the prompt.
  public var promptLength: Int
  /// The tokens of each path, its tag included.
  public var pathLengths: [Int]
  /// The tokens of the summary, its first mark included.
  public var summaryLength: Int

  /// A layout of parts of at least one token each.
  public init(promptLength: Int, pathLengths: [Int], summaryLength: Int) {
    precondition(
      promptLength > 0 && pathLengths.allSatisfy { $0 > 0 } && summaryLength >= 0,
      "\(promptLength) tokens, paths of \(pathLengths) and a summary of \(summaryLength)")
    self.promptLength = promptLength
    self.pathLengths = pathLengths
    self.summaryLength = summaryLength
  }

  /// All tokens.
  public var length: Int { promptLength + pathLengths.reduce(0, +) + summaryLength }

  /// Where a path, from 0, stands among the tokens.
  public func range(ofPath path: Int) -> Range<Int> {
    let start = promptLength + pathLengths.prefix(path).reduce(0, +)
    return start..<start + pathLengths[path]
  }

  /// Where the summary starts among the tokens.
  public var summaryStart: Int { length - summaryLength }

  /// The part of each token: 0 for the prompt, then the paths, then the summary.
  public var segments: [Int] {
    Array(repeating: 0, count: promptLength)
      + pathLengths.enumerated().flatMap { Array(repeating: $0.offset + 1, count: $0.element) }
      + Array(repeating: pathLengths.count + 1, count: summaryLength)
  }

  /// The position of each token, which paths share.
  public var positions: [Int32] {
    let summary = promptLength + (pathLengths.max() ?? 0)
    return
      (Array(0..<promptLength) + pathLengths.flatMap { promptLength..<promptLength + $0 }
      + Array(summary..<summary + summaryLength)).map { Int32($0) }
  }

  /// Which pairs of tokens see each other: those of one part, all with the prompt, the summary with
  /// all; and none sees what stands behind it.
  public func blocks(headCount: Int) -> BlockList {
    let segments = segments
    let summary = pathLengths.count + 1
    return BlockList(
      headCount: headCount, queryCount: length, keyCount: length, isCausal: true
    ) { _, _, query, key in
      key <= query
        && (segments[query] == segments[key] || segments[key] == 0 || segments[query] == summary)
    }
  }
}
