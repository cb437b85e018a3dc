import Foundation
internal import Quantities
internal import ScalingLaws

enum Wording {
  static let missing = "–"

  /// A number of any size: unit letters from 10⁵, exponents from 10¹⁵.
  static func number(_ value: Double, digits: Int = 3) -> String {
    abs(value) >= 1e5
      ? NumberFormat.scale(value, digits: digits) : NumberFormat.significant(value, digits)
  }

  /// A number with its interval, which is left out where there is none.
  static func estimated(_ x: Estimated) -> String {
    guard x.low.isFinite || x.high.isFinite else { return number(x.value, digits: 4) }
    // What the law fixes by its form has no interval worth printing.
    if x.high - x.low <= 1e-9 * abs(x.value) { return number(x.value) }
    // Decimals that suit a wide interval would leave nothing of a small value, and one unit for
    // three large numbers would make fractions of it.
    let isWide = x.low <= 0 || x.high / x.low > 3 || !x.high.isFinite || x.value >= 1e5
    guard isWide, x.value > 0, x.low >= 0 else {
      return NumberFormat.withInterval(x.value, x.low, x.high)
    }
    return
      "\(number(x.value, digits: x.value >= 1e5 ? 3 : 2)) [\(number(x.low, digits: 2)), \(number(x.high, digits: 2))]"
  }

  /// The value alone, with the digits that its interval leaves it.
  static func value(_ x: Estimated) -> String {
    guard let end = estimated(x).firstIndex(of: " ") else { return estimated(x) }
    return String(estimated(x)[..<end])
  }

  /// The ends of an interval; a dash where there is none.
  static func interval(_ x: Estimated) -> String {
    guard x.low.isFinite || x.high.isFinite else { return missing }
    let text = estimated(x)
    guard let open = text.firstIndex(of: "[") else { return missing }
    return String(text[text.index(after: open)...].dropLast())
      .replacing(", ", with: " to ")
  }

  /// A fraction as a percentage with two significant digits; very large ones as a factor.
  static func percent(_ fraction: Double) -> String {
    guard fraction.isFinite else { return missing }
    if abs(fraction) >= 10 { return "\(number(fraction)) times" }
    return NumberFormat.significant(fraction * 100, 2) + "\u{A0}%"
  }

  /// "3 rows", "1 row".
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// Small counts as words, to begin a sentence with.
  static func spelled(_ count: Int) -> String {
    let words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]
    return words.indices.contains(count) ? words[count] : "\(count)"
  }

  /// "a", "a and b", "a, b and c".
  static func list(_ items: [String]) -> String {
    guard items.count > 1, let last = items.last else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }

  static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// The line of a file in place of its path and line; other labels as they are, at most 28 long.
  static func rowLabel(_ label: String) -> String {
    let parts = label.split(separator: ":")
    if parts.count > 1, let last = parts.last, last.allSatisfy(\.isNumber) { return "line \(last)" }
    return label.count > 28 ? label.prefix(27) + "…" : label
  }

  /// Numbers at equal ratios between two positive ends.
  static func grid(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    guard low > 0, high > low else { return [low] }
    return (0..<count).map { index in
      low * pow(high / low, Double(index) / Double(count - 1))
    }
  }
}
