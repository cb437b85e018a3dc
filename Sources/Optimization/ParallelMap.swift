internal import Dispatch
internal import Synchronization

/// Maps indices to values on several threads, with a result that no thread count can change: each
/// index is computed by one call of `transform`, and results are stored by index.
public func parallelMap<Value: Sendable>(
  count: Int, threads: Int, _ transform: @Sendable (Int) -> Value
) -> [Value] {
  let workers = min(max(threads, 1), count)
  guard workers > 1 else { return (0..<count).map(transform) }
  let next = Atomic<Int>(0)
  return [Value](unsafeUninitializedCapacity: count) { buffer, initializedCount in
    // Every slot is written exactly once, by the worker that drew its index from `next`.
    nonisolated(unsafe) let slots = buffer.baseAddress
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        (slots.unsafelyUnwrapped + index).initialize(to: transform(index))
      }
    }
    initializedCount = count
  }
}
