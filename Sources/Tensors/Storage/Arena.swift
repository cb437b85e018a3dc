#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Memory that is handed out piece by piece and given back all at once.
///
/// Pieces are aligned to 64 bytes, a cache line and the widest vector. A tape takes all that a step
/// needs while the step is recorded; replaying the step takes nothing.
public final class Arena {
  /// Bytes handed out so far.
  public private(set) var bytesUsed = 0

  private var blocks: [Block] = []
  private var free: UnsafeMutableRawPointer?
  private var remaining = 0

  /// An arena that holds no memory yet.
  public init() {}

  /// Takes room for `count` elements; what it holds is zero. Returns memory that lives as long as
  /// the arena.
  public func allocate<Value: BitwiseCopyable>(
    _ count: Int, of type: Value.Type
  ) -> UnsafeMutablePointer<Value> {
    let bytes = (count * MemoryLayout<Value>.stride + Self.alignment - 1) & -Self.alignment
    let raw = allocate(bytes: max(bytes, Self.alignment))
    return raw.bindMemory(to: Value.self, capacity: max(count, 1))
  }

  private func allocate(bytes: Int) -> UnsafeMutableRawPointer {
    bytesUsed += bytes
    if bytes > remaining {
      // Fresh pages come zeroed from the system and cost memory only once they are touched.
      let block = Block(bytes: max(bytes, Self.blockBytes))
      blocks.append(block)
      free = block.start
      remaining = block.bytes
    }
    let start = free.unsafelyUnwrapped
    free = start + bytes
    remaining -= bytes
    return start
  }

  private static let alignment = 64
  private static let blockBytes = 32 << 20

  /// Pages of the system's own, large ones where it offers them.
  private final class Block {
    let start: UnsafeMutableRawPointer
    let bytes: Int

    init(bytes: Int) {
      let page = 2 << 20
      self.bytes = (bytes + page - 1) / page * page
      let flags = MAP_PRIVATE | MAP_ANON
      let mapped = mmap(nil, self.bytes, PROT_READ | PROT_WRITE, flags, -1, 0)
      guard let mapped, mapped != MAP_FAILED else {
        refuseMemory(self.bytes)
      }
      start = mapped
      #if os(Linux)
        // Weight and activation matrices are walked with large strides: fewer, larger pages.
        madvise(mapped, self.bytes, Int32(MADV_HUGEPAGE))
      #endif
    }

    deinit { munmap(start, bytes) }
  }
}
