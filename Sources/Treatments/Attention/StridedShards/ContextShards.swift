/// Which blocks of the past each head sees: the recent ones, and one of `stride` older ones [212].
public struct ContextShards: Hashable, Sendable {
  /// Tokens in a block, b.
  public var block: Int
  /// Recent blocks that every head sees, the query's own included, w.
  public var localBlocks: Int
  /// One of so many older blocks is seen by a head, v.
  public var stride: Int
  /// Whether all heads see the same older blocks.
  public var isSameForAllHeads: Bool

  /// A rule for the keys of each head.
  public init(block: Int, localBlocks: Int, stride: Int, isSameForAllHeads: Bool = false) {
    self.block = block
    self.localBlocks = localBlocks
    self.stride = stride
    self.isSameForAllHeads = isSameForAllHeads
  }

  /// Whether block r belongs to the shard of head h of H: (r + h·step + 1) mod v = 0 with
  /// step = max(1, ⌊v/H⌋).
  public func isInShard(_ keyBlock: Int, head: Int, heads: Int) -> Bool {
    let step = isSameForAllHeads ? 0 : max(1, stride / heads)
    return (keyBlock + head * step + 1) % stride == 0
  }

  /// Whether a query of head h of H sees a key, which is not after it.
  public func contains(_ key: Int, of query: Int, head: Int, heads: Int) -> Bool {
    query / block - key / block < localBlocks
      || isInShard(key / block, head: head, heads: heads)
  }

  /// Pairs of a query and a key that see each other, over all heads.
  public func pairCount(heads: Int, length: Int) -> Int {
    let blocks = (length + block - 1) / block
    func size(_ index: Int) -> Int { min(block, length - index * block) }
    return (0..<heads).reduce(0) { sum, head in
      // Blocks of the shard before the local ones, which are all whole.
      var older = 0
      var total = 0
      for query in 0..<blocks {
        if query >= localBlocks, isInShard(query - localBlocks, head: head, heads: heads) {
          older += 1
        }
        let whole = older + min(query, localBlocks - 1)
        total += size(query) * whole * block + size(query) * (size(query) + 1) / 2
      }
      return sum + total
    }
  }

  /// Keys that the next query in the last block sees, over all key heads, each keeping what one of
  /// its query heads sees.
  public func keptKeys(heads: Int, keyHeads: Int, length: Int) -> Int {
    let group = heads / keyHeads
    let last = (length - 1) / block
    return (0..<keyHeads).reduce(0) { sum, keyHead in
      (0...last).reduce(sum) { sum, keyBlock in
        let isKept =
          last - keyBlock < localBlocks
          || (keyHead * group..<(keyHead + 1) * group).contains {
            isInShard(keyBlock, head: $0, heads: heads)
          }
        return sum + (isKept ? min(block, length - keyBlock * block) : 0)
      }
    }
  }
}
