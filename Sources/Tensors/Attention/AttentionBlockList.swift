internal import CKernels

/// Which keys each query of each head sees, as a list of tiles of 64 queries by 64 keys.
///
/// Tiles that nobody sees are not in the list and cost nothing; a tile seen in part carries a bit
/// for each pair, so any rule is followed exactly. Equal tiles share their bits.
public final class BlockList: Sendable {
  /// Queries and keys in a tile.
  public static let tile = Int(AKN_ATTENTION_TILE)

  /// The number of heads.
  public let headCount: Int
  /// The number of queries of a sequence.
  public let queryCount: Int
  /// The number of keys of a sequence.
  public let keyCount: Int
  /// Whether, besides, no query sees keys behind its own position.
  public let isCausal: Bool
  /// Pairs of a query and a key in the tiles of the list, the unit of the kernel's work.
  public let tiledPairCount: Int
  /// Pairs of a query and a key that see each other, with the first query at position 0.
  public let pairCount: Int

  // Written in the initialiser only and given back in the deinitialiser, never changed in between.
  nonisolated(unsafe) let rows: UnsafeMutableBufferPointer<Int32>
  nonisolated(unsafe) let keys: UnsafeMutableBufferPointer<Int32>
  nonisolated(unsafe) let masks: UnsafeMutableBufferPointer<Int32>
  nonisolated(unsafe) let bits: UnsafeMutableBufferPointer<UInt64>

  /// The list of a rule about single pairs.
  ///
  /// `layer` is handed to the rule, so that one rule can serve a whole model. `isCausal` hides keys
  /// behind a query's own position besides. `isAllowed` is asked once whether in a layer and head
  /// the query of row i sees key j: `(layer, head, i, j)`.
  public convenience init(
    headCount: Int, queryCount: Int, keyCount: Int, layer: Int = 0, isCausal: Bool = false,
    where isAllowed: (_ layer: Int, _ head: Int, _ i: Int, _ j: Int) -> Bool
  ) {
    let tile = Self.tile
    var table = Table(queryCount: queryCount, keyCount: keyCount, isCausal: isCausal)
    for head in 0..<headCount {
      for firstQuery in stride(from: 0, to: queryCount, by: tile) {
        let queries = firstQuery..<min(firstQuery + tile, queryCount)
        for firstKey in stride(from: 0, to: keyCount, by: tile) {
          let keys = firstKey..<min(firstKey + tile, keyCount)
          let words = keys.map { key in
            queries.reduce(into: UInt64(0)) { word, query in
              if isAllowed(layer, head, query, key) { word |= 1 << UInt64(query - firstQuery) }
            }
          }
          table.append(words, query: firstQuery / tile, key: firstKey / tile)
        }
        table.endRow()
      }
    }
    self.init(table, headCount: headCount)
  }

  /// The list of a rule about whole tiles. `isCausal` hides keys behind a query's own position
  /// besides. `isAllowed` says whether in a head a tile of queries sees a tile of keys:
  /// `(head, queryTile, keyTile)`.
  public convenience init(
    headCount: Int, queryCount: Int, keyCount: Int, isCausal: Bool,
    whereTiles isAllowed: (_ head: Int, _ queryTile: Int, _ keyTile: Int) -> Bool
  ) {
    let tile = Self.tile
    var table = Table(queryCount: queryCount, keyCount: keyCount, isCausal: isCausal)
    for head in 0..<headCount {
      for query in 0..<(queryCount + tile - 1) / tile {
        for key in 0..<(keyCount + tile - 1) / tile where isAllowed(head, query, key) {
          table.appendWhole(query: query, key: key)
        }
        table.endRow()
      }
    }
    self.init(table, headCount: headCount)
  }

  private init(_ table: Table, headCount: Int) {
    (self.headCount, queryCount, keyCount) = (headCount, table.queryCount, table.keyCount)
    isCausal = table.isCausal
    (rows, keys, masks, bits) = table.copies()
    (pairCount, tiledPairCount) = (table.pairCount, table.tiledPairCount)
  }

  deinit {
    rows.deallocate()
    keys.deallocate()
    masks.deallocate()
    bits.deallocate()
  }
}

private struct Table {
  var queryCount: Int
  var keyCount: Int
  var isCausal: Bool
  var rows: [Int32] = [0]
  var keys: [Int32] = []
  var masks: [Int32] = []
  var bits: [UInt64] = []
  var known: [[UInt64]: Int32] = [:]
  var pairCount = 0
  var tiledPairCount = 0

  init(queryCount: Int, keyCount: Int, isCausal: Bool) {
    self.queryCount = queryCount
    self.keyCount = keyCount
    self.isCausal = isCausal
  }

  /// The queries of a tile that exist, as bits.
  private func existing(_ query: Int) -> UInt64 {
    let count = min(64, queryCount - 64 * query)
    return count == 64 ? .max : (1 << UInt64(count)) - 1
  }

  private mutating func count(_ words: [UInt64], query: Int, key: Int) {
    for (index, word) in words.enumerated() {
      // Queries before the key do not see it.
      let hidden = 64 * key + index - 64 * query
      let causal: UInt64 = hidden >= 64 ? 0 : hidden <= 0 ? .max : .max << UInt64(hidden)
      pairCount += (isCausal ? word & causal : word).nonzeroBitCount
    }
    tiledPairCount += min(64, queryCount - 64 * query) * words.count
  }

  mutating func append(_ words: [UInt64], query: Int, key: Int) {
    guard words.contains(where: { $0 != 0 }) else { return }
    keys.append(Int32(key))
    count(words, query: query, key: key)
    let whole = existing(query)
    if words.allSatisfy({ $0 == whole }) {
      masks.append(-1)
      return
    }
    let padded = words + [UInt64](repeating: 0, count: 64 - words.count)
    if let index = known[padded] {
      masks.append(index)
    } else {
      let index = Int32(bits.count / 64)
      known[padded] = index
      bits += padded
      masks.append(index)
    }
  }

  mutating func appendWhole(query: Int, key: Int) {
    keys.append(Int32(key))
    masks.append(-1)
    let words = [UInt64](repeating: existing(query), count: min(64, keyCount - 64 * key))
    count(words, query: query, key: key)
  }

  mutating func endRow() { rows.append(Int32(keys.count)) }

  typealias Integers = UnsafeMutableBufferPointer<Int32>
  func copies() -> (Integers, Integers, Integers, UnsafeMutableBufferPointer<UInt64>) {
    (copy(rows), copy(keys), copy(masks), copy(bits))
  }

  private func copy<Value: BitwiseCopyable>(
    _ values: [Value]
  ) -> UnsafeMutableBufferPointer<Value> {
    let place = UnsafeMutableBufferPointer<Value>.allocate(capacity: max(values.count, 1))
    _ = place.initialize(from: values)
    return place
  }
}
