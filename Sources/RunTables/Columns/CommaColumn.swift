/// What is known of the commas of a whole file before one column is judged.
struct CommaHabits: Sendable {
  var decimalMark: DecimalMark?
  /// Whether semicolons separate the cells, as where the comma is the decimal mark.
  var isSemicolonFile = false
  var hasDecimalCommas = false
  var hasThousands = false
  /// Whether numbers of the file have points, other than those of JSON's own grammar.
  var hasPoints = false
  /// Columns kept as written, whose points may separate thousands (`10.000`) where others have
  /// decimal commas.
  var undecided: Set<String> = []

  /// Whether numbers may be what is left of thousands whose point was read as a decimal mark: all
  /// below a thousand with at most three decimals.
  static func mayBeGrouped(_ values: [Double]) -> Bool {
    var isAny = false
    for value in values where value.isFinite {
      guard abs(value) < 1000, abs(value * 1000 - (value * 1000).rounded()) < 1e-6 else {
        return false
      }
      isAny = true
    }
    return isAny
  }
}

/// The cells of a column that may be numbers with commas, and what they allow.
///
/// One cell cannot tell: `2,345` is 2.345 or 2345. `0,747`, `3,21` and `1.234,5` can only have
/// decimal commas; `1,234,567` and `1,234.5` only thousands. Where every cell allows both, the file
/// decides (semicolons between cells and decimal commas in other columns against points and
/// thousands), and so does the meaning of the column: a loss of thousands and a fraction of a token
/// do not exist. Where these disagree or say nothing, the column is refused.
struct CommaColumn {
  enum Cell {
    /// A number without a comma, or a missing value.
    case plain(Double)
    case decimal
    case thousands
    case either
    case text
  }

  enum Refusal: Error {
    case text(Int)
    /// The cells of these rows contradict each other.
    case contradiction(decimal: Int, thousands: Int)
    /// The cell of this row, as all others with commas, can be read both ways.
    case ambiguous(Int)
  }

  enum Meaning {
    /// Whole numbers that may be large.
    case count
    /// Numbers of the size of a loss or a rate.
    case ratio
    case unknown
  }

  let values: [String]
  let rules: CellRules
  private(set) var plain: [Double] = []
  private(set) var firstDecimal: Int?
  private(set) var firstThousands: Int?
  private(set) var firstEither: Int?
  private(set) var firstText: Int?
  private(set) var firstPoint: Int?
  private(set) var firstUngrouped: Int?

  /// Stops at the first cell that is no number.
  init(_ values: [String], rules: CellRules) {
    self.values = values
    self.rules = rules
    plain.reserveCapacity(values.count)
    for (row, value) in values.enumerated() {
      switch Self.cell(value, rules) {
      case .plain(let number):
        plain.append(number)
        if !number.isNaN, value.utf8.contains(UInt8(ascii: ".")) {
          firstPoint = firstPoint ?? row
          if firstUngrouped == nil, !Self.isGrouped(value, by: UInt8(ascii: ".")) {
            firstUngrouped = row
          }
        }
        continue
      case .decimal: firstDecimal = firstDecimal ?? row
      case .thousands: firstThousands = firstThousands ?? row
      case .either: firstEither = firstEither ?? row
      case .text:
        firstText = row
        return
      }
      plain.append(.nan)
    }
  }

  var hasCommas: Bool { firstDecimal != nil || firstThousands != nil || firstEither != nil }

  /// The numbers of the column, and how its commas were read (nil where it has none).
  func numbers(
    _ habits: CommaHabits, _ meaning: Meaning
  ) throws(Refusal) -> (values: [Double], mark: DecimalMark?, why: String) {
    if let firstText { throw .text(firstText) }
    guard hasCommas else {
      guard let firstPoint else { return (plain, nil, "") }
      switch habits.decimalMark {
      case .point?: return (plain, nil, "")
      case .comma?:
        // Who says that the comma is the decimal mark has no other decimal mark.
        if let row = firstUngrouped ?? (meaning == .ratio ? firstPoint : nil) {
          throw .contradiction(decimal: -1, thousands: row)
        }
        return (try read(.comma), .comma, "as asked")
      case nil:
        // Where the comma is the decimal mark, `10.000` is ten thousand, unless that is no such value.
        guard firstUngrouped == nil, habits.hasDecimalCommas, meaning != .ratio else {
          return (plain, nil, "")
        }
        if habits.hasPoints { throw .ambiguous(firstPoint) }
        return (try read(.comma), .comma, "for other columns have decimal commas")
      }
    }
    let (mark, why) = try decision(habits, meaning)
    return (try read(mark), mark, why)
  }

