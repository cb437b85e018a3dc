internal import Tensors

// Rewinding sequences, and continuing others.
extension DecodingCache {
  /// Whether the last tokens can be taken back: states would have to be computed anew, and a cache
  /// that has dropped keys does not have them any more.
  public var canRewind: Bool {
    let length = Int(lengths.buffer.max() ?? 0)
    return length <= capacity
      && entries.allSatisfy {
        if case .keysAndValues = $0 { return true }
        return false
      }
  }

  /// Forgets what came after the first tokens of every sequence.
  ///
  /// - Throws: ``ConfigurationError`` if the last tokens cannot be taken back.
  public func rewind(to length: Int) throws(ConfigurationError) {
    let longest = Int(lengths.buffer.max() ?? 0)
    precondition(length >= 0 && length <= longest, "\(length) of \(longest) tokens")
    if length == longest { return }
    if length == 0 { return clear() }
    guard canRewind else {
      throw ConfigurationError(
        longest > capacity
          ? "a cache of \(capacity) slots has dropped keys and cannot go back from \(longest) to "
            + "\(length) tokens"
          : "a model with recurrent states cannot go back from \(longest) to \(length) tokens")
    }
    lengths.buffer.update(repeating: Int32(length))
  }

  /// Makes each sequence hold what its parent held, of this cache or of another with the same
  /// policy and entries.
  func copySequences(_ parents: [Int], from source: DecodingCache<Element>) {
    precondition(
      parents.count == batch && parents.allSatisfy { (0..<source.batch).contains($0) },
      "\(parents.count) parents among \(source.batch) sequences for a batch of \(batch)")
    let isOwn = source === self
    let held = parents.map { min(Int(source.lengths.values[$0]), source.capacity) }
    for (entry, other) in zip(entries, source.entries) {
      switch (entry, other) {
      case (.keysAndValues(let keys, let values), .keysAndValues(let otherKeys, let otherValues)):
        Self.copyRows(of: keys, from: otherKeys, parents, isOwn: isOwn, held: held)
        Self.copyRows(of: values, from: otherValues, parents, isOwn: isOwn, held: held)
      case (.constant(let state), .constant(let otherState)):
        Self.copyRows(of: state, from: otherState, parents, isOwn: isOwn, held: nil)
      default: preconditionFailure("the caches belong to different models")
      }
    }
    let before = source.lengths.array
    for (sequence, parent) in parents.enumerated() {
      lengths.values[sequence] = before[parent]
    }
  }

  /// `held` is how many slots of each parent hold something; nil to copy all.
  private static func copyRows(
    of target: Tensor<Element>, from source: Tensor<Element>, _ parents: [Int], isOwn: Bool,
    held: [Int]?
  ) {
    let width = held == nil ? 1 : target.columnCount
    let (row, sourceRow) = (target.count / parents.count, source.count / source.shape[0])
    func count(_ sequence: Int) -> Int { held.map { $0[sequence] * width } ?? row }
    // Rows that are written before all that need them have read them.
    var kept: [Int: [Element]] = [:]
    if isOwn {
      for (sequence, parent) in parents.enumerated()
      where parent != sequence && parents[parent] != parent && kept[parent] == nil {
        kept[parent] = Array(
          UnsafeBufferPointer(start: source.values + parent * row, count: count(sequence)))
      }
    }
    for (sequence, parent) in parents.enumerated() where !(isOwn && parent == sequence) {
      let place = target.values + sequence * row
      if let rows = kept[parent] {
        rows.withUnsafeBufferPointer { from in
          guard let start = from.baseAddress else { return }
          place.update(from: start, count: from.count)
        }
      } else {
        place.update(from: source.values + parent * sourceRow, count: count(sequence))
      }
    }
  }
}
