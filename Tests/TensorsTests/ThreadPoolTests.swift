import Synchronization
import Tensors
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyItemRunsOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 2, 7, 100] {
      for _ in 0..<200 {
        let sum = Atomic<Int>(0)
        let calls = Atomic<Int>(0)
        pool.forEach(count) { index in
          sum.wrappingAdd(index, ordering: .relaxed)
          calls.wrappingAdd(1, ordering: .relaxed)
        }
        #expect(calls.load(ordering: .relaxed) == count)
        #expect(sum.load(ordering: .relaxed) == count * (count - 1) / 2)
      }
    }
  }

  /// A loop that opens before the other threads have come up waits for one of them here.
  @Test(arguments: 0..<20)
  func theFirstLoopIsSharedToo(round: Int) {
    let pool = ThreadPool(threads: 2)
    let together = Atomic<Int>(0)
    let met = Atomic<Int>(0)
    let clock = ContinuousClock()
    pool.forEach(2) { _ in
      together.wrappingAdd(1, ordering: .relaxed)
      let start = clock.now
      while together.load(ordering: .relaxed) < 2, clock.now - start < .seconds(20) {}
      if together.load(ordering: .relaxed) == 2 { met.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(met.load(ordering: .relaxed) == 2)
  }

  @Test func aPoolThatSleptWakesUp() async throws {
    let pool = ThreadPool(threads: 2)
    for _ in 0..<3 {
      try await Task.sleep(for: .milliseconds(5))
      let calls = Atomic<Int>(0)
      pool.forEach(1_000) { _ in calls.wrappingAdd(1, ordering: .relaxed) }
      #expect(calls.load(ordering: .relaxed) == 1_000)
    }
  }
}
