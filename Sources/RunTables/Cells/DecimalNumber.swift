import Foundation

/// Correctly rounded conversion of decimal text to `Double`, equal to `strtod` bit for bit.
///
/// Three ways, tried in this order:
/// 1. Clinger's fast path [Clinger 1990]: a mantissa of at most 2⁵³ and |exponent| ≤ 22 needs one
///    exact multiplication or division.
/// 2. A mantissa of up to 19 digits and |exponent| ≤ 27: 5²⁷ < 2⁶³, so the product or quotient is
///    computed exactly in 128-bit integers and rounded once, to even. This covers what Python's
///    `repr` prints for ordinary losses and learning rates.
/// 3. `strtod` for everything else.
enum DecimalNumber {
  /// The value of ±mantissa · 10^exponent, or nil where only `strtod` is exact.
  @inline(__always)
  static func exact(mantissa: UInt64, exponent: Int, negative: Bool) -> Double? {
    if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
      let whole = Double(mantissa)
      let magnitude =
        exponent < 0 ? whole / powersOfTen[-exponent] : whole * powersOfTen[exponent]
      return negative ? -magnitude : magnitude
    }
    return wide(mantissa: mantissa, exponent: exponent, negative: negative)
  }

  /// The second way: exact 128-bit integer arithmetic, one rounding.
  @inline(never)
  private static func wide(mantissa: UInt64, exponent: Int, negative: Bool) -> Double? {
    guard exponent >= -27, exponent <= 27 else { return nil }
    guard mantissa != 0 else { return negative ? -0.0 : 0.0 }
    // Value = significand · 2^binary, `sticky` when bits below the significand were cut off.
    var significand: UInt64
    var binary: Int
    var sticky: Bool
    let shift = mantissa.leadingZeroBitCount
    if exponent >= 0 {
      let product = mantissa.multipliedFullWidth(by: powersOfFive[exponent])
      if product.high == 0 {
        (significand, binary, sticky) = (product.low, exponent, false)
      } else {
        let lift = product.high.leadingZeroBitCount
        significand =
          lift == 0 ? product.high : product.high << lift | product.low >> (64 - lift)
        sticky = product.low << lift != 0
        binary = exponent + 64 - lift
      }
    } else {
      // The divisor is normalised to bit 63 and the dividend to bit 62 of the high word, so that
      // the quotient of 128 by 64 bits has 63 or 64 significant bits and never overflows.
      let five = powersOfFive[-exponent]
      let lift = five.leadingZeroBitCount
      let (quotient, remainder) = (five << lift).dividingFullWidth(
        ((mantissa << shift) >> 1, (mantissa << shift) << 63))
      (significand, sticky) = (quotient, remainder != 0)
      binary = exponent - 63 - shift + lift
    }
    let normal = significand.leadingZeroBitCount
    significand <<= normal
    binary -= normal
    // 64 bits to 53: eleven bits go.
    var kept = significand >> 11
    let cut = significand & 0x7FF
    if cut > 0x400 || (cut == 0x400 && (sticky || kept & 1 == 1)) { kept += 1 }
    // `kept` is at most 2^53: exact; |binary| < 200, so the scaling is exact as well.
    let magnitude = Double(
      sign: .plus, exponent: binary + 11, significand: Double(kept))
    return negative ? -magnitude : magnitude
  }

  /// The third way: `strtod` on ASCII decimal text. The text must be plain (`-1.5e3`).
  ///
  /// `strtod` follows the locale of the process; a process that never calls `setlocale`, as ours,
  /// keeps the "C" locale and its decimal point.
  static func strtodValue(_ ascii: [UInt8]) -> Double {
    var terminated = ascii.map { CChar(bitPattern: $0) }
    terminated.append(0)
    return terminated.withUnsafeBufferPointer { text in
      text.baseAddress.map { strtod($0, nil) } ?? .nan
    }
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private static let powersOfFive: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 1...27 { powers.append(powers[powers.count - 1] * 5) }
    return powers
  }()
}
