import OrderedCollections

/// The renaming a user asks for: `N=params,D=tokens_B*1e9,loss=eval/loss`.
public struct ColumnMap: Sendable, Hashable {
  /// The column `target` is the column `source` of the file, or computed by the expression
  /// `source`.
  public struct Entry: Sendable, Hashable {
    /// The name the column gets.
    public var target: String
    /// The name the column has in the file, or an expression over its columns.
    public var source: String

    /// Makes one renaming.
    public init(target: String, source: String) {
      self.target = target
      self.source = source
    }
  }

  /// The renamings, in the order in which they were written.
  public var entries: [Entry]

  /// Makes a map of entries.
  public init(entries: [Entry]) {
    self.entries = entries
  }

  /// Parses `TARGET=SOURCE` pairs separated by commas.
  ///
  /// A source that is no column may be an expression of ``RowFilter``: `D=tokens_B*1e9`,
  /// `loss=log(ppl)`, `D="tokens (B)"*1e9`. Commas inside its parentheses belong to it.
  ///
  /// A name in double quotes may hold commas, equals signs and blanks; a quote inside it is doubled.
  /// - Throws: ``TableError`` (usage) that shows the text, the character, what was found and what
  ///   was expected.
  public static func parse(_ text: String) throws(TableError) -> ColumnMap {
    var parser = ColumnMapParser(text)
    return try parser.parse()
  }
}

private struct ColumnMapParser {
  private let text: String
  private let characters: [Character]
  private var at = 0

  init(_ text: String) {
    self.text = text
    characters = Array(text)
  }

  mutating func parse() throws(TableError) -> ColumnMap {
    var entries: [ColumnMap.Entry] = []
    repeat {
      let start = at
      let target = try name("a column name such as N")
      guard take("=") else { throw error("'=' and the name of a column of the file") }
      let source = try source()
      if entries.contains(where: { $0.target == target }) {
        at = start
        throw error("each target once; \(target) was given before")
      }
      entries.append(.init(target: target, source: source))
      skipBlanks()
    } while take(",")
    guard at == characters.count else { throw error("a comma or the end of the map") }
    return ColumnMap(entries: entries)
  }

  private mutating func skipBlanks() {
    while at < characters.count, characters[at].isWhitespace { at += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard at < characters.count, characters[at] == character else { return false }
    at += 1
    return true
  }

  /// The name of a column, or an expression up to the next comma outside its parentheses.
  private mutating func source() throws(TableError) -> String {
    let expected = "the name of a column of the file"
    skipBlanks()
    let start = at
    if at < characters.count, characters[at] == "\"" {
      let quoted = try name(expected)
      skipBlanks()
      if at == characters.count || !"*+-/^%".contains(characters[at]) { return quoted }
    }
    at = start
    var depth = 0
    var quote: Character?
    let closes = characters[start...].contains(")")
    while at < characters.count {
      let character = characters[at]
      if let open = quote {
        if character == open { quote = nil }
      } else {
        if character == "=" || character == "," && depth == 0 { break }
        if "`\"".contains(character) { quote = character }
        if character == "(", closes { depth += 1 }
        if character == ")" { depth -= 1 }
      }
      at += 1
    }
    return try nonEmpty(String(characters[start..<at]).trimmingBlanks, expected)
  }

  private mutating func name(_ expected: String) throws(TableError) -> String {
    skipBlanks()
    var name = ""
    if take("\"") {
      while at < characters.count {
        if take("\"") {
          guard take("\"") else {
            skipBlanks()
            return try nonEmpty(name, expected)
          }
          name.append("\"")
        } else {
          name.append(characters[at])
          at += 1
        }
      }
      throw error("a closing double quote")
    }
    while at < characters.count, !",=\"".contains(characters[at]) {
      name.append(characters[at])
      at += 1
    }
    while name.last?.isWhitespace == true { name.removeLast() }
    return try nonEmpty(name, expected)
  }

  private func nonEmpty(_ name: String, _ expected: String) throws(TableError) -> String {
    guard name.isEmpty else { return name }
    throw error(expected)
  }

  private func error(_ expected: String) -> TableError {
    let found =
      at < characters.count
      ? TableError.quoted(String(characters[at...].prefix(20))) : "the end of the text"
    return TableError(
      .usage, source: "map \(TableError.quoted(text))", column: "character \(at + 1)",
      found: found, expected: expected)
  }
}

extension ColumnMap {
  /// The new names of each column, `current` for a name of the map, and notes on what makes room.
  func targets(
    among columns: [String], source: String, current: (String) -> String?
  ) throws(TableError) -> (targets: [String: [String]], notes: [String]) {
    var targets: [String: [String]] = [:]
    for entry in entries {
      guard let current = current(entry.source) else {
        var error = TableChecks.missingColumn(entry.source, among: columns, source: source)
        error.expected = "a column \(entry.source) to be read as \(entry.target)"
        throw error
      }
      targets[current, default: []].append(entry.target)
    }
    let columns = Set(columns)
    var notes: [String] = []
    for entry in entries where columns.contains(entry.target) && targets[entry.target] == nil {
      let kept = "\(entry.target).original"
      guard !columns.contains(kept), !entries.contains(where: { $0.target == kept }) else {
        throw TableError(
          .usage, source: source, column: entry.target,
          found: "columns \(entry.target) and \(kept) already",
          expected: "one of the two names to be free")
      }
      targets[entry.target] = [kept]
      notes.append("the column \(entry.target) of the file is kept as \(kept)")
    }
    return (targets, notes)
  }
}

extension RunTable {
  /// Renames columns all at once, so that two names can be exchanged. A column that bears a target
  /// name and is not mapped is kept under `NAME.original`; a note says so.
  ///
  /// - Throws: ``TableError`` (usage) when a named column is absent, with the nearest one, or when
  ///   `NAME.original` is taken as well.
  public func applying(_ map: ColumnMap) throws(TableError) -> RunTable {
    var (targets, notes) = try map.targets(among: columnNames, source: source) { currentName($0) }
    var table = replacingNames { targets[$0] ?? [$0] }
    for entry in map.entries where entry.target != entry.source {
      let scaled = table.multiplyByUnit(of: entry.source, as: entry.target)
      notes.append("column \(entry.source) read as \(entry.target), as asked\(scaled ?? "")")
      if scaled == nil, table.columns[entry.source] == nil {
        table.remember(entry.source, for: entry.target)
      }
    }
    table.notes += notes
    return table
  }
}
