public import Tensors

/// A rule by which each head sees some of the tokens, for patterns that are neither all nor a window.
///
/// A pass over whole sequences follows the rule by a list of blocks; decoding reads from the cache
/// only what the rule lets a query see.
public struct KeySelection: Sendable {
  /// Whether all heads see the same tokens.
  public var isSharedByHeads: Bool
  /// Whether a head's query sees a key in a sequence of a length: `(head, query, key, length)`. In
  /// a causal model it is asked for keys up to the query only, and must not depend on the length.
  public var isVisible: @Sendable (_ head: Int, _ query: Int, _ key: Int, _ length: Int) -> Bool

  /// A rule of single pairs.
  public init(
    isSharedByHeads: Bool,
    isVisible: @escaping @Sendable (_ head: Int, _ query: Int, _ key: Int, _ length: Int) -> Bool
  ) {
    self.isSharedByHeads = isSharedByHeads
    self.isVisible = isVisible
  }

  /// The rule as a list of blocks.
  public func blocks(headCount: Int, length: Int, isCausal: Bool) -> BlockList {
    BlockList(headCount: headCount, queryCount: length, keyCount: length, isCausal: isCausal) {
      _, head, query, key in
      (!isCausal || key <= query) && isVisible(isSharedByHeads ? 0 : head, query, key, length)
    }
  }

  /// Records the attention of new tokens to what they see of a cache. `queries` is
  /// `[batch · length, …]`, heads side by side. `cached` has the slot's keys and values,
  /// `[batch, capacity, width]` each. Returns the heads' results side by side, `[rows, H·d]`.
  func decode<Element: TensorElement>(
    _ queries: HeadColumns<Element>,
    _ cached: (keys: Tensor<Element>, values: Tensor<Element>),
    _ settings: AttentionSettings<Element>, _ cache: DecodingCache<Element>,
    in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let capacity = cached.keys.shape[1]
    let keys = tape.reshape(cached.keys, [pass.batch * capacity, cached.keys.shape[2]])
    let values = tape.reshape(cached.values, [pass.batch * capacity, cached.values.shape[2]])
    let group = settings.headCount / settings.keyValueHeadCount
    let heads = isSharedByHeads ? [0] : Array(0..<settings.headCount)
    let results = heads.map { head in
      // Each query is a sequence of its own with the keys that it sees, the last ones being padding.
      let most = (0..<capacity).reduce(1) { most, query in
        max(most, (0...query).count { isVisible(head, query, $0, capacity) })
      }
      let places = tape.indices([pass.rows * most])
      let ends = tape.indices([pass.rows])
      tape.record(
        VisibleKeys<Element>(
          selection: self, head: head, capacity: capacity, length: pass.length,
          lengths: cache.lengths, places: places, ends: ends))
      var own = settings
      own.batch = pass.rows
      own.pattern = .full
      own.keyEnds = ends
      var (queryColumn, keyColumn, valueColumn) = (queries.column, 0, 0)
      if !isSharedByHeads {
        (own.headCount, own.keyValueHeadCount) = (1, 1)
        queryColumn += head * settings.headWidth
        keyColumn = head / group * settings.headWidth
        valueColumn = head / group * settings.valueWidth
        own.temperature = settings.temperature.map { tape.columns($0, head..<head + 1) }
        own.sinkScore = settings.sinkScore.map {
          tape.reshape(
            tape.columns(tape.reshape($0, [1, settings.headCount]), head..<head + 1), [1])
        }
      }
      return tape.attention(
        queries: HeadColumns(queries.tensor, column: queryColumn),
        keys: HeadColumns(tape.embedding(keys, places), column: keyColumn),
        values: HeadColumns(tape.embedding(values, places), column: valueColumn), own
      ).output
    }
    return results.count == 1 ? results[0] : tape.concatenateColumns(results)
  }
}

private struct VisibleKeys<Element: TensorElement>: Operation {
  let selection: KeySelection
  let head: Int
  let capacity: Int
  let length: Int
  let lengths: IndexTensor
  let places: IndexTensor
  let ends: IndexTensor

  var name: String { "visible keys" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let most = places.count / ends.count
    places.buffer.update(repeating: -1)
    for row in 0..<ends.count {
      let sequence = row / length
      let query = Int(lengths.values[sequence]) + row % length
      var count = 0
      for key in 0...query where selection.isVisible(head, query, key, capacity) {
        places.values[row * most + count] = Int32(sequence * capacity + key)
        count += 1
      }
      ends.values[row] = Int32(count)
    }
  }

  func backward(_ run: Execution) {}
}
