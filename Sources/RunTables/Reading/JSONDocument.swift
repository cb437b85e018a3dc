internal import Files

/// Finds the rows of a JSON document that is no plain array of objects.
///
/// Programs wrap their rows: pandas writes five orients of the same table, trackers `columns` beside
/// `data`, harnesses a list of samples beside what they report, or one entry a problem under its
/// name. Where only one reading is possible, the rows are rewritten as an array of objects.
struct JSONDocument {
  let text: UnsafeBufferPointer<UInt8>
  let source: String
  /// The column of the names of entries (`{"HumanEval/0": {…}}`) that are rows; nil takes only
  /// numbered entries, for a record of tasks is one row elsewhere.
  var nameColumn: String?

  struct Rows {
    var text: [UInt8]
    /// Where they stood, as a sentence.
    var note: String
  }

  private struct Node {
    enum Kind { case scalar, object, list }
    var key: String
    var range: Range<Int>
    var kind: Kind
  }

  /// The rows; nil where the document has none of the known shapes.
  ///
  /// - Throws: ``TableError`` where several members could be the rows, or the grammar is broken.
  func rows() throws(TableError) -> Rows? {
    var scanner = JSONScanner(bytes: text, source: source, at: 0, end: text.count, line: 1)
    guard scanner.peek() == UInt8(ascii: "{") else { return nil }
    let start = scanner.at
    // What is broken is told by whoever reads the text as it stands.
    guard (try? scanner.skipValue(depth: 0)) != nil else { return nil }
    let end = scanner.at
    // More than one value: JSON lines under another name.
    guard scanner.peek() == nil else { return nil }
    return try rows(of: Node(key: "", range: start..<end, kind: .object), depth: 0)
  }

  // MARK: Shapes

  private func rows(of object: Node, depth: Int) throws(TableError) -> Rows? {
    let members = try members(of: object)
    guard !members.isEmpty else { return nil }
    let place = object.key.isEmpty ? "" : "\(object.key): "
    if let table = try split(members) {
      return Rows(text: table, note: "\(place)rows are read from data, their names from columns")
    }
    if let table = try columns(members) {
      return Rows(text: table, note: "\(place)each member is a column")
    }
    if let table = try numberedColumns(members) {
      return Rows(text: table, note: "\(place)each member is a column of numbered entries")
    }
    func how(_ isNamed: Bool) -> String {
      isNamed ? ", its name in the column \(nameColumn ?? "")" : ""
    }
    if let (table, isNamed) = try named(members) {
      return Rows(text: table, note: "\(place)each member is a row\(how(isNamed))")
    }
    if let (table, isNamed) = try listsOfRows(members) {
      return Rows(
        text: table, note: "\(place)each member is a list of rows\(how(isNamed))")
    }
    return try inside(members, depth: depth)
  }

  /// `{"columns": ["a", "b"], "data": [[1, 2], [3, 4]]}`.
  private func split(_ members: [Node]) throws(TableError) -> [UInt8]? {
    guard let names = members.first(where: { $0.key == "columns" && $0.kind == .list }),
      let data = members.first(where: { $0.key == "data" && $0.kind == .list })
    else { return nil }
    let keys = try elements(of: names)
    guard !keys.isEmpty, keys.allSatisfy({ text[$0.range.lowerBound] == UInt8(ascii: "\"") }) else {
      return nil
    }
    var writer = RowWriter(text: text)
    for row in try elements(of: data) {
      guard row.kind == .list else { return nil }
      let cells = try elements(of: row)
      guard cells.count == keys.count else {
        throw TableError(
          .badData, source: source, found: "a row of \(cells.count) entries in data",
          expected: "\(keys.count), as in columns")
      }
      writer.begin()
      for (key, cell) in zip(keys, cells) { writer.add(key.range, cell.range) }
      writer.end()
    }
    return writer.finished()
  }

