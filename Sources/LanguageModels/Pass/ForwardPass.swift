public import Tensors

/// One recording of a model on a tape: its tokens, and what the layers share while they record.
/// Fill ``tokens`` and replay the tape to run the same pass on other tokens.
public final class ForwardPass<Element: TensorElement> {
  /// Where operations are recorded.
  public let tape: Tape<Element>
  /// The number of sequences.
  public let batch: Int
  /// The number of tokens of each sequence in this pass.
  public let length: Int
  /// The tokens, sequence by sequence: `[batch · length]`.
  public let tokens: IndexTensor
  /// The place of each token in its sequence: `[batch · length]`; counted on from the cache's tokens
  /// while decoding.
  public let positions: IndexTensor
  /// The segment of each token, for models with token types: `[batch · length]`.
  public let tokenTypes: IndexTensor
  /// How many tokens of each sequence count, for an encoder over padded sequences: `[batch]`.
  public let lengths: IndexTensor
  /// Functions at named sites.
  public let hooks: Hooks<Element>
  /// Keys, values and states of earlier tokens, while decoding.
  public let cache: DecodingCache<Element>?
  /// Terms that layers add to the loss: balance of routers and the like.
  public var auxiliaryLosses: [Tensor<Element>] = []
  /// The mean cross-entropy in nats per token alone, once a loss is recorded.
  public internal(set) var crossEntropy: Tensor<Element>?
  /// Attention as it was computed, by the layer's name, for diagnostics.
  public var attentions: [String: AttentionResult<Element>] = [:]
  /// What routers decided, by site.
  public var routings: [String: Routing<Element>] = [:]
  /// What a layer leaves for a later one, by a name that both know.
  public var carried: [String: Tensor<Element>] = [:]

  private let outer: ForwardPass<Element>?
  private var rotary: (width: Int, base: Double, table: RotaryTable<Element>)?

  /// A pass that is not recorded yet.
  public init(
    tape: Tape<Element>, batch: Int, length: Int, hooks: Hooks<Element> = Hooks(),
    cache: DecodingCache<Element>? = nil
  ) {
    precondition(batch > 0 && length > 0, "a pass over \(batch) sequences of \(length) tokens")
    self.tape = tape
    self.batch = batch
    self.length = length
    self.hooks = hooks
    self.cache = cache
    outer = nil
    tokens = tape.indices([batch * length])
    positions = tape.indices([batch * length])
    tokenTypes = tape.indices([batch * length])
    lengths = tape.indices([batch])
    lengths.buffer.update(repeating: Int32(length))
    updatePositions()
  }

  /// A pass over some of the tokens of another one, on its tape, without its cache. An operation of
  /// the tape fills `positions`, the place of each token in its sequence, `[batch · length]`.
  public init(within outer: ForwardPass<Element>, length: Int, positions: IndexTensor) {
    precondition(
      length > 0 && positions.count == outer.batch * length,
      "\(positions.count) positions for \(outer.batch) sequences of \(length) tokens")
    self.outer = outer
    self.length = length
    self.positions = positions
    tape = outer.tape
    batch = outer.batch
    hooks = outer.hooks
    cache = nil
    tokens = tape.indices([batch * length])
    tokenTypes = tape.indices([batch * length])
    lengths = tape.indices([batch])
    lengths.buffer.update(repeating: Int32(length))
  }

  /// Takes over what the layers of a pass within this one left: their terms of the loss, and what
  /// their routers decided.
  public func absorb(_ inner: ForwardPass<Element>, suffix: String) {
    auxiliaryLosses += inner.auxiliaryLosses
    for (site, routing) in inner.routings { routings["\(site).\(suffix)"] = routing }
  }

  /// Counts the tokens' places on from what the cache holds now.
  func updatePositions() {
    for sequence in 0..<batch {
      let start = cache?.lengths.values[sequence] ?? 0
      for index in 0..<length {
        positions.values[sequence * length + index] = start + Int32(index)
      }
    }
  }

  /// Whether the pass is recorded for training; layers that see later tokens in training follow
  /// another rule where this is false.
  public var isTraining: Bool { tape.isDifferentiable }

  /// Cosines and sines for all positions that this pass can see.
  public func rotaryTable(width: Int, base: Double) -> RotaryTable<Element> {
    if let outer { return outer.rotaryTable(width: width, base: base) }
    if let rotary, rotary.width == width, rotary.base == base { return rotary.table }
    let table = RotaryTable<Element>(
      positionCount: cache?.maximumLength ?? length, dimensions: width, base: base, in: tape.arena)
    rotary = (width, base, table)
    return table
  }

  /// The number of rows of every activation: all tokens of all sequences.
  public var rows: Int { batch * length }

  /// The activation at a named site, or what a hook puts in its place.
  public func site(_ site: String, _ activation: Tensor<Element>) -> Tensor<Element> {
    hooks.apply(at: site, to: activation, on: tape)
  }
}
