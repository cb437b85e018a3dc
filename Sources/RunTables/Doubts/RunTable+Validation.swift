import Files
import OrderedCollections

extension RunTable {
  /// Checks that columns, of which a law takes logarithms, hold only positive finite numbers, and
  /// returns the table with them as numbers.
  ///
  /// - Throws: ``TableError`` naming the first bad cell, by row and then by the order of `columns`.
  public func validated(positive columns: [String]) throws(TableError) -> RunTable {
    var table = self
    var values: [[Double]] = []
    for name in columns {
      let numbers = try numbers(name)
      values.append(numbers)
      table = try table.adding(currentName(name) ?? name, .numbers(numbers))
    }
    for row in 0..<rowCount {
      for (index, name) in columns.enumerated() {
        let value = values[index][row]
        if value.isNaN || value <= 0 || value.isInfinite {
          throw badCell(
            row, name, found: value.isNaN ? "a missing value" : CSVText.number(value),
            expected: "a positive finite number")
        }
      }
    }
    return table
  }

  /// Drops the rows in which one of the columns has no value; a note says how many.
  ///
  /// - Throws: ``TableError`` when a column is absent.
  public func droppingMissing(
    in columns: [String]
  ) throws(TableError) -> (table: RunTable, dropped: Int) {
    var keep = [Bool](repeating: true, count: rowCount)
    for name in columns {
      switch try column(name) {
      case .numbers(let values):
        for row in 0..<rowCount where values[row].isNaN { keep[row] = false }
      case .text(let values):
        // Words for a missing value are words in a column of text, unless all the rest are numbers.
        if let known = try? numbers(ofText: values, name).values {
          for row in 0..<rowCount where known[row].isNaN { keep[row] = false }
        } else {
          for row in 0..<rowCount where values[row].isEmpty { keep[row] = false }
        }
      }
    }
    let rows = keep.indices.filter { keep[$0] }
    let dropped = rowCount - rows.count
    guard dropped > 0 else { return (self, 0) }
    var table = selecting(rows: rows)
    table.notes.append(
      "dropped \(dropped) \(dropped == 1 ? "row" : "rows") with a missing value in "
        + columns.joined(separator: ", "))
    return (table, dropped)
  }
}
