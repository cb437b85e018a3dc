import Foundation
import OrderedCollections

/// Keys of JSON objects in order of first appearance, those of nested objects joined with dots.
struct JSONKeys: Sendable {
  private(set) var names: OrderedSet<String> = []
  private var cursor = JSONKeyCursor()
  private var lastRow: [Int] = []
  private var row = 0

  mutating func add(_ name: String) {
    if names.append(name).inserted {
      cursor.add()
      lastRow.append(0)
    }
  }

  /// Calls the closure with the column and the cell of each value of one object.
  mutating func read(
    _ scanner: inout JSONScanner,
    _ body: (Int, JSONScanner.Slice, JSONScanner) throws(TableError) -> Void
  ) throws(TableError) {
    row += 1
    cursor.restart()
    try object(&scanner, "", 0, body)
  }

  private mutating func object(
    _ scanner: inout JSONScanner, _ prefix: String, _ depth: Int,
    _ body: (Int, JSONScanner.Slice, JSONScanner) throws(TableError) -> Void
  ) throws(TableError) {
    guard depth < JSONScanner.deepest else { throw scanner.tooDeep() }
    try scanner.members { (scanner, key) throws(TableError) in
      if scanner.peek() == UInt8(ascii: "{") {
        let name = try scanner.text(key, line: scanner.line, column: nil)
        try self.object(&scanner, prefix + name + ".", depth + 1, body)
      } else {
        let column = try self.column(key, prefix, scanner)
        guard self.lastRow[column] < self.row else {
          throw scanner.twice(self.names[column])
        }
        self.lastRow[column] = self.row
        try body(column, try scanner.cell(depth: depth + 1), scanner)
      }
    }
  }

  private mutating func column(
    _ key: JSONScanner.Slice, _ prefix: String, _ scanner: JSONScanner
  ) throws(TableError) -> Int {
    let (known, spelling) = cursor.expected(key, prefix, scanner)
    if let known { return known }
    var name = prefix + (try scanner.text(key, line: scanner.line, column: nil))
    if name.isEmpty { name = "unnamed" }
    guard names.count < 10_000 || names.contains(name) else { throw scanner.tooManyColumns() }
    add(name)
    let index = names.firstIndex(of: name) ?? 0
    cursor.move(to: index, spelling: spelling)
    return index
  }
}

enum JSONRows {
  /// Calls the closure before each object with its line, from 0; returns the number of line ends.
  static func each(
    _ bytes: UnsafeBufferPointer<UInt8>, source: String, isArray: Bool, newline: UInt8,
    _ body: (inout JSONScanner, Int) throws(TableError) -> Void
  ) throws(TableError) -> Int {
    if isArray {
      var scanner = JSONScanner(bytes: bytes, source: source, at: 0, end: bytes.count, line: 0)
      try scanner.elements { (scanner) throws(TableError) in
        guard scanner.peek() == UInt8(ascii: "{") else {
          throw scanner.unexpected("an object, one a row")
        }
        try body(&scanner, scanner.line)
      }
      if scanner.peek() != nil { throw scanner.unexpected("the end of the text") }
      return scanner.line
    }
    var start = 0
    var line = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != newline { end += 1 }
      var scanner = JSONScanner(bytes: bytes, source: source, at: start, end: end, line: line)
      if let first = scanner.peek() {
        guard first == UInt8(ascii: "{") else {
          throw scanner.unexpected("an object in braces, one a line")
        }
        try body(&scanner, line)
        if scanner.peek() != nil { throw scanner.unexpected("the end of the line") }
      }
      if end < bytes.count { line += 1 }
      start = end + 1
    }
    return line
  }
}

/// Reads JSON lines, or a JSON array of objects, in two passes: the keys, then the rows.
struct OutcomeJSON {
  let text: UnsafeBufferPointer<UInt8>
  let source: String
  let options: OutcomeOptions
  let isArray: Bool

