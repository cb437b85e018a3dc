internal import Files
import OrderedCollections

extension RunTable {
  /// Throws ``TableError`` that names the cell, and the option that mends it.
  func numbers(
    ofText values: [String], _ name: String
  ) throws(TableError) -> (values: [Double], mark: DecimalMark?, why: String) {
    let current = currentName(name) ?? name
    let column = CommaColumn(values, rules: ColumnConventions.cellRules(forColumn: current))
    do throws(CommaColumn.Refusal) {
      return try column.numbers(commas, ColumnConventions.commaMeaning(of: current))
    } catch {
      throw refusal(error, values, name)
    }
  }

  private func refusal(
    _ refusal: CommaColumn.Refusal, _ values: [String], _ name: String
  ) -> TableError {
    func quoted(_ row: Int) -> String { TableError.quoted(values[row]) }
    switch refusal {
    case .text(let row):
      var error = badCell(row, name, found: quoted(row), expected: "a number")
      error.hint = Self.mend(values[row])
      return error
    case .ambiguous(let row):
      var error = badCell(
        row, name, found: quoted(row),
        expected: values[row].contains(",")
          ? "a number: its comma is a decimal mark or separates thousands"
          : "a number: its point is a decimal mark or, as other columns have decimal commas, separates "
            + "thousands")
      error.hint = "say which with --decimal comma or --decimal point"
      return error
    case .contradiction(let decimal, let thousands):
      let row = max(decimal, thousands)
      let other = min(decimal, thousands)
      let beside = other < 0 ? "the decimal mark that was asked for" : quoted(other)
      let place = other < 0 ? "" : " (line \(lineNumbers[other]))"
      var error = badCell(
        row, name, found: "\(quoted(row)) beside \(beside)\(place)",
        expected: "one meaning of comma and point in a column")
      error.hint =
        other >= 0
        ? "write its numbers with points and without thousands"
        : "write it with the other mark, or leave out --decimal"
      return error
    }
  }

  private static func mend(_ text: String) -> String? {
    guard text.contains(where: \.isNumber) else { return nil }
    if text.hasSuffix("%") {
      return "write per cent as shares without the sign, 0.2889 for 28.89 %"
    }
    if ["±", "+/-", "+-"].contains(where: text.contains) {
      return "write the number alone, and its error in a column of its own"
    }
    return nil
  }

  /// The table with columns of numbers with commas as numbers, where what the commas mean can be
  /// told; the others stay text, and ``numbers(_:)`` says why.
  func decidingCommas() -> RunTable {
    var table = self
    var found: [(name: String, column: CommaColumn)] = []
    for case (let name, .text(let values)) in columns {
      let column = CommaColumn(values, rules: ColumnConventions.cellRules(forColumn: name))
      if column.firstText == nil, column.hasCommas || commas.undecided.contains(name) {
        found.append((name, column))
      }
    }
    guard !found.isEmpty || !commas.undecided.isEmpty else { return self }
    table.commas.undecided = []
    for (name, column) in found where commas.undecided.contains(name) {
      if column.firstUngrouped != nil { table.commas.hasPoints = true }
    }
    for (_, column) in found where column.firstDecimal == nil || column.firstThousands == nil {
      if column.firstDecimal != nil { table.commas.hasDecimalCommas = true }
      if column.firstThousands != nil { table.commas.hasThousands = true }
    }
    // What commas mean is known before points are judged by it.
    for (name, column) in found.filter(\.column.hasCommas) + found.filter({ !$0.column.hasCommas })
    {
      let meaning = ColumnConventions.commaMeaning(of: name)
      guard let read = try? column.numbers(table.commas, meaning),
        read.mark != nil || commas.undecided.contains(name),
        let converted = try? table.adding(name, .numbers(read.values))
      else { continue }
      // What was written with a unit stays so.
      let hasUnits = table.unitColumns.contains(name)
      table = converted
      if hasUnits { table.unitColumns.insert(name) }
      guard let mark = read.mark else { continue }
      if mark == .comma { table.commas.hasDecimalCommas = true }
      if !column.hasCommas, let row = column.firstPoint {
        table.notes.append(
          "column \(name): the point is between thousands, \(read.why): \(column.values[row]) is \(CSVText.number(read.values[row]))"
        )
      }
      let shown = [column.firstEither, column.firstDecimal, column.firstThousands]
        .compactMap { $0 }.min()
      if let row = shown {
        table.notes.append(
          "column \(name): the comma is \(mark == .comma ? "a decimal comma" : "between thousands"), \(read.why): \(column.values[row]) is \(CSVText.number(read.values[row]))"
        )
      }
    }
    return table
  }
}
