/// A floating-point type that tensors of a checkpoint are read into and written from: `Float`,
/// `Double`, and anything generic over the two.
///
/// A number that the target cannot hold exactly is rounded to nearest, ties to even; one beyond its
/// range becomes infinite.
public typealias CheckpointElement = BinaryFloatingPoint & BitwiseCopyable & Sendable

/// Conversions between stored and computed numbers.
///
/// Integer loads go through `littleEndian`, so the format's byte order holds everywhere; half
/// precision goes through bit patterns because `Float16` does not exist on every platform.
enum NumberConversion {
  /// Converts `destination.count` stored little-endian numbers, of any alignment.
  static func decode<Element: CheckpointElement>(
    _ source: UnsafeRawPointer, _ type: SafetensorsType,
    into destination: UnsafeMutableBufferPointer<Element>
  ) {
    guard let start = destination.baseAddress else { return }
    let raw = UnsafeMutableRawPointer(start)
    let count = destination.count
    // The two concrete branches are compiled for their type; through the generic one each number
    // would cost several calls.
    if Element.self == Float.self {
      if type == .float32 {
        raw.copyMemory(from: source, byteCount: count * type.byteCount)
      } else {
        convert(
          source, type,
          into: UnsafeMutableBufferPointer(
            start: raw.assumingMemoryBound(to: Float.self), count: count))
      }
    } else if Element.self == Double.self {
      convert(
        source, type,
        into: UnsafeMutableBufferPointer(
          start: raw.assumingMemoryBound(to: Double.self), count: count))
    } else {
      convert(source, type, into: destination)
    }
  }

  /// Converts numbers to their stored form, at any alignment.
  static func encode<Element: CheckpointElement>(
    _ source: UnsafeBufferPointer<Element>, _ type: SafetensorsType,
    to destination: UnsafeMutableRawPointer
  ) {
    guard let start = source.baseAddress else { return }
    let raw = UnsafeRawPointer(start)
    let count = source.count
    if Element.self == Float.self {
      if type == .float32 {
        destination.copyMemory(from: raw, byteCount: count * type.byteCount)
      } else {
        convert(
          UnsafeBufferPointer(start: raw.assumingMemoryBound(to: Float.self), count: count), type,
          to: destination)
      }
    } else if Element.self == Double.self {
      convert(
        UnsafeBufferPointer(start: raw.assumingMemoryBound(to: Double.self), count: count), type,
        to: destination)
    } else {
      convert(source, type, to: destination)
    }
  }

  @inline(__always)
  private static func convert<Element: BinaryFloatingPoint>(
    _ source: UnsafeRawPointer, _ type: SafetensorsType,
    into destination: UnsafeMutableBufferPointer<Element>
  ) {
    @inline(__always)
    func each<Stored: FixedWidthInteger & BitwiseCopyable>(
      _ stored: Stored.Type, _ convert: (Stored) -> Element
    ) {
      for index in destination.indices {
        destination[index] = convert(
          Stored(
            littleEndian: source.loadUnaligned(
              fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)))
      }
    }
    switch type {
    case .boolean: each(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: each(UInt8.self) { Element($0) }
    case .int8: each(Int8.self) { Element($0) }
    case .uint16: each(UInt16.self) { Element($0) }
    case .int16: each(Int16.self) { Element($0) }
    case .uint32: each(UInt32.self) { Element($0) }
    case .int32: each(Int32.self) { Element($0) }
    case .uint64: each(UInt64.self) { Element($0) }
    case .int64: each(Int64.self) { Element($0) }
    case .float16: each(UInt16.self) { Element(single(half: $0)) }
    case .bfloat16: each(UInt16.self) { Element(Float(bitPattern: UInt32($0) << 16)) }
    case .float32: each(UInt32.self) { Element(Float(bitPattern: $0)) }
    case .float64: each(UInt64.self) { Element(Double(bitPattern: $0)) }
    }
  }

  @inline(__always)
  private static func convert<Element: BinaryFloatingPoint>(
    _ source: UnsafeBufferPointer<Element>, _ type: SafetensorsType,
    to destination: UnsafeMutableRawPointer
  ) {
    @inline(__always)
    func each<Stored: FixedWidthInteger & BitwiseCopyable>(_ convert: (Element) -> Stored) {
      for index in source.indices {
        destination.storeBytes(
          of: convert(source[index]).littleEndian,
          toByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
      }
    }
    switch type {
    case .float32: each { Float($0).bitPattern }
    case .float64: each { Double($0).bitPattern }
    case .bfloat16: each { brain(Double($0)) }
    case .float16: each { half(Double($0)) }
    default: preconditionFailure("\(type.rawValue) is not a floating-point type")
    }
  }

  /// The value of a half-precision bit pattern, exactly.
  static func single(half bits: UInt16) -> Float {
    let sign = UInt32(bits >> 15) << 31
    let exponent = UInt32(bits >> 10) & 31
    let fraction = UInt32(bits) & 0x3ff
    switch exponent {
    case 0:
      // Zero and subnormal: a multiple of 2⁻²⁴.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: magnitude.bitPattern | sign)
    case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// The nearest half-precision bit pattern, ties to even.
  static func half(_ value: Double) -> UInt16 {
    rounded(value, fractionBits: 10, exponentBits: 5)
  }

  /// The nearest bfloat16 bit pattern, ties to even.
  static func brain(_ value: Double) -> UInt16 {
    rounded(value, fractionBits: 7, exponentBits: 8)
  }

  /// Rounds once, straight from double precision, so that no number is rounded twice.
  private static func rounded(_ value: Double, fractionBits: Int, exponentBits: Int) -> UInt16 {
    let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
    let bias = (1 << (exponentBits - 1)) - 1
    let infinity = UInt16(((1 << exponentBits) - 1) << fractionBits)
    if value.isNaN { return sign | infinity | UInt16(1 << (fractionBits - 1)) }
    if value.isInfinite { return sign | infinity }
    if value == 0 { return sign }
    let exponent = max(Int(value.exponent), 1 - bias)
    // The value in units of its last place: an integer after rounding, possibly the next power.
    let units = Double(
      sign: .plus, exponent: fractionBits - exponent, significand: value.magnitude
    ).rounded(.toNearestOrEven)
    let bits = Int(units) + (exponent + bias - 1) << fractionBits
    return bits >= Int(infinity) ? sign | infinity : sign | UInt16(bits)
  }
}
