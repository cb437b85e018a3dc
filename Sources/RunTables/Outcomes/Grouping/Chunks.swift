import Foundation
import Synchronization

/// Neighbouring groups, worked on side by side.
enum Chunks {
  static func each(
    _ groups: [OutcomeGrouping.Group], _ threads: Int, _ body: @Sendable (Range<Int>) -> Void
  ) {
    var begin = groups.first?.rows.lowerBound ?? 0
    let rows = (groups.last?.rows.upperBound ?? 0) - begin
    let size = max(rows / (threads * 16), 1 << 12)
    var bounds = [0]
    for (index, group) in groups.enumerated()
    where group.rows.upperBound - begin >= size || index + 1 == groups.count {
      bounds.append(index + 1)
      begin = group.rows.upperBound
    }
    let chunks = bounds
    parallel(chunks.count - 1, threads) { body(chunks[$0]..<chunks[$0 + 1]) }
  }

  static func each(
    _ range: Range<Int>, _ threads: Int, _ body: @Sendable (Range<Int>) -> Void
  ) {
    let size = max(range.count / (threads * 4) + 1, 1 << 14)
    let starts = Array(stride(from: range.lowerBound, to: range.upperBound, by: size))
    parallel(starts.count, threads) {
      body(starts[$0]..<min(starts[$0] + size, range.upperBound))
    }
  }

  private static func parallel(_ count: Int, _ threads: Int, _ body: @Sendable (Int) -> Void) {
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }
}
