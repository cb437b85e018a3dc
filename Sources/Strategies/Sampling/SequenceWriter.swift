internal import LanguageModels
internal import Statistics
internal import Tensors

/// Writes sequences of the same length side by side in one session.
///
/// The last token of each sequence is taken in when the next one is asked for, so that sequences can
/// be reordered between and the last token of a solution costs nothing.
final class SequenceWriter {
  private let session: DecodingSession<Float>
  private let pool: ThreadPool
  private let rows: Int
  private var pending: [[Int32]]

  /// Starts from prefixes, at least one, all of the same length.
  init(_ policy: Policy, _ prefixes: [[Int32]]) throws {
    session = try policy.sessions.session(reading: prefixes.map { $0.dropLast() })
    pool = policy.pool
    rows = prefixes.count
    let last = prefixes.map { Array($0.suffix(1)) }
    // Sequences that nobody asked for do what the first one does.
    pending = last + Array(repeating: last[0], count: session.batch - rows)
  }

  /// Draws so many further tokens of every sequence, each from a stream of its own.
  func draw(
    _ count: Int, by rule: SamplingRule, from streams: [SplittableRandom]
  ) -> [[Int32]] {
    precondition(streams.count == rows, "\(streams.count) streams for \(rows) sequences")
    var streams = streams
    var drawn = Array(repeating: [Int32](), count: rows)
    var next = [Int32](repeating: 0, count: session.batch)
    for _ in 0..<count {
      let logits = session.append(pending)
      let width = logits.count / session.batch
      let block = 32
      streams.withUnsafeMutableBufferPointer { streams in
        next.withUnsafeMutableBufferPointer { next in
          pool.forEach((rows + block - 1) / block) { part in
            for row in part * block..<min((part + 1) * block, rows) {
              next[row] = rule.draw(
                logits: logits[row * width..<(row + 1) * width], using: &streams[row])
            }
          }
        }
      }
      for row in rows..<session.batch { next[row] = next[0] }
      for row in 0..<rows { drawn[row].append(next[row]) }
      pending = next.map { [$0] }
    }
    return drawn
  }

  /// Lets each sequence go on from what another one has written.
  ///
  /// - Parameter parents: for each sequence, the one that it goes on from.
  func reorder(_ parents: [Int]) {
    let all = parents + (rows..<session.batch)
    session.reorder(parents: all)
    pending = all.map { pending[$0] }
  }

  /// Where the writer stands, to come back to.
  struct Mark {
    fileprivate var length: Int
    fileprivate var pending: [[Int32]]
  }

  /// Where the writer stands.
  var mark: Mark { Mark(length: session.length, pending: pending) }

  /// Forgets what was drawn since a mark.
  func rewind(to mark: Mark) throws {
    try session.rewind(to: mark.length)
    pending = mark.pending
  }

  /// Draws the most probable tokens.
  func continueGreedily(_ count: Int) -> [[Int32]] {
    draw(
      count, by: .greedy,
      from: Array(repeating: SplittableRandom(seed: 0), count: rows))
  }
}