  /// `{"a": [1, 3], "b": [2, 4], "model": "x"}`: lists of one length, and values that hold for all.
  private func columns(_ members: [Node]) throws(TableError) -> [UInt8]? {
    let lists = members.filter { $0.kind == .list }
    guard lists.count > 1, !members.contains(where: { $0.kind == .object }) else { return nil }
    var cells: [[Node]] = []
    for list in lists {
      let found = try elements(of: list)
      guard found.count == cells.first?.count ?? found.count, !found.isEmpty,
        !found.contains(where: { $0.kind == .object })
      else { return nil }
      cells.append(found)
    }
    let scalars = members.filter { $0.kind == .scalar }
    var writer = RowWriter(text: text)
    for row in cells[0].indices {
      writer.begin()
      for scalar in scalars { writer.add(scalar.key, scalar.range) }
      for (list, column) in zip(lists, cells) { writer.add(list.key, column[row].range) }
      writer.end()
    }
    return writer.finished()
  }

  /// `{"a": {"0": 1, "1": 3}, "b": {"0": 2, "1": 4}}`, as pandas writes by default.
  private func numberedColumns(_ members: [Node]) throws(TableError) -> [UInt8]? {
    guard members.allSatisfy({ $0.kind == .object }), !members.allSatisfy({ Self.isNumber($0.key) })
    else { return nil }
    var cells: [[Node]] = []
    for member in members {
      let found = try self.members(of: member)
      guard !found.isEmpty, found.allSatisfy({ Self.isNumber($0.key) && $0.kind != .object }),
        found.map(\.key) == cells.first?.map(\.key) ?? found.map(\.key)
      else { return nil }
      cells.append(found)
    }
    var writer = RowWriter(text: text)
    for row in cells[0].indices {
      writer.begin()
      for (member, column) in zip(members, cells) { writer.add(member.key, column[row].range) }
      writer.end()
    }
    return writer.finished()
  }

  /// `{"0": {"a": 1, "b": 2}, "1": {"a": 3, "b": 4}}`.
  private func named(
    _ members: [Node]
  ) throws(TableError) -> (text: [UInt8], isNamed: Bool)? {
    guard members.count > 1, members.allSatisfy({ $0.kind == .object }),
      nameColumn != nil || members.allSatisfy({ Self.isNumber($0.key) })
    else { return nil }
    var keys: Set<String>?
    for member in members {
      let found = try self.members(of: member).map(\.key)
      guard !found.isEmpty else { return nil }
      keys = keys.map { $0.intersection(found) } ?? Set(found)
    }
    // Rows of a table share their columns.
    guard let keys, !keys.isEmpty else { return nil }
    let isNamed = nameColumn.map { !Self.names(keys, $0) } ?? false
    var writer = RowWriter(text: text)
    for member in members {
      writer.begin()
      if let nameColumn, isNamed { writer.add(nameColumn, string: member.key) }
      writer.addMembers(of: member.range)
      writer.end()
    }
    return (writer.finished(), isNamed)
  }

  /// `{"HumanEval/0": [{…}, {…}], "HumanEval/1": [{…}]}`.
  private func listsOfRows(
    _ members: [Node]
  ) throws(TableError) -> (text: [UInt8], isNamed: Bool)? {
    guard let nameColumn, members.count > 1, members.allSatisfy({ $0.kind == .list }) else {
      return nil
    }
    var writer = RowWriter(text: text)
    var isNamed: Bool?
    var hasSet = false
    for member in members {
      for row in try elements(of: member) {
        guard row.kind == .object else { return nil }
        if isNamed == nil {
          let keys = Set(try self.members(of: row).map(\.key))
          isNamed = !Self.names(keys, nameColumn)
          hasSet = keys.contains("set")
        }
        writer.begin()
        if isNamed == true {
          writer.add(nameColumn, string: member.key)
        } else if !hasSet {
          // Lists such as train and test may use the same names.
          writer.add("set", string: member.key)
        }
        writer.addMembers(of: row.range)
        writer.end()
      }
    }
    return writer.isEmpty ? nil : (writer.finished(), isNamed == true)
  }

