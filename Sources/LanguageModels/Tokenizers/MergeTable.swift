/// The merges of a byte-pair vocabulary: which token two neighbours become, and how early.
struct MergeTable: Sendable {
  static let none = UInt32.max

  private var keys: [UInt64]
  private var ranks: [UInt32]
  /// The token that the merge of each rank makes.
  private(set) var merged: [Int32] = []
  private let mask: Int

  /// Makes the table from pairs and the tokens they become, earliest first; of a pair given twice
  /// the later rank counts.
  init(_ merges: [(left: Int32, right: Int32, merged: Int32)]) {
    var size = 16
    while size < merges.count * 4 { size *= 2 }
    mask = size - 1
    keys = [UInt64](repeating: .max, count: size)
    ranks = [UInt32](repeating: Self.none, count: size)
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      let slot = slot(of: key)
      keys[slot] = key
      ranks[slot] = UInt32(rank)
      merged.append(merge.merged)
    }
  }

  /// The rank of a pair's merge, or `none`.
  @inline(__always)
  func rank(_ left: Int32, _ right: Int32) -> UInt32 {
    ranks[slot(of: Self.key(left, right))]
  }

  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while keys[slot] != key, keys[slot] != .max { slot = (slot + 1) & mask }
    return slot
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}

extension MergeTable {
  /// Merges the symbols of one word in place: the pair of lowest rank first, of equals the
  /// leftmost, until none is left.
  func merge(_ symbols: inout [Int32]) {
    if symbols.count <= 48 { mergeShort(&symbols) } else { mergeLong(&symbols) }
  }

  /// Scans for the lowest rank after every merge: quadratic, and fastest for real words.
  private func mergeShort(_ symbols: inout [Int32]) {
    var count = symbols.count
    guard count > 1 else { return }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { ranks in
      symbols.withUnsafeMutableBufferPointer { symbols in
        for index in 0..<(count - 1) { ranks[index] = rank(symbols[index], symbols[index + 1]) }
        while count > 1 {
          var best = MergeTable.none
          var place = 0
          for index in 0..<(count - 1) where ranks[index] < best {
            best = ranks[index]
            place = index
          }
          if best == MergeTable.none { break }
          symbols[place] = merged[Int(best)]
          count -= 1
          var index = place + 1
          while index < count {
            symbols[index] = symbols[index + 1]
            ranks[index - 1] = ranks[index]
            index += 1
          }
          if place > 0 { ranks[place - 1] = rank(symbols[place - 1], symbols[place]) }
          if place + 1 < count { ranks[place] = rank(symbols[place], symbols[place + 1]) }
        }
      }
    }
    symbols.removeLast(symbols.count - count)
  }

  /// A heap of candidate merges over a linked list: `O(n log n)`, for runs of one sign and the
  /// like that the word pattern does not cut.
  private func mergeLong(_ symbols: inout [Int32]) {
    let count = symbols.count
    var next = Array(1...count)
    var previous = Array(-1..<(count - 1))
    var heap = Heap<UInt64>()
    func push(_ place: Int) {
      let after = next[place]
      guard after < count else { return }
      let rank = rank(symbols[place], symbols[after])
      if rank != MergeTable.none { heap.push(UInt64(rank) << 32 | UInt64(place)) }
    }
    for place in 0..<count { push(place) }
    while let candidate = heap.pop() {
      let place = Int(candidate & 0xFFFF_FFFF)
      let rank = UInt32(candidate >> 32)
      // A candidate is stale once either symbol has been merged into another.
      guard symbols[place] >= 0, next[place] < count else { continue }
      let gone = next[place]
      guard self.rank(symbols[place], symbols[gone]) == rank else { continue }
      symbols[place] = merged[Int(rank)]
      symbols[gone] = -1
      next[place] = next[gone]
      if next[place] < count { previous[next[place]] = place }
      push(place)
      if previous[place] >= 0 { push(previous[place]) }
    }
    symbols.removeAll { $0 < 0 }
  }
}
