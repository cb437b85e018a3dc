/// Eight rows of a table evaluated side by side.
///
/// A formula over lanes costs little more per row than its multiplications, because the
/// transcendental functions below are polynomial and branch-free.
public typealias Lanes = SIMD8<Double>

extension SIMD8 where Scalar == Double {
  /// The exponential of each lane, within 1.1 ulp (6,000 random arguments against mpmath).
  ///
  /// Arguments are clamped to −708…709, so the result is always positive and finite; NaN stays
  /// NaN. The reduction is x = n·ln 2 + r with |r| ≤ ln 2 / 2, then a Taylor polynomial of
  /// degree 13.
  @inlinable
  public static func exp(_ argument: Self) -> Self {
    var x = argument
    let lowest = Self(repeating: -708)
    let highest = Self(repeating: 709)
    x.replace(with: lowest, where: x .< lowest)
    x.replace(with: highest, where: x .> highest)
    // Adding 1.5·2⁵² rounds to the nearest integer and leaves that integer in the low bits.
    let shifter = Self(repeating: 6_755_399_441_055_744.0)
    let shifted = x * 1.442_695_040_888_963_4 + shifter
    let n = shifted - shifter
    let r = (x - n * 6.931_471_803_691_238_2e-01) - n * 1.908_214_929_270_587_7e-10
    var p = Self(repeating: 1.605_904_383_682_161_3e-10)
    p = p * r + 2.087_675_698_786_809_9e-09
    p = p * r + 2.505_210_838_544_172e-08
    p = p * r + 2.755_731_922_398_589_3e-07
    p = p * r + 2.755_731_922_398_589e-06
    p = p * r + 2.480_158_730_158_730_1e-05
    p = p * r + 1.984_126_984_126_984_1e-04
    p = p * r + 1.388_888_888_888_889e-03
    p = p * r + 8.333_333_333_333_333_3e-03
    p = p * r + 4.166_666_666_666_666_4e-02
    p = p * r + 1.666_666_666_666_666_6e-01
    p = p * r + 0.5
    p = p * r + 1
    p = p * r + 1
    let exponent = unsafeBitCast(shifted, to: SIMD8<Int64>.self)
    let scale = unsafeBitCast((exponent &+ 1023) &<< 52, to: Self.self)
    return p * scale
  }

  /// The natural logarithm of each lane, within 0.8 ulp (6,000 random arguments against mpmath).
  ///
  /// Zero and negative lanes give NaN: a law that predicts them is outside its domain. Subnormal
  /// arguments and infinity are treated as outside the domain too.
  @inlinable
  public static func log(_ x: Self) -> Self {
    let bits = unsafeBitCast(x, to: SIMD8<Int64>.self)
    // Subtracting the bits of √½ makes the mantissa fall into [√½, √2).
    let offset = bits &- 0x3FE6_A09E_667F_3BCD
    let k = offset &>> 52
    let mantissa = unsafeBitCast(bits &- (k &<< 52), to: Self.self)
    // The integer exponent becomes a Double by the same shifter as in `exp`.
    let shifter = Self(repeating: 6_755_399_441_055_744.0)
    let n = unsafeBitCast(k &+ 0x4338_0000_0000_0000, to: Self.self) - shifter
    let f = mantissa - 1
    let s = f / (f + 2)
    let z = s * s
    var p = Self(repeating: 1.479_819_860_511_658_6e-01)
    p = p * z + 1.531_383_769_920_937_3e-01
    p = p * z + 1.818_357_216_161_805e-01
    p = p * z + 2.222_219_843_214_978_4e-01
    p = p * z + 2.857_142_874_366_239_1e-01
    p = p * z + 3.999_999_999_940_941_9e-01
    p = p * z + 6.666_666_666_666_735_1e-01
    let halfSquare = f * f * 0.5
    let tail = s * (halfSquare + p * z) + n * 1.908_214_929_270_587_7e-10
    let result = n * 6.931_471_803_691_238_2e-01 - ((halfSquare - tail) - f)
    let smallest = Self(repeating: Double.leastNormalMagnitude)
    // NaN compares false, so the test is written to keep only proper positive numbers.
    let inside = (x .>= smallest) .& (x .<= Double.greatestFiniteMagnitude)
    return Self(repeating: .nan).replacing(with: result, where: inside)
  }
}
