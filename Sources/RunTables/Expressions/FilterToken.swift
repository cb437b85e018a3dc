struct FilterToken {
  enum Kind: Equatable {
    case number(Double)
    /// A bare word: a column, a function, or text beside a column of text.
    case word(String)
    /// In backticks: always a column.
    case columnName(String)
    /// In double quotes: a column if there is one, else text.
    case doubleQuoted(String)
    /// In single quotes: always text.
    case singleQuoted(String)
    case symbol(String)
    case end
  }

  var kind: Kind
  var spelling: String
  var at: Int
}

struct FilterLexer {
  let text: String
  /// In messages, a filter or the expression of a computed column.
  let kind: String
  private let characters: [Character]
  /// Columns whose names hold a slash and may be written bare, longest first.
  private let slashed: [[Character]]
  private var at = 0

  init(text: String, columns: [String], kind: String = "filter") {
    self.text = text
    self.kind = kind
    characters = Array(text)
    slashed = columns.filter { name in
      name.contains("/") && name.allSatisfy { Self.isWord($0) || $0 == "/" }
    }.map(Array.init).sorted { $0.count > $1.count }
  }

  static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "."
  }

  mutating func tokens() throws(TableError) -> [FilterToken] {
    var tokens: [FilterToken] = []
    while true {
      while at < characters.count, characters[at].isWhitespace { at += 1 }
      let start = at
      let kind = try next()
      tokens.append(
        FilterToken(kind: kind, spelling: String(characters[start..<at]), at: start))
      if kind == .end { return tokens }
    }
  }

  private mutating func next() throws(TableError) -> FilterToken.Kind {
    guard at < characters.count else { return .end }
    let character = characters[at]
    switch character {
    case "`": return .columnName(try quoted())
    case "\"": return .doubleQuoted(try quoted())
    case "'": return .singleQuoted(try quoted())
    default: break
    }
    if Self.isWord(character) { return word() }
    for symbol in ["<=", ">=", "==", "!=", "&&", "||"] {
      if at + 1 < characters.count, String(characters[at...(at + 1)]) == symbol {
        at += 2
        return .symbol(symbol)
      }
    }
    guard "+-*/%^<>!(),".contains(character) else {
      let doubled = ["=": "'=='", "&": "'&&'", "|": "'||'"][character]
      throw error(
        at, found: TableError.quoted(String(character)),
        expected: doubled ?? "a number, a column or an operator")
    }
    at += 1
    return .symbol(String(character))
  }

  /// Reads up to the closing quote; a doubled quote stands for itself.
  private mutating func quoted() throws(TableError) -> String {
    let start = at
    let quote = characters[at]
    var content = ""
    at += 1
    while at < characters.count {
      if characters[at] == quote {
        at += 1
        guard at < characters.count, characters[at] == quote else { return content }
      }
      content.append(characters[at])
      at += 1
    }
    throw error(
      start, found: TableError.quoted(String(characters[start...].prefix(20))),
      expected: "a closing \(quote)")
  }

  /// Reads a bare word or a number; `7B` is a number, `7B_run` a word.
  private mutating func word() -> FilterToken.Kind {
    for name in slashed where characters[at...].starts(with: name) {
      let end = at + name.count
      if end == characters.count || !Self.isWord(characters[end]) {
        at = end
        return .word(String(name))
      }
    }
    let start = at
    while at < characters.count, Self.isWord(characters[at]) {
      // The sign of an exponent belongs to a number: 1e-9, but not to a word: base-1.
      if at + 2 < characters.count, characters[at] == "e" || characters[at] == "E",
        characters[at + 1] == "-" || characters[at + 1] == "+", characters[at + 2].isNumber,
        at > start,
        characters[start..<at].allSatisfy({ $0.isNumber || $0 == "." || $0 == "_" })
      {
        at += 1
      }
      at += 1
    }
    let spelling = String(characters[start..<at])
    // A word that begins with a digit or a point may be a number; `inf` and `nan` are words.
    if let first = spelling.first, first.isNumber || first == ".",
      let value = CellRules(isCount: true).value(of: spelling)
    {
      return .number(value)
    }
    return .word(spelling)
  }

  func value(from start: Int) -> String {
    var end = start
    while end < characters.count {
      let pair = String(characters[end...min(end + 1, characters.count - 1)])
      if pair == "&&" || pair == "||" || characters[end] == ")" { break }
      end += 1
    }
    return String(characters[min(start, end)..<end]).trimmingBlanks
  }

  func error(_ at: Int, found: String, expected: String, hint: String? = nil) -> TableError {
    TableError(
      .usage, source: "\(kind) \(TableError.quoted(text))", column: "character \(at + 1)",
      found: found, expected: expected, hint: hint)
  }
}
