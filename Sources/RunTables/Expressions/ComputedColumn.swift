import OrderedCollections

/// A column that is computed from others, such as `err=1-acc`.
///
/// The expression is that of ``RowFilter``; a comparison counts as 1 or 0. Where a column that it
/// reads has no value, the result has none either.
public struct ComputedColumn: Sendable, Hashable {
  /// The name of the new column.
  public var name: String
  /// The expression as it was written.
  public var expression: String

  /// Parses `NAME=EXPRESSION`; a name in double quotes may hold equals signs and blanks.
  ///
  /// - Throws: ``TableError`` (usage) where the name, the sign or the expression is missing.
  public static func parse(_ text: String) throws(TableError) -> ComputedColumn {
    func error(_ expected: String) -> TableError {
      TableError(
        .usage, source: "computed column", found: TableError.quoted(text), expected: expected)
    }
    let quoted = text.first == "\"" ? text.dropFirst().firstIndex(of: "\"") : nil
    let start = quoted.map { text.index(after: $0) } ?? text.startIndex
    guard let equals = text[start...].firstIndex(of: "=") else {
      throw error("NAME=EXPRESSION, such as err=1-acc")
    }
    let name = quoted.map { text[text.index(after: text.startIndex)..<$0] } ?? text[..<equals]
    let expression = text[text.index(after: equals)...]
    let trimmed = String(name).trimmingBlanks
    guard !trimmed.isEmpty else { throw error("the name of the new column before '='") }
    guard expression.first != "=" else {
      throw error("NAME=EXPRESSION with one '='; rows are kept by a filter")
    }
    let body = String(expression).trimmingBlanks
    guard !body.isEmpty else { throw error("an expression after '=', such as 1-acc") }
    return ComputedColumn(name: trimmed, expression: body)
  }
}

extension RunTable {
  /// The table with one more column at the end; a column of that name is kept as `NAME.original`.
  ///
  /// The expression may use N, D or C where it follows from the other two. Rows where it has no
  /// value although its columns have one, such as the logarithm of a negative number, are counted
  /// in a note.
  ///
  /// - Throws: ``TableError`` (usage) for an expression that cannot be read or names an absent
  ///   column.
  public func computing(_ computed: ComputedColumn) throws(TableError) -> RunTable {
    try computing(computed, from: self)
  }

  /// As ``computing(_:)``; the expression reads the columns of the file before they were renamed.
  func computing(
    _ computed: ComputedColumn, from original: RunTable
  ) throws(TableError) -> RunTable {
    let (program, source) = try original.program(of: computed)
    let values = try program.values(on: source)
    var table = self
    // A former name is free: its column bears another one now.
    if columns[computed.name] != nil {
      let kept = "\(computed.name).original"
      guard !hasColumn(kept) else {
        throw TableError(
          .usage, source: self.source, column: computed.name,
          found: "columns \(computed.name) and \(kept) already",
          expected: "another name for the computed column")
      }
      table = try table.renaming(computed.name, to: kept)
      table.notes.append("the column \(computed.name) of the file is kept as \(kept)")
    }
    table = try table.adding(computed.name, .numbers(values))
    var note = "\(computed.name) = \(computed.expression), as asked"
    var read: [[Double]] = []
    for name in program.columnNames.sorted() {
      if case .numbers(let numbers) = try source.column(name) { read.append(numbers) }
    }
    let lost = values.indices.filter { row in
      values[row].isNaN && read.allSatisfy { !$0[row].isNaN }
    }
    if let first = lost.first {
      note +=
        "; it has no value in \(lost.count) of \(rowCount) rows (first on line \(lineNumbers[first]))"
    }
    table.notes.append(note)
    return table
  }

  /// The program of an expression, and the table it reads: with N, D or C derived only if needed.
  private func program(
    of computed: ComputedColumn
  ) throws(TableError) -> (FilterProgram, RunTable) {
    var parser = FilterParser(text: computed.expression, table: self, kind: "expression")
    do throws(TableError) {
      return (try parser.parseValue(), self)
    } catch {
      guard let complete = try? derivingCompute(), complete.columnNames != columnNames else {
        throw error
      }
      var second = FilterParser(text: computed.expression, table: complete, kind: "expression")
      guard let program = try? second.parseValue() else { throw error }
      return (program, complete)
    }
  }

  /// Computes columns one after another; a renaming of `later` takes place right after its source
  /// is computed.
  ///
  /// - Throws: as ``applying(_:)`` and ``computing(_:)``.
  func computing(
    _ computed: [ComputedColumn], renaming later: ColumnMap
  ) throws(TableError) -> RunTable {
    var table = self
    for column in computed {
      table = try table.computing(column)
      let own = later.entries.filter { $0.source == column.name }
      if !own.isEmpty { table = try table.applying(ColumnMap(entries: own)) }
    }
    let names = Set(computed.map(\.name))
    let original = table
    for entry in later.entries where !names.contains(entry.source) {
      table = try table.computing(
        ComputedColumn(name: entry.target, expression: entry.source), from: original)
    }
    return table
  }

  /// The table with a map applied: renamings and expressions all read the columns of the file.
  func applyingWithExpressions(_ map: ColumnMap) throws(TableError) -> RunTable {
    let isExpression = { (entry: ColumnMap.Entry) in self.readsAsExpression(entry.source) }
    var table = try applying(ColumnMap(entries: map.entries.filter { !isExpression($0) }))
    for entry in map.entries where isExpression(entry) {
      table = try table.computing(
        ComputedColumn(name: entry.target, expression: entry.source), from: self)
    }
    return table
  }

  func readsAsExpression(_ source: String) -> Bool {
    guard !hasColumn(source), source.contains(where: { "*+-/^%(".contains($0) }) else {
      return false
    }
    if (try? program(of: ComputedColumn(name: "", expression: source))) != nil { return true }
    // A slash or a dash alone is part of many names; a product or a function is none.
    return source.contains { "*^(".contains($0) }
  }

  /// Splits a map into what the columns of the file allow now and what waits for computed columns.
  func splitting(
    _ map: ColumnMap, before computed: [ComputedColumn]
  ) -> (now: ColumnMap, later: ColumnMap) {
    let names = Set(computed.map(\.name))
    let waits = { (entry: ColumnMap.Entry) in
      if self.hasColumn(entry.source) { return false }
      if names.contains(entry.source) { return true }
      guard !names.isEmpty, self.readsAsExpression(entry.source) else { return false }
      return (try? self.program(of: ComputedColumn(name: "", expression: entry.source))) == nil
    }
    return (
      ColumnMap(entries: map.entries.filter { !waits($0) }),
      ColumnMap(entries: map.entries.filter(waits))
    )
  }
}
