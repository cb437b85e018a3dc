/// FNV-1a of 64 bits, a hash that is the same in every process and on every machine.
///
/// Nobody gains by a collision where it is used: it tells damage, not tampering. See
/// <http://www.isthe.com/chongo/tech/comp/fnv/>.
@frozen
public struct FNV1a: Sendable, Hashable {
  /// The hash of all that was taken in.
  public var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// A hash of nothing.
  @inlinable
  public init() {}

  /// Takes in one byte, or a whole word in one step, which is quicker and another hash.
  @inlinable
  public mutating func mix(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01B3 }

  /// Takes in bytes, one after the other.
  @inlinable
  public mutating func mix(bytes: some Sequence<UInt8>) {
    for byte in bytes { mix(UInt64(byte)) }
  }

  /// Takes in the eight bytes of a word, the lowest first.
  @inlinable
  public mutating func mix(bytesOf word: UInt64) {
    for place in 0..<8 { mix(word >> UInt64(8 * place) & 0xFF) }
  }
}
