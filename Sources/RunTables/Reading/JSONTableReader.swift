import OrderedCollections

/// Reads JSON lines and JSON documents into a table.
///
/// Keys of nested objects are joined with dots; arrays inside a row and `true`/`false` are kept as
/// text. A key that a row lacks is a missing value.
struct JSONTableReader {
  let text: UnsafeBufferPointer<UInt8>
  let source: String
  let decimalMark: DecimalMark?

  private func scanner(at start: Int = 0, end: Int? = nil, line: Int = 1) -> JSONScanner {
    JSONScanner(bytes: text, source: source, at: start, end: end ?? text.count, line: line)
  }

  // MARK: JSON lines

  func readLines() throws(TableError) -> RunTable {
    let newline: UInt8 = !text.contains(10) && text.contains(13) ? 13 : 10
    var builder = JSONColumnBuilder(source: source, decimalMark: decimalMark)
    var start = 0
    var line = 1
    while start < text.count {
      var end = start
      while end < text.count, text[end] != newline { end += 1 }
      var scanner = scanner(at: start, end: end, line: line)
      if let first = scanner.peek() {
        guard first == UInt8(ascii: "{") else {
          throw scanner.unexpected("an object in braces, one a line")
        }
        try builder.row(&scanner, line: line)
        if scanner.peek() != nil { throw scanner.unexpected("the end of the line") }
      }
      start = end + 1
      line += 1
    }
    return try builder.table(scanner())
  }

  // MARK: One document

  func readDocument() throws(TableError) -> RunTable {
    var scanner = scanner()
    switch scanner.peek() {
    case UInt8(ascii: "["):
      var builder = JSONColumnBuilder(source: source, decimalMark: decimalMark)
      try rows(&scanner, &builder)
      if scanner.peek() != nil { throw scanner.unexpected("the end of the text") }
      return try builder.table(scanner)
    case UInt8(ascii: "{"): return try readObject(scanner)
    default: throw scanner.unexpected("an array or an object")
    }
  }

  private func rows(
    _ scanner: inout JSONScanner, _ builder: inout JSONColumnBuilder
  ) throws(TableError) {
    try scanner.elements { (scanner) throws(TableError) in
      guard scanner.peek() == UInt8(ascii: "{") else {
        throw scanner.unexpected("an object, one a row")
      }
      try builder.row(&scanner, line: scanner.line)
    }
  }

  private struct Member {
    enum Shape { case scalar, object, list, listOfObjects }
    var name: String
    var at: Int
    var line: Int
    var shape: Shape
  }

  private func readObject(_ start: JSONScanner) throws(TableError) -> RunTable {
    var scanner = start
    let members = try survey(&scanner)
    if scanner.peek() != nil {
      // More than one value: JSON lines under another name.
      return try readLines()
    }
    let lists = members.filter { $0.shape == .list }
    let tables = members.filter { $0.shape == .listOfObjects }
    var builder = JSONColumnBuilder(source: source, decimalMark: decimalMark)
    if tables.count == 1 {
      var inner = self.scanner(at: tables[0].at, line: tables[0].line)
      try rows(&inner, &builder)
      let others = members.filter { $0.name != tables[0].name }.map(\.name)
      var table = try builder.table(inner)
      if !others.isEmpty {
        table.notes.append(
          "rows are read from \(tables[0].name); not read: \(others.joined(separator: ", "))")
      }
      return table
    }
    if tables.count > 1 {
      throw TableError(
        .badData, source: source, line: tables[1].line,
        found: "\(tables.count) arrays of objects (\(tables.map(\.name).joined(separator: ", ")))",
        expected: "one")
    }
    let document = JSONDocument(text: text, source: source)
    let isSplit = ["columns", "data"].allSatisfy { name in lists.contains { $0.name == name } }
    if !isSplit, !members.isEmpty, lists.count == members.count { return try readColumns(members) }
    if let found = try document.rows() {
      return try found.text.withUnsafeBufferPointer { (rows) throws(TableError) in
        var table = try JSONTableReader(text: rows, source: source, decimalMark: decimalMark)
          .readDocument()
        table.notes.append(found.note)
        return table
      }
    }
    if let list = lists.first {
      throw TableError(
        .badData, source: source, line: list.line,
        found: "an object of which only some members are arrays",
        expected: "an array of objects, an object of arrays, or an object with one array of objects"
      )
    }
    var inner = start
    try builder.row(&inner, line: start.line)
    return try builder.table(inner)
  }

  private func survey(_ scanner: inout JSONScanner) throws(TableError) -> [Member] {
    var members: [Member] = []
    try scanner.members { (scanner, key) throws(TableError) in
      let name = try scanner.text(key, line: scanner.line, column: nil)
      var member = Member(name: name, at: scanner.at, line: scanner.line, shape: .scalar)
      if scanner.peek() == UInt8(ascii: "{") { member.shape = .object }
      if scanner.peek() == UInt8(ascii: "[") {
        var probe = scanner
        probe.at += 1
        member.shape = probe.peek() == UInt8(ascii: "{") ? .listOfObjects : .list
      }
      try scanner.skipValue(depth: 1)
      members.append(member)
    }
    try TableChecks.noDuplicates(members.map(\.name), source: source, line: nil)
    return members
  }

