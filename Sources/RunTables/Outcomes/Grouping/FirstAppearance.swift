/// Numbers keys of 64 bits in order of first appearance.
struct FirstAppearance {
  // Keys are kept plus one, so that zero marks a free slot; the one key lost, 2^64 − 1, is a hash
  // that shares the number of 2^64 − 2.
  private var keys: [UInt64] = []
  private var values: [Int32] = []
  private(set) var count: Int32 = 0

  init(expected: Int = 512) { reset(expected: expected) }

  /// Forgets everything; about so many distinct keys are expected.
  mutating func reset(expected: Int) {
    count = 0
    var size = 16
    while size < 2 * min(expected, 2048) { size *= 2 }
    if keys.count == size {
      for slot in 0..<size { keys[slot] = 0 }
    } else {
      keys = Array(repeating: 0, count: size)
      values = Array(repeating: 0, count: size)
    }
  }

  @inline(__always)
  mutating func number(of key: UInt64) -> Int32 {
    let key = key == .max ? key : key + 1
    var slot = Self.slot(key, keys.count)
    while keys[slot] != 0 {
      if keys[slot] == key { return values[slot] }
      slot = (slot + 1) & (keys.count - 1)
    }
    keys[slot] = key
    values[slot] = count
    count += 1
    if Int(count) * 2 > keys.count { grow() }
    return count - 1
  }

  @inline(__always)
  private static func slot(_ key: UInt64, _ size: Int) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & (size - 1)
  }

  @inline(never)
  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    keys = Array(repeating: 0, count: oldKeys.count * 2)
    values = Array(repeating: 0, count: keys.count)
    for index in oldKeys.indices where oldKeys[index] != 0 {
      var slot = Self.slot(oldKeys[index], keys.count)
      while keys[slot] != 0 { slot = (slot + 1) & (keys.count - 1) }
      keys[slot] = oldKeys[index]
      values[slot] = oldValues[index]
    }
  }
}