  /// The member that holds the rows: a list of objects, or an object of a known shape.
  private func inside(_ members: [Node], depth: Int) throws(TableError) -> Rows? {
    guard depth < 3 else { return nil }
    var found: [(name: String, size: Int, rows: Rows)] = []
    // The table of pandas describes its columns beside its rows.
    let isDescribed = members.contains { $0.key == "data" && $0.kind == .list }
    for member in members where !isDescribed || member.key != "schema" {
      var rows: Rows?
      switch member.kind {
      case .list:
        let entries = try elements(of: member)
        if !entries.isEmpty, entries.allSatisfy({ $0.kind == .object }) {
          rows = Rows(
            text: Array(text[member.range]), note: "rows are read from \(member.key)")
        }
      case .object where nameColumn != nil: rows = try self.rows(of: member, depth: depth + 1)
      default: break
      }
      if let rows { found.append((member.key, member.range.count, rows)) }
    }
    found.sort { $0.size > $1.size }
    guard let first = found.first else { return nil }
    // What a harness reports beside its rows is short.
    if found.count > 1, found[1].size * 5 > first.size {
      throw TableError(
        .badData, source: source,
        found: "rows in \(found.map(\.name).joined(separator: " and in "))",
        expected: "one list of rows",
        hint: "jq -c '.\(first.name)[]' \(source) > rows.jsonl takes the first")
    }
    var rows = first.rows
    let others = members.filter { $0.key != first.name }.map(\.key)
    if !others.isEmpty {
      rows.note += "; not read: \(others.prefix(12).joined(separator: ", "))"
    }
    return rows
  }

  // MARK: Walking

  private func members(of object: Node) throws(TableError) -> [Node] {
    var found: [Node] = []
    var scanner = scanner(at: object.range)
    try scanner.members { (scanner, key) throws(TableError) in
      let name = try scanner.text(key, line: 1, column: nil)
      found.append(try Self.node(&scanner, name))
    }
    return found
  }

  private func elements(of list: Node) throws(TableError) -> [Node] {
    var found: [Node] = []
    var scanner = scanner(at: list.range)
    try scanner.elements { (scanner) throws(TableError) in
      found.append(try Self.node(&scanner, ""))
    }
    return found
  }

  private func scanner(at range: Range<Int>) -> JSONScanner {
    JSONScanner(
      bytes: text, source: source, at: range.lowerBound, end: range.upperBound, line: 1)
  }

  private static func node(_ scanner: inout JSONScanner, _ key: String) throws(TableError) -> Node {
    let kind: Node.Kind
    switch scanner.peek() {
    case UInt8(ascii: "{"): kind = .object
    case UInt8(ascii: "["): kind = .list
    default: kind = .scalar
    }
    let start = scanner.at
    try scanner.skipValue(depth: 1)
    return Node(key: key, range: start..<scanner.at, kind: kind)
  }

  private static func isNumber(_ key: String) -> Bool {
    !key.isEmpty && key.utf8.allSatisfy(CellRules.isDigit)
  }

  /// Whether rows with these keys say themselves what the name of their entry would.
  private static func names(_ keys: Set<String>, _ column: String) -> Bool {
    guard let known = OutcomeColumn(rawValue: column) else { return keys.contains(column) }
    return !keys.isDisjoint(with: [column] + known.aliases)
  }

  private struct RowWriter {
    let text: UnsafeBufferPointer<UInt8>
    private var bytes: [UInt8] = []
    private var isFirstMember = true

    init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isEmpty: Bool { bytes.isEmpty }

    mutating func begin() {
      bytes += isEmpty ? "[\n{".utf8 : ",\n{".utf8
      isFirstMember = true
    }

    mutating func end() { bytes.append(UInt8(ascii: "}")) }

    mutating func add(_ key: Range<Int>, _ value: Range<Int>) {
      separate()
      bytes += text[key]
      bytes.append(UInt8(ascii: ":"))
      bytes += text[value]
    }

    mutating func add(_ key: String, _ value: Range<Int>) {
      separate()
      write(key)
      bytes.append(UInt8(ascii: ":"))
      bytes += text[value]
    }

    mutating func add(_ key: String, string: String) {
      separate()
      write(key)
      bytes.append(UInt8(ascii: ":"))
      write(string)
    }

    /// The members of an object that has some, braces left out.
    mutating func addMembers(of object: Range<Int>) {
      separate()
      bytes += text[(object.lowerBound + 1)..<(object.upperBound - 1)]
    }

    mutating func finished() -> [UInt8] {
      if isEmpty { bytes = Array("[".utf8) }
      bytes += "]".utf8
      return bytes
    }

    private mutating func separate() {
      if !isFirstMember { bytes.append(UInt8(ascii: ",")) }
      isFirstMember = false
    }

    private mutating func write(_ string: String) {
      bytes += JSONText.string(string).utf8
    }
  }
}
