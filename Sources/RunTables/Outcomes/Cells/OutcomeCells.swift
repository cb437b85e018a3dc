enum OutcomeCells {
  static let truths = "0 or 1 (or true or false, yes or no, pass or fail)"

  private static let yes: [String] = [
    "true", "yes", "pass", "passed", "correct", "right", "c", "resolved", "solved", "accepted",
  ]
  private static let no: [String] = [
    "false", "no", "fail", "failed", "incorrect", "wrong", "i", "n", "unresolved", "unsolved",
  ]
  /// What harnesses write where an attempt did not come to be judged: it is wrong.
  private static let unjudged: [String] = [
    "timeout", "timed out", "timed_out", "time limit exceeded", "error", "runtime error",
    "compile error", "crash", "crashed", "exception",
  ]

  enum Truth {
    case right
    case wrong
    case unjudged
    case credit(Double)
    case unknown

    var bit: UInt8? {
      switch self {
      case .right: 1
      case .wrong, .unjudged: 0
      case .credit, .unknown: nil
      }
    }
  }

  /// 1 or 0 for a cell that says yes or no, in any letter case; nil for any other.
  static func truth(_ cell: UnsafeBufferPointer<UInt8>) -> UInt8? { truthOf(cell).bit }

  /// What a cell says, in any letter case; `P`, for partial, is half the credit.
  static func truthOf(_ cell: UnsafeBufferPointer<UInt8>) -> Truth {
    if cell.count == 1, cell[0] == 48 || cell[0] == 49 { return cell[0] == 49 ? .right : .wrong }
    if let number = number(cell, .ratio) {
      if number == 1 { return .right }
      if number == 0 { return .wrong }
      return number.isFinite && number > 0 ? .credit(number) : .unknown
    }
    let lower = trimmed(cell).prefix(400).map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
    if yes.contains(where: { lower.elementsEqual($0.utf8) }) { return .right }
    if no.contains(where: { lower.elementsEqual($0.utf8) }) { return .wrong }
    if unjudged.contains(where: { lower.elementsEqual($0.utf8) }) { return .unjudged }
    // `failed: AssertionError`, as a harness of programs writes it.
    if lower.starts(with: "failed:".utf8) { return .wrong }
    if ["p", "partial", "partially correct"].contains(where: { lower.elementsEqual($0.utf8) }) {
      return .credit(0.5)
    }
    return .unknown
  }

  /// NaN where missing, nil for text.
  ///
  /// What a comma means follows from what the column holds: a score is no thousand, and a number of
  /// tokens has no fraction. Where `mark` is a comma, a point is thousands or an error.
  static func number(
    _ cell: UnsafeBufferPointer<UInt8>, _ meaning: CommaColumn.Meaning = .unknown,
    _ mark: DecimalMark? = nil
  ) -> Double? {
    switch CellRules(isCount: false).content(of: cell) {
    case .missing: return .nan
    case .number(let value):
      guard mark == .comma, cell.contains(UInt8(ascii: ".")) else { return value }
      let text = String(decoding: cell, as: UTF8.self)
      guard CommaColumn.isGrouped(text, by: UInt8(ascii: ".")) else { return nil }
      return CellRules(isCount: false).value(of: text.filter { $0 != "." })
    case .text: return numberWithCommas(cell, meaning, mark)
    }
  }

  static func hasComma(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    cell.contains(UInt8(ascii: ","))
  }

  private static func numberWithCommas(
    _ cell: UnsafeBufferPointer<UInt8>, _ meaning: CommaColumn.Meaning, _ mark: DecimalMark?
  ) -> Double? {
    guard
      hasComma(cell) || cell.first.map(CellRules.isDigit) ?? false && cell.contains(46)
    else { return nil }
    let rules = CellRules(isCount: false)
    let text = String(decoding: cell, as: UTF8.self)
    let isDecimal: Bool
    switch (CommaColumn.cell(text, rules), meaning, mark) {
    case (.decimal, _, .point), (.thousands, _, .comma): return nil
    case (.either, _, .comma): isDecimal = true
    case (.either, _, .point): isDecimal = false
    case (.decimal, .ratio, _), (.decimal, .count, _), (.either, .ratio, _): isDecimal = true
    case (.thousands, .ratio, _), (.thousands, .count, _), (.either, .count, _): isDecimal = false
    default: return nil
    }
    return rules.value(
      of: String(
        text.compactMap { character -> Character? in
          switch character {
          case ",": isDecimal ? "." : nil
          case ".": isDecimal ? nil : "."
          default: character
          }
        }))
  }

  static func trimmed(_ cell: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var low = 0
    var high = cell.count
    while low < high, ByteText.isBlank(cell[low]) { low += 1 }
    while high > low, ByteText.isBlank(cell[high - 1]) { high -= 1 }
    return UnsafeBufferPointer(rebasing: cell[low..<high])
  }

  static func isBlank(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in cell where !ByteText.isBlank(byte) { return false }
    return true
  }

  /// Reads `0.9;0.8`, `0.9 0.8`, `0.9, 0.8` or any of them in brackets, also with decimal commas
  /// (`0,9;0,8`), appends the numbers and returns how many there were; nil for anything else.
  static func appendStepScores(
    _ cell: UnsafeBufferPointer<UInt8>, to values: inout [Float]
  ) -> Int? {
    var cell = trimmed(cell)
    if CellRules.isMissing(cell) { return 0 }
    if cell.first == UInt8(ascii: "["), cell.count >= 2, cell.last == UInt8(ascii: "]") {
      cell = trimmed(UnsafeBufferPointer(rebasing: cell[1..<(cell.count - 1)]))
    }
    var count = 0
    var at = 0
    var expectsNumber = false
    let hasDecimalCommas = hasDecimalCommas(cell)
    func isSeparator(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") && !hasDecimalCommas
        || ByteText.isBlank(byte)
    }
    while at < cell.count {
      let start = at
      while at < cell.count, !isSeparator(cell[at]) { at += 1 }
      guard at > start,
        let number = number(UnsafeBufferPointer(rebasing: cell[start..<at]), .ratio)
      else { return nil }
      values.append(Float(number))
      count += 1
      // One separator, with blanks on either side.
      expectsNumber = false
      while at < cell.count, ByteText.isBlank(cell[at]) { at += 1 }
      if at < cell.count, cell[at] == UInt8(ascii: ";") || cell[at] == UInt8(ascii: ",") {
        at += 1
        expectsNumber = true
        while at < cell.count, ByteText.isBlank(cell[at]) { at += 1 }
      }
    }
    return expectsNumber ? nil : count
  }

  /// Whether the commas of a list are decimal: all between digits, other separators, and no points.
  private static func hasDecimalCommas(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    guard hasComma(cell), !cell.contains(UInt8(ascii: ".")),
      cell.contains(where: { $0 == UInt8(ascii: ";") || $0 == 32 })
    else { return false }
    return cell.indices.allSatisfy { at in
      cell[at] != UInt8(ascii: ",")
        || at > 0 && at + 1 < cell.count && CellRules.isDigit(cell[at - 1])
          && CellRules.isDigit(cell[at + 1])
    }
  }
}
