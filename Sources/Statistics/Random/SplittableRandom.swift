internal import RealModule

/// A seeded generator whose children are independent of the order in which they are drawn.
///
/// Work that is cut into tasks gives each task `split(index)`: the numbers a task sees depend on
/// the seed and its index alone, never on the number of threads. The stream is xoshiro256++
/// (Blackman and Vigna, 2019) seeded through SplitMix64.
public struct SplittableRandom: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)
  private let key: UInt64
  private var spareNormal: Double?

  /// Creates the generator that `seed` names.
  public init(seed: UInt64) {
    key = seed
    var word = seed
    state = (
      Self.splitMix(&word), Self.splitMix(&word), Self.splitMix(&word), Self.splitMix(&word)
    )
  }

  /// Returns the child generator with this index; the parent is left as it was.
  public func split(_ index: Int) -> SplittableRandom {
    var word = UInt64(bitPattern: Int64(index)) &* 0xD134_2543_DE82_EF95
    let hashed = Self.splitMix(&word)
    var mixed = key ^ hashed
    return SplittableRandom(seed: Self.splitMix(&mixed))
  }

  /// Returns the next 64 random bits.
  public mutating func next() -> UInt64 {
    let sum = state.0 &+ state.3
    let result = ((sum << 23) | (sum >> 41)) &+ state.0
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = (state.3 << 45) | (state.3 >> 19)
    return result
  }

  /// Returns a uniform number in the half-open unit interval, a multiple of 2⁻⁵³.
  public mutating func nextUniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Returns a uniform index below `bound`, without modulo bias (Lemire's multiplication).
  public mutating func nextIndex(below bound: Int) -> Int {
    precondition(bound > 0, "the bound of a random index must be positive")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// Returns a standard normal number (Marsaglia's polar method).
  public mutating func nextNormal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let u = 2 * nextUniform() - 1
      let v = 2 * nextUniform() - 1
      let s = u * u + v * v
      if s > 0, s < 1 {
        let factor = (-2 * Double.log(s) / s).squareRoot()
        spareNormal = v * factor
        return u * factor
      }
    }
  }

  /// Returns an exponential number with mean one.
  public mutating func nextExponential() -> Double {
    -Double.log(1 - nextUniform())
  }

  /// Returns how often each of `count` items is drawn in `count` draws with replacement.
  public mutating func resampleCounts(of count: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: count)
    for _ in 0..<count { counts[nextIndex(below: count)] += 1 }
    return counts
  }

  private static func splitMix(_ word: inout UInt64) -> UInt64 {
    word &+= 0x9E37_79B9_7F4A_7C15
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
