/// A 64-bit hash of bytes that is the same in every process and on every machine.
///
/// Multiplication and folding over little-endian words, as in wyhash: fast and well mixed, but not
/// made to withstand an adversary.
public enum StableHash {
  /// The hash of bytes; one hash as the seed of the next strings them together.
  @inlinable
  public static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var state = mix(seed ^ 0x9E37_79B9_7F4A_7C15, UInt64(bytes.count) ^ 0xE703_7ED1_A0B4_28DB)
    var index = 0
    while index + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      state = mix(state ^ UInt64(littleEndian: word), 0x8EBC_6AF0_9C88_C6E3)
      index += 8
    }
    var tail: UInt64 = 0
    var shift: UInt64 = 0
    while index < bytes.count {
      tail |= UInt64(bytes[index]) << shift
      shift += 8
      index += 1
    }
    return mix(state ^ tail, 0x5899_65CC_7537_4CC3) ^ state
  }

  @inline(__always)
  @usableFromInline
  static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
