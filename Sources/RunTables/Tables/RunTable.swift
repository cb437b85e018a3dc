internal import Files
public import OrderedCollections

/// A table of training runs or loss curves: named columns of equal length, in file order.
///
/// A table remembers where each row came from, so that whatever is found wrong later can be
/// reported with file and line, and in ``notes`` everything that was inferred rather than read.
public struct RunTable: Sendable {
  /// The columns by name, in order.
  public private(set) var columns: OrderedDictionary<String, Column>
  /// The number of rows.
  public private(set) var rowCount: Int
  /// The file name, `standard input`, or whatever the maker of the table called it.
  public var source: String
  /// The 1-based line of the file on which each row begins.
  public private(set) var lineNumbers: [Int]
  /// What was inferred: renamed columns, derived columns, dropped rows.
  public var notes: [String]
  /// The expression for FLOPs per token by which `C` was computed, where the user gave one.
  public var flopsPerToken: String?
  /// Names that columns bore in the file before a convention renamed them, still understood.
  private(set) var formerNames: [String: String] = [:]
  /// The columns of numbers that were written with units (`160M`), and are shown so.
  var unitColumns: Set<String> = []
  var commas = CommaHabits()

  /// Makes a table; by default rows stand on lines 2, 3, … as in a file with a header.
  ///
  /// - Throws: ``TableError`` when the columns differ in length.
  public init(
    columns: OrderedDictionary<String, Column>, source: String, lineNumbers: [Int]? = nil,
    notes: [String] = []
  ) throws(TableError) {
    let rows = columns.values.first?.count ?? 0
    for (name, column) in columns where column.count != rows {
      throw TableError(
        .badData, source: source, column: name, found: "\(column.count) rows",
        expected: "\(rows) rows, as in column \(columns.keys[0])")
    }
    if let lineNumbers, lineNumbers.count != rows {
      throw TableError(
        .badData, source: source, found: "\(lineNumbers.count) line numbers",
        expected: "\(rows), one a row")
    }
    self.columns = columns
    self.rowCount = rows
    self.source = source
    self.lineNumbers = lineNumbers ?? (0..<rows).map { $0 + 2 }
    self.notes = notes
  }

  /// Makes a table from a literal: `RunTable(["N": .numbers([1e9])], source: "made")`.
  ///
  /// - Throws: ``TableError`` when the columns differ in length or two share a name.
  public init(_ columns: KeyValuePairs<String, Column>, source: String) throws(TableError) {
    try TableChecks.noDuplicates(columns.map(\.key), source: source, line: nil)
    var ordered: OrderedDictionary<String, Column> = [:]
    for (name, column) in columns { ordered[name] = column }
    try self.init(columns: ordered, source: source)
  }

  /// The names of the columns, in order.
  public var columnNames: [String] { Array(columns.keys) }

  /// Whether the table has a column of this name (or of this name before a convention renamed it).
  public func hasColumn(_ name: String) -> Bool { currentName(name) != nil }

  func currentName(_ name: String) -> String? {
    if columns[name] != nil { return name }
    if let current = formerNames[name], columns[current] != nil { return current }
    return nil
  }

  /// A column by its present or former name.
  ///
  /// - Throws: ``TableError`` (usage) that suggests the nearest name when there is none.
  public func column(_ name: String) throws(TableError) -> Column {
    guard let current = currentName(name), let column = columns[current] else {
      throw missingColumn(name)
    }
    return column
  }

  func missingColumn(_ name: String) -> TableError {
    TableChecks.missingColumn(name, among: columnNames, source: source)
  }

  /// A column as numbers, NaN where missing; one that was kept as text is read by the rules of its
  /// present name.
  ///
  /// - Throws: ``TableError`` when the column is absent, or naming the first cell that is not a
  ///   number.
  public func numbers(_ name: String) throws(TableError) -> [Double] {
    switch try column(name) {
    case .numbers(let values): return values
    case .text(let values): return try numbers(ofText: values, name).values
    }
  }

  /// A column as text, empty where missing; numbers in their shortest exact spelling, with units
  /// (`160M`) in a column that was written with them.
  ///
  /// - Throws: ``TableError`` when the column is absent.
  public func texts(_ name: String) throws(TableError) -> [String] {
    switch try column(name) {
    case .text(let values): return values
    case .numbers(let values):
      let spelling = spelling(ofColumn: name)
      return values.map { spelling($0) }
    }
  }

  func spelling(ofColumn name: String) -> (Double) -> String {
    let hasUnits = currentName(name).map { unitColumns.contains($0) } ?? false
    return hasUnits ? { Column.spellingWithUnit($0) } : { CSVText.number($0) }
  }

  /// The distinct non-missing entries of a column as text, in order of first appearance.
  ///
  /// - Throws: ``TableError`` when the column is absent.
  public func unique(_ name: String) throws(TableError) -> [String] {
    switch try column(name) {
    case .text(let values): return Array(OrderedSet(values.lazy.filter { !$0.isEmpty }))
    case .numbers(let values):
      let spelling = spelling(ofColumn: name)
      var texts: [String] = []
      for value in OrderedSet(values.lazy.filter { !$0.isNaN }) { texts.append(spelling(value)) }
      return texts
    }
  }

  func badCell(_ row: Int, _ name: String, found: String, expected: String) -> TableError {
    TableError(
      .badData, source: source, line: lineNumbers[row], column: name, found: found,
      expected: expected)
  }

  /// The table of the given rows of `0..<rowCount`, in the given order; rows may repeat.
  public func selecting(rows: [Int]) -> RunTable {
    var table = self
    table.columns = columns.mapValues { $0.selecting(rows) }
    table.rowCount = rows.count
    table.lineNumbers = rows.map { lineNumbers[$0] }
    return table
  }

  /// With one more column at the end, or that column replaced; throws ``TableError`` for another
  /// length.
  public func adding(_ name: String, _ column: Column) throws(TableError) -> RunTable {
    guard columns.isEmpty || column.count == rowCount else {
      throw TableError(
        .badData, source: source, column: name, found: "\(column.count) rows",
        expected: "\(rowCount) rows")
    }
    if columns.isEmpty {
      return try RunTable(columns: [name: column], source: source, notes: notes)
    }
    var table = self
    table.columns[name] = column
    table.unitColumns.remove(name)
    return table
  }

  /// With a column renamed in its place; throws ``TableError`` for an absent or a taken name.
  public func renaming(_ old: String, to new: String) throws(TableError) -> RunTable {
    guard let current = currentName(old) else { throw missingColumn(old) }
    guard current != new else { return self }
    guard columns[new] == nil else {
      throw TableError(
        .usage, source: source, column: new, found: "a column of that name already",
        expected: "a name that is free")
    }
    var table = replacingNames { $0 == current ? [new] : [$0] }
    for (former, name) in formerNames where name == current { table.remember(former, for: new) }
    return table
  }

  /// Gives each column the names that the closure returns (copies for several, gone for none). A
  /// text column that becomes a count (`N`, `D`, `C`, `U`) is read again, because there `m` is a
  /// unit.
  func replacingNames(_ names: (String) -> [String]) -> RunTable {
    var table = self
    table.columns = [:]
    table.unitColumns = []
    for (old, column) in columns {
      for new in names(old) {
        let renamed = new == old ? column : ColumnConventions.retyped(column, as: new)
        table.columns[new] = renamed
        let gotUnits = renamed.isNumeric && !column.isNumeric
        if gotUnits || unitColumns.contains(old) { table.unitColumns.insert(new) }
      }
    }
    return table
  }

  mutating func remember(_ former: String, for current: String) {
    formerNames[former] = current
  }
}
