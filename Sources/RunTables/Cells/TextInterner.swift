/// Makes strings of cells, and the same string for the same bytes where that is cheap to know.
///
/// Columns of text mostly repeat a few names; sharing their storage keeps a million rows small.
struct TextInterner {
  let source: String
  private var keys: [[UInt8]] = Array(repeating: [], count: 512)
  private var values: [String] = Array(repeating: "", count: 512)

  init(source: String) { self.source = source }

  mutating func text(
    _ bytes: UnsafeBufferPointer<UInt8>, unescaping: Bool, line: Int, column: String?
  ) throws(TableError) -> String {
    if unescaping {
      return try Self.decode(
        Self.undoubled(bytes), source: source, line: line, column: column)
    }
    // Up to 15 bytes live inside the string itself: nothing to share.
    guard bytes.count > 15, bytes.count <= 256 else {
      return try Self.decode(bytes[...], source: source, line: line, column: column)
    }
    var hash: UInt32 = 2_166_136_261
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let slot = Int((hash ^ hash >> 16) & 511)
    if keys[slot].count == bytes.count, keys[slot].elementsEqual(bytes) { return values[slot] }
    let text = try Self.decode(bytes[...], source: source, line: line, column: column)
    keys[slot] = Array(bytes)
    values[slot] = text
    return text
  }

  /// The content of a quoted cell with doubled quotes made single.
  static func undoubled(_ content: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var plain: [UInt8] = []
    var skip = false
    for byte in content {
      if skip {
        skip = false
        continue
      }
      skip = byte == UInt8(ascii: "\"")
      plain.append(byte)
    }
    return plain
  }

  /// Decodes UTF-8 strictly: silently repaired names would no longer match anything.
  static func decode(
    _ bytes: some Collection<UInt8>, source: String, line: Int, column: String?
  ) throws(TableError) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // What is no UTF-8 would show as broken characters; its readable beginning says where it is.
    let beginning = String(decoding: bytes.prefix { $0 < 128 }, as: UTF8.self)
    throw TableError(
      .badData, source: source, line: line, column: column,
      found: beginning.isEmpty
        ? "text in another encoding"
        : "text in another encoding behind \(TableError.quoted(beginning))",
      expected: "UTF-8 text",
      hint: "save the file as UTF-8, or iconv -f WINDOWS-1252 -t UTF-8 FILE")
  }
}
