/// The tokens of words met before: most words of a text are repetitions.
struct WordCache: Sendable {
  /// Beyond this many words the cache starts anew, which bounds its memory.
  private static let capacity = 1 << 17
  /// Longer words are rarely met twice.
  static let longestWord = 64

  private var words = ByteStringTable()
  private var ends: [Int] = []
  private var tokens: [Int32] = []
  /// Scratch for the word being merged.
  var symbols: [Int32] = []

  /// Appends the tokens of a word from the cache, or makes and keeps them.
  mutating func append(
    _ word: UnsafeBufferPointer<UInt8>, to output: inout [Int32],
    orMake make: (inout [Int32]) -> Void
  ) {
    let (index, isNew) = words.insert(word)
    if !isNew {
      let start = index == 0 ? 0 : ends[index - 1]
      if ends[index] == start + 1 {
        output.append(tokens[start])
      } else {
        output.append(contentsOf: tokens[start..<ends[index]])
      }
      return
    }
    make(&symbols)
    tokens.append(contentsOf: symbols)
    ends.append(tokens.count)
    output.append(contentsOf: symbols)
    if words.count >= Self.capacity {
      words.removeAll()
      ends.removeAll(keepingCapacity: true)
      tokens.removeAll(keepingCapacity: true)
    }
  }
}