  /// Reads an object of arrays; a row's line is that of its entry in the first array.
  private func readColumns(_ members: [Member]) throws(TableError) -> RunTable {
    var columns: OrderedDictionary<String, [JSONScanner.Slice]> = [:]
    var lines: [Int] = []
    for member in members {
      var scanner = scanner(at: member.at, line: member.line)
      var cells: [JSONScanner.Slice] = []
      var cellLines: [Int] = []
      try scanner.elements { (scanner) throws(TableError) in
        cellLines.append(scanner.line)
        cells.append(try scanner.cell(depth: 2))
      }
      if columns.isEmpty { lines = cellLines }
      guard cells.count == lines.count else {
        throw TableError(
          .badData, source: source, line: member.line, column: member.name,
          found: "\(cells.count) entries",
          expected: "\(lines.count), as in column \(members[0].name)")
      }
      columns[member.name] = cells
    }
    return try JSONColumnBuilder(
      source: source, decimalMark: decimalMark, cells: columns, lines: lines
    ).table(scanner())
  }
}

/// Collects where the cells of each column lie, then turns each column into numbers or text.
struct JSONColumnBuilder {
  let source: String
  private let decimalMark: DecimalMark?
  private var cells: OrderedDictionary<String, [JSONScanner.Slice]> = [:]
  private var lines: [Int] = []
  private var cursor = JSONKeyCursor()

  init(source: String, decimalMark: DecimalMark?) {
    self.source = source
    self.decimalMark = decimalMark
  }

  init(
    source: String, decimalMark: DecimalMark?,
    cells: OrderedDictionary<String, [JSONScanner.Slice]>, lines: [Int]
  ) {
    self.source = source
    self.decimalMark = decimalMark
    self.cells = cells
    self.lines = lines
  }

  private static let missing = JSONScanner.Slice(start: 0, count: 0, kind: .missing)

  mutating func row(_ scanner: inout JSONScanner, line: Int) throws(TableError) {
    lines.append(line)
    // Keys that few rows share leave a table of little but empty cells, far larger than the text.
    guard cells.count * lines.count <= (1 << 22) + 16 * scanner.bytes.count else {
      throw TableError(
        .badData, source: source, line: line,
        found: "\(cells.count) different keys in \(lines.count) rows",
        expected: "rows that share their keys")
    }
    cursor.restart()
    try object(&scanner, prefix: "", depth: 0)
    for column in cells.values.indices where cells.values[column].count < lines.count {
      cells.values[column].append(Self.missing)
    }
  }

  private mutating func object(
    _ scanner: inout JSONScanner, prefix: String, depth: Int
  ) throws(TableError) {
    guard depth < JSONScanner.deepest else { throw scanner.tooDeep() }
    try scanner.members { (scanner, key) throws(TableError) in
      if scanner.peek() == UInt8(ascii: "{") {
        let name = try scanner.text(key, line: scanner.line, column: nil)
        try self.object(&scanner, prefix: prefix + name + ".", depth: depth + 1)
      } else if scanner.peek() == UInt8(ascii: "["), let pairs = Self.pairs(scanner) {
        // `[{"key": "eval_loss", "value": 3.5}, …]`, as trackers answer: each pair is a column.
        let name = try scanner.text(key, line: scanner.line, column: nil)
        for pair in pairs.cells {
          let column = try self.column(named: "\(prefix)\(name).\(pair.name)", scanner)
          if self.cells.values[column].count == self.lines.count {
            self.cells.values[column].removeLast()
          }
          self.cells.values[column].append(pair.cell)
        }
        scanner = pairs.after
      } else {
        let column = try self.column(key, prefix, scanner)
        let cell = try scanner.cell(depth: depth + 1)
        guard self.cells.values[column].count < self.lines.count else {
          throw scanner.twice(self.cells.keys[column])
        }
        self.cells.values[column].append(cell)
      }
    }
  }

  private mutating func column(
    _ key: JSONScanner.Slice, _ prefix: String, _ scanner: JSONScanner
  ) throws(TableError) -> Int {
    let (known, spelling) = cursor.expected(key, prefix, scanner)
    if let known { return known }
    let name = prefix + (try scanner.text(key, line: scanner.line, column: nil))
    let index = try column(named: name, scanner)
    cursor.move(to: index, spelling: spelling)
    return index
  }

  private mutating func column(
    named name: String, _ scanner: JSONScanner
  ) throws(TableError) -> Int {
    if let index = cells.index(forKey: name) { return index }
    guard cells.count < 10_000 else {
      throw scanner.tooManyColumns()
    }
    cells[name] = Array(repeating: Self.missing, count: lines.count - 1)
    cursor.add()
    return cells.count - 1
  }

