/// What the points and commas of the numbers of a table of outcomes allow, gathered while it is read.
///
/// A token count is whole, so `1.018` in its column is either a thousand written with a point or a
/// number from a program that writes three decimals: the other numbers of the file tell. Until all
/// are read such a count is kept as a negative number of units.
struct NumberMarks: Sendable {
  /// Whether some number can only have a decimal comma (`0,91`).
  var hasDecimalCommas = false
  /// Whether some number can only have a decimal point (`0.91`).
  var hasPoints = false
  /// Points before three digits (`1.018`).
  var hasGrouped = false
  /// Whether such a count is no whole number of thousands.
  var hasOddGrouped = false
  /// Several groups (`1.018.000`).
  var hasSeveralGroups = false
  /// One comma before three digits (`1,018`).
  var hasEither = false
  /// A fraction behind a comma (`537,5`).
  var hasFractions = false
  /// Whether semicolons separate the cells, as where the comma is the decimal mark.
  var isSemicolonFile = false

  mutating func add(_ other: NumberMarks) {
    hasDecimalCommas = hasDecimalCommas || other.hasDecimalCommas
    hasPoints = hasPoints || other.hasPoints
    hasGrouped = hasGrouped || other.hasGrouped
    hasOddGrouped = hasOddGrouped || other.hasOddGrouped
    hasSeveralGroups = hasSeveralGroups || other.hasSeveralGroups
    hasEither = hasEither || other.hasEither
    hasFractions = hasFractions || other.hasFractions
    isSemicolonFile = isSemicolonFile || other.isSemicolonFile
  }

  enum Points: Equatable {
    case decimal
    case thousands(because: String)
    /// Both are possible, and the file disagrees with itself.
    case undecided
  }

  var points: Points {
    if hasSeveralGroups { return .thousands(because: "some have several") }
    if hasDecimalCommas {
      return hasPoints ? .undecided : .thousands(because: "other numbers have decimal commas")
    }
    guard !hasPoints, isSemicolonFile else { return .decimal }
    return hasOddGrouped
      ? .thousands(because: "semicolons separate the cells and tokens are whole") : .undecided
  }

  /// A count as it is kept until the file is read: negative where its point may separate thousands.
  mutating func kept(_ number: Double, _ cell: UnsafeBufferPointer<UInt8>) -> Float {
    let end = cell.count
    guard end > 4, end < 8, cell[end - 4] == UInt8(ascii: "."), cell[0] != 48,
      cell[(end - 3)...].allSatisfy(CellRules.isDigit),
      cell[..<(end - 4)].allSatisfy(CellRules.isDigit)
    else {
      if number != number.rounded(), !cell.contains(UInt8(ascii: ",")) { hasPoints = true }
      return Float(number)
    }
    hasGrouped = true
    if !cell[(end - 3)...].allSatisfy({ $0 == 48 }) { hasOddGrouped = true }
    return -Float(number * 1000)
  }

  func ambiguity(_ source: String, column: String) -> TableError {
    TableError(
      .badData, source: source, column: column,
      found: hasGrouped
        ? "points before three digits, as in 1.018" : "commas before three digits, as in 1,018",
      expected: "to know whether they are decimal marks or separate thousands, which the other "
        + "numbers of the file leave open",
      hint: "say which with --decimal comma (1.018 is a thousand and 18) or --decimal point")
  }

  /// What the first rows of delimited text show, in columns of numbers whether they are used or not.
  static func ofHead(
    _ text: UnsafeBufferPointer<UInt8>, _ layout: DelimitedLayout, except words: Set<Int>
  ) -> NumberMarks {
    var layout = layout
    guard let base = text.baseAddress else { return NumberMarks() }
    layout.bytes = base
    var marks = [NumberMarks](repeating: NumberMarks(), count: layout.names.count)
    var isNumeric = [Bool](repeating: true, count: layout.names.count)
    var scanner = CellScanner(layout: layout, at: 0, end: text.count)
    let rules = CellRules(isCount: false)
    var rows = 0
    while rows < 200, scanner.skipBlankLines() {
      for column in layout.names.indices {
        guard let cell = try? scanner.cell() else { return NumberMarks() }
        let content = String(
          decoding: UnsafeBufferPointer(
            start: base + cell.start, count: min(cell.end - cell.start, 40)), as: UTF8.self)
        switch CommaColumn.cell(content, rules) {
        case .decimal where content.contains(","): marks[column].hasDecimalCommas = true
        case .plain where content.contains("."):
          if !CommaColumn.isGrouped(content, by: UInt8(ascii: ".")) {
            marks[column].hasPoints = true
          }
        case .text: isNumeric[column] = false
        default: break
        }
        if column + 1 < layout.names.count, !scanner.skipDelimiter() { return NumberMarks() }
      }
      guard scanner.atRecordEnd else { break }
      scanner.skipRecordEnd()
      rows += 1
    }
    var all = NumberMarks()
    for column in marks.indices where isNumeric[column] && !words.contains(column) {
      all.add(marks[column])
    }
    return all
  }
}
