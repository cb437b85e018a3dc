public import Tensors

/// Decodes a batch of sequences with a cache: the same logits as one pass over all tokens, a few
/// tokens at a time.
///
/// Passes are recorded once a chunk size and replayed; a step of one token allocates nothing after
/// the first. All sequences have the same length at any time; they can be rewound to an earlier
/// one, and one sequence can continue from what another holds.
public final class DecodingSession<Element: TensorElement> {
  /// The model that decodes.
  public let model: LanguageModel<Element>
  /// Keys, values and states of the tokens so far.
  public let cache: DecodingCache<Element>
  /// The work of the session since it was made; it does not know which tokens were drawn.
  public private(set) var use = ModelUse()

  private let pool: ThreadPool
  private let packedWeights: PackedWeights<Element>
  private let hooks: Hooks<Element>
  private let passOperations: PassOperations
  private var steps: [StepShape: Step] = [:]
  /// Logits of passes that were cut into several.
  private var gathered = UnsafeMutableBufferPointer<Element>(start: nil, count: 0)

  private struct StepShape: Hashable {
    var length: Int
    /// Whether all tokens have logits, not the last ones alone.
    var isScored: Bool
  }

  private struct Step {
    var pass: ForwardPass<Element>
    var logits: Tensor<Element>
  }

  /// A session without tokens.
  ///
  /// The model's parameters must not change while the session lives. `maximumLength` is the model's
  /// context length by default. `packedWeights` shares the model's weights in the order that short
  /// passes read them with other sessions of it, so that they are packed once; nil for the
  /// session's own.
  ///
  /// - Throws: ``ConfigurationError`` if the model cannot be decoded this way.
  public init(
    _ model: LanguageModel<Element>, batch: Int, maximumLength: Int? = nil,
    policy: CachePolicy = .full, pool: ThreadPool, hooks: Hooks<Element> = Hooks(),
    packedWeights: PackedWeights<Element>? = nil
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
    self.packedWeights = packedWeights ?? PackedWeights()
    self.hooks = hooks
    passOperations = PassOperations(configuration, policy: policy)
    cache = DecodingCache(
      states: model.mixerStates, batch: batch, maximumLength: length, policy: policy)
  }

  deinit { gathered.deallocate() }

  /// The number of sequences.
  public var batch: Int { cache.batch }

  /// The number of tokens of each sequence so far.
  public var length: Int { Int(cache.lengths.values[0]) }

  /// Takes in further tokens, as many of every sequence and at least one. Returns the logits after
  /// the last token of each sequence, `[batch, vocabulary]`; overwritten by the next call.
  @discardableResult
  public func append(_ tokens: [[Int32]]) -> UnsafeBufferPointer<Element> {
    precondition(tokens.count == batch, "\(tokens.count) sequences for a batch of \(batch)")
    let count = tokens[0].count
    precondition(count > 0 && tokens.allSatisfy { $0.count == count }, "sequences differ in length")
    var start = 0
    var logits = UnsafeBufferPointer<Element>(start: nil, count: 0)
    while start < count {
      let chunk = chunkLength(remaining: count - start)
      logits = run(StepShape(length: chunk, isScored: false)) { sequence, index in
        tokens[sequence][start + index]
      }
      start += chunk
    }
    return logits
  }

  /// Takes in further tokens of every sequence and gives the logits after each of them.
  ///
  /// Up to 16 tokens are one pass, which costs far less than as many passes of one token; more are
  /// cut into passes of 64, 16 and what remains.
  ///
  /// Every sequence gets as many, at least one. Returns `[batch, count, vocabulary]`; overwritten
  /// by the next call.
  public func logits(appending tokens: [[Int32]]) -> UnsafeBufferPointer<Element> {
    precondition(tokens.count == batch, "\(tokens.count) sequences for a batch of \(batch)")
    let count = tokens[0].count
    precondition(count > 0 && tokens.allSatisfy { $0.count == count }, "sequences differ in length")
    let vocabulary = model.configuration.vocabularyCount
    var start = 0
    while start < count {
      let chunk = scoredChunkLength(remaining: count - start)
      let logits = run(StepShape(length: chunk, isScored: true)) { sequence, index in
        tokens[sequence][start + index]
      }
      if chunk == count { return logits }
      gather(logits, rows: start..<start + chunk, of: count, vocabulary)
      start += chunk
    }
    return UnsafeBufferPointer(rebasing: gathered.prefix(batch * count * vocabulary))
  }

  /// Takes in one further token of every sequence. Returns the logits of the next tokens,
  /// `[batch, vocabulary]`; overwritten by the next call.
  @discardableResult
  public func step(_ tokens: [Int32]) -> UnsafeBufferPointer<Element> {
    precondition(tokens.count == batch, "\(tokens.count) tokens for a batch of \(batch)")
    return run(StepShape(length: 1, isScored: false)) { sequence, _ in tokens[sequence] }
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

  private func scoredChunkLength(remaining: Int) -> Int {
    let room = cache.policy == .full ? remaining : min(remaining, cache.capacity - length)
    if room >= 64 { return 64 }
    return max(min(room, 16), 1)
  }

  private func gather(
    _ logits: UnsafeBufferPointer<Element>, rows: Range<Int>, of count: Int, _ vocabulary: Int
  ) {
    let needed = batch * count * vocabulary
    if gathered.count < needed {
      gathered.deallocate()
      gathered = .allocate(capacity: needed)
    }
    let size = rows.count * vocabulary
    for sequence in 0..<batch {
      let place = (sequence * count + rows.lowerBound) * vocabulary
      _ = UnsafeMutableBufferPointer(rebasing: gathered[place..<place + size])
        .update(fromContentsOf: logits[sequence * size..<(sequence + 1) * size])
    }
  }

  private func run(
    _ shape: StepShape, _ token: (_ sequence: Int, _ index: Int) -> Int32
  ) -> UnsafeBufferPointer<Element> {
    let length = shape.length
    // With one token a sequence the last ones are all of them.
    let shape = StepShape(length: length, isScored: shape.isScored && length > 1)
    precondition(
      self.length + length <= cache.maximumLength,
      "the session was made for \(cache.maximumLength) tokens a sequence")
    cache.prepare(length)
    let pass =
      steps[shape]?.pass
      ?? ForwardPass(
        tape: Tape(
          pool: pool, isDifferentiable: false, holdsWeightsFixed: true,
          packedWeights: packedWeights), batch: batch, length: length, hooks: hooks, cache: cache)
    for sequence in 0..<batch {
      for index in 0..<length {
        pass.tokens.values[sequence * length + index] = token(sequence, index)
      }
    }
    pass.updatePositions()
    let logits: Tensor<Element>
    if let step = steps[shape] {
      step.pass.tape.replay()
      logits = step.logits
    } else {
      // Recording runs the pass for the first time.
      logits = shape.isScored ? model.logits(pass) : model.lastLogits(pass)
      steps[shape] = Step(pass: pass, logits: logits)
    }
    use += ModelUse(
      processedTokens: batch * length, passes: 1,
      operations: Double(batch)
        * passOperations.operations(
          from: self.length, count: length, logitRows: shape.isScored ? length : 1))
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