  /// The pairs of a list of objects with a key and a value, and the scanner behind it.
  private static func pairs(
    _ scanner: JSONScanner
  ) -> (cells: [(name: String, cell: JSONScanner.Slice)], after: JSONScanner)? {
    var scanner = scanner
    var probe = scanner
    probe.at += 1
    guard probe.peek() == UInt8(ascii: "{") else { return nil }
    var cells: [(name: String, cell: JSONScanner.Slice)] = []
    var isPairs = true
    do throws(TableError) {
      try scanner.elements { (scanner) throws(TableError) in
        guard isPairs, scanner.peek() == UInt8(ascii: "{") else {
          isPairs = false
          return try scanner.skipValue(depth: 1)
        }
        var name: String?
        var cell: JSONScanner.Slice?
        try scanner.members { (scanner, key) throws(TableError) in
          let member = try scanner.text(key, line: scanner.line, column: nil)
          let value = try scanner.cell(depth: 2)
          if member == "key", value.kind == .string {
            name = try scanner.text(value, line: scanner.line, column: nil)
          } else if member == "value" {
            cell = value
          }
        }
        if let name, let cell { cells.append((name, cell)) } else { isPairs = false }
      }
    } catch {
      return nil
    }
    return isPairs && !cells.isEmpty ? (cells, scanner) : nil
  }

  func table(_ scanner: JSONScanner) throws(TableError) -> RunTable {
    guard !lines.isEmpty, !cells.isEmpty else {
      throw TableError(
        .badData, source: source, found: "no rows", expected: "at least one row of data")
    }
    var columns: OrderedDictionary<String, Column> = [:]
    var unitColumns: Set<String> = []
    var undecided: Set<String> = []
    for (name, slices) in cells {
      let renamed = name.isEmpty ? "unnamed" : name
      guard columns[renamed] == nil else {
        throw TableError(
          .badData, source: source, found: "the column name \(TableError.quoted(renamed)) twice",
          expected: "each name once")
      }
      columns[renamed] = try typed(slices, name, scanner)
      // Strings that are numbers are kept as written where their points may separate thousands.
      if decimalMark != .point, case .numbers(let values)? = columns[renamed],
        slices.contains(where: { $0.kind == .string }),
        decimalMark == .comma || CommaHabits.mayBeGrouped(values)
          || slices.contains(where: { CellRules.hasUnit(Self.bytes($0, scanner)) }),
        // The point of JSON's own numbers is decimal.
        !slices.contains(where: {
          $0.kind == .number && Self.bytes($0, scanner).contains(UInt8(ascii: "."))
        })
      {
        columns[renamed] = try text(slices, name, scanner)
        undecided.insert(renamed)
      }
      var isNumeric = undecided.contains(renamed)
      if case .numbers? = columns[renamed] { isNumeric = true }
      if isNumeric,
        slices.contains(where: { $0.kind == .string && CellRules.hasUnit(Self.bytes($0, scanner)) })
      {
        unitColumns.insert(renamed)
      }
    }
    var table = try RunTable(columns: columns, source: source, lineNumbers: lines)
    table.unitColumns = unitColumns
    // The points of JSON's own numbers say nothing about who wrote the strings.
    table.commas = CommaHabits(decimalMark: decimalMark, undecided: undecided)
    return table
  }

  private func typed(
    _ slices: [JSONScanner.Slice], _ name: String, _ scanner: JSONScanner
  ) throws(TableError) -> Column {
    let rules = ColumnConventions.cellRules(forColumn: name)
    var values: [Double] = []
    values.reserveCapacity(slices.count)
    for slice in slices {
      guard let value = number(slice, rules, scanner) else {
        return try text(slices, name, scanner)
      }
      values.append(value)
    }
    // Nothing but "None" names something; it is no column of lost numbers.
    if values.allSatisfy(\.isNaN),
      slices.contains(where: { slice in
        slice.kind == .string && CellRules.isNameLike(Self.bytes(slice, scanner))
      })
    {
      return try text(slices, name, scanner)
    }
    return .numbers(values)
  }

  private static func bytes(
    _ slice: JSONScanner.Slice, _ scanner: JSONScanner
  ) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      rebasing: scanner.bytes[slice.start..<(slice.start + Int(slice.count))])
  }

  private func number(
    _ slice: JSONScanner.Slice, _ rules: CellRules, _ scanner: JSONScanner
  ) -> Double? {
    switch slice.kind {
    case .missing: return .nan
    case .verbatim, .escapedString: return nil
    case .number, .string:
      switch rules.content(of: Self.bytes(slice, scanner)) {
      case .missing: return .nan
      case .number(let value): return value
      case .text: return nil
      }
    }
  }

  private func text(
    _ slices: [JSONScanner.Slice], _ name: String, _ scanner: JSONScanner
  ) throws(TableError) -> Column {
    var interner = TextInterner(source: source)
    var texts: [String] = []
    texts.reserveCapacity(slices.count)
    for (row, slice) in slices.enumerated() {
      let content = Self.bytes(slice, scanner)
      // `null` is missing; the string "None" is a word.
      if slice.kind == .missing {
        texts.append("")
      } else if slice.kind == .escapedString {
        texts.append(try scanner.text(slice, line: lines[row], column: name))
      } else {
        texts.append(
          try interner.text(content, unescaping: false, line: lines[row], column: name))
      }
    }
    return .text(texts)
  }
}
