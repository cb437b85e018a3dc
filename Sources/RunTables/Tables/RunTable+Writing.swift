import Foundation
import OrderedCollections

extension RunTable {
  /// The table as CSV (RFC 4180 with LF line ends), missing values as empty cells.
  ///
  /// Numbers are written in the shortest form that reads back as the same double.
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
          let number = Column.spelling(values[row])
          // An empty line would be skipped by readers; in a table of one column it is a row.
          text += number.isEmpty && single ? "\"\"" : number
        case .text(let values): text += Self.csvCell(values[row], single: single)
        }
      }
      text += "\n"
    }
    return text
  }

  static func csvCell(_ text: String, single: Bool) -> String {
    let special = text.utf8.contains {
      $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 || $0 == 59 || $0 == 9 || $0 == 124
    }
    let edged = text.utf8.first == 32 || text.utf8.last == 32
    guard special || edged || text.isEmpty && single else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  /// The table as JSON lines, missing values as `null`, infinities as the string `"inf"`.
  ///
  /// Numbers are written in the shortest form that reads back as the same double.
  public func jsonLinesText() -> String {
    var text = ""
    let keys = columns.keys.map { Self.jsonString($0) + ":" }
    let columns = Array(columns.values)
    for row in 0..<rowCount {
      text += "{"
      for (index, column) in columns.enumerated() {
        if index > 0 { text += "," }
        text += keys[index]
        switch column {
        case .numbers(let values):
          let value = values[row]
          let spelling = Column.spelling(value)
          text += value.isNaN ? "null" : value.isInfinite ? "\"\(spelling)\"" : spelling
        case .text(let values): text += values[row].isEmpty ? "null" : Self.jsonString(values[row])
        }
      }
      text += "}\n"
    }
    return text
  }

  private static func jsonString(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": json += "\\\""
      case "\\": json += "\\\\"
      case "\n": json += "\\n"
      case "\r": json += "\\r"
      case "\t": json += "\\t"
      default:
        if scalar.value < 32 {
          let hex = String(scalar.value, radix: 16)
          json += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        } else {
          json.unicodeScalars.append(scalar)
        }
      }
    }
    return json + "\""
  }

  /// Writes ``csvText()`` to a file, replacing it in one step.
  ///
  /// - Throws: ``TableError`` (I/O) when the file cannot be written.
  public func writeCSV(to path: String) throws(TableError) {
    try Self.write(csvText(), to: path)
  }

  /// Writes ``jsonLinesText()`` to a file, replacing it in one step.
  ///
  /// - Throws: ``TableError`` (I/O) when the file cannot be written.
  public func writeJSONLines(to path: String) throws(TableError) {
    try Self.write(jsonLinesText(), to: path)
  }

  private static func write(_ text: String, to path: String) throws(TableError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw TableError(
        .inputOutput, source: path, found: "a failed write (\(error.localizedDescription))",
        expected: "a folder that can be written to")
    }
  }
}
