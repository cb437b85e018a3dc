/// Finds the spellings of given tokens in text: the leftmost first, of several at one place the
/// longest.
struct SpellingFinder: Sendable {
  enum Piece {
    case text(Range<Int>)
    case token(Int32)
  }

  /// Longest first.
  private let spellings: [(token: Int32, bytes: [UInt8])]
  private let isFirstByte: [Bool]

  init(_ spellings: [(token: Int32, bytes: [UInt8])]) {
    let useful = spellings.filter { !$0.bytes.isEmpty }
    self.spellings = useful.sorted { $0.bytes.count > $1.bytes.count }
    var first = [Bool](repeating: false, count: 256)
    for spelling in useful { first[Int(spelling.bytes[0])] = true }
    isFirstByte = first
  }

  func forEachPiece(of bytes: UnsafeBufferPointer<UInt8>, _ body: (Piece) -> Void) {
    var start = 0
    var index = spellings.isEmpty ? bytes.count : 0
    while index < bytes.count {
      guard isFirstByte[Int(bytes[index])],
        let found = spellings.first(where: { bytes[index...].starts(with: $0.bytes) })
      else {
        index += 1
        continue
      }
      if start < index { body(.text(start..<index)) }
      body(.token(found.token))
      index += found.bytes.count
      start = index
    }
    if start < bytes.count { body(.text(start..<bytes.count)) }
  }
}
