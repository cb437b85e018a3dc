import Files
import Foundation
import OrderedCollections

extension RunTable {
  /// The table as CSV (RFC 4180 with LF line ends), missing values as empty cells; numbers in the
  /// shortest form that reads back as the same double.
  public func csvText() -> String {
    var text = ""
    let single = columns.count == 1
    text += columns.keys.map { Self.csvCell($0, single: single) }.joined(separator: ",") + "\n"
    let columns = Array(columns.values)
    for row in 0..<rowCount {
      for (index, column) in columns.enumerated() {
        if index > 0 { text += "," }
        switch column {
        case .numbers(let values):
          let number = CSVText.number(values[row])
          // An empty line would be skipped by readers; in a table of one column it is a row.
          text += number.isEmpty && single ? "\"\"" : number
        case .text(let values): text += Self.csvCell(values[row], single: single)
        }
      }
      text += "\n"
    }
    return text
  }

  private static func csvCell(_ text: String, single: Bool) -> String {
    text.isEmpty && single ? "\"\"" : CSVText.cell(text)
  }

  /// The table as JSON lines, missing values as `null`, infinities as the string `"inf"`; numbers
  /// in the shortest form that reads back as the same double.
  public func jsonLinesText() -> String {
    var text = ""
    let keys = columns.keys.map { Self.json($0) + ":" }
    let columns = Array(columns.values)
    for row in 0..<rowCount {
      text += "{"
      for (index, column) in columns.enumerated() {
        if index > 0 { text += "," }
        text += keys[index]
        switch column {
        case .numbers(let values):
          text += JSONText.number(values[row])
        case .text(let values): text += values[row].isEmpty ? "null" : Self.json(values[row])
        }
      }
      text += "}\n"
    }
    return text
  }

  private static func json(_ text: String) -> String {
    JSONText.string(text, controls: .lettered)
  }

  /// Writes ``csvText()`` to a file, replacing it in one step; throws ``TableError`` (I/O).
  public func writeCSV(to path: String) throws(TableError) {
    try Self.write(csvText(), to: path)
  }

  /// Writes ``jsonLinesText()`` to a file, replacing it in one step; throws ``TableError`` (I/O).
  public func writeJSONLines(to path: String) throws(TableError) {
    try Self.write(jsonLinesText(), to: path)
  }

  private static func write(_ text: String, to path: String) throws(TableError) {
    do {
      try AtomicFile.write(Array(text.utf8), to: path)
    } catch {
      throw TableError(
        .inputOutput, source: path, found: "a failed write (\(error.reason))",
        expected: "a folder that can be written to")
    }
  }
}