  private var newline: UInt8 { !text.contains(10) && text.contains(13) ? 13 : 10 }

  /// An array is one block.
  private func records() -> RecordBlocks {
    RecordBlocks(
      stream: ByteStream(pending: text, descriptor: nil, source: source), newline: newline,
      hasQuotes: false, blockBytes: isArray ? text.count + 1 : options.blockBytes)
  }

  func read() throws(TableError) -> (OutcomeSchema, OutcomeReading.Result) {
    var keys = try survey()
    guard !keys.names.isEmpty else {
      throw TableError(
        .badData, source: source, found: "no rows", expected: "at least one row of data")
    }
    let schema = try OutcomeSchema(names: Array(keys.names), source: source, options: options)
    let reading = OutcomeReading(schema: schema, threads: options.workerCount)
    keys = keys.restarted()
    let (known, newline, isArray) = (keys, newline, isArray)
    let result = try reading.run(records(), linesBefore: 0) { buffer, index, worker in
      Self.block(
        buffer.bytes, index, worker, keys: known, newline: newline, isArray: isArray)
    }
    return (schema, result)
  }

  /// All keys in order of first appearance; checks the grammar.
  private func survey() throws(TableError) -> JSONKeys {
    var keys = JSONKeys()
    let newline = newline
    do throws(TableError) {
      _ = try JSONRows.each(text, source: source, isArray: isArray, newline: newline) {
        (scanner, _) throws(TableError) in
        try keys.read(&scanner) { (_, _, _) throws(TableError) in }
      }
    } catch {
      var located = error
      located.line = error.line.map { $0 + 1 }
      throw located
    }
    return keys
  }

  private static func block(
    _ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ worker: OutcomeWorker, keys: JSONKeys,
    newline: UInt8, isArray: Bool
  ) -> OutcomeBlock {
    var keys = keys
    let schema = worker.schema
    let capacity =
      bytes.reduce(1) { $1 == UInt8(ascii: "{") ? $0 + 1 : $0 } + OutcomeBlock.listedRows(in: bytes)
    var block = OutcomeBlock(
      index: index, worker: worker.number, capacity: capacity, schema: schema)
    let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    var seen = [Int](repeating: -1, count: schema.uses.count)
    do throws(TableError) {
      block.lineCount = try JSONRows.each(
        bytes, source: schema.source, isArray: isArray, newline: newline
      ) { (scanner, line) throws(TableError) in
        worker.beginRow()
        let row = block.rows
        try keys.read(&scanner) { (column, slice, scanner) throws(TableError) in
          seen[column] = row
          let uses = schema.uses[column]
          guard !uses.isEmpty else { return }
          // The point of JSON's own numbers is decimal.
          worker.isJSONNumber = slice.kind == .number
          defer { worker.isJSONNumber = false }
          let content = UnsafeBufferPointer(
            rebasing: bytes[slice.start..<(slice.start + Int(slice.count))])
          switch slice.kind {
          case .escapedString:
            let text = try scanner.text(slice, line: line, column: schema.fileNames[column])
            try Array(text.utf8).withUnsafeBufferPointer { (plain) throws(TableError) in
              try block.use(uses, plain, line, column, worker)
            }
          case .missing: try block.use(uses, nothing, line, column, worker)
          case .number, .string, .verbatim:
            try block.use(uses, content, line, column, worker)
          }
        }
        for column in seen.indices where seen[column] != row {
          try block.use(schema.uses[column], nothing, line, column, worker)
        }
        try worker.endRow(line: line, &block)
      }
    } catch {
      block.error = error
    }
    return block
  }
}

extension JSONKeys {
  func restarted() -> JSONKeys {
    var keys = self
    keys.forgetRows()
    return keys
  }

  private mutating func forgetRows() {
    row = 0
    for column in lastRow.indices { lastRow[column] = 0 }
  }
}

extension OutcomeOptions {
  var workerCount: Int { max(threads ?? ProcessInfo.processInfo.activeProcessorCount, 1) }
}
