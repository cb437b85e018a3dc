public import Tensors

/// What decoding keeps of a batch of sequences: keys and values, or states, a layer.
public final class DecodingCache<Element: TensorElement> {
  /// The number of sequences.
  public let batch: Int
  /// The longest sequence that it can hold.
  public let maximumLength: Int
  /// Which keys and values are kept.
  public let policy: CachePolicy
  /// The number of tokens of each sequence that came before the pass that runs: `[batch]`.
  public let lengths: IndexTensor
  /// The number of slots that hold a key once the pass has written its own: `[batch]`.
  public let filled: IndexTensor

  private let arena = Arena()
  private(set) var entries: [Entry] = []

  enum Entry {
    case keysAndValues(keys: Tensor<Element>, values: Tensor<Element>)
    case constant(Tensor<Element>)
  }

  /// An empty cache for a model. `states` say what each mixer needs kept, in the order of
  /// execution.
  public init(
    states: [MixerState], batch: Int, maximumLength: Int, policy: CachePolicy = .full
  ) {
    self.batch = batch
    self.maximumLength = maximumLength
    self.policy = policy
    lengths = IndexTensor([batch], in: arena)
    filled = IndexTensor([batch], in: arena)
    let capacity = policy.capacity(length: maximumLength)
    entries = states.map { state in
      switch state {
      case .keysAndValues(let keyWidth, let valueWidth):
        return .keysAndValues(
          keys: Tensor([batch, capacity, keyWidth], in: arena),
          values: Tensor([batch, capacity, valueWidth], in: arena))
      case .constant(let count):
        return .constant(Tensor([batch, count], in: arena))
      }
    }
  }

  /// The number of slots a sequence.
  public var capacity: Int { policy.capacity(length: maximumLength) }

  /// Bytes that the cache holds.
  public var byteCount: Int { arena.bytesUsed }

  /// The keys and values of a slot, `[batch, capacity, width]` each. `slot` is the place of the
  /// mixer in the order of execution.
  public func keysAndValues(_ slot: Int) -> (keys: Tensor<Element>, values: Tensor<Element>) {
    guard case .keysAndValues(let keys, let values) = entries[slot] else {
      preconditionFailure("slot \(slot) keeps a state, not keys and values")
    }
    return (keys, values)
  }

  /// Records copying the keys and values of a pass into a slot. `projected` holds queries, keys and
  /// values side by side, `[batch · length, columns]`. `slot` is the place of the mixer in the
  /// order of execution. Returns the slot's keys and values, `[batch, capacity, width]` each.
  public func append(
    _ projected: Tensor<Element>, keyColumn: Int, valueColumn: Int, to slot: Int,
    in pass: ForwardPass<Element>
  ) -> (keys: Tensor<Element>, values: Tensor<Element>) {
    let (keys, values) = keysAndValues(slot)
    pass.tape.record(
      CacheAppend(
        projected: projected, keyColumn: keyColumn, valueColumn: valueColumn, keys: keys,
        values: values, length: pass.length, lengths: lengths, policy: policy))
    return (keys, values)
  }

  /// The state of a slot, `[batch, count]`. `slot` is the place of the mixer in the order of
  /// execution.
  public func state(_ slot: Int) -> Tensor<Element> {
    guard case .constant(let state) = entries[slot] else {
      preconditionFailure("slot \(slot) keeps keys and values, not a state")
    }
    return state
  }

  /// Forgets all sequences.
  public func clear() {
    lengths.buffer.update(repeating: 0)
    filled.buffer.update(repeating: 0)
    for case .constant(let state) in entries { state.buffer.update(repeating: 0) }
  }

  /// Tells the cache that a pass over `count` further tokens of each sequence is about to run.
  func prepare(_ count: Int) {
    for sequence in 0..<batch {
      filled.values[sequence] = Int32(min(Int(lengths.values[sequence]) + count, capacity))
    }
  }

  func advance(_ count: Int) {
    for sequence in 0..<batch { lengths.values[sequence] += Int32(count) }
  }
}

private struct CacheAppend<Element: TensorElement>: Operation {
  /// Queries, keys and values side by side, `[batch · length, columns]`.
  var projected: Tensor<Element>
  var keyColumn: Int
  var valueColumn: Int
  var keys: Tensor<Element>
  var values: Tensor<Element>
  var length: Int
  var lengths: IndexTensor
  var policy: CachePolicy

  var name: String { "cache append" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let (batch, capacity) = (keys.shape[0], keys.shape[1])
    let (keyWidth, valueWidth) = (keys.shape[2], values.shape[2])
    let columns = projected.columnCount
    for sequence in 0..<batch {
      for index in 0..<length {
        let slot = policy.slot(position: Int(lengths.values[sequence]) + index)
        precondition(slot < capacity, "the cache holds \(capacity) tokens a sequence, not more")
        let row = projected.values + (sequence * length + index) * columns
        let place = sequence * capacity + slot
        (keys.values + place * keyWidth).update(from: row + keyColumn, count: keyWidth)
        (values.values + place * valueWidth).update(from: row + valueColumn, count: valueWidth)
      }
    }
  }

  func backward(_ run: Execution) {}
}
