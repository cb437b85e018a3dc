import Foundation
import OrderedCollections
import Quantities
import Synchronization

/// Reads delimited text (RFC 4180) into a table.
///
/// The reader is our own because a table of a million rows must be read in under two seconds and in
/// a small multiple of the file's size; SwiftCSV, the usual package, makes a `String` of every cell
/// and a dictionary of every row. Here numbers are parsed straight from the bytes into columns, in
/// blocks of whole records side by side; the blocks are cut by the text alone, so the result does
/// not depend on the processors.
struct DelimitedReader {
  private let text: UnsafeBufferPointer<UInt8>
  private let base: UnsafePointer<UInt8>
  private let source: String
  private let options: TableOptions
  let newline: UInt8
  let delimiter: UInt8

  init(
    text: UnsafeBufferPointer<UInt8>, source: String, options: TableOptions
  ) throws(TableError) {
    guard let base = text.baseAddress else {
      throw TableError(
        .badData, source: source, found: "an empty file", expected: "a table with a header row")
    }
    self.text = text
    self.base = base
    self.source = source
    self.options = options
    newline = !text.contains(10) && text.contains(13) ? 13 : 10
    if let wanted = options.delimiter {
      guard let ascii = wanted.asciiValue, !"\"\r\n.+-_".contains(wanted), !wanted.isLetter,
        !wanted.isNumber
      else {
        throw TableError(
          .usage, source: source, found: "the delimiter \(TableError.quoted(String(wanted)))",
          expected: "one ASCII character that cannot be part of a number or a word")
      }
      delimiter = ascii
    } else {
      delimiter = Self.namedDelimiter(text) ?? Self.sniffDelimiter(text, newline: newline)
    }
  }

  func read() throws(TableError) -> RunTable {
    var layout = DelimitedLayout(
      bytes: base, source: source, delimiter: delimiter, newline: newline, names: [],
      isCount: [], isText: [])
    var scanner = CellScanner(layout: layout, at: 0, end: text.count)
    var notes: [String] = []
    layout.names = try header(&scanner, &notes)
    let starts = blockStarts(from: scanner.at)
    guard scanner.skipBlankLines() else {
      throw TableError(
        .badData, source: source, line: max(scanner.line, 1), found: "a header and no rows",
        expected: "at least one row of data")
    }
    layout.isCount = layout.names.map { ColumnConventions.cellRules(forColumn: $0).isCount }
    layout.isText = layout.names.map { _ in false }
    // The first block is small and tells which columns hold text. If a later one disagrees, the
    // file is parsed once more with what it taught: every block reports all of its text columns.
    let headLines = linesBefore(starts[0])
    layout.isText = DelimitedBlock(parsing: starts[0]..<starts[1], of: layout).notNumeric
    while true {
      var blocks = parse(starts, layout)
      try blocks.throwFirstError(linesBefore: headLines)
      var isText = layout.isText
      for block in blocks {
        for column in isText.indices where block.notNumeric[column] { isText[column] = true }
      }
      // A column of nothing but `None` names something; it holds no numbers of which all are lost.
      for column in isText.indices where !isText[column] {
        if blocks.contains(where: { $0.hasWord[column] }),
          blocks.allSatisfy({ $0.hasNoNumber(column) })
        {
          isText[column] = true
        }
      }
      if isText == layout.isText {
        let table = try merge(&blocks, layout, headLines, notes)
        let undecided = undecided(table)
        guard !undecided.isEmpty else { return table }
        // Once more, with the spelling of what may have points between thousands.
        for (column, name) in layout.names.enumerated() where undecided.contains(name) {
          layout.isText[column] = true
        }
        var spelled = parse(starts, layout)
        var kept = try merge(&spelled, layout, headLines, notes)
        kept.commas.undecided = undecided
        kept.unitColumns = table.unitColumns
        return kept
      }
      layout.isText = isText
    }
  }

  /// The columns of numbers whose points may separate thousands, in a file that has decimal commas.
  private func undecided(_ table: RunTable) -> Set<String> {
    guard options.decimalMark != .point, options.decimalMark == .comma || hasText(table) else {
      return []
    }
    var names: Set<String> = []
    var hasDecimalCommas = options.decimalMark == .comma
    for (name, column) in table.columns {
      switch column {
      case .numbers(let values):
        // With a unit (`1.000M`) the values are large, and the user's word counts for every point.
        if CommaHabits.mayBeGrouped(values) || table.unitColumns.contains(name)
          || options.decimalMark == .comma && table.commas.hasPoints
        {
          names.insert(name)
        }
      case .text(let values):
        guard !hasDecimalCommas else { continue }
        let cells = CommaColumn(values, rules: ColumnConventions.cellRules(forColumn: name))
        hasDecimalCommas = cells.firstText == nil && cells.hasCommas
      }
    }
    return hasDecimalCommas ? names : []
  }

