public import Tensors

/// Decodes a batch of sequences with a cache: the same logits as one pass over all tokens, a few
/// tokens at a time.
///
/// Passes are recorded once a chunk size and replayed; a step of one token allocates nothing after
/// the first. All sequences have the same length at any time.
public final class DecodingSession<Element: TensorElement> {
  /// What decodes.
  public let model: LanguageModel<Element>
  /// Keys, values and states of the tokens so far.
  public let cache: DecodingCache<Element>

  private let pool: ThreadPool
  private let hooks: Hooks<Element>
  private var steps: [Int: Step] = [:]

  private struct Step {
    var pass: ForwardPass<Element>
    var logits: Tensor<Element>
  }

  /// A session without tokens.
  ///
  /// - Parameters:
  ///   - model: what decodes; its parameters must not change while the session lives.
  ///   - batch: the number of sequences.
  ///   - maximumLength: the longest sequence; the model's context length by default.
  ///   - policy: which keys and values are kept.
  ///   - pool: the threads.
  ///   - hooks: functions at named sites.
  /// - Throws: ``ConfigurationError`` if the model cannot be decoded this way.
  public init(
    _ model: LanguageModel<Element>, batch: Int, maximumLength: Int? = nil,
    policy: CachePolicy = .full, pool: ThreadPool, hooks: Hooks<Element> = Hooks()
  ) throws(ConfigurationError) {
    let configuration = model.configuration
    guard configuration.isCausal else {
      throw ConfigurationError("an encoder sees all tokens at once and cannot be decoded")
    }
    let length = maximumLength ?? configuration.contextLength
    if case .learned = configuration.positions, length > configuration.contextLength {
      throw ConfigurationError(
        "the model has learned positions up to \(configuration.contextLength) tokens, not \(length)"
      )
    }
    if case .window(let width, let sinks) = policy {
      guard width > 0, sinks >= 0 else {
        throw ConfigurationError("a cache of \(width) tokens and \(sinks) sinks")
      }
      let ownPatterns = configuration.layers.contains {
        if case .attention(let attention) = $0.tokenMixer { return attention.pattern != .all }
        return false
      }
      if configuration.positions == .linearBias || ownPatterns {
        throw ConfigurationError(
          "a cache that drops keys needs scores that do not depend on distances between slots; "
            + "this model has distance biases or windows of its own")
      }
    }
    self.model = model
    self.pool = pool
    self.hooks = hooks
    cache = DecodingCache(
      states: model.mixerStates, batch: batch, maximumLength: length, policy: policy)
  }

  /// The number of sequences.
  public var batch: Int { cache.batch }

  /// The number of tokens of each sequence so far.
  public var length: Int { Int(cache.lengths.values[0]) }

  /// Takes in further tokens of every sequence.
  ///
  /// - Parameter tokens: as many for each sequence; at least one.
  /// - Returns: the logits after the last token of each sequence, `[batch, vocabulary]`; overwritten
  ///   by the next call.
  @discardableResult
  public func append(_ tokens: [[Int32]]) -> UnsafeBufferPointer<Element> {
    precondition(tokens.count == batch, "\(tokens.count) sequences for a batch of \(batch)")
    let count = tokens[0].count
    precondition(count > 0 && tokens.allSatisfy { $0.count == count }, "sequences differ in length")
    var start = 0
    var logits = UnsafeBufferPointer<Element>(start: nil, count: 0)
    while start < count {
      let chunk = chunkLength(remaining: count - start)
      logits = run(chunk) { sequence, index in tokens[sequence][start + index] }
      start += chunk
    }
    return logits
  }

  /// Takes in one further token of every sequence.
  ///
  /// - Parameter tokens: one a sequence.
  /// - Returns: the logits of the next tokens, `[batch, vocabulary]`; overwritten by the next call.
  @discardableResult
  public func step(_ tokens: [Int32]) -> UnsafeBufferPointer<Element> {
    precondition(tokens.count == batch, "\(tokens.count) tokens for a batch of \(batch)")
    return run(1) { sequence, _ in tokens[sequence] }
  }

  /// Forgets all tokens.
  public func clear() { cache.clear() }

  /// Few sizes, since each has a recording of its own; a cache that drops keys takes single tokens
  /// once it is full, so that no query loses a key that it should see.
  private func chunkLength(remaining: Int) -> Int {
    let room = cache.policy == .full ? remaining : cache.capacity - length
    for size in [64, 8] where remaining >= size && room >= size { return size }
    return 1
  }

  private func run(
    _ length: Int, _ token: (_ sequence: Int, _ index: Int) -> Int32
  ) -> UnsafeBufferPointer<Element> {
    precondition(
      self.length + length <= cache.maximumLength,
      "the session was made for \(cache.maximumLength) tokens a sequence")
    cache.prepare(length)
    let pass =
      steps[length]?.pass
      ?? ForwardPass(
        tape: Tape(pool: pool, isDifferentiable: false, holdsWeightsFixed: true), batch: batch,
        length: length,
        hooks: hooks, cache: cache)
    for sequence in 0..<batch {
      for index in 0..<length {
        pass.tokens.values[sequence * length + index] = token(sequence, index)
      }
    }
    pass.updatePositions()
    let logits: Tensor<Element>
    if let step = steps[length] {
      step.pass.tape.replay()
      logits = step.logits
    } else {
      // Recording runs the pass for the first time.
      logits = model.lastLogits(pass)
      steps[length] = Step(pass: pass, logits: logits)
    }
    cache.advance(length)
    return UnsafeBufferPointer(logits.buffer)
  }
}

extension LanguageModel {
  /// Records a pass and the logits after the last token of each sequence, `[batch, vocabulary]`.
  func lastLogits(_ pass: ForwardPass<Element>) -> Tensor<Element> {
    var final = pass.site("final", activations(pass))
    if pass.length > 1 {
      let last = pass.tape.indices([pass.batch])
      for sequence in 0..<pass.batch {
        last.values[sequence] = Int32((sequence + 1) * pass.length - 1)
      }
      final = pass.tape.embedding(final, last)
    }
    return pass.tape.part("head") { pass.site("logits", head.record(final, on: pass.tape)) }
  }
}
