internal import Files
internal import Quantities

/// One column of a table: numbers or text, one entry a row.
public enum Column: Sendable, Hashable {
  /// Numbers; a missing value is NaN.
  case numbers([Double])
  /// Text as it stood in the file; a missing value is the empty string.
  case text([String])

  /// The number of rows.
  public var count: Int {
    switch self {
    case .numbers(let values): values.count
    case .text(let values): values.count
    }
  }

  func selecting(_ rows: [Int]) -> Column {
    switch self {
    case .numbers(let values): .numbers(rows.map { values[$0] })
    case .text(let values): .text(rows.map { values[$0] })
    }
  }

  var isNumeric: Bool {
    if case .numbers = self { true } else { false }
  }

  /// One entry as text; numbers in the given spelling.
  func entry(_ row: Int, _ spelling: (Double) -> String = CSVText.number) -> String {
    switch self {
    case .numbers(let values): spelling(values[row])
    case .text(let values): values[row]
    }
  }

  /// A number with the unit that makes it short, if that reads back as the same number: `160M`.
  static func spellingWithUnit(_ value: Double) -> String {
    for (unit, letter) in NumberFormat.units
    where abs(value) >= unit && value.isFinite {
      let text = CSVText.number(value / unit) + letter
      if text.utf8.count <= 7, CellRules(isCount: false).value(of: text) == value { return text }
    }
    return CSVText.number(value)
  }

  /// Bitwise equality, for which a missing number equals a missing number.
  public static func == (a: Column, b: Column) -> Bool {
    switch (a, b) {
    case (.numbers(let x), .numbers(let y)):
      x.count == y.count
        && zip(x, y).allSatisfy { $0 == $1 && $0.sign == $1.sign || $0.isNaN && $1.isNaN }
    case (.text(let x), .text(let y)): x == y
    default: false
    }
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .numbers(let values):
      hasher.combine(0)
      for value in values { hasher.combine(value.isNaN ? Double.nan.bitPattern : value.bitPattern) }
    case .text(let values):
      hasher.combine(1)
      hasher.combine(values)
    }
  }
}
