import Foundation
internal import Quantities

/// What every piece of one delimited file has in common.
struct DelimitedLayout {
  var bytes: UnsafePointer<UInt8>
  var source: String
  var delimiter: UInt8
  /// LF, or CR in a file that has no LF at all.
  var newline: UInt8
  var names: [String]
  /// Per column: whether it holds counts, see ``CellRules/isCount``.
  var isCount: [Bool]
  /// Per column: whether it is known to hold text.
  var isText: [Bool]
}

/// A run of whole records of a delimited file, parsed on its own.
///
/// Line numbers inside a block count from 0; the reader adds the lines of the blocks before it.
struct DelimitedBlock {
  var rows = 0
  /// One entry a row: the line, counted from the start of the block, on which it begins.
  var lines: [Int32] = []
  /// The number of line ends in the block.
  var lineCount = 0
  /// The numeric columns one after the other, `capacity` entries each; empty for text columns.
  var numbers: [Double] = []
  var capacity = 0
  var texts: [[String]] = []
  /// The columns in which a cell was met that is not a number.
  var notNumeric: [Bool] = []
  /// The columns in which a word for a missing value was met that could be a name, such as `None`.
  var hasWord: [Bool] = []
  /// The columns of numbers in which a unit was met.
  var hasUnit: [Bool] = []
  /// Whether any number has a point.
  var hasPoint = false
  var error: TableError?

  /// Where one cell lies.
  struct Cell {
    var start: Int
    var end: Int
    var quoted: Bool
    var hasDoubledQuotes: Bool
  }

  init(parsing range: Range<Int>, of layout: DelimitedLayout) {
    let bytes = layout.bytes
    let columns = layout.names.count
    var ends = 1
    for at in range where bytes[at] == layout.newline { ends += 1 }
    capacity = ends
    notNumeric = Array(repeating: false, count: columns)
    hasWord = notNumeric
    hasUnit = notNumeric
    texts = Array(repeating: [], count: columns)
    for column in 0..<columns where layout.isText[column] { texts[column].reserveCapacity(ends) }
    lines.reserveCapacity(ends)
    var interner = TextInterner(source: layout.source)
    var scanner = CellScanner(layout: layout, at: range.lowerBound, end: range.upperBound)
    // Safe: `row` stays below `capacity`, because every record ends at a line end or at the end.
    numbers = [Double](unsafeUninitializedCapacity: capacity * columns) { storage, count in
      storage.initialize(repeating: .nan)
      count = capacity * columns
      do throws(TableError) {
        while scanner.skipBlankLines() {
          let line = scanner.line
          guard try parseRecord(&scanner, layout, &interner, storage) else { continue }
          lines.append(Int32(truncatingIfNeeded: line))
          rows += 1
        }
      } catch {
        self.error = error
      }
    }
    lineCount = scanner.line
    if scanner.metPoint { hasPoint = true }
  }

  /// Parses one record into row `rows`; false for a line of nothing but blanks.
  @inline(__always)
  private mutating func parseRecord(
    _ scanner: inout CellScanner, _ layout: DelimitedLayout, _ interner: inout TextInterner,
    _ storage: UnsafeMutableBufferPointer<Double>
  ) throws(TableError) -> Bool {
    let columns = layout.names.count
    let line = scanner.line
    for column in 0..<columns {
      if !layout.isText[column], let value = scanner.plainNumber() {
        storage[column * capacity + rows] = value
      } else {
        let cell = try scanner.cell()
        let atEnd = scanner.atRecordEnd
        if columns > 1, column == 0, atEnd, !cell.quoted, cell.start == cell.end {
          scanner.skipRecordEnd()
          return false
        }
        let content = UnsafeBufferPointer(
          start: layout.bytes + cell.start, count: cell.end - cell.start)
        if layout.isText[column] {
          // In a column of text only the empty cell is missing: `None` and `NA` are words there.
          let text =
            content.isEmpty
            ? ""
            : try interner.text(
              content, unescaping: cell.hasDoubledQuotes, line: line, column: layout.names[column])
          texts[column].append(text)
        } else {
          switch CellRules(isCount: layout.isCount[column]).content(of: content) {
          case .missing: if CellRules.isNameLike(content) { hasWord[column] = true }
          case .number(let value):
            storage[column * capacity + rows] = value
            // Letters come after digits.
            if content[content.count - 1] > 57, CellRules.hasUnit(content) {
              hasUnit[column] = true
            }
            if !hasPoint, content.contains(UInt8(ascii: ".")) { hasPoint = true }
          case .text:
            notNumeric[column] = true
            // Only for its error, which must not depend on what was known of the column before.
            _ = try interner.text(
              content, unescaping: cell.hasDoubledQuotes, line: line, column: layout.names[column])
          }
        }
      }
      if column + 1 < columns {
        guard scanner.skipDelimiter() else { throw Self.ragged(column + 1, line, layout) }
      }
    }
    guard scanner.atRecordEnd else {
      var count = columns
      while scanner.skipDelimiter() {
        count += 1
        _ = try scanner.cell()
      }
      throw Self.ragged(count, line, layout)
    }
    scanner.skipRecordEnd()
    return true
  }

  /// Whether no row of a column of numbers holds one.
  func hasNoNumber(_ column: Int) -> Bool {
    let first = column * capacity
    return numbers[first..<(first + rows)].allSatisfy(\.isNaN)
  }

  /// The error for a record that has more or fewer cells than the header.
  static func ragged(_ count: Int, _ line: Int, _ layout: DelimitedLayout) -> TableError {
    TableError(
      .badData, source: layout.source, line: line,
      found: "\(count) \(count == 1 ? "cell" : "cells")",
      expected: "\(layout.names.count), as in the header")
  }
}

/// Makes strings of cells, and the same string for the same bytes where that is cheap to know.
///
/// Columns of text in tables of runs mostly repeat a few names; sharing their storage keeps a
/// million rows small.
struct TextInterner {
  let source: String
  private var keys: [[UInt8]] = Array(repeating: [], count: 512)
  private var values: [String] = Array(repeating: "", count: 512)

  init(source: String) { self.source = source }

  mutating func text(
    _ bytes: UnsafeBufferPointer<UInt8>, unescaping: Bool, line: Int, column: String?
  ) throws(TableError) -> String {
    if unescaping {
      var plain: [UInt8] = []
      var skip = false
      for byte in bytes {
        if skip {
          skip = false
          continue
        }
        skip = byte == UInt8(ascii: "\"")
        plain.append(byte)
      }
      return try Self.decode(plain[...], source: source, line: line, column: column)
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
