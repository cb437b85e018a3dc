/// One spelling for each number that is written in digits, without any rounding.
///
/// A decimal is its digits without zeros at either end and a power of ten, `15e-1`; a fraction that is
/// no decimal is reduced, `1/3`. A percent sign stays.
enum ExactNumber {
  static func spelling(of text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var end = text.count
    let percent = end > 1 && text[end - 1] == UInt8(ascii: "%")
    if percent { end -= 1 }
    var at = 0
    guard var number = decimal(text, &at, end) else { return nil }
    if at < end {
      guard text[at] == UInt8(ascii: "/") else { return nil }
      at += 1
      guard at < end, AnswerForm.isDigit(text[at]), let divisor = decimal(text, &at, end),
        at == end
      else { return nil }
      guard let quotient = quotient(number, divisor) else { return nil }
      switch quotient {
      case .decimal(let value): number = value
      case .reduced(let spelling): return spelling + (percent ? [UInt8(ascii: "%")] : [])
      }
    }
    return number.spelling + (percent ? [UInt8(ascii: "%")] : [])
  }

  struct Decimal {
    var isNegative = false
    /// Without zeros at either end; empty for zero.
    var digits: [UInt8] = []
    var exponent = 0

    var spelling: [UInt8] {
      if digits.isEmpty { return [UInt8(ascii: "0")] }
      let sign: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
      if exponent >= 0, digits.count + exponent <= 18 {
        return sign + digits + [UInt8](repeating: 48, count: exponent)
      }
      return sign + digits + Array("e\(exponent)".utf8)
    }

    /// Digits times ten to the exponent, as far as 128 bits reach.
    var whole: Int128? {
      guard exponent >= 0, digits.count + exponent <= 36 else { return nil }
      var value: Int128 = 0
      for digit in digits { value = value * 10 + Int128(digit - 48) }
      for _ in 0..<exponent { value *= 10 }
      return isNegative ? -value : value
    }
  }

  /// Reads `-1,234.50e3` from a place on; nil where there is no number.
  private static func decimal(
    _ text: UnsafeBufferPointer<UInt8>, _ at: inout Int, _ end: Int
  ) -> Decimal? {
    var number = Decimal()
    if at < end, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
      number.isNegative = text[at] == UInt8(ascii: "-")
      at += 1
    }
    let start = at
    while at < end, AnswerForm.isDigit(text[at]) {
      number.digits.append(text[at])
      at += 1
    }
    // One to three digits, then groups of three.
    if (1...3).contains(at - start) {
      while at + 3 < end, text[at] == UInt8(ascii: ","),
        (1...3).allSatisfy({ AnswerForm.isDigit(text[at + $0]) }),
        at + 4 >= end || !AnswerForm.isDigit(text[at + 4])
      {
        number.digits += text[(at + 1)...(at + 3)]
        at += 4
      }
    }
    if at < end, text[at] == UInt8(ascii: ".") {
      at += 1
      while at < end, AnswerForm.isDigit(text[at]) {
        number.digits.append(text[at])
        number.exponent -= 1
        at += 1
      }
    }
    guard !number.digits.isEmpty else { return nil }
    if at + 1 < end, text[at] | 0x20 == UInt8(ascii: "e") {
      var place = at + 1
      let isNegative = text[place] == UInt8(ascii: "-")
      if isNegative || text[place] == UInt8(ascii: "+") { place += 1 }
      var power = 0
      let first = place
      while place < end, AnswerForm.isDigit(text[place]), power < 100_000 {
        power = power * 10 + Int(text[place] - 48)
        place += 1
      }
      guard place > first, power < 100_000 else { return nil }
      number.exponent += isNegative ? -power : power
      at = place
    }
    number.digits.removeFirst(number.digits.prefix { $0 == 48 }.count)
    while number.digits.last == 48 {
      number.digits.removeLast()
      number.exponent += 1
    }
    if number.digits.isEmpty { return Decimal() }
    return number
  }

  private enum Quotient {
    case decimal(Decimal)
    case reduced([UInt8])
  }

  private static func quotient(_ number: Decimal, _ divisor: Decimal) -> Quotient? {
    if divisor.digits.isEmpty { return nil }
    var (above, below) = (number, divisor)
    let shift = min(above.exponent, below.exponent)
    above.exponent -= shift
    below.exponent -= shift
    guard var p = above.whole, var q = below.whole else { return nil }
    let common = greatestDivisor(p.magnitude, q.magnitude)
    p /= Int128(common)
    q /= Int128(common)
    // A divisor of twos and fives alone makes a decimal.
    var (top, rest, power) = (p, q, 0)
    while rest % 10 == 0 {
      rest /= 10
      power -= 1
    }
    while rest > 1, rest % 2 == 0 || rest % 5 == 0, top.magnitude < 1 << 120 {
      let factor: Int128 = rest % 2 == 0 ? 5 : 2
      top *= factor
      rest /= 10 / factor
      power -= 1
    }
    guard rest == 1 else { return .reduced(Array("\(p)/\(q)".utf8)) }
    var at = 0
    let text = Array("\(top)e\(power)".utf8)
    let value = text.withUnsafeBufferPointer { decimal($0, &at, $0.count) }
    return value.map { .decimal($0) }
  }

  private static func greatestDivisor(_ a: UInt128, _ b: UInt128) -> UInt128 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return max(a, 1)
  }
}
