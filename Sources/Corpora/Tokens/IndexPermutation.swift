/// A shuffled order of `0..<count` that is computed place by place and takes no memory.
///
/// A Feistel network permutes the next larger power of four; places that fall outside the range
/// are sent through again until they fall inside, which keeps it a permutation.
public struct IndexPermutation: Sendable, Hashable {
  /// The number of indices.
  public let count: Int
  private let seed: UInt64
  private let halfBits: UInt64

  /// Names a permutation of `0..<count`.
  public init(count: Int, seed: UInt64) {
    precondition(count > 0, "a permutation needs at least one index")
    self.count = count
    self.seed = seed
    var bits: UInt64 = 1
    while bits < 31, UInt64(1) << (2 * bits) < UInt64(count) { bits += 1 }
    halfBits = bits
  }

  /// The index at a place of the shuffled order; the place must lie in `0..<count`.
  public subscript(place: Int) -> Int {
    precondition(place >= 0 && place < count, "the place must lie within the permutation")
    var value = UInt64(place)
    repeat { value = permuted(value) } while value >= UInt64(count)
    return Int(value)
  }

  private func permuted(_ value: UInt64) -> UInt64 {
    let mask = (UInt64(1) << halfBits) - 1
    var left = value >> halfBits
    var right = value & mask
    for round in 0..<UInt64(6) {
      let mixed = Self.mix(seed &+ (right << 8 | round) &* 0x9E37_79B9_7F4A_7C15)
      (left, right) = (right, left ^ (mixed & mask))
    }
    return left << halfBits | right
  }

  /// SplitMix64's output function.
  static func mix(_ word: UInt64) -> UInt64 {
    var z = word &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
