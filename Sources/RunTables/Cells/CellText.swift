import Foundation
import Quantities

/// What one cell of a table says, decided from its bytes.
enum CellContent {
  case missing
  case number(Double)
  case text
}

/// A number is `[+-]digits[.digits][e[+-]digits]`, with single underscores allowed between digits
/// (`1_000`), followed by at most one unit suffix (`k` or `K` 10³, `M` 10⁶, `B` or `G` 10⁹, `T`
/// 10¹²; one space may precede it), or an infinity (`inf`, `Infinity`). In lower case `m` is milli
/// and `b` a byte to many people, so lower-case units are read only in columns that hold counts:
/// `N`, `D`, `C`, `U` and their recognised spellings. What a comma means is never decided from one
/// cell, see ``CommaColumn``. A percent sign is never read: nobody can tell 5 % from 5.
struct CellRules: Sendable {
  var isCount: Bool

  /// Surrounding blanks do not count.
  func content(of cell: UnsafeBufferPointer<UInt8>) -> CellContent {
    var low = 0
    var high = cell.count
    while low < high, cell[low] == 32 || cell[low] == 9 { low += 1 }
    while high > low, cell[high - 1] == 32 || cell[high - 1] == 9 { high -= 1 }
    let trimmed = UnsafeBufferPointer(rebasing: cell[low..<high])
    if Self.isMissing(trimmed) { return .missing }
    if let number = number(trimmed) { return .number(number) }
    guard let plain = Self.respelled(trimmed, isCount: isCount) else { return .text }
    return plain.withUnsafeBufferPointer { number($0) }.map { .number($0) } ?? .text
  }

  /// A number whose thousands are apart (`70 000 000` with any blank, `70'000'000`) or, in a column
  /// of counts, with its unit in words (`0.07 billion`, `70M params`); nil for anything else.
  private static func respelled(_ cell: UnsafeBufferPointer<UInt8>, isCount: Bool) -> [UInt8]? {
    guard cell.count > 4, cell.count < 48, let first = cell.first,
      isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
    else { return nil }
    var text = String(decoding: cell, as: UTF8.self)
    for blank in ["\u{A0}", "\u{202F}", "\u{2009}", "\u{2007}", " "] where text.contains(blank) {
      text = joined(text, by: Character(blank)) ?? text.replacing(blank, with: " ")
    }
    for mark in ["'", "’"] where text.contains(mark) {
      guard let whole = joined(text, by: Character(mark)) else { return nil }
      text = whole
    }
    if isCount {
      var words = text.split(separator: " ").map(String.init)
      if words.count > 1,
        ["params", "parameters", "param", "tokens", "flops", "FLOPs"].contains(
          words[words.count - 1])
      {
        words.removeLast()
      }
      let units = [
        "thousand": "K", "million": "M", "mn": "M", "mio": "M", "billion": "B", "bn": "B",
        "mrd": "B", "trillion": "T", "tn": "T",
      ]
      if words.count > 1, let unit = units[words[words.count - 1].lowercased()] {
        words[words.count - 1] = unit
      } else if words.count == 1,
        let unit = units.first(where: { words[0].lowercased().hasSuffix($0.key) })
      {
        words[0] = words[0].dropLast(unit.key.count) + unit.value
      }
      text = words.joined(separator: " ")
    }
    let plain = Array(text.utf8)
    return plain.elementsEqual(cell) ? nil : plain
  }

  /// A number of groups of three digits without the mark between them; nil for anything else.
  private static func joined(_ text: String, by mark: Character) -> String? {
    let whole = text.prefix { $0.isASCII && $0.isNumber || $0 == mark || $0 == "-" || $0 == "+" }
    let rest = text.dropFirst(whole.count)
    var groups = whole.split(separator: mark, omittingEmptySubsequences: false)
    // A blank may stand before a unit.
    let hasBlank = groups.last?.isEmpty == true && groups.count > 1
    if hasBlank { groups.removeLast() }
    guard let first = groups.first, groups.count > 1,
      (1...3).contains(first.drop { $0 == "-" || $0 == "+" }.count),
      !groups.dropFirst().contains(where: { $0.count != 3 || $0.contains { !$0.isNumber } })
    else { return nil }
    return groups.joined() + (hasBlank ? " " : "") + rest
  }

  static func isMissing(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = cell.first else { return true }
    guard cell.count <= 4 else { return false }
    switch first {
    case UInt8(ascii: "N"), UInt8(ascii: "n"):
      return missingSpellings.contains { $0.utf8.elementsEqual(cell) }
    default: return false
    }
  }

  private static let missingSpellings: [String] = [
    "NA", "N/A", "n/a", "null", "NULL", "Null", "None", "nan", "NaN", "NAN",
  ]