  private func decision(
    _ habits: CommaHabits, _ meaning: Meaning
  ) throws(Refusal) -> (DecimalMark, String) {
    if let firstDecimal, let firstThousands {
      throw .contradiction(decimal: firstDecimal, thousands: firstThousands)
    }
    if let asked = habits.decimalMark {
      switch asked {
      case .comma:
        if let firstThousands { throw .contradiction(decimal: -1, thousands: firstThousands) }
      case .point:
        if let firstDecimal { throw .contradiction(decimal: firstDecimal, thousands: -1) }
      }
      return (asked, "as asked")
    }
    if let firstDecimal { return (.comma, "as \(TableError.quoted(values[firstDecimal])) shows") }
    if let firstThousands {
      return (.point, "as \(TableError.quoted(values[firstThousands])) shows")
    }
    guard let firstEither else { return (.point, "") }
    var comma: [String] = []
    var point: [String] = []
    if habits.hasDecimalCommas { comma.append("other columns have decimal commas") }
    if habits.hasThousands { point.append("other columns have commas between thousands") }
    if habits.hasPoints || firstPoint != nil {
      point.append("the decimal mark of the file is the point")
    } else if habits.isSemicolonFile {
      comma.append("semicolons separate the cells")
    }
    switch meaning {
    case .ratio: comma.append("no such value is in the thousands")
    case .count: point.append("it is a count")
    case .unknown: break
    }
    if !comma.isEmpty, point.isEmpty { return (.comma, "for \(comma[0])") }
    if !point.isEmpty, comma.isEmpty { return (.point, "for \(point[0])") }
    throw .ambiguous(firstEither)
  }

  private func read(_ mark: DecimalMark) throws(Refusal) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(values.count)
    for (row, value) in values.enumerated() {
      switch (Self.cell(value, rules), mark) {
      case (.plain(let number), .comma) where value.utf8.contains(UInt8(ascii: ".")):
        // Beside decimal commas a point can only separate thousands.
        guard Self.isGrouped(value, by: UInt8(ascii: ".")),
          let whole = rules.value(of: value.filter { $0 != "." })
        else {
          throw .contradiction(
            decimal: firstDecimal ?? firstEither ?? row, thousands: row)
        }
        numbers.append(number.isNaN ? number : whole)
      case (.plain(let number), _): numbers.append(number)
      case (_, .comma):
        let spelling = value.compactMap { $0 == "." ? nil : $0 == "," ? "." : $0 }
        numbers.append(rules.value(of: String(spelling)) ?? .nan)
      case (_, .point): numbers.append(rules.value(of: value.filter { $0 != "," }) ?? .nan)
      }
    }
    return numbers
  }

  // MARK: One cell

  static func cell(_ text: String, _ rules: CellRules) -> Cell {
    if let number = rules.value(of: text) { return .plain(number) }
    var body = text.utf8.drop { $0 == 32 || $0 == 9 }
    if let sign = body.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      body = body.dropFirst()
    }
    let digits = Array(body.prefix { CellRules.isDigit($0) || $0 == 44 || $0 == 46 })
    guard digits.contains(where: CellRules.isDigit) else { return .text }
    let commas = digits.count { $0 == 44 }
    let points = digits.count { $0 == 46 }
    guard commas > 0 || points > 1 else { return .text }
    // What follows the digits must be an exponent or a unit.
    guard
      rules.value(of: "1" + String(decoding: body.dropFirst(digits.count), as: UTF8.self)) != nil
    else { return .text }
    let next = body.dropFirst(digits.count).first
    let hasExponent = next.map { $0 | 0x20 == UInt8(ascii: "e") } ?? false
    let thousands = commas > 0 && !hasExponent && isThousands(digits, group: 44, fraction: 46)
    let decimal =
      commas == 0
      ? isThousands(digits, group: 46, fraction: 44)
      : commas == 1 && isDecimalComma(digits)
    switch (decimal, thousands) {
    case (true, true): return .either
    case (true, false): return .decimal
    case (false, true): return .thousands
    case (false, false): return .text
    }
  }

  /// `1,234,567.89`: groups of three, and at most one fraction behind them.
  private static func isThousands(_ digits: [UInt8], group: UInt8, fraction: UInt8) -> Bool {
    let parts = digits.split(separator: fraction, omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.count == 1 || parts[1].allSatisfy(CellRules.isDigit) else {
      return false
    }
    let groups = parts[0].split(separator: group, omittingEmptySubsequences: false)
    guard groups.count > 1, (1...3).contains(groups[0].count), groups[0].first != 48 else {
      return false
    }
    return groups.dropFirst().allSatisfy { $0.count == 3 }
  }

  /// `2,345` or `1.234,5`: one comma, and only groups of three before it.
  private static func isDecimalComma(_ digits: [UInt8]) -> Bool {
    let parts = digits.split(separator: 44, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].allSatisfy(CellRules.isDigit) else { return false }
    return parts[0].allSatisfy(CellRules.isDigit)
      || isThousands(Array(parts[0]), group: 46, fraction: 44)
  }

  /// Whether the digits of a number are in groups of three (`200.000`).
  static func isGrouped(_ text: String, by group: UInt8) -> Bool {
    let body = text.utf8.drop { !CellRules.isDigit($0) }
    return isThousands(
      Array(body.prefix { CellRules.isDigit($0) || $0 == group }), group: group, fraction: 44)
  }
}
