/// Numbers and times as people write them.
public enum NumberReader {
  /// A number with an optional unit: `7B`, `300k`, `1.4e11`, `1_000`; nil where the text is no
  /// finite number, infinite where only its unit makes it too large. Without `lowerCase` the units
  /// `m`, `b`, `g` and `t` are none: `m` is milli to many people.
  ///
  /// The unit moves the decimal point before the number is rounded to binary, so that `1.005k` is
  /// 1005 and no neighbour of it.
  public static func number(_ text: String, lowerCase: Bool = true) -> Double? {
    var body = text.filter { $0 != "_" }
    var exponent = 0
    if let last = body.utf8.last, let unit = unitExponent(last, lowerCase: lowerCase) {
      exponent = unit
      body.removeLast()
    }
    guard let value = Double(body), value.isFinite else { return nil }
    if exponent == 0 { return value }
    let parts = body.split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { "eE".contains($0) })
    // A hexadecimal number has an "e" of its own and no place for a decimal exponent.
    guard !body.contains(where: { "xX".contains($0) }),
      let own = parts.count == 2 ? Int(parts[1]) : 0
    else { return nil }
    // An exponent beyond any double is one of zero.
    let power = own.addingReportingOverflow(exponent).partialValue
    return Double("\(parts[0])e\(power)")
  }

  /// A positive time, in seconds where it has no unit: `90`, `90s`, `3m`, `1.5h`, `2d`.
  ///
  /// - Returns: seconds; nil where the text is no time, or one beyond a billion seconds.
  public static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    var body = Substring(text)
    var factor = 1.0
    if let last = body.last, let unit = units[last] {
      factor = unit
      body.removeLast()
    }
    guard let value = Double(body), value.isFinite, value > 0, value * factor < 1e9 else {
      return nil
    }
    return value * factor
  }

  /// The power of ten that the letter of a unit stands for; `m`, `b`, `g` and `t` are units with
  /// `lowerCase` only.
  @inlinable
  public static func unitExponent(_ letter: UInt8, lowerCase: Bool) -> Int? {
    switch letter {
    case UInt8(ascii: "k"), UInt8(ascii: "K"): 3
    case UInt8(ascii: "M"): 6
    case UInt8(ascii: "B"), UInt8(ascii: "G"): 9
    case UInt8(ascii: "T"): 12
    case UInt8(ascii: "m"): lowerCase ? 6 : nil
    case UInt8(ascii: "b"), UInt8(ascii: "g"): lowerCase ? 9 : nil
    case UInt8(ascii: "t"): lowerCase ? 12 : nil
    default: nil
    }
  }
}
