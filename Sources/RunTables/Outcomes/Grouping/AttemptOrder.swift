/// Orders the rows of one problem by attempt, and those of an attempt by step or else by round.
struct AttemptOrder {
  /// Of each row of the file; nil where the table has no such column.
  let attempts: UnsafePointer<Int32>?
  let rounds: UnsafePointer<Int32>?
  let steps: UnsafePointer<Int32>?
  /// Whether some attempt has a name that is no whole number, so that file order decides.
  let byName: Bool

  struct Repetition: Sendable {
    var first: Int32
    var later: Int32
  }

  private struct Key {
    var attempt: Int32
    var part: Int32
    var row: Int32

    static func precedes(_ a: Key, _ b: Key) -> Bool {
      (a.attempt, a.part, a.row) < (b.attempt, b.part, b.row)
    }
  }

  private var names = FirstAppearance()
  private var slots: [Int32] = []

  init(
    attempts: UnsafePointer<Int32>?, rounds: UnsafePointer<Int32>?, steps: UnsafePointer<Int32>?,
    byName: Bool
  ) {
    self.attempts = attempts
    self.rounds = rounds
    self.steps = steps
    self.byName = byName
  }

  /// Sorts the rows of one problem, given in file order; `numbers` receives the attempt of each row
  /// in its new place. Of the pairs of rows with the same key it returns the one whose later row
  /// comes first.
  mutating func sort(
    _ rows: UnsafeMutableBufferPointer<Int32>, numbers: UnsafeMutablePointer<Int32>?
  ) -> Repetition? {
    guard let attempts else {
      if let steps, let numbers { Self.count(rows, steps, numbers) }
      return nil
    }
    if rounds == nil, steps == nil, !byName {
      let repetition = sortByNumber(rows, attempts)
      if let numbers { for at in rows.indices { numbers[at] = attempts[Int(rows[at])] } }
      return repetition
    }
    names.reset(expected: rows.count)
    var keys = rows.map { row in
      let code = attempts[Int(row)]
      return Key(
        attempt: byName ? names.number(of: UInt64(UInt32(bitPattern: code))) : code,
        part: (steps ?? rounds)?[Int(row)] ?? 0, row: row)
    }
    keys.sort(by: Key.precedes)
    var found: Repetition?
    for at in keys.indices {
      rows[at] = keys[at].row
      numbers?[at] = keys[at].attempt
      guard at > 0 else { continue }
      let (a, b) = (keys[at - 1], keys[at])
      if a.attempt == b.attempt, a.part == b.part,
        b.row < found?.later ?? .max
      {
        found = Repetition(first: a.row, later: b.row)
      }
    }
    return found
  }

  /// Without a column of attempts, a new attempt begins where the steps begin again.
  private static func count(
    _ rows: UnsafeMutableBufferPointer<Int32>, _ steps: UnsafePointer<Int32>,
    _ numbers: UnsafeMutablePointer<Int32>
  ) {
    var number: Int32 = 0
    for at in rows.indices {
      if at > 0, steps[Int(rows[at])] <= steps[Int(rows[at - 1])] { number += 1 }
      numbers[at] = number
    }
  }

  private mutating func sortByNumber(
    _ rows: UnsafeMutableBufferPointer<Int32>, _ attempts: UnsafePointer<Int32>
  ) -> Repetition? {
    guard let first = rows.first else { return nil }
    var least = attempts[Int(first)]
    var greatest = least
    var isSorted = true
    for at in rows.indices.dropFirst() {
      let attempt = attempts[Int(rows[at])]
      if attempt <= attempts[Int(rows[at - 1])] { isSorted = false }
      least = min(least, attempt)
      greatest = max(greatest, attempt)
    }
    if isSorted { return nil }
    let span = Int(greatest) - Int(least) + 1
    return span <= 4 * rows.count + 64
      ? place(rows, attempts, least, span) : compare(rows, attempts, least)
  }

  /// Numbers that lie close together are their own places.
  private mutating func place(
    _ rows: UnsafeMutableBufferPointer<Int32>, _ attempts: UnsafePointer<Int32>, _ least: Int32,
    _ span: Int
  ) -> Repetition? {
    if slots.count < span { slots = Array(repeating: -1, count: span) }
    for slot in 0..<span { slots[slot] = -1 }
    for row in rows {
      let slot = Int(attempts[Int(row)]) - Int(least)
      if slots[slot] >= 0 { return Repetition(first: slots[slot], later: row) }
      slots[slot] = row
    }
    var at = 0
    for slot in 0..<span where slots[slot] >= 0 {
      rows[at] = slots[slot]
      at += 1
    }
    return nil
  }

  private func compare(
    _ rows: UnsafeMutableBufferPointer<Int32>, _ attempts: UnsafePointer<Int32>, _ least: Int32
  ) -> Repetition? {
    // The number above, the row below: one comparison orders both.
    var keys = rows.map { row in
      UInt64(Int(attempts[Int(row)]) - Int(least)) << 32 | UInt64(row)
    }
    keys.sort()
    var found: Repetition?
    for at in keys.indices {
      rows[at] = Int32(truncatingIfNeeded: keys[at] & 0xFFFF_FFFF)
      guard at > 0, keys[at] >> 32 == keys[at - 1] >> 32 else { continue }
      if rows[at] < found?.later ?? .max {
        found = Repetition(first: rows[at - 1], later: rows[at])
      }
    }
    return found
  }
}
