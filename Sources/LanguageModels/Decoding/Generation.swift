internal import Statistics
internal import Tensors

/// Continues prompts, token by token, in one batch.
///
/// Prompts may differ in length: all take in the shortest one's length at once, then each step gives
/// a sequence the next token of its prompt, or a drawn one once the prompt is over. What a sequence
/// draws depends on its own prompt and stream of chance, not on its neighbours in the batch.
public struct Generation: Sendable {
  /// How tokens are drawn.
  public var rule: SamplingRule
  /// The number of tokens to add at most.
  public var tokenLimit: Int
  /// Tokens that end a sequence; they are part of the result.
  public var stopTokens: Set<Int32>
  /// The seed of all draws; sequence i has the stream `split(i)`, counted from the first index.
  public var seed: UInt64

  /// All settings.
  public init(
    rule: SamplingRule = SamplingRule(), tokenLimit: Int, stopTokens: Set<Int32> = [],
    seed: UInt64 = 0
  ) {
    self.rule = rule
    self.tokenLimit = tokenLimit
    self.stopTokens = stopTokens
    self.seed = seed
  }

  /// Continues prompts in a session without tokens that has room for the longest prompt and what is
  /// added. `goesOn` is called for each token as it is drawn, with its sequence; false ends that
  /// sequence. Returns the tokens added to each prompt.
  public func run<Element>(
    _ prompts: [[Int32]], firstIndex: Int = 0, in session: DecodingSession<Element>,
    goesOn: (_ sequence: Int, _ token: Int32) -> Bool = { _, _ in true }
  ) -> [[Int32]] {
    precondition(prompts.count == session.batch, "\(prompts.count) prompts for \(session.batch)")
    precondition(prompts.allSatisfy { !$0.isEmpty }, "an empty prompt")
    precondition(session.length == 0, "the session has tokens already")
    var streams = prompts.indices.map { SplittableRandom(seed: seed).split(firstIndex + $0) }
    var added = prompts.map { _ in [Int32]() }
    var isOver = prompts.map { _ in tokenLimit <= 0 }
    guard let common = prompts.map(\.count).min() else { return [] }
    var logits = session.append(prompts.map { Array($0.prefix(common)) })
    let vocabulary = logits.count / session.batch
    while isOver.contains(false), session.length < session.cache.maximumLength + 1 {
      var next = [Int32](repeating: 0, count: prompts.count)
      let place = session.length
      for sequence in prompts.indices {
        if place < prompts[sequence].count {
          next[sequence] = prompts[sequence][place]
        } else if !isOver[sequence] {
          let row = logits[(sequence * vocabulary)..<((sequence + 1) * vocabulary)]
          let token =
            rule.repetitionPenalty == nil
            ? rule.draw(logits: row, using: &streams[sequence])
            : rule.draw(
              logits: row, present: prompts[sequence] + added[sequence], using: &streams[sequence])
          next[sequence] = token
          added[sequence].append(token)
          isOver[sequence] =
            !goesOn(sequence, token) || added[sequence].count >= tokenLimit
            || stopTokens.contains(token)
        }
      }
      guard isOver.contains(false), session.length < session.cache.maximumLength else { break }
      logits = session.step(next)
    }
    return added
  }
}
