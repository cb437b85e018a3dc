internal import LanguageModels
internal import Statistics
public import Tensors

/// Thoughts on one problem along parallel paths.
public struct ParallelThoughts: Codable, Sendable, Hashable {
  /// The paths, each with its tag first; all end where the first one did.
  public var paths: [[Int32]]
  /// The summary, its mark first.
  public var summary: [Int32]
  /// Tokens of paths and summary that were drawn.
  public var drawn: Int
  /// Floating-point operations, with the paths' keys and values kept for the summary.
  public var operations: Double
}

extension ParallelThinking where Element == Float {
  /// Thinks about prompts of one length with at most as many paths as there are tags: draws the paths
  /// side by side, all stopped when the first one
  /// ends, then the summary.
  ///
  /// The summary is computed over the whole sequence anew for each of its tokens; what is counted is
  /// the arithmetic of an engine that keeps the paths' keys and values.
  ///
  /// - Throws: an error if the model cannot be decoded.
  public func think(
    about prompts: [[Int32]], _ settings: ThinkingSettings, pool: ThreadPool
  ) throws -> [ParallelThoughts] {
    guard let length = prompts.first?.count else { return [] }
    precondition(prompts.allSatisfy { $0.count == length }, "prompts differ in length")
    precondition(settings.paths <= tagCount, "\(settings.paths) paths, but \(tagCount) tags")
    let paths = try drawPaths(prompts, settings, pool: pool)
    var summaries = paths.map { _ in [settings.summaryMark] }
    // Problems whose paths are as long have the same layout.
    let byLength = Dictionary(grouping: paths.indices) { paths[$0][0].count }
    for (_, rows) in byLength.sorted(by: { $0.key < $1.key }) {
      for _ in 0..<settings.summaryLength {
        let next = summaryTokens(
          rows.map { prompts[$0] }, paths: rows.map { paths[$0] },
          summaries: rows.map { summaries[$0] }, pool: pool)
        for (row, token) in zip(rows, next) { summaries[row].append(token) }
      }
    }
    return zip(paths, summaries).map { paths, summary in
      ParallelThoughts(
        paths: paths, summary: summary,
        drawn: settings.paths * (paths[0].count - 1) + settings.summaryLength,
        operations: operations(prompt: length, path: paths[0].count, settings))
    }
  }

  /// The most probable next token of summaries after given paths. Prompts are of one length, as are
  /// summaries, each with its mark first; paths, each with its tag first, are as many and as long
  /// of all prompts.
  public func summaryTokens(
    _ prompts: [[Int32]], paths: [[[Int32]]], summaries: [[Int32]], pool: ThreadPool
  ) -> [Int32] {
    let layout = ParallelLayout(
      promptLength: prompts[0].count, pathLengths: paths[0].map(\.count),
      summaryLength: summaries[0].count)
    let tape = Tape<Element>(pool: pool, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: prompts.count, length: layout.length)
    let rows = prompts.indices.map { prompts[$0] + paths[$0].flatMap { $0 } + summaries[$0] }
    pass.tokens.assign(rows.flatMap { $0 })
    let logits = logits(pass, layout)
    let width = logits.columnCount
    return rows.indices.map { row in
      let last = logits.buffer[
        ((row + 1) * layout.length - 1) * width..<(row + 1) * layout.length * width]
      let best = last.indices.max { (last[$0], -$0) < (last[$1], -$1) } ?? last.startIndex
      return Int32(best - last.startIndex)
    }
  }

  /// The floating-point operations of thinking about one prompt, with the keys and values of paths kept.
  public func operations(prompt: Int, path: Int, _ settings: ThinkingSettings) -> Double {
    let costs = PassOperations(model.configuration)
    return costs.operations(from: 0, count: prompt, logitRows: 0)
      + Double(settings.paths) * costs.operations(from: prompt, count: path, logitRows: path - 1)
      + costs.operations(
        from: prompt + settings.paths * path, count: settings.summaryLength,
        logitRows: settings.summaryLength)
  }

  /// The paths of each prompt, from tags of their own, all stopped where the first one ends.
  private func drawPaths(
    _ prompts: [[Int32]], _ settings: ThinkingSettings, pool: ThreadPool
  ) throws -> [[[Int32]]] {
    let count = settings.paths
    let rows = prompts.count * count
    let session = try DecodingSession(
      model, batch: rows, maximumLength: prompts[0].count + settings.pathLimit, pool: pool)
    let root = SplittableRandom(seed: settings.seed)
    var streams = (0..<rows).map { root.split($0 / count).split($0 % count) }
    var paths = (0..<rows).map { [token(ofTag: $0 % count)] }
    var ends = prompts.map { _ in settings.pathLimit }
    tags.decoding = Array(repeating: -1, count: rows)
    session.append((0..<rows).map { prompts[$0 / count] })
    tags.decoding = (0..<rows).map { Int32($0 % count) }
    defer { tags.decoding = [] }
    var length = 1
    while length < settings.pathLimit, ends.contains(settings.pathLimit) {
      let logits = session.step(paths.map { $0[length - 1] })
      let vocabulary = logits.count / rows
      length += 1
      for row in 0..<rows {
        // Problems whose paths have ended are drawn on unheard.
        let next = settings.rule.draw(
          logits: logits[row * vocabulary..<(row + 1) * vocabulary], using: &streams[row])
        paths[row].append(next)
        if next == settings.endToken { ends[row / count] = min(ends[row / count], length) }
      }
    }
    return prompts.indices.map { problem in
      (0..<count).map { Array(paths[problem * count + $0].prefix(ends[problem])) }
    }
  }
}
