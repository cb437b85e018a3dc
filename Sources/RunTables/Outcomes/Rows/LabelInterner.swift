/// Numbers distinct labels in order of first appearance, straight from their bytes.
///
/// The bytes of all labels lie in one array, and the table is probed linearly: a million labels make
/// no million objects. A slot says all there is to know of a label of up to 16 bytes, so that a
/// look-up in a large table touches one line of the cache.
struct LabelInterner: Sendable {
  private struct Slot: Sendable {
    var hash: UInt64 = 0
    /// The first and the last eight bytes, which overlap in a label of fewer than 16.
    var ends: (UInt64, UInt64) = (0, 0)
    var count: Int32 = 0
    /// −1 in a free slot.
    var index: Int32 = -1
  }

  private var bytes: [UInt8] = []
  private var ends: [Int] = [0]
  /// Where each label was first met, in whatever measure the caller uses.
  private(set) var places: [UInt64] = []
  private var slots: [Slot] = Array(repeating: Slot(), count: 64)

  var count: Int { places.count }

  /// The number of a label, and whether it is new.
  mutating func intern(
    _ label: UnsafeBufferPointer<UInt8>, place: UInt64
  ) -> (index: Int32, isNew: Bool) {
    let hash = TextHash.hash(label)
    let ends = Self.ends(of: label)
    let mask = slots.count - 1
    var at = Int(truncatingIfNeeded: hash) & mask
    while slots[at].index >= 0 {
      if slots[at].hash == hash, slots[at].count == label.count, slots[at].ends == ends,
        label.count <= 16 || equals(Int(slots[at].index), label)
      {
        return (slots[at].index, false)
      }
      at = (at + 1) & mask
    }
    let index = Int32(places.count)
    slots[at] = Slot(hash: hash, ends: ends, count: Int32(clamping: label.count), index: index)
    places.append(place)
    bytes.append(contentsOf: label)
    self.ends.append(bytes.count)
    if places.count * 2 > slots.count { grow() }
    return (index, true)
  }

  @inline(__always)
  private static func ends(of label: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64) {
    let raw = UnsafeRawBufferPointer(label)
    if label.count >= 8 {
      return (
        raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
        raw.loadUnaligned(fromByteOffset: label.count - 8, as: UInt64.self)
      )
    }
    var word: UInt64 = 0
    for byte in label { word = word << 8 | UInt64(byte) }
    return (word, 0)
  }

  private func equals(_ index: Int, _ label: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = ends[index]
    guard ends[index + 1] - start == label.count else { return false }
    for at in 0..<label.count where bytes[start + at] != label[at] { return false }
    return true
  }

  @inline(never)
  private mutating func grow() {
    var wider = [Slot](repeating: Slot(), count: slots.count * 2)
    let mask = wider.count - 1
    for slot in slots where slot.index >= 0 {
      var at = Int(truncatingIfNeeded: slot.hash) & mask
      while wider[at].index >= 0 { at = (at + 1) & mask }
      wider[at] = slot
    }
    slots = wider
  }

  func withLabel<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[ends[index]..<ends[index + 1]]))
    }
  }

  /// All labels; their bytes were checked when they were interned.
  func strings() -> [String] {
    (0..<count).map { index in
      withLabel(index) { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// The labels of several workers in order of first appearance, and the new number of each.
  static func merged(_ workers: [LabelInterner]) -> (labels: LabelInterner, maps: [[Int32]]) {
    var order: [(place: UInt64, worker: Int, index: Int)] = []
    for (worker, interner) in workers.enumerated() {
      for index in 0..<interner.count { order.append((interner.places[index], worker, index)) }
    }
    order.sort { $0.place < $1.place }
    var labels = LabelInterner()
    var maps = workers.map { [Int32](repeating: 0, count: $0.count) }
    for (place, worker, index) in order {
      maps[worker][index] = workers[worker].withLabel(index) {
        labels.intern($0, place: place).index
      }
    }
    return (labels, maps)
  }
}

/// A 64-bit hash of bytes, the same on every machine and in every run.
///
/// Eight bytes a step are folded through a 128-bit product, as in wyhash [Wang Yi 2019]. Answers are
/// compared by this hash alone: among a million distinct answers to one problem two fall together
/// with probability 3·10⁻⁸.
enum TextHash {
  @inline(__always)
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: bytes.count)
    var at = 0
    while at + 8 <= bytes.count {
      let word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: at, as: UInt64.self)
      state = fold(state ^ UInt64(littleEndian: word), 0xA076_1D64_78BD_642F)
      at += 8
    }
    var rest: UInt64 = 0
    while at < bytes.count {
      rest = rest << 8 | UInt64(bytes[at])
      at += 1
    }
    return fold(state ^ rest, 0xE703_7ED1_A0B4_28DB)
  }

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
