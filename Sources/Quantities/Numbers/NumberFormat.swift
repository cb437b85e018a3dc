import Foundation

/// Numbers as text, the same in every locale.
///
/// Not-a-number is shown as "–", the infinities as "∞" and "−∞"; negative numbers carry a
/// hyphen-minus so that they can be pasted back into a program.
public enum NumberFormat {
  /// A count with a unit letter: `7.32e10` is "73.2B", `512` is "512", `0.25` is "0.25", to so many
  /// significant digits without trailing zeros.
  ///
  /// Units are k, M, B (10⁹) and T (10¹²). From 10¹⁵ on, and below 10⁻⁴, the form of
  /// ``flops(_:digits:)`` takes over.
  public static func scale(_ value: Double, digits: Int = 3) -> String {
    if let special = special(value) { return special }
    // Rounding first lets 999,999 become "1M" and not "1000k".
    let rounded = roundedToSignificant(value, digits)
    let magnitude = abs(rounded)
    if magnitude >= 1e15 { return flops(value, digits: digits) }
    for (limit, letter) in units where magnitude >= limit {
      return plain(rounded / limit, digits) + letter
    }
    return significant(value, digits)
  }

  /// A number in exponent form: `5.76e23` is "5.76e23", `1e21` is "1e21", 0 is "0", to so many
  /// significant digits without trailing zeros.
  ///
  /// Between 0.001 and 9,999 the exponent would only get in the way and is left out.
  public static func flops(_ value: Double, digits: Int = 3) -> String {
    if let special = special(value) { return special }
    let magnitude = abs(value)
    if magnitude == 0 || (magnitude >= 1e-3 && magnitude < 9_999.5) { return plain(value, digits) }
    let (mantissa, exponent) = scientificParts(value, digits)
    return "\(droppingTrailingZeros(mantissa))e\(exponent)"
  }

