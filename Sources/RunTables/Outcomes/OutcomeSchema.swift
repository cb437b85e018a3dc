import OrderedCollections

/// What each column of a file means to a table of outcomes, decided from the names alone.
struct OutcomeSchema: Sendable {
  /// What is done with the cells of a column.
  enum Use: Sendable, Hashable {
    case column(OutcomeColumn)
    /// The cell is this part of the key of its arm.
    case arm(Int)
    /// The cell should be this constant of its arm.
    case constant(Int)
  }

  /// What the parser of delimited text does at a column, known without looking anything up.
  enum Plan: Sendable {
    /// Mostly plain numbers.
    case number(OutcomeColumn)
    case text(OutcomeColumn)
    case unused
    /// See ``uses``.
    case several
  }

  var source: String
  /// The names as they stand in the file.
  var fileNames: [String]
  /// Per column of the file; a map may give one column several uses.
  var uses: [[Use]]
  var armColumns: [String] = []
  var constants: [String] = []
  var present: Set<OutcomeColumn> = []
  var notes: [String] = []

  /// - Throws: ``TableError`` (usage) when the map or `by` names an absent column, or when `problem`
  ///   or `correct` is missing.
  init(names: [String], source: String, options: OutcomeOptions) throws(TableError) {
    self.source = source
    fileNames = names
    uses = names.map { _ in [] }
    var columns = OrderedDictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    if let map = options.map { columns = try Self.renamed(columns, map, source, &notes) }
    try takeArmColumns(columns, options.by)
    takeColumns(columns, by: options.by)
    for column in [OutcomeColumn.problem, .correct] where !present.contains(column) {
      throw Self.missing(column, among: Array(columns.keys), source)
    }
    for name in OutcomeColumn.constantColumns {
      guard let index = columns[name], uses[index].isEmpty else { continue }
      uses[index].append(.constant(constants.count))
      constants.append(name)
    }
    let unused = columns.filter { uses[$0.value].isEmpty }.map(\.key)
    if !unused.isEmpty {
      notes.append(
        "\(unused.count == 1 ? "column" : "columns") not used: \(unused.joined(separator: ", "))")
    }
    if present.contains(.answer) {
      notes.append("answers are compared as text, so that 1 and 1.0 differ")
    }
  }

  /// The plan of each column.
  var plans: [Plan] {
    uses.map { uses in
      guard uses.count == 1, case .column(let column) = uses[0] else {
        return uses.isEmpty ? .unused : .several
      }
      switch column {
      case .problem, .answer, .stratum, .stepScores: return .text(column)
      default: return .number(column)
      }
    }
  }

  func contains(_ column: OutcomeColumn) -> Bool { present.contains(column) }

  // MARK: Names

  /// Applies a map as `RunTable.applying(_:)` does, to names only.
  private static func renamed(
    _ columns: OrderedDictionary<String, Int>, _ map: ColumnMap, _ source: String,
    _ notes: inout [String]
  ) throws(TableError) -> OrderedDictionary<String, Int> {
    var targets: [String: [String]] = [:]
    for entry in map.entries {
      guard columns[entry.source] != nil else {
        var error = TableChecks.missingColumn(
          entry.source, among: Array(columns.keys), source: source)
        error.expected = "a column \(entry.source) to be read as \(entry.target)"
        throw error
      }
      targets[entry.source, default: []].append(entry.target)
    }
    for entry in map.entries where columns[entry.target] != nil && targets[entry.target] == nil {
      let kept = "\(entry.target).original"
      guard columns[kept] == nil, !map.entries.contains(where: { $0.target == kept }) else {
        throw TableError(
          .usage, source: source, column: entry.target,
          found: "columns \(entry.target) and \(kept) already",
          expected: "one of the two names to be free")
      }
      targets[entry.target] = [kept]
      notes.append("the column \(entry.target) of the file is kept as \(kept)")
    }
    var renamed: OrderedDictionary<String, Int> = [:]
    for (name, index) in columns {
      for new in targets[name] ?? [name] { renamed[new] = index }
    }
    for entry in map.entries where entry.target != entry.source {
      notes.append("column \(entry.source) read as \(entry.target), as asked")
    }
    return renamed
  }

  private mutating func takeArmColumns(
    _ columns: OrderedDictionary<String, Int>, _ by: [String]
  ) throws(TableError) {
    for name in OutcomeColumn.armColumns {
      let found = columns[name] != nil ? name : Self.ignoringCase(name, columns.keys)
      guard let found, let index = columns[found], !armColumns.contains(found) else { continue }
      uses[index].append(.arm(armColumns.count))
      armColumns.append(name)
      if found != name { notes.append("column \(found) read as \(name)") }
    }
    for name in by where !armColumns.contains(name) {
      guard let index = columns[name] else {
        throw TableChecks.missingColumn(name, among: Array(columns.keys), source: source)
      }
      uses[index].append(.arm(armColumns.count))
      armColumns.append(name)
    }
  }

  private mutating func takeColumns(_ columns: OrderedDictionary<String, Int>, by: [String]) {
    for column in OutcomeColumn.allCases {
      if let index = columns[column.rawValue] { take(column, index) }
    }
    let named = Set(by)
    for column in OutcomeColumn.allCases where !present.contains(column) {
      let free = columns.filter { uses[$0.value].isEmpty && !named.contains($0.key) }
      var found = column.aliases.filter { free[$0] != nil }
      if found.isEmpty {
        found = ([column.rawValue] + column.aliases).compactMap {
          Self.ignoringCase($0, free.keys)
        }
      }
      use(found, as: column, free)
    }
    if !present.contains(.correct), !present.contains(.passes) {
      let free = columns.filter { uses[$0.value].isEmpty && !named.contains($0.key) }
      let found = free["passed"] != nil ? "passed" : Self.ignoringCase("passed", free.keys)
      use(found.map { [$0] } ?? [], as: .correct, free)
    }
  }

  private mutating func use(
    _ found: [String], as column: OutcomeColumn, _ columns: OrderedDictionary<String, Int>
  ) {
    guard let name = found.first, let index = columns[name] else { return }
    take(column, index)
    var note = "column \(name) read as \(column.rawValue)"
    if found.count > 1 {
      note += " (also present and not used: \(found.dropFirst().joined(separator: ", ")))"
    }
    notes.append(note)
  }

  private mutating func take(_ column: OutcomeColumn, _ index: Int) {
    uses[index].append(.column(column))
    present.insert(column)
  }

  private static func ignoringCase(_ name: String, _ names: OrderedSet<String>) -> String? {
    names.first { $0.lowercased() == name.lowercased() }
  }

  // MARK: Errors

  /// The error for a missing column; a table of coverage by number of samples is told where it
  /// belongs.
  private static func missing(
    _ column: OutcomeColumn, among names: [String], _ source: String
  ) -> TableError {
    var error = TableChecks.missingColumn(column.rawValue, among: names, source: source)
    let lower = Set(names.map { $0.lowercased() })
    let counts: Set = ["samples_k", "k", "samples", "n_samples"]
    let rates: Set = ["success_rate", "coverage", "pass_rate", "pass_at_k", "pass@k"]
    if column == .problem, !lower.isDisjoint(with: counts), !lower.isDisjoint(with: rates) {
      error.hint =
        "a table of coverage by number of samples is read by `allometry testtime curve`"
    }
    return error
  }

  /// The name in the file of the column that is used so; of the canonical one if there is none.
  func name(of column: OutcomeColumn) -> String {
    let index = uses.firstIndex { $0.contains(.column(column)) }
    return index.map { fileNames[$0] } ?? column.rawValue
  }
}
