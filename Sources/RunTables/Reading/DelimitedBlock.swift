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
struct DelimitedBlock: ParsedBlock {
  var rows = 0
  /// One entry a row: the line, counted from the start of the block, on which it begins.
  var lines: [Int32] = []
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
  var hasPoint = false
  var error: TableError?

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

  /// False for a line of nothing but blanks.
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
      try scanner.endCell(column, of: columns, line: line)
    }
    return true
  }

  func hasNoNumber(_ column: Int) -> Bool {
    let first = column * capacity
    return numbers[first..<(first + rows)].allSatisfy(\.isNaN)
  }
}