  /// A number with a given count of significant digits, without trailing zeros.
  ///
  /// `significant(0.034567, 3)` is "0.0346", `significant(123456, 3)` is "123000". Outside
  /// 10⁻⁴ to 10¹⁵ the exponent form is used.
  public static func significant(_ value: Double, _ digits: Int) -> String {
    if let special = special(value) { return special }
    let magnitude = abs(value)
    if magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e15) {
      let (mantissa, exponent) = scientificParts(value, digits)
      return "\(droppingTrailingZeros(mantissa))e\(exponent)"
    }
    return plain(value, digits)
  }

  /// A count in full, its digits in groups of three: `1274624` is "1,274,624"; four digits stand alone.
  public static func grouped(_ count: Int) -> String {
    let digits = String(count.magnitude)
    guard digits.count > 4 else { return "\(count)" }
    var result = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return (count < 0 ? "-" : "") + result
  }

  /// A number with a fixed count of decimals: `fixed(2.5, 2)` is "2.50".
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    if let special = special(value) { return special }
    let text = String(format: "%.\(max(0, decimals))f", value)
    // "-0.00" would suggest a sign that the digits do not show.
    let isZero = text.hasPrefix("-") && !text.contains { "123456789".contains($0) }
    return isZero ? String(text.dropFirst()) : text
  }

  /// A value with its interval: "0.347 [0.321, 0.374]".
  ///
  /// The decimals follow from the width of the interval: two significant digits of
  /// `high − low`. From 10⁵ on the three numbers share a unit letter ("73.2B [60.1B, 80.3B]"),
  /// from 10¹⁵ on and below 10⁻⁴ an exponent. A missing bound is shown as "–", and a width of
  /// zero gives four significant digits.
  public static func withInterval(_ value: Double, _ low: Double, _ high: Double) -> String {
    let numbers = [value, low, high]
    let finite = numbers.filter(\.isFinite)
    guard let largest = finite.map(abs).max() else {
      return join(numbers.map { special($0) ?? "" })
    }
    let width = (high - low).magnitude
    // Digits below rounding are none.
    let usable = width.isFinite && width > 1e-10 * largest
    let (divisor, suffix) = sharedUnit(largest)
    if usable {
      // Twelve decimals is where a double near one runs out of meaning.
      let decimals = min(12, max(0, 1 - floorLog10(width / divisor)))
      return join(numbers.map { special($0) ?? fixed($0 / divisor, decimals) + suffix })
    }
    return join(numbers.map { special($0) ?? plain($0 / divisor, 4) + suffix })
  }

  /// A share as a percentage: `percent(0.0512)` is "5.1%".
  public static func percent(_ fraction: Double, decimals: Int = 1) -> String {
    special(fraction) ?? fixed(fraction * 100, decimals) + "%"
  }

  /// A time span in the two largest units that matter: "850 ms", "12.4 s", "3 min 20 s", "2 h 05
  /// min", "4 d 3 h". A negative one gets a hyphen-minus.
  public static func duration(_ seconds: Double) -> String {
    if let special = special(seconds) { return special }
    if seconds < 0 { return "-" + duration(-seconds) }
    if seconds < 1e-3 { return seconds == 0 ? "0 s" : significant(seconds * 1e6, 3) + " µs" }
    if seconds < 0.9995 { return significant(seconds * 1e3, 3) + " ms" }
    if seconds < 59.95 { return significant(seconds, 3) + " s" }
    let whole = seconds.rounded()
    if whole < 3_600 { return pair(whole, 60, "min", "s") }
    let minutes = (seconds / 60).rounded()
    if minutes < 1_440 { return pair(minutes, 60, "h", "min") }
    return pair((seconds / 3_600).rounded(), 24, "d", "h")
  }

  /// An amount of memory: "3.48 MB"; units are powers of ten.
  public static func bytes(_ bytes: Double) -> String {
    var value = bytes
    var unit = 0
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    while value >= 999.5, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    return "\(significant(value, 3)) \(units[unit])"
  }

  // MARK: Parts

  /// The letters of units with what they stand for, the largest first.
  public static let units: [(Double, String)] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]

  /// What stands for a number that is not finite; nil for one that is.
  public static func special(_ value: Double) -> String? {
    if value.isNaN { return "–" }
    if value.isInfinite { return value < 0 ? "−∞" : "∞" }
    return nil
  }

  /// The exponent of the leading digit, exact at powers of ten where `log10` may be off by an ulp.
  public static func floorLog10(_ value: Double) -> Int {
    guard value > 0, value.isFinite else { return 0 }
    var exponent = Int(saturating: log10(value).rounded(.down))
    if pow(10, Double(exponent + 1)) <= value { exponent += 1 }
    if pow(10, Double(exponent)) > value { exponent -= 1 }
    return exponent
  }

  static func roundedToSignificant(_ value: Double, _ digits: Int) -> Double {
    Double(String(format: "%.\(max(1, digits) - 1)e", value)) ?? value
  }

  /// Decimals without the zeros at their end, nor a point where none is left.
  public static func droppingTrailingZeros(_ text: some StringProtocol) -> String {
    var result = String(text)
    guard result.contains(".") else { return result }
    while result.last == "0" { result.removeLast() }
    if result.last == "." { result.removeLast() }
    return result
  }

  /// Positional notation with `digits` significant digits and no trailing zeros.
  private static func plain(_ value: Double, _ digits: Int) -> String {
    let rounded = roundedToSignificant(value, digits)
    guard rounded != 0 else { return "0" }
    let decimals = max(0, max(1, digits) - 1 - floorLog10(abs(rounded)))
    return droppingTrailingZeros(fixed(rounded, decimals))
  }

  /// The digits before and after the point, and the power of ten.
  public static func scientificParts(_ value: Double, _ digits: Int) -> (String, Int) {
    let text = String(format: "%.\(max(1, digits) - 1)e", value)
    let parts = text.split(separator: "e")
    return (String(parts[0]), Int(parts[1]) ?? 0)
  }

  private static func sharedUnit(_ largest: Double) -> (Double, String) {
    if largest >= 1e15 || (largest < 1e-4 && largest > 0) {
      let exponent = floorLog10(largest)
      return (pow(10, Double(exponent)), "e\(exponent)")
    }
    if largest >= 1e5 {
      for (limit, letter) in units where largest >= limit { return (limit, letter) }
    }
    return (1, "")
  }

  private static func join(_ texts: [String]) -> String {
    "\(texts[0]) [\(texts[1]), \(texts[2])]"
  }

  private static func pair(
    _ total: Double, _ perLarge: Double, _ large: String, _ small: String
  ) -> String {
    let count = (total / perLarge).rounded(.down)
    let rest = total - count * perLarge
    if rest == 0 { return "\(Int(saturating: count)) \(large)" }
    let padded =
      small == "min" && rest < 10 ? "0\(Int(saturating: rest))" : "\(Int(saturating: rest))"
    return "\(Int(saturating: count)) \(large) \(padded) \(small)"
  }
}