  private func hasText(_ table: RunTable) -> Bool {
    table.columns.values.contains { column in if case .text = column { true } else { false } }
  }

  // MARK: Header

  /// The delimiter that a first line `sep=;` names, as Excel writes it; nil without one.
  private static func namedDelimiter(_ text: UnsafeBufferPointer<UInt8>) -> UInt8? {
    guard text.count > 5, String(decoding: text[..<4], as: UTF8.self).lowercased() == "sep=",
      text[5] == 10 || text[5] == 13
    else { return nil }
    return text[4]
  }

  func header(
    _ scanner: inout CellScanner, _ notes: inout [String]
  ) throws(TableError) -> [String] {
    guard scanner.skipBlankLines() else {
      throw TableError(
        .badData, source: source, found: "an empty file", expected: "a table with a header row")
    }
    if Self.namedDelimiter(text) != nil {
      while !scanner.atRecordEnd { if !scanner.skipDelimiter() { _ = try scanner.cell() } }
      scanner.skipRecordEnd()
      guard scanner.skipBlankLines() else {
        throw TableError(
          .badData, source: source, found: "a file with a line sep= and nothing else",
          expected: "a table with a header row")
      }
    }
    var interner = TextInterner(source: source)
    var names: [String] = []
    var allNumbers = true
    let line = scanner.line + 1
    do throws(TableError) {
      repeat {
        let cell = try scanner.cell()
        let bytes = UnsafeBufferPointer(start: base + cell.start, count: cell.end - cell.start)
        var name = try interner.text(
          bytes, unescaping: cell.hasDoubledQuotes, line: line - 1, column: nil)
        if case .text = CellRules(isCount: false).content(of: bytes) { allNumbers = false }
        if name.isEmpty {
          name = "unnamed\(names.count + 1)"
          notes.append("column \(names.count + 1) has no name and is called \(name)")
        }
        names.append(name)
        guard names.count <= 10_000 else {
          throw TableError(
            .badData, source: source, line: line - 1, found: "more than 10000 columns",
            expected: "a table with a column for each kind of number")
        }
      } while scanner.skipDelimiter()
    } catch {
      var located = error
      located.line = error.line.map { $0 + 1 }
      throw located
    }
    scanner.skipRecordEnd()
    if allNumbers {
      throw TableError(
        .badData, source: source, line: line, found: "a first row of numbers",
        expected: "a header row with column names")
    }
    try TableChecks.noDuplicates(names, source: source, line: line)
    return names
  }

  /// The delimiter that splits the first two records into equally many cells, and the most.
  private static func sniffDelimiter(_ text: UnsafeBufferPointer<UInt8>, newline: UInt8) -> UInt8 {
    let candidates = [",", ";", "\t", "|"].map { (character: Unicode.Scalar) in
      UInt8(ascii: character)
    }
    var counts = candidates.map { _ in [0, 0] }
    var record = 0
    var inQuotes = false
    var seen = false
    for byte in text.prefix(1 << 20) {
      if byte == UInt8(ascii: "\"") { inQuotes.toggle() }
      if inQuotes { continue }
      if byte == newline {
        if seen { record += 1 }
        seen = false
        if record == 2 { break }
      } else if byte != 13 {
        seen = true
        if let index = candidates.firstIndex(of: byte) { counts[index][record] += 1 }
      }
    }
    let best = candidates.indices.max { a, b in
      let left = (counts[a][0] == counts[a][1] ? 1 : 0, counts[a][0])
      let right = (counts[b][0] == counts[b][1] ? 1 : 0, counts[b][0])
      // `max` keeps the last of equals; the first candidate must win.
      if counts[a][0] == 0 || counts[b][0] == 0 {
        return counts[a][0] < counts[b][0] || counts[a][0] == counts[b][0] && a > b
      }
      return left < right || left == right && a > b
    }
    return candidates[best ?? 0]
  }

  // MARK: Blocks

