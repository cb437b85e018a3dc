internal import Statistics

/// An order does not depend on how far it is followed: selectors with one seed see the same
/// attempts.
struct RandomOrders {
  private let random: SplittableRandom
  private let attempts: Int

  init(attempts: Int, problem: Int, seed: UInt64) {
    self.attempts = attempts
    random = SplittableRandom(seed: seed).split(problem)
  }

  /// Writes a draw's first `depth` attempts to the front of `order`, which holds each once.
  func shuffle(_ order: inout [Int32], draw: Int, depth: Int) {
    var random = random.split(draw)
    order.withUnsafeMutableBufferPointer { order in
      for index in 0..<attempts { order[index] = Int32(truncatingIfNeeded: index) }
      for index in 0..<min(depth, attempts - 1) {
        order.swapAt(index, index + random.nextIndex(below: attempts - index))
      }
    }
  }
}

struct DrawSums {
  private(set) var sums: [Double]
  private(set) var squares: [Double]
  private let draws: Int

  init(columns: Int, draws: Int) {
    sums = [Double](repeating: 0, count: columns)
    squares = sums
    self.draws = draws
  }

  mutating func add(_ value: Double, column: Int) {
    sums[column] += value
    squares[column] += value * value
  }

  var means: [Double] { sums.map { $0 / Double(draws) } }

  var variances: [Double] {
    guard draws > 1 else { return sums.map { _ in .nan } }
    return sums.indices.map { column in
      let mean = sums[column] / Double(draws)
      return max(squares[column] / Double(draws) - mean * mean, 0) / Double(draws - 1)
    }
  }
}
