/// How the cells of a table of outcomes are read.
enum OutcomeCells {
  /// What a cell of `correct` may say.
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

  /// What a cell of `correct` says.
  enum Truth {
    case right
    case wrong
    /// Wrong because the attempt ran out of time or into an error.
    case unjudged
    /// A share of the credit.
    case credit(Double)
    case unknown

    /// 1 or 0; nil for a share of the credit.
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
    if let number = number(cell, quoted: false) {
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

  /// The number in a cell; NaN where missing, nil for text.
  static func number(_ cell: UnsafeBufferPointer<UInt8>, quoted: Bool) -> Double? {
    switch CellRules(allowsLowerM: false, allowsThousands: quoted).content(of: cell) {
    case .missing: Double.nan
    case .number(let value): value
    case .text: nil
    }
  }

  /// The cell without blanks around it.
  static func trimmed(_ cell: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var low = 0
    var high = cell.count
    while low < high, ByteText.isBlank(cell[low]) { low += 1 }
    while high > low, ByteText.isBlank(cell[high - 1]) { high -= 1 }
    return UnsafeBufferPointer(rebasing: cell[low..<high])
  }

  /// Whether a cell of text says nothing: `None` and `NA` are words like any other.
  static func isBlank(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in cell where !ByteText.isBlank(byte) { return false }
    return true
  }

  /// Reads `0.9;0.8`, `0.9 0.8`, `0.9, 0.8` or any of them in brackets, and appends the numbers.
  ///
  /// - Returns: how many there were, or nil if the cell is anything else.
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
    while at < cell.count {
      let start = at
      while at < cell.count, !isSeparator(cell[at]) { at += 1 }
      guard at > start,
        let number = number(UnsafeBufferPointer(rebasing: cell[start..<at]), quoted: false)
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

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") || ByteText.isBlank(byte)
  }
}
