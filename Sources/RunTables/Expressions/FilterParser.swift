import OrderedCollections
import Quantities

/// Turns a condition into a program, by recursive descent.
///
/// From weakest to strongest: `||`, `&&`, `!`, comparison, `+ -`, `* / %`, unary minus, `^`.
struct FilterParser {
  private let table: RunTable
  private var lexer: FilterLexer
  private var tokens: [FilterToken] = []
  private var position = 0
  private var depth = 0
  private var program = FilterProgram()

  /// The parser recurses.
  private static let deepest = 100

  private struct Operand {
    enum Kind {
      case number
      case condition
      /// A column of text: nothing is emitted until it is compared.
      case textColumn(String)
      /// Text, or a word that can only be text.
      case text(String, isBare: Bool)
    }
    var kind: Kind
    var token: FilterToken
  }

  init(text: String, table: RunTable, kind: String = "filter") {
    self.table = table
    lexer = FilterLexer(text: text, columns: table.columnNames, kind: kind)
  }

  mutating func parse() throws(TableError) -> FilterProgram {
    do throws(TableError) {
      tokens = try lexer.tokens()
    } catch {
      throw quotingText(of: error, from: nil)
    }
    let whole = try disjunction()
    guard current.kind == .end else { throw unexpected("'&&', '||' or the end of the filter") }
    _ = try condition(whole)
    return program
  }

  /// A comparison counts as 1 or 0.
  mutating func parseValue() throws(TableError) -> FilterProgram {
    tokens = try lexer.tokens()
    let whole = try disjunction()
    guard current.kind == .end else { throw unexpected("an operator or the end of the expression") }
    if case .condition = whole.kind { return program }
    try requireNumber(whole)
    return program
  }

  // MARK: Tokens

  private var current: FilterToken { tokens[min(position, tokens.count - 1)] }

  private mutating func take(_ symbols: String...) -> FilterToken? {
    guard case .symbol(let symbol) = current.kind, symbols.contains(symbol) else { return nil }
    defer { position += 1 }
    return current
  }

  private func unexpected(_ expected: String) -> TableError {
    let found =
      current.kind == .end ? "the end of the \(lexer.kind)" : TableError.quoted(current.spelling)
    return lexer.error(current.at, found: found, expected: expected)
  }

  private mutating func nested<T>(
    _ body: (inout FilterParser) throws(TableError) -> T
  ) throws(TableError) -> T {
    guard depth < Self.deepest else {
      throw lexer.error(
        current.at, found: "more than \(Self.deepest) levels", expected: "a simpler \(lexer.kind)")
    }
    depth += 1
    let result = try body(&self)
    depth -= 1
    return result
  }

  // MARK: Conditions

  private mutating func disjunction() throws(TableError) -> Operand {
    var left = try conjunction()
    while take("||") != nil {
      left = try condition(left)
      _ = try condition(conjunction())
      program.operations.append(.or)
    }
    return left
  }

  private mutating func conjunction() throws(TableError) -> Operand {
    var left = try negation()
    while take("&&") != nil {
      left = try condition(left)
      _ = try condition(negation())
      program.operations.append(.and)
    }
    return left
  }

  private mutating func negation() throws(TableError) -> Operand {
    guard let sign = take("!") else { return try comparison() }
    let operand = try nested { (parser) throws(TableError) in try parser.negation() }
    _ = try condition(operand)
    program.operations.append(.not)
    return Operand(kind: .condition, token: sign)
  }

  private mutating func comparison() throws(TableError) -> Operand {
    let before = program.operations.count
    let left = try sum()
    guard let sign = take("<", "<=", ">", ">=", "==", "!=") else { return left }
    let middle = program.operations.count
    let start = current.at
    do throws(TableError) {
      let right = try sum()
      try compare(left, sign, right, leftStart: before, rightStart: middle)
      if case .textColumn(let column) = left.kind, endsInText,
        case .text(let values) = try table.column(column),
        values.contains(lexer.value(from: start))
      {
        throw unexpected("'&&', '||' or the end of the \(lexer.kind)")
      }
    } catch {
      guard case .textColumn(let column) = left.kind, ["==", "!="].contains(sign.spelling) else {
        throw error
      }
      throw quotingText(of: error, from: (column, sign.spelling, start))
    }
    if take("<", "<=", ">", ">=", "==", "!=") != nil {
      position -= 1
      throw unexpected("'&&' between two comparisons")
    }
    return Operand(kind: .condition, token: left.token)
  }

