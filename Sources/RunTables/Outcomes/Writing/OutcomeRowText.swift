internal import Files

/// Puts rows of outcomes into CSV (RFC 4180 with LF line ends), missing values as empty cells.
struct OutcomeRowText {
  let armColumns: [String]
  /// Without `problem`, `attempt` and `correct`, which are always written.
  let columns: [OutcomeColumn]
  let constants: [String]
  private(set) var bytes: [UInt8] = []

  init(armColumns: [String], columns: Set<OutcomeColumn>, constants: [String]) {
    self.armColumns = armColumns
    let always: Set<OutcomeColumn> = [.problem, .attempt, .correct]
    self.columns = OutcomeColumn.allCases.filter { columns.contains($0) && !always.contains($0) }
    self.constants = constants
  }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func header() {
    let names =
      armColumns + ["problem", "attempt", "correct"] + columns.map(\.rawValue) + constants
    for (index, name) in names.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(text: name)
    }
    bytes.append(10)
  }

  /// Up to `correct`; ``endRow()`` closes it.
  mutating func beginRow(key: [String], problem: String, attempt: Int, correct: Bool) {
    for part in key {
      append(text: part)
      bytes.append(UInt8(ascii: ","))
    }
    append(text: problem)
    bytes.append(UInt8(ascii: ","))
    append(whole: attempt)
    bytes.append(UInt8(ascii: ","))
    bytes.append(correct ? UInt8(ascii: "1") : UInt8(ascii: "0"))
  }

  mutating func cell(text: String?) {
    bytes.append(UInt8(ascii: ","))
    if let text { append(text: text) }
  }

  mutating func cell(whole: Int?) {
    bytes.append(UInt8(ascii: ","))
    if let whole { append(whole: whole) }
  }

  mutating func cell(number: Double?) {
    bytes.append(UInt8(ascii: ","))
    guard let number else { return }
    if let whole = Int(exactly: number), abs(whole) < 1 << 53, whole != 0 || number.sign == .plus {
      append(whole: whole)
    } else {
      bytes.append(contentsOf: CSVText.number(number).utf8)
    }
  }

  /// A number that was kept in single precision, in the shortest form that reads back as the same.
  mutating func cell(single: Float?) {
    bytes.append(UInt8(ascii: ","))
    guard let single, !single.isNaN else { return }
    if let whole = Int(exactly: single), abs(whole) < 1 << 24 {
      append(whole: whole)
    } else {
      bytes.append(contentsOf: single.description.utf8)
    }
  }

  mutating func cell(stepScores: some Collection<Float>) {
    bytes.append(UInt8(ascii: ","))
    for (index, score) in stepScores.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ";")) }
      bytes.append(contentsOf: score.description.utf8)
    }
  }

  mutating func endRow() { bytes.append(10) }

  private mutating func append(text: String) {
    bytes.append(contentsOf: CSVText.cell(text).utf8)
  }

  private mutating func append(whole: Int) {
    if (0..<10).contains(whole) {
      bytes.append(48 + UInt8(whole))
    } else {
      bytes.append(contentsOf: String(whole).utf8)
    }
  }
}