  /// Where the blocks begin, with the end of the text as last entry; the first block is small.
  ///
  /// A block begins behind a line end outside quotes. Whether a place is inside quotes follows from
  /// the number of quotes before it, because in RFC 4180 every quote toggles (a doubled one twice).
  /// Text that breaks that rule is reported by the block that contains the first break, whose own
  /// beginning is still right.
  private func blockStarts(from start: Int) -> [Int] {
    let size = max(options.blockBytes, 1)
    var cuts = [start, min(start + min(size, 1 << 16), text.count)]
    while let last = cuts.last, last < text.count {
      cuts.append(last + min(size, text.count - last))
    }
    let pieces = cuts.count - 1
    let quotes = Mutex([Int](repeating: 0, count: pieces))
    if text.contains(UInt8(ascii: "\"")) {
      // Safe: the bytes are only read, and outlive this call, which waits for all pieces.
      nonisolated(unsafe) let bytes = base
      let ends = cuts
      DispatchQueue.concurrentPerform(iterations: pieces) { piece in
        var count = 0
        for at in ends[piece]..<ends[piece + 1] where bytes[at] == UInt8(ascii: "\"") { count += 1 }
        let total = count
        quotes.withLock { $0[piece] = total }
      }
    }
    let counts = quotes.withLock { $0 }
    var starts = [start]
    var before = 0
    for piece in 1..<max(pieces, 1) {
      before += counts[piece - 1]
      var at = cuts[piece]
      var inQuotes = before % 2 == 1
      guard at > starts[starts.count - 1] else {
        continue
      }
      // A block may begin right at the cut only if a line ended just before it.
      if inQuotes || base[at - 1] != newline {
        while at < text.count {
          if base[at] == UInt8(ascii: "\"") { inQuotes.toggle() }
          if base[at] == newline, !inQuotes { break }
          at += 1
        }
        at = min(at + 1, text.count)
      }
      // No record ends behind this cut, so none ends behind a later one.
      guard at < text.count else { break }
      starts.append(at)
    }
    starts.append(text.count)
    return starts
  }

  private func parse(_ starts: [Int], _ layout: DelimitedLayout) -> [DelimitedBlock] {
    let count = starts.count - 1
    let blocks = Mutex([DelimitedBlock?](repeating: nil, count: count))
    // Safe: the bytes are only read, and outlive this call, which waits for all blocks.
    nonisolated(unsafe) let layout = layout
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let block = DelimitedBlock(parsing: starts[index]..<starts[index + 1], of: layout)
      blocks.withLock { $0[index] = block }
    }
    return blocks.withLock { $0.compactMap { $0 } }
  }

  private func linesBefore(_ position: Int) -> Int {
    var count = 0
    for at in 0..<position where base[at] == newline { count += 1 }
    return count
  }

  private func merge(
    _ blocks: inout [DelimitedBlock], _ layout: DelimitedLayout, _ headLines: Int, _ notes: [String]
  ) throws(TableError) -> RunTable {
    let rows = blocks.reduce(0) { $0 + $1.rows }
    guard rows > 0 else {
      throw TableError(
        .badData, source: source, line: max(headLines, 1), found: "a header and no rows",
        expected: "at least one row of data")
    }
    var columns: OrderedDictionary<String, Column> = [:]
    for (index, name) in layout.names.enumerated() {
      if layout.isText[index] {
        var values: [String] = []
        values.reserveCapacity(rows)
        for block in blocks.indices {
          values += blocks[block].texts[index]
          blocks[block].texts[index] = []
        }
        columns[name] = .text(values)
      } else {
        var values: [Double] = []
        values.reserveCapacity(rows)
        for block in blocks {
          let first = index * block.capacity
          values += block.numbers[first..<(first + block.rows)]
        }
        columns[name] = .numbers(values)
      }
    }
    var lines: [Int] = []
    lines.reserveCapacity(rows)
    var before = headLines + 1
    for block in blocks {
      for line in block.lines { lines.append(before + Int(line)) }
      before += block.lineCount
    }
    var table = try RunTable(columns: columns, source: source, lineNumbers: lines, notes: notes)
    for (index, name) in layout.names.enumerated()
    where !layout.isText[index] && blocks.contains(where: { $0.hasUnit[index] }) {
      table.unitColumns.insert(name)
    }
    table.commas = CommaHabits(
      decimalMark: options.decimalMark, isSemicolonFile: delimiter == UInt8(ascii: ";"),
      hasPoints: blocks.contains(where: \.hasPoint))
    return table
  }
}
