internal import CKernels
internal import Dispatch
internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Threads that share the items of one loop at a time, kept alive between loops.
///
/// A training step runs some hundreds of loops of a few microseconds each, so waiting threads spin
/// for a moment before they sleep. The items are cut by the caller from the problem alone, never
/// from the number of threads, which is what makes results the same bits for any number of threads.
///
/// One pool serves one run: its loops are started from one thread at a time, and a loop's body
/// starts no loop on the same pool.
public final class ThreadPool: Sendable {
  /// The number of threads that work on a loop, the calling one included.
  public let threadCount: Int

  private let shared: Shared

  /// Starts the threads of a pool; with one the caller does all.
  public init(threads: Int) {
    let threadCount = max(threads, 1)
    let shared = Shared()
    self.threadCount = threadCount
    self.shared = shared
    for _ in 1..<threadCount {
      // Detached threads of our own: a queue of the system may run fewer than we ask for.
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let argument = Unmanaged.passRetained(shared).toOpaque()
      pthread_create(
        &thread, &attributes,
        { pointer in
          #if canImport(Darwin)
            let shared = Unmanaged<Shared>.fromOpaque(pointer).takeRetainedValue()
          #else
            guard let pointer else { return nil }
            let shared = Unmanaged<Shared>.fromOpaque(pointer).takeRetainedValue()
          #endif
          shared.serve()
          return nil
        }, argument)
      pthread_attr_destroy(&attributes)
    }
  }

  /// A pool without threads of its own, for the many small runs that go side by side.
  public static var inline: ThreadPool { ThreadPool(threads: 1) }

  /// The number of processors that are at work in this machine.
  public static var processorCount: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }

  deinit { shared.stop(threadCount - 1) }

  /// Calls `body` once for each index below `count`, on all threads, and returns when all are done.
  /// Items are cut from the problem and not from the number of threads. `body` is called once an
  /// index, in no order; items must not write what others read.
  @inline(__always)
  public func forEach(_ count: Int, _ body: (Int) -> Void) {
    if threadCount == 1 || count < 2 {
      for index in 0..<max(count, 0) { body(index) }
    } else {
      withoutActuallyEscaping(body) { shared.run(count, $0) }
    }
  }
}

/// What the threads of a pool look at: the loop that is open, and who is in it.
private final class Shared: Sendable {
  /// Generation of the loop times `generation`, plus `open` while items are given out, plus the
  /// number of threads inside.
  private let state = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let stopped = Atomic<Bool>(false)
  private let bell = DispatchSemaphore(value: 0)
  // Written before `state` opens a loop and read only by threads that entered it afterwards.
  nonisolated(unsafe) private var count = 0
  nonisolated(unsafe) private var body: UnsafePointer<(Int) -> Void>?

  private static let open = 1 << 16
  private static let generation = 1 << 17
  private static let inside = (1 << 16) - 1
  /// How often a waiting thread looks before it sleeps: some twenty microseconds.
  private static let patience = 4_000

  func run(_ count: Int, _ body: @escaping (Int) -> Void) {
    withUnsafePointer(to: body) { pointer in
      self.count = count
      self.body = pointer
      next.store(0, ordering: .relaxed)
      let previous = state.load(ordering: .relaxed) & ~(Self.open | Self.inside)
      state.store((previous &+ Self.generation) | Self.open, ordering: .sequentiallyConsistent)
      // Sleepers are woken one for each item beyond the first, no more.
      var wakes = sleeping.exchange(0, ordering: .sequentiallyConsistent)
      while wakes > 0 {
        bell.signal()
        wakes -= 1
      }
      work()
      // No thread enters a closed loop; those inside hold `pointer` until they leave.
      var looks = 0
      _ = state.bitwiseAnd(~Self.open, ordering: .acquiringAndReleasing)
      while state.load(ordering: .acquiring) & Self.inside != 0 {
        looks += 1
        if looks > Self.patience { sched_yield() } else { akn_pause() }
      }
      self.body = nil
    }
  }

  private func work() {
    guard let body else { return }
    let count = self.count
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body.pointee(index)
    }
  }

  func serve() {
    // No loop yet: one that was opened before this thread came up is still to be joined.
    var seen = 0
    var looks = 0
    while !stopped.load(ordering: .relaxed) {
      let now = state.load(ordering: .acquiring)
      if now & Self.open != 0, now & ~(Self.open | Self.inside) != seen {
        let entered = state.compareExchange(
          expected: now, desired: now + 1, ordering: .acquiringAndReleasing)
        guard entered.exchanged else { continue }
        seen = now & ~(Self.open | Self.inside)
        work()
        state.wrappingSubtract(1, ordering: .releasing)
        looks = 0
        continue
      }
      looks += 1
      if looks < Self.patience {
        akn_pause()
      } else {
        sleep(seen)
        looks = 0
      }
    }
  }

  /// Sleeps until a loop opens, unless one opened while falling asleep.
  private func sleep(_ seen: Int) {
    sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
    let now = state.load(ordering: .sequentiallyConsistent)
    if (now & Self.open != 0 && now & ~(Self.open | Self.inside) != seen)
      || stopped.load(ordering: .sequentiallyConsistent)
    {
      // Take our mark back; where the caller took it first, its signal is on the way.
      var marks = sleeping.load(ordering: .relaxed)
      while marks > 0 {
        let taken = sleeping.compareExchange(
          expected: marks, desired: marks - 1, ordering: .sequentiallyConsistent)
        if taken.exchanged { return }
        marks = taken.original
      }
    }
    bell.wait()
  }

  func stop(_ threads: Int) {
    stopped.store(true, ordering: .sequentiallyConsistent)
    for _ in 0..<max(threads, 0) { bell.signal() }
  }
}
