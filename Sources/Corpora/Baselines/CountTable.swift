/// Counts by key: open addressing with linear probing.
struct CountTable: Sendable {
  private(set) var count = 0
  private var keys: [UInt64]
  private var values: [UInt64]
  private var shift: UInt64

  init(bits: Int = 12) {
    keys = [UInt64](repeating: .max, count: 1 << bits)
    values = [UInt64](repeating: 0, count: 1 << bits)
    shift = UInt64(64 - bits)
  }

  /// The value of a key; 0 if it was never added to.
  @inline(__always)
  subscript(key: UInt64) -> UInt64 {
    let slot = Self.slot(of: key, keys, shift)
    return keys[slot] == key ? values[slot] : 0
  }

  /// Adds to the value of a key, which must not be `UInt64.max`.
  @inline(__always)
  mutating func add(_ amount: UInt64, to key: UInt64) {
    let slot = Self.slot(of: key, keys, shift)
    if keys[slot] == key {
      values[slot] &+= amount
      return
    }
    keys[slot] = key
    values[slot] = amount
    count += 1
    if count * 2 > keys.count { grow() }
  }

  func forEach(_ body: (_ key: UInt64, _ value: UInt64) -> Void) {
    for slot in keys.indices where keys[slot] != .max { body(keys[slot], values[slot]) }
  }

  private mutating func grow() {
    let larger = shift - 1
    var newKeys = [UInt64](repeating: .max, count: keys.count * 2)
    var newValues = [UInt64](repeating: 0, count: keys.count * 2)
    forEach { key, value in
      let slot = Self.slot(of: key, newKeys, larger)
      newKeys[slot] = key
      newValues[slot] = value
    }
    keys = newKeys
    values = newValues
    shift = larger
  }

  @inline(__always)
  private static func slot(of key: UInt64, _ keys: [UInt64], _ shift: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[slot] != key, keys[slot] != .max { slot = (slot + 1) & mask }
    return slot
  }
}
