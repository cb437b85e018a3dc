internal import Files
public import Verdicts

/// Curves as bytes.
///
/// Every step and every value comes back with its own bits. The steps are stored as runs of equal
/// differences, so that a step a row takes a few bytes however long the curve is. Values that are
/// all single-precision numbers are stored as such, others in double precision; of each, the
/// difference of its bits, taken as an integer, from those of the value before is kept, without the
/// zeros in front.
///
/// Format, version 1, all numbers little-endian, counts as variable-length integers of seven bits a
/// byte: version (one byte), width of a value (one byte: 4 or 8), number of points; number of runs
/// of steps, then for each run the difference (zigzag) and how often it follows; the lengths of the
/// differences (zigzag, modulo the width) in bytes, two in a byte, the first in the low half; the
/// bytes of the differences; FNV-1a of 64 bits over everything before.
public enum CurveCoding {
  private static let version: UInt8 = 1

  /// The bytes of a curve of as many steps as values.
  public static func encode(_ curve: StepCurve) -> [UInt8] {
    precondition(curve.steps.count == curve.values.count, "a value for each step")
    let isSingle = curve.values.allSatisfy {
      Double(Float($0)).bitPattern == $0.bitPattern
    }
    let count = curve.values.count
    var bytes: [UInt8] = [version, isSingle ? 4 : 8]
    bytes.reserveCapacity(64 + count * (isSingle ? 4 : 8))
    append(UInt64(count), to: &bytes)
    appendSteps(curve.steps, to: &bytes)
    if isSingle {
      appendValues(count, to: &bytes) { Int32(bitPattern: Float(curve.values[$0]).bitPattern) }
    } else {
      appendValues(count, to: &bytes) { Int64(bitPattern: curve.values[$0].bitPattern) }
    }
    let sum = checksum(bytes[...])
    for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: sum >> UInt64(8 * byte))) }
    return bytes
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func appendSteps(_ steps: [Int], to bytes: inout [UInt8]) {
    var runs: [(difference: Int, count: UInt64)] = []
    var previous = 0
    for step in steps {
      let difference = step &- previous
      previous = step
      if let last = runs.last, last.difference == difference {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((difference, 1))
      }
    }
    append(UInt64(runs.count), to: &bytes)
    for run in runs {
      append(zigzag(run.difference), to: &bytes)
      append(run.count, to: &bytes)
    }
  }

  /// Small numbers of either sign as small ones without.
  private static func zigzag<Number: FixedWidthInteger & SignedInteger>(_ number: Number) -> UInt64
  {
    UInt64(
      truncatingIfNeeded: Number.Magnitude(
        truncatingIfNeeded: number << 1 ^ number >> (Number.bitWidth - 1)))
  }

  @inline(__always)
  private static func appendValues<Bits: FixedWidthInteger & SignedInteger>(
    _ count: Int, to bytes: inout [UInt8], pattern: (Int) -> Bits
  ) {
    let lengths = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: (count + 1) / 2))
    var previous: Bits = 0
    for index in 0..<count {
      let bits = pattern(index)
      var rest = zigzag(bits &- previous)
      previous = bits
      let length = (71 - rest.leadingZeroBitCount) / 8
      bytes[lengths + index / 2] |= UInt8(length) << UInt8(4 * (index % 2))
      for _ in 0..<length {
        bytes.append(UInt8(truncatingIfNeeded: rest))
        rest >>= 8
      }
    }
  }

  fileprivate static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var hash = FNV1a()
    hash.mix(bytes: bytes)
    return hash.value
  }
}

/// Why bytes are not a curve.
public struct CurveCodingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was found and what was expected.
  public let description: String
}

extension CurveCoding {
  /// The curve that bytes stand for.
  ///
  /// - Throws: ``CurveCodingError`` for any bytes that ``encode(_:)`` does not make.
  public static func decode(
    _ bytes: [UInt8], name: String
  ) throws(CurveCodingError) -> StepCurve {
    guard let first = bytes.first else { throw CurveCodingError("an empty curve") }
    guard first == version else {
      throw CurveCodingError("a curve of version \(first), expected \(version); update allometry")
    }
    guard bytes.count >= 12 else { throw damaged }
    let end = bytes.count - 8
    let sum = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[end + $1]) << UInt64(8 * $1) }
    guard sum == checksum(bytes[..<end]) else { throw damaged }
    var reader = CurveReader(bytes: bytes, position: 2, end: end)
    let count = try reader.count(atMost: 2 * bytes.count)
    let steps = try reader.steps(count)
    let values: [Double]
    switch bytes[1] {
    case 4:
      values = try reader.values(count) { (bits: Int32) in
        Double(Float(bitPattern: UInt32(bitPattern: bits)))
      }
    case 8:
      values = try reader.values(count) { (bits: Int64) in
        Double(bitPattern: UInt64(bitPattern: bits))
      }
    default: throw damaged
    }
    guard reader.position == end else { throw damaged }
    return StepCurve(name: name, steps: steps, values: values)
  }

  fileprivate static var damaged: CurveCodingError { CurveCodingError("a damaged curve") }
}

private struct CurveReader {
  let bytes: [UInt8]
  var position: Int
  let end: Int

  mutating func number() throws(CurveCodingError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end else { throw CurveCoding.damaged }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw CurveCoding.damaged
  }

  mutating func count(atMost limit: Int) throws(CurveCodingError) -> Int {
    guard let count = Int(exactly: try number()), count <= limit else { throw CurveCoding.damaged }
    return count
  }

  mutating func steps(_ count: Int) throws(CurveCodingError) -> [Int] {
    var steps: [Int] = []
    steps.reserveCapacity(count)
    var step = 0
    for _ in 0..<(try self.count(atMost: count)) {
      let zigzag = try number()
      let difference = Int(bitPattern: UInt(zigzag >> 1)) ^ -Int(zigzag & 1)
      for _ in 0..<(try self.count(atMost: count - steps.count)) {
        step &+= difference
        steps.append(step)
      }
    }
    guard steps.count == count else { throw CurveCoding.damaged }
    return steps
  }

  @inline(__always)
  mutating func values<Bits: FixedWidthInteger & SignedInteger>(
    _ count: Int, value: (Bits) -> Double
  ) throws(CurveCodingError) -> [Double] {
    let lengths = position
    position += (count + 1) / 2
    var values: [Double] = []
    values.reserveCapacity(count)
    var bits: Bits = 0
    for index in 0..<count {
      guard position <= end else { throw CurveCoding.damaged }
      let length = Int(bytes[lengths + index / 2] >> UInt8(4 * (index % 2)) & 0xF)
      guard length <= Bits.bitWidth / 8, position + length <= end else { throw CurveCoding.damaged }
      var zigzag: UInt64 = 0
      for byte in 0..<length { zigzag |= UInt64(bytes[position + byte]) << UInt64(8 * byte) }
      bits &+= Bits(truncatingIfNeeded: zigzag >> 1) ^ -Bits(zigzag & 1)
      position += length
      values.append(value(bits))
    }
    return values
  }
}

extension CurveCodingError {
  fileprivate init(_ description: String) { self.description = description }
}
