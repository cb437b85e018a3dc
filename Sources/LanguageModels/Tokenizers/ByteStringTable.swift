internal import Files

/// Numbers byte strings in the order in which they are first seen. Open addressing over one arena
/// of bytes: no allocation a string.
struct ByteStringTable {
  private(set) var count = 0
  private var arena: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt32] = []
  /// The number of the string in each slot plus one; 0 is free. The count is a power of two.
  private var slots: [UInt32]

  init(minimumCapacity: Int = 1 << 10) {
    var size = 16
    while size < minimumCapacity * 2 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
  }

  subscript(index: Int) -> ArraySlice<UInt8> {
    arena[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  func index(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let hash = Self.hash(bytes)
    let found = slots[slot(of: bytes, hash: hash)]
    return found == 0 ? nil : Int(found) - 1
  }

  /// The number of a string, which is added if it is new.
  mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    let hash = Self.hash(bytes)
    let slot = slot(of: bytes, hash: hash)
    if slots[slot] != 0 { return (Int(slots[slot]) - 1, false) }
    arena.append(contentsOf: bytes)
    ends.append(arena.count)
    hashes.append(hash)
    count += 1
    slots[slot] = UInt32(count)
    if count * 2 > slots.count { grow() }
    return (count - 1, true)
  }

  /// Forgets every string and keeps the memory.
  mutating func removeAll() {
    count = 0
    arena.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
    for index in slots.indices { slots[index] = 0 }
  }

  @inline(__always)
  private func slot(of bytes: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while true {
      let found = Int(slots[slot])
      if found == 0 { return slot }
      if hashes[found - 1] == hash, isEqual(found - 1, bytes) { return slot }
      slot = (slot + 1) & mask
    }
  }

  @inline(__always)
  private func isEqual(_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = index == 0 ? 0 : ends[index - 1]
    guard ends[index] - start == bytes.count else { return false }
    return arena.withUnsafeBufferPointer { arena in
      for offset in 0..<bytes.count where arena[start + offset] != bytes[offset] { return false }
      return true
    }
  }

  private mutating func grow() {
    var larger = [UInt32](repeating: 0, count: slots.count * 2)
    let mask = larger.count - 1
    for index in 0..<count {
      var slot = Int(hashes[index]) & mask
      while larger[slot] != 0 { slot = (slot + 1) & mask }
      larger[slot] = UInt32(index + 1)
    }
    slots = larger
  }

  @inline(__always)
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    UInt32(truncatingIfNeeded: StableHash.hash(UnsafeRawBufferPointer(bytes), seed: 0) >> 32)
  }
}