  /// A word for a missing value is a word in a column of text.
  static func isMissingWord(_ text: String) -> Bool {
    text.utf8.count <= 4 && missingSpellings.contains(text)
  }

  /// Whether a missing cell says so in a word that could also be a name: `None`, but not `nan`.
  static func isNameLike(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = cell.first else { return false }
    let isNaN = cell.count == 3 && first | 0x20 == UInt8(ascii: "n") && cell[1] | 0x20 == 97
    return !isNaN
  }

  static func hasUnit(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let last = cell.last(where: { $0 != 32 && $0 != 9 }) else { return false }
    return CellRules(isCount: true).unitExponent(last) != nil
  }

  private func number(_ cell: UnsafeBufferPointer<UInt8>) -> Double? {
    var at = 0
    let end = cell.count
    var negative = false
    if cell[0] == UInt8(ascii: "-") || cell[0] == UInt8(ascii: "+") {
      negative = cell[0] == UInt8(ascii: "-")
      at = 1
    }
    if let infinity = Self.infinity(cell[at...], negative: negative) { return infinity }
    var digits: [UInt8] = negative ? [UInt8(ascii: "-")] : []
    guard let whole = Self.digits(cell, &at, into: &digits) else { return nil }
    var fraction = 0
    if at < end, cell[at] == UInt8(ascii: ".") {
      at += 1
      digits.append(UInt8(ascii: "."))
      guard let count = Self.digits(cell, &at, into: &digits) else { return nil }
      fraction = count
    }
    guard whole + fraction > 0 else { return nil }
    var exponent = 0
    if at < end, cell[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      guard let power = Self.exponent(cell, &at) else { return nil }
      exponent = power
    }
    if at < end {
      if cell[at] == 32 { at += 1 }
      guard at == end - 1, let unit = unitExponent(cell[at]) else { return nil }
      exponent += unit
    }
    return Self.value(digits: digits, negative: negative, exponent: exponent)
  }

  func unitExponent(_ byte: UInt8) -> Int? {
    NumberReader.unitExponent(byte, lowerCase: isCount)
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  /// Copies digits, with single underscores between them; returns how many there were.
  private static func digits(
    _ cell: UnsafeBufferPointer<UInt8>, _ at: inout Int, into digits: inout [UInt8]
  ) -> Int? {
    var count = 0
    while at < cell.count {
      if isDigit(cell[at]) {
        digits.append(cell[at])
        count += 1
      } else if cell[at] == UInt8(ascii: "_") {
        guard count > 0, isDigit(cell[at - 1]), at + 1 < cell.count, isDigit(cell[at + 1]) else {
          return nil
        }
      } else {
        break
      }
      at += 1
    }
    return count
  }

  /// Reads a signed exponent, saturated far outside of what any double can hold.
  private static func exponent(_ cell: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Int? {
    var negative = false
    if at < cell.count, cell[at] == UInt8(ascii: "-") || cell[at] == UInt8(ascii: "+") {
      negative = cell[at] == UInt8(ascii: "-")
      at += 1
    }
    guard at < cell.count, isDigit(cell[at]) else { return nil }
    var power = 0
    while at < cell.count, isDigit(cell[at]) {
      power = min(power * 10 + Int(cell[at] - 48), 100_000_000)
      at += 1
    }
    return negative ? -power : power
  }

  /// Infinity in the spellings of C, Python and JavaScript, in any case.
  private static func infinity(_ word: Slice<UnsafeBufferPointer<UInt8>>, negative: Bool) -> Double?
  {
    guard word.count == 3 || word.count == 8 else { return nil }
    let lower = word.map { $0 | 0x20 }
    guard lower.elementsEqual("inf".utf8) || lower.elementsEqual("infinity".utf8) else {
      return nil
    }
    return negative ? -.infinity : .infinity
  }

  /// Turns collected digits (`-12.5`) and a power of ten into the nearest double.
  private static func value(digits: [UInt8], negative: Bool, exponent: Int) -> Double {
    var mantissa: UInt64 = 0
    var significant = 0
    var scale = exponent
    var afterPoint = false
    for byte in digits {
      if byte == UInt8(ascii: ".") {
        afterPoint = true
      } else if isDigit(byte) {
        if significant > 0 || byte != 48 { significant += 1 }
        if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(byte - 48) }
        if afterPoint { scale -= 1 }
      }
    }
    if significant <= 19,
      let exact = DecimalNumber.exact(mantissa: mantissa, exponent: scale, negative: negative)
    {
      return exact
    }
    return DecimalNumber.strtodValue(digits + Array("e\(exponent)".utf8))
  }
}

extension CellRules {
  /// Nil for text, NaN for a missing value.
  func value(of text: String) -> Double? {
    var text = text
    return text.withUTF8 { bytes in
      switch content(of: bytes) {
      case .missing: Double.nan
      case .number(let value): value
      case .text: nil
      }
    }
  }
}
