/// Walks through JSON text and remembers where values lie instead of building a tree.
///
/// Strict RFC 8259 but for `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes.
struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  let source: String
  var at: Int
  var end: Int
  /// The 1-based line of `at`, kept up to date by the blanks that are skipped.
  private(set) var line: Int

  /// The scanner recurses; no table of runs comes near this depth.
  static let deepest = 64

  init(bytes: UnsafeBufferPointer<UInt8>, source: String, at: Int, end: Int, line: Int) {
    self.bytes = bytes
    self.source = source
    self.at = at
    self.end = end
    self.line = line
  }

  /// Where a scalar value lies in the text.
  struct Slice {
    enum Kind: UInt8 {
      case missing, number, string, escapedString, verbatim
    }
    var start: Int
    var count: Int32
    var kind: Kind
  }

  mutating func skipBlanks() {
    while at < end {
      switch bytes[at] {
      case 10: line += 1
      case 13: if at + 1 == bytes.count || bytes[at + 1] != 10 { line += 1 }
      case 32, 9: break
      default: return
      }
      at += 1
    }
  }

  mutating func peek() -> UInt8? {
    skipBlanks()
    return at < end ? bytes[at] : nil
  }

  mutating func expect(_ byte: Unicode.Scalar, _ meaning: String) throws(TableError) {
    guard peek() == UInt8(ascii: byte) else { throw unexpected(meaning) }
    at += 1
  }

  func unexpected(_ expected: String) -> TableError {
    var found = "the end of the text"
    if at < end {
      let next = bytes[at..<min(end, at + 20)].prefix { $0 != 10 && $0 != 13 }
      found = TableError.quoted(String(decoding: next, as: UTF8.self))
    }
    return TableError(.badData, source: source, line: line, found: found, expected: expected)
  }

  mutating func string() throws(TableError) -> Slice {
    try expect("\"", "a string in double quotes")
    let start = at
    var escaped = false
    while at < end, bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] < 32 { throw unexpected("a string without line ends or control characters") }
      if bytes[at] == UInt8(ascii: "\\") {
        escaped = true
        at += 1
      }
      at += 1
    }
    guard at < end else {
      at = end
      throw unexpected("a closing quote")
    }
    let count = at - start
    at += 1
    return Slice(
      start: start, count: Int32(clamping: count), kind: escaped ? .escapedString : .string)
  }

  /// Reads one value as a single cell: arrays become their own text; objects are the caller's.
  mutating func cell(depth: Int) throws(TableError) -> Slice {
    switch peek() {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      let start = at
      try skipValue(depth: depth)
      return Slice(start: start, count: Int32(clamping: at - start), kind: .verbatim)
    default: return try word()
    }
  }

  /// Reads a number, `true`, `false`, `null` or one of Python's additions.
  private mutating func word() throws(TableError) -> Slice {
    let start = at
    while at < end, Self.isWord(bytes[at]) { at += 1 }
    let word = bytes[start..<at]
    func slice(_ kind: Slice.Kind) -> Slice {
      Slice(start: start, count: Int32(clamping: word.count), kind: kind)
    }
    if Self.isNumber(UnsafeBufferPointer(rebasing: word)) { return slice(.number) }
    for name in ["null", "NaN"] where word.elementsEqual(name.utf8) { return slice(.missing) }
    for name in ["Infinity", "-Infinity"] where word.elementsEqual(name.utf8) {
      return slice(.number)
    }
    for name in ["true", "false"] where word.elementsEqual(name.utf8) { return slice(.verbatim) }
    at = start
    throw unexpected("a JSON value")
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 43, 45, 46, 48...57, 65...90, 97...122, 95: true
    default: false
    }
  }

  private static func isNumber(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = 0
    func digit() -> Bool { at < word.count && CellRules.isDigit(word[at]) }
    if at < word.count, word[at] == UInt8(ascii: "-") { at += 1 }
    guard digit() else { return false }
    if word[at] == 48 { at += 1 } else { while digit() { at += 1 } }
    if at < word.count, word[at] == UInt8(ascii: ".") {
      at += 1
      guard digit() else { return false }
      while digit() { at += 1 }
    }
    if at < word.count, word[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < word.count, word[at] == 43 || word[at] == 45 { at += 1 }
      guard digit() else { return false }
      while digit() { at += 1 }
    }
    return at == word.count
  }

  /// Passes over one value, checking its grammar.
  mutating func skipValue(depth: Int) throws(TableError) {
    guard depth < Self.deepest else { throw tooDeep() }
    switch peek() {
    case UInt8(ascii: "{"):
      try members { (scanner, _) throws(TableError) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      try elements { (scanner) throws(TableError) in try scanner.skipValue(depth: depth + 1) }
    default: _ = try cell(depth: depth)
    }
  }

  func tooManyColumns() -> TableError {
    TableError(
      .badData, source: source, line: line, found: "more than 10000 columns",
      expected: "rows that share their keys")
  }

  func twice(_ key: String) -> TableError {
    TableError(
      .badData, source: source, line: line, found: "the key \(TableError.quoted(key)) twice",
      expected: "each key once in an object")
  }

  func tooDeep() -> TableError {
    TableError(
      .badData, source: source, line: line,
      found: "values nested more than \(Self.deepest) deep", expected: "a flat table")
  }

  mutating func members(
    _ body: (inout JSONScanner, Slice) throws(TableError) -> Void
  ) throws(TableError) {
    try expect("{", "an object")
    try list(to: "}", "a comma or the closing brace of the object") {
      (scanner) throws(TableError) in
      let key = try scanner.string()
      try scanner.expect(":", "a colon after the key")
      scanner.skipBlanks()
      try body(&scanner, key)
    }
  }

  mutating func elements(
    _ body: (inout JSONScanner) throws(TableError) -> Void
  ) throws(TableError) {
    try expect("[", "an array")
    try list(to: "]", "a comma or the closing bracket of the array", body)
  }

  @inline(__always)
  private mutating func list(
    to close: Unicode.Scalar, _ meaning: String,
    _ body: (inout JSONScanner) throws(TableError) -> Void
  ) throws(TableError) {
    if peek() == UInt8(ascii: close) {
      at += 1
      return
    }
    while true {
      skipBlanks()
      try body(&self)
      guard peek() == UInt8(ascii: ",") else { break }
      at += 1
    }
    try expect(close, meaning)
  }

  func text(_ slice: Slice, line: Int, column: String?) throws(TableError) -> String {
    let content = bytes[slice.start..<(slice.start + Int(slice.count))]
    guard slice.kind == .escapedString else {
      return try TextInterner.decode(content, source: source, line: line, column: column)
    }
    if let plain = Self.unescape(content) {
      return try TextInterner.decode(plain, source: source, line: line, column: column)
    }
    throw TableError(
      .badData, source: source, line: line, column: column,
      found: TableError.quoted(String(decoding: content, as: UTF8.self)),
      expected: "only the escapes of JSON (\\n, \\\", \\u00e9, …)")
  }

  /// Nil for a malformed string.
  private static func unescape(_ content: Swift.Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
    var plain: [UInt8] = []
    var rest = content
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        plain.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "n"): plain.append(10)
      case UInt8(ascii: "t"): plain.append(9)
      case UInt8(ascii: "r"): plain.append(13)
      case UInt8(ascii: "b"): plain.append(8)
      case UInt8(ascii: "f"): plain.append(12)
      case UInt8(ascii: "\""): plain.append(34)
      case UInt8(ascii: "\\"): plain.append(92)
      case UInt8(ascii: "/"): plain.append(47)
      case UInt8(ascii: "u"):
        guard var code = hexadecimal(&rest) else { return nil }
        if code & 0xFC00 == 0xD800 {
          guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"),
            let low = hexadecimal(&rest), low & 0xFC00 == 0xDC00
          else { return nil }
          code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
        }
        guard let scalar = Unicode.Scalar(code) else { return nil }
        plain += Array(String(Character(scalar)).utf8)
      default: return nil
      }
    }
    return plain
  }

  private static func hexadecimal(_ rest: inout Swift.Slice<UnsafeBufferPointer<UInt8>>) -> UInt32?
  {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = rest.popFirst(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 128
      else { return nil }
      code = code << 4 | UInt32(digit)
    }
    return code
  }
}
