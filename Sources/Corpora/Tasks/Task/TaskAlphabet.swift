internal import Statistics

/// A run of tokens with one role.
struct TaskAlphabet: Sendable, Hashable {
  let first: Int32
  let count: Int

  /// Starts right after the tokens `0 ..< first`.
  init(after first: Int, count: Int) {
    self.first = Int32(first)
    self.count = count
  }

  /// The token after the last: where the next alphabet starts.
  var end: Int { Int(first) + count }
  var tokens: [Int32] { (0..<count).map { self[$0] } }

  subscript(_ index: Int) -> Int32 { first + Int32(index) }

  func contains(_ token: Int32) -> Bool { token >= first && token < first + Int32(count) }

  func index(of token: Int32) -> Int { Int(token - first) }

  func draw(_ random: inout SplittableRandom) -> Int32 { self[random.nextIndex(below: count)] }

  /// Draws tokens that all differ, in random order.
  func distinct(_ wanted: Int, _ random: inout SplittableRandom) -> [Int32] {
    precondition(wanted <= count, "an alphabet of \(count) has no \(wanted) different tokens")
    var pool = tokens
    for index in 0..<wanted {
      pool.swapAt(index, index + random.nextIndex(below: count - index))
    }
    return Array(pool[..<wanted])
  }
}
