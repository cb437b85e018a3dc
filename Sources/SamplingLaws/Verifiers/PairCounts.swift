internal import Optimization
internal import Quantities
internal import RunTables

/// How often a right attempt outranks a wrong one: the area under the ROC curve is `above / pairs`.
struct PairCounts: Sendable, Hashable {
  /// Ties count as halves.
  var above: Double
  var pairs: Double

  /// The area under the curve; NaN without pairs.
  var area: Double { pairs > 0 ? above / pairs : .nan }

  init(above: Double = 0, pairs: Double = 0) {
    self.above = above
    self.pairs = pairs
  }

  init(_ ranking: ScoreOrder, isRight: (Int) -> Bool) {
    var counter = PairCounter()
    var start = 0
    for end in ranking.blockEnds {
      var right = 0
      for place in start..<end where isRight(Int(ranking.order[place])) { right += 1 }
      counter.add(right: right, wrong: end - start - right)
      start = end
    }
    self = counter.counts
  }

  /// Of attempts of all problems, in n log n: values are dealt into buckets by size, sorted side by
  /// side.
  init(pooled values: [Double], _ correct: [UInt8], rows: [Range<Int>], threads: Int) {
    var low = Double.infinity
    var high = -Double.infinity
    var count = 0
    for range in rows {
      count += range.count
      for row in range where values[row].isFinite {
        low = min(low, values[row])
        high = max(high, values[row])
      }
    }
    let buckets = min(max(count / 4096, 1), 4096)
    let scale = high > low ? Double(buckets) / (high - low) : 0
    /// Grows with the value, so that no pair of buckets interleaves.
    func bucket(_ value: Double) -> Int {
      guard value > low, scale.isFinite else { return 0 }
      return value >= high ? buckets - 1 : min(Int(saturating: (value - low) * scale), buckets - 1)
    }
    var ends = [Int](repeating: 0, count: buckets + 1)
    for range in rows { for row in range { ends[bucket(values[row]) + 1] += 1 } }
    for index in 0..<buckets { ends[index + 1] += ends[index] }
    var next = Array(ends.dropLast())
    var keys = [UInt64](repeating: 0, count: count)
    var right = [UInt32](repeating: 0, count: count)
    for range in rows {
      for row in range {
        let index = bucket(values[row])
        keys[next[index]] = ScoreOrder.key(values[row])
        right[next[index]] = UInt32(correct[row])
        next[index] += 1
      }
    }
    let (dealtKeys, dealtRight, bounds) = (keys, right, ends)
    let counters = parallelMap(count: buckets, threads: threads) { index -> PairCounter in
      var keys = Array(dealtKeys[bounds[index]..<bounds[index + 1]])
      var right = Array(dealtRight[bounds[index]..<bounds[index + 1]])
      ScoreOrder.sort(&keys, carrying: &right)
      var counter = PairCounter()
      var start = 0
      while start < keys.count {
        var end = start
        var inBlock = 0
        while end < keys.count, keys[end] == keys[start] {
          inBlock += Int(right[end])
          end += 1
        }
        counter.add(right: inBlock, wrong: end - start - inBlock)
        start = end
      }
      return counter
    }
    self = counters.reduce(PairCounter()) { $0.followed(by: $1) }.counts
  }
}

private struct PairCounter: Sendable {
  private var above = 0.0
  private var right = 0.0
  private var wrong = 0.0

  var counts: PairCounts { PairCounts(above: above, pairs: right * wrong) }

  mutating func add(right: Int, wrong: Int) {
    above += Double(right) * (self.wrong + Double(wrong) / 2)
    self.right += Double(right)
    self.wrong += Double(wrong)
  }

  /// The counter of this stretch of the order and of the next, higher one.
  func followed(by next: PairCounter) -> PairCounter {
    var joined = self
    joined.above += next.above + next.right * wrong
    joined.right += next.right
    joined.wrong += next.wrong
    return joined
  }
}