  private mutating func compare(
    _ left: Operand, _ sign: FilterToken, _ right: Operand, leftStart: Int, rightStart: Int
  ) throws(TableError) {
    let negated = sign.spelling == "!="
    switch (left.kind, right.kind) {
    case (.textColumn(let a), .textColumn(let b)):
      try requireEquality(sign, a)
      program.operations.append(.columnsEqual(a, b, negated: negated))
    case (.textColumn(let column), _):
      let text = try textBeside(column, right, emittedFrom: rightStart, sign)
      program.operations.append(.textEquals(column: column, text: text, negated: negated))
    case (_, .textColumn(let column)):
      let text = try textBeside(column, left, emittedFrom: leftStart, sign)
      program.operations.append(.textEquals(column: column, text: text, negated: negated))
    case (.number, .text(let word, _))
    where ["==", "!="].contains(sign.spelling) && (word.isEmpty || CellRules.isMissingWord(word)):
      program.operations.append(.isMissing(negated: negated))
    default:
      try requireNumber(left)
      try requireNumber(right)
      program.operations.append(Self.comparisons[sign.spelling] ?? .equal)
    }
  }

  private static let comparisons: [String: FilterProgram.Operation] = [
    "<": .less, "<=": .lessOrEqual, ">": .greater, ">=": .greaterOrEqual, "==": .equal,
    "!=": .notEqual,
  ]

  private func requireEquality(_ sign: FilterToken, _ column: String) throws(TableError) {
    guard sign.spelling == "==" || sign.spelling == "!=" else {
      throw lexer.error(
        sign.at, found: TableError.quoted(sign.spelling),
        expected: "'==' or '!=', since column \(column) holds text")
    }
  }

  /// The text that a column of text is compared with; withdraws what its spelling emitted.
  ///
  /// A number (`190M`) and the name of a numeric column are text here: they stand as one token.
  private mutating func textBeside(
    _ column: String, _ operand: Operand, emittedFrom start: Int, _ sign: FilterToken
  ) throws(TableError) -> String {
    try requireEquality(sign, column)
    if case .text(let text, _) = operand.kind { return text }
    if case .number = operand.kind, program.operations.count == start + 1 {
      switch operand.token.kind {
      case .number, .word:
        program.operations.removeLast()
        return operand.token.spelling
      default: break
      }
    }
    throw lexer.error(
      operand.token.at, found: "an expression beside column \(column), which holds text",
      expected: "text in quotes")
  }

  // MARK: Numbers

  private mutating func sum() throws(TableError) -> Operand {
    var left = try product()
    while let sign = take("+", "-") {
      try requireNumber(left)
      try requireNumber(product())
      program.operations.append(sign.spelling == "+" ? .add : .subtract)
      left.kind = .number
    }
    return left
  }

  private mutating func product() throws(TableError) -> Operand {
    var left = try signed()
    while let sign = take("*", "/", "%") {
      try requireNumber(left)
      try requireNumber(signed())
      switch sign.spelling {
      case "*": program.operations.append(.multiply)
      case "/": program.operations.append(.divide)
      default: program.operations.append(.remainder)
      }
      left.kind = .number
    }
    return left
  }

  private mutating func signed() throws(TableError) -> Operand {
    guard let sign = take("-", "+") else { return try power() }
    let operand = try nested { (parser) throws(TableError) in try parser.signed() }
    try requireNumber(operand)
    if sign.spelling == "-" { program.operations.append(.negate) }
    return Operand(kind: .number, token: sign)
  }

  private mutating func power() throws(TableError) -> Operand {
    var base = try primary()
    if take("^") != nil {
      try requireNumber(base)
      let exponent = try nested { (parser) throws(TableError) in try parser.signed() }
      try requireNumber(exponent)
      program.operations.append(.power)
      base.kind = .number
    }
    return base
  }

  private mutating func primary() throws(TableError) -> Operand {
    let token = current
    switch token.kind {
    case .number(let value):
      position += 1
      program.operations.append(.constant(value))
      return Operand(kind: .number, token: token)
    case .singleQuoted(let text):
      position += 1
      return Operand(kind: .text(text, isBare: false), token: token)
    case .doubleQuoted(let text):
      position += 1
      return try column(text, token) ?? Operand(kind: .text(text, isBare: false), token: token)
    case .columnName(let name):
      position += 1
      guard let operand = try column(name, token) else { throw unknownColumn(name, token) }
      return operand
    case .word(let name):
      position += 1
      if case .symbol("(") = current.kind {
        if let function = FilterProgram.Function(rawValue: name) {
          try requireNumber(parenthesised())
          program.operations.append(.function(function))
          return Operand(kind: .number, token: token)
        }
        if let choice = FilterProgram.Operation.extreme(name) {
          try extreme(choice)
          return Operand(kind: .number, token: token)
        }
      }
      return try column(name, token) ?? Operand(kind: .text(name, isBare: true), token: token)
    case .symbol("("): return try parenthesised()
    default: throw unexpected("a number, a column or '('")
    }
  }

