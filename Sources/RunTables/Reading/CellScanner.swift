internal import Quantities

/// Walks through the cells of delimited text by the rules of RFC 4180.
///
/// Two liberties are taken: blanks around an unquoted cell do not count, and empty lines are
/// skipped. A quote inside an unquoted cell is an error, because it shows that the writer and the
/// reader disagree on what quotes mean.
struct CellScanner {
  let layout: DelimitedLayout
  private(set) var at: Int
  let end: Int
  private(set) var line = 0
  private(set) var metPoint = false

  init(layout: DelimitedLayout, at: Int, end: Int) {
    self.layout = layout
    self.at = at
    self.end = end
  }

  private static let quote = UInt8(ascii: "\"")

  mutating func skipBlankLines() -> Bool {
    while at < end, atRecordEnd { skipRecordEnd() }
    return at < end
  }

  /// Whether a record ends here: at a line end, at CR LF, or at the end of the text.
  @inline(__always)
  var atRecordEnd: Bool {
    if at == end || layout.bytes[at] == layout.newline { return true }
    return layout.bytes[at] == 13 && (at + 1 == end || layout.bytes[at + 1] == layout.newline)
  }

  @inline(__always)
  mutating func skipRecordEnd() {
    guard at < end else { return }
    if layout.bytes[at] != layout.newline { at += 1 }
    if at < end, layout.bytes[at] == layout.newline { at += 1 }
    line += 1
  }

  @inline(__always)
  mutating func skipDelimiter() -> Bool {
    guard at < end, layout.bytes[at] == layout.delimiter else { return false }
    at += 1
    return true
  }

  /// Passes over what follows a cell: the delimiter, or the line end behind the last cell.
  ///
  /// - Throws: ``TableError`` for a record of more or fewer cells than the header has.
  @inline(__always)
  mutating func endCell(_ column: Int, of columns: Int, line: Int) throws(TableError) {
    if column + 1 < columns {
      guard skipDelimiter() else { throw ragged(column + 1, line) }
      return
    }
    guard atRecordEnd else {
      var count = columns
      while skipDelimiter() {
        count += 1
        _ = try cell()
      }
      throw ragged(count, line)
    }
    skipRecordEnd()
  }

  private func ragged(_ count: Int, _ line: Int) -> TableError {
    TableError(
      .badData, source: layout.source, line: line,
      found: "\(count) \(count == 1 ? "cell" : "cells")",
      expected: "\(layout.names.count), as in the header")
  }

  /// Reads an unquoted plain decimal number that fills its cell, or returns nil and stays put.
  ///
  /// This is the hot path: everything unusual (signs of missing values, suffixes, blanks, more
  /// than 19 digits, far exponents) is left to ``cell()`` and `CellRules`.
  @inline(__always)
  mutating func plainNumber() -> Double? {
    let bytes = layout.bytes
    var p = at
    guard p < end else { return nil }
    let negative = bytes[p] == UInt8(ascii: "-")
    if negative { p += 1 }
    var mantissa: UInt64 = 0
    let start = p
    while p < end, CellRules.isDigit(bytes[p]) {
      mantissa = mantissa &* 10 &+ UInt64(bytes[p] &- 48)
      p += 1
    }
    var digits = p - start
    var exponent = 0
    let hasPoint = p < end && bytes[p] == UInt8(ascii: ".")
    if hasPoint {
      p += 1
      let fraction = p
      while p < end, CellRules.isDigit(bytes[p]) {
        mantissa = mantissa &* 10 &+ UInt64(bytes[p] &- 48)
        p += 1
      }
      exponent = fraction - p
      digits -= exponent
    }
    guard digits > 0, digits <= 19 else { return nil }
    if p < end, bytes[p] | 0x20 == UInt8(ascii: "e") {
      p += 1
      guard p < end else { return nil }
      let down = bytes[p] == UInt8(ascii: "-")
      if down || bytes[p] == UInt8(ascii: "+") { p += 1 }
      let first = p
      var power = 0
      while p < end, p - first < 4, CellRules.isDigit(bytes[p]) {
        power = power * 10 + Int(bytes[p] &- 48)
        p += 1
      }
      guard p > first else { return nil }
      exponent += down ? -power : power
    }
    guard p == end || bytes[p] == layout.delimiter || bytes[p] == layout.newline || bytes[p] == 13
    else { return nil }
    if p < end, bytes[p] == 13, layout.newline != 13 {
      guard p + 1 == end || bytes[p + 1] == layout.newline else { return nil }
    }
    guard
      let value = DecimalNumber.exact(mantissa: mantissa, exponent: exponent, negative: negative)
    else { return nil }
    at = p
    if hasPoint { metPoint = true }
    return value
  }

  mutating func cell() throws(TableError) -> DelimitedBlock.Cell {
    let bytes = layout.bytes
    while at < end, isBlank(bytes[at]) { at += 1 }
    if at < end, bytes[at] == Self.quote { return try quotedCell() }
    let start = at
    while at < end, bytes[at] != layout.delimiter, bytes[at] != layout.newline {
      if bytes[at] == Self.quote {
        throw TableError(
          .badData, source: layout.source, line: line, found: "a quote inside an unquoted cell",
          expected: "the whole cell in quotes, with the quotes inside it doubled")
      }
      at += 1
    }
    var stop = at
    if stop > start, bytes[stop - 1] == 13, at == end || bytes[at] == layout.newline {
      // The CR of a CR LF belongs to the line end.
      stop -= 1
      at -= 1
    }
    while stop > start, isBlank(bytes[stop - 1]) { stop -= 1 }
    return .init(start: start, end: stop, quoted: false, hasDoubledQuotes: false)
  }

  private mutating func quotedCell() throws(TableError) -> DelimitedBlock.Cell {
    let bytes = layout.bytes
    let opening = line
    at += 1
    let start = at
    var doubled = false
    while at < end {
      if bytes[at] == Self.quote {
        guard at + 1 < end, bytes[at + 1] == Self.quote else { break }
        doubled = true
        at += 1
      } else if bytes[at] == layout.newline {
        line += 1
      }
      at += 1
    }
    guard at < end else {
      throw TableError(
        .badData, source: layout.source, line: opening, found: "a quote that is never closed",
        expected: "a closing quote before the end of the file")
    }
    let stop = at
    at += 1
    while at < end, isBlank(bytes[at]) { at += 1 }
    guard atRecordEnd || bytes[at] == layout.delimiter else {
      throw TableError(
        .badData, source: layout.source, line: line,
        found: "\(TableError.quoted(String(decoding: [bytes[at]], as: UTF8.self)))"
          + " after a closing quote",
        expected: "the delimiter or the end of the line (a quote inside a cell is doubled)")
    }
    return .init(start: start, end: stop, quoted: true, hasDoubledQuotes: doubled)
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool {
    byte == 32 || byte == 9 && layout.delimiter != 9
  }
}
