import Foundation
import Synchronization

/// Bytes that a worker owns for the time of one block.
final class ByteBuffer {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  var count = 0

  init(capacity: Int = 1 << 12) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    let wanted = max(count + more, capacity + capacity / 2)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    moved.update(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = wanted
  }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let first = bytes.baseAddress else { return }
    reserve(bytes.count)
    (base + count).update(from: first, count: bytes.count)
    count += bytes.count
  }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }
}

/// Bytes that are read once from beginning to end: some in memory, then those of a descriptor.
///
/// Read in pieces and not mapped: pipes work, memory stays small, and a file that another process
/// shortens meanwhile ends early instead of ending the process.
struct ByteStream {
  private var pending: UnsafeBufferPointer<UInt8>
  private let descriptor: Int32?
  let source: String
  private var length = 0

  /// `pending` bytes come first; the caller keeps them alive.
  init(pending: UnsafeBufferPointer<UInt8>, descriptor: Int32?, source: String) {
    self.pending = pending
    self.descriptor = descriptor
    self.source = source
  }

  /// Appends up to `count` bytes; fewer only at the end.
  mutating func read(_ count: Int, into buffer: ByteBuffer) throws(TableError) -> Int {
    let taken = min(count, pending.count)
    if taken > 0 {
      buffer.append(UnsafeBufferPointer(rebasing: pending[..<taken]))
      pending = UnsafeBufferPointer(rebasing: pending[taken...])
    }
    guard taken < count, let descriptor else { return taken }
    buffer.reserve(count - taken)
    var total = taken
    while total < count {
      let got = Foundation.read(descriptor, buffer.base + buffer.count, count - total)
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw FileBytes.failed(source) }
      if got == 0 { break }
      buffer.count += got
      total += got
      length += got
      // A file may be as long as it is; a pipe may be one of a program that never stops.
      if length > FileBytes.longestStream, lseek(descriptor, 0, SEEK_CUR) < 0 {
        throw FileBytes.tooLong(source, FileBytes.longestStream)
      }
    }
    return total
  }
}

/// Hands out a stream as blocks of whole records, in order, to any number of workers.
///
/// A record ends at a line end outside quotes. Whether a place is inside quotes follows from the
/// number of quotes before it, because in RFC 4180 every quote toggles (a doubled one twice). Text
/// that breaks the rule is reported by the block that contains the first break.
final class RecordBlocks: @unchecked Sendable {
  // Everything below is touched under the lock only.
  private let lock = Mutex(())
  private var stream: ByteStream
  private let newline: UInt8
  private let hasQuotes: Bool
  private let blockBytes: Int
  private let source: String
  private static let longestRecord = 256 << 20
  private let carry = ByteBuffer()
  private var nextIndex = 0
  private var ended = false

  init(stream: ByteStream, newline: UInt8, hasQuotes: Bool, blockBytes: Int) {
    self.stream = stream
    source = stream.source
    self.newline = newline
    self.hasQuotes = hasQuotes
    self.blockBytes = max(blockBytes, 1)
  }

  func stop() { lock.withLock { _ in ended = true } }

  /// Fills the buffer with the next block and returns its number; nil at the end.
  func next(_ buffer: ByteBuffer) throws(TableError) -> Int? {
    try lock.withLock { (_) throws(TableError) -> Int? in
      guard !ended else { return nil }
      buffer.count = 0
      buffer.append(carry.bytes)
      carry.count = 0
      var cut = RecordCut(newline: newline, hasQuotes: hasQuotes)
      var wanted = blockBytes
      while true {
        if try stream.read(wanted, into: buffer) < wanted {
          ended = true
          break
        }
        cut.scan(buffer.bytes)
        if cut.end > 0 {
          carry.append(UnsafeBufferPointer(rebasing: buffer.bytes[cut.end...]))
          buffer.count = cut.end
          break
        }
        wanted = max(wanted, buffer.count)
        guard buffer.count <= Self.longestRecord else {
          throw TableError(
            .badData, source: source, found: "a row of more than \(Self.longestRecord >> 20) MiB",
            expected: "rows that end in a line end")
        }
      }
      guard buffer.count > 0 else { return nil }
      nextIndex += 1
      return nextIndex - 1
    }
  }
}

private struct RecordCut {
  let newline: UInt8
  let hasQuotes: Bool
  /// Behind the last line end outside quotes; 0 when there is none.
  var end = 0
  private var scanned = 0
  private var inQuotes = false

  init(newline: UInt8, hasQuotes: Bool) {
    self.newline = newline
    self.hasQuotes = hasQuotes
  }

  mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress else { return }
    let quote = UInt8(ascii: "\"")
    let fresh = bytes.count - scanned
    if !hasQuotes || !inQuotes && memchr(base + scanned, Int32(quote), fresh) == nil {
      var at = bytes.count
      while at > scanned, base[at - 1] != newline { at -= 1 }
      if at > scanned { end = at }
    } else {
      for at in scanned..<bytes.count {
        if base[at] == quote { inQuotes.toggle() }
        if base[at] == newline, !inQuotes { end = at + 1 }
      }
    }
    scanned = bytes.count
  }
}