  private mutating func extreme(_ operation: FilterProgram.Operation) throws(TableError) {
    position += 1
    try requireNumber(nested { (parser) throws(TableError) in try parser.disjunction() })
    guard case .symbol(",") = current.kind else {
      throw unexpected("',' and a second value")
    }
    while take(",") != nil {
      try requireNumber(nested { (parser) throws(TableError) in try parser.disjunction() })
      program.operations.append(operation)
    }
    guard take(")") != nil else { throw unexpected("',' or ')'") }
  }

  private mutating func parenthesised() throws(TableError) -> Operand {
    let open = current
    position += 1
    var inner = try nested { (parser) throws(TableError) in try parser.disjunction() }
    guard take(")") != nil else { throw unexpected("')'") }
    inner.token = open
    return inner
  }

  /// The operand of an existing column; numbers are emitted, text waits for its comparison.
  private mutating func column(_ name: String, _ token: FilterToken) throws(TableError) -> Operand?
  {
    guard table.hasColumn(name) else { return nil }
    switch try table.column(name) {
    case .numbers:
      program.operations.append(.column(name))
      return Operand(kind: .number, token: token)
    case .text: return Operand(kind: .textColumn(name), token: token)
    }
  }

  // MARK: Text without quotes

  private var endsInText: Bool {
    switch current.kind {
    case .number, .word, .singleQuoted, .doubleQuoted, .columnName: true
    case .symbol, .end: false
    }
  }

  private func quotingText(
    of error: TableError, from place: (column: String, sign: String, start: Int)?
  ) -> TableError {
    var error = error
    guard let place else {
      error.hint = error.hint ?? quotableHint()
      return error
    }
    let text = lexer.value(from: place.start)
    guard !text.isEmpty, !text.contains("'") else { return error }
    return lexer.error(
      place.start,
      found: "\(TableError.quoted(text)) beside column \(place.column), which holds text",
      expected: "text in quotes: \(place.column)\(place.sign)'\(text)'")
  }

  /// For a text with characters of no expression: the column whose value it is, with quotes.
  private func quotableHint() -> String? {
    for name in table.columnNames {
      guard case .text(let values)? = table.columns[name] else { continue }
      for sign in ["==", "!=", " == ", " != "] {
        guard let place = lexer.text.firstRange(of: name + sign) else { continue }
        let rest = lexer.text[place.upperBound...]
        if let value = Set(values).filter({ !$0.isEmpty && rest.hasPrefix($0) })
          .max(by: { $0.count < $1.count }), !value.allSatisfy(FilterLexer.isWord)
        {
          let mark = value.contains("'") ? "\"" : "'"
          return "text needs quotes: \(name)\(sign)\(mark)\(value)\(mark)"
        }
      }
    }
    return nil
  }

  // MARK: Checks

  private func requireNumber(_ operand: Operand) throws(TableError) {
    switch operand.kind {
    case .number: return
    case .condition:
      throw lexer.error(operand.token.at, found: "a comparison", expected: "a number")
    case .textColumn(let name):
      // A column that should hold numbers but does not is the file's fault: name the cell.
      do throws(TableError) {
        _ = try table.numbers(name)
      } catch {
        throw lexer.error(
          operand.token.at, found: "column \(name), which holds text", expected: "a number",
          hint: error.description)
      }
      throw lexer.error(
        operand.token.at, found: "column \(name), which holds text", expected: "a number")
    case .text(let text, let isBare):
      if isBare { throw unknownColumn(text, operand.token) }
      throw lexer.error(
        operand.token.at, found: "the text \(TableError.quoted(text))", expected: "a number")
    }
  }

  private func condition(_ operand: Operand) throws(TableError) -> Operand {
    if case .condition = operand.kind { return operand }
    if case .text(let name, isBare: true) = operand.kind {
      throw unknownColumn(name, operand.token)
    }
    throw lexer.error(
      operand.token.at, found: "\(TableError.quoted(operand.token.spelling)) without a comparison",
      expected: "a comparison such as N > 1e9")
  }

  private func unknownColumn(_ name: String, _ token: FilterToken) -> TableError {
    lexer.error(
      token.at, found: TableError.quoted(name), expected: "a column of \(table.source)",
      hint: NearestName.hint(for: name, among: table.columnNames))
  }
}
