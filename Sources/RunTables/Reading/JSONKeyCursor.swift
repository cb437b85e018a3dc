/// The column expected next: rows mostly repeat the keys of the row before in the same order.
struct JSONKeyCursor: Sendable {
  private var next = 0
  /// The keys as they stand in the text; nil for a nested key, which has no spelling of its own.
  private var spellings: [[UInt8]?] = []

  mutating func add() { spellings.append(nil) }

  mutating func restart() { next = 0 }

  /// The column of a key where it is the one expected, and how a key that is not nested is written.
  mutating func expected(
    _ key: JSONScanner.Slice, _ prefix: String, _ scanner: JSONScanner
  ) -> (column: Int?, spelling: Slice<UnsafeBufferPointer<UInt8>>?) {
    guard prefix.isEmpty, key.kind == .string else { return (nil, nil) }
    let spelling = scanner.bytes[key.start..<(key.start + Int(key.count))]
    guard next < spellings.count, let known = spellings[next], known.count == spelling.count,
      known.elementsEqual(spelling)
    else { return (nil, spelling) }
    next += 1
    return (next - 1, spelling)
  }

  mutating func move(to column: Int, spelling: Slice<UnsafeBufferPointer<UInt8>>?) {
    if let spelling { spellings[column] = Array(spelling) }
    next = column + 1
  }
}
