internal import Foundation
internal import Statistics

/// A natural number as decimal digits, least significant first, of any length.
struct DecimalDigits: Sendable, Hashable {
  /// The digits; leading zeros, at the end, are kept.
  var digits: [Int]

  /// Draws so many digits, zeros in front allowed.
  init(random: inout SplittableRandom, count: Int) {
    digits = (0..<count).map { _ in random.nextIndex(below: 10) }
  }

  init(_ digits: [Int]) { self.digits = digits }

  /// The same number with exactly so many digits; those beyond are dropped.
  func padded(to count: Int) -> DecimalDigits {
    DecimalDigits((0..<count).map { $0 < digits.count ? digits[$0] : 0 })
  }

  static func + (a: DecimalDigits, b: DecimalDigits) -> DecimalDigits {
    var sum: [Int] = []
    var carry = 0
    for index in 0...max(a.digits.count, b.digits.count) {
      let x = index < a.digits.count ? a.digits[index] : 0
      let y = index < b.digits.count ? b.digits[index] : 0
      sum.append((x + y + carry) % 10)
      carry = (x + y + carry) / 10
    }
    return DecimalDigits(sum)
  }

  static func * (a: DecimalDigits, b: DecimalDigits) -> DecimalDigits {
    var product = [Int](repeating: 0, count: a.digits.count + b.digits.count)
    for (i, x) in a.digits.enumerated() {
      var carry = 0
      for (j, y) in b.digits.enumerated() {
        let value = product[i + j] + x * y + carry
        product[i + j] = value % 10
        carry = value / 10
      }
      product[i + b.digits.count] += carry
    }
    return DecimalDigits(product)
  }
}
