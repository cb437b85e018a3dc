import Foundation

enum ByteText {
  /// The bytes after a UTF-8 byte order mark; throws for an empty file and for UTF-16.
  static func utf8Body(
    of bytes: UnsafeBufferPointer<UInt8>, source: String
  ) throws(TableError) -> UnsafeBufferPointer<UInt8> {
    let head = Array(bytes.prefix(4))
    let marked = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
    // Without a mark, the zero half of each ASCII character gives UTF-16 away.
    let zeros = head.map { $0 == 0 }
    if marked || zeros == [false, true, false, true] || zeros == [true, false, true, false] {
      throw TableError(
        .badData, source: source, line: 1, found: "UTF-16 text",
        expected: "UTF-8", hint: "save the file as UTF-8")
    }
    let body = head.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    guard body.contains(where: { !isBlank($0) }) else {
      throw TableError(
        .badData, source: source, found: "an empty file", expected: "a table with a header row")
    }
    return UnsafeBufferPointer(rebasing: body)
  }

  static func format(of text: UnsafeBufferPointer<UInt8>, name: String) -> TableFormat {
    switch (name as NSString).pathExtension.lowercased() {
    case "csv": return .csv
    case "tsv": return .tsv
    case "jsonl", "ndjson": return .jsonl
    case "json": return .json
    default: break
    }
    switch text.first(where: { !isBlank($0) }) {
    case UInt8(ascii: "["), UInt8(ascii: "{"): return .json
    default: return .csv
    }
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 32 || byte == 9 || byte == 10 || byte == 13
  }
}
