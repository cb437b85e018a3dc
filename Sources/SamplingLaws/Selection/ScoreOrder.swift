/// Attempts in ascending order of their scores, equal scores in one block.
///
/// A missing score (NaN) ranks below every other; −0 ties with 0.
struct ScoreOrder {
  private(set) var order: [UInt32]
  /// One past the last place of each block of equal scores.
  private(set) var blockEnds: [Int]

  init(_ scores: some Collection<Double>) {
    var keys: [UInt64] = []
    keys.reserveCapacity(scores.count)
    for score in scores { keys.append(Self.key(score)) }
    order = (0..<UInt32(keys.count)).map { $0 }
    Self.sort(&keys, carrying: &order)
    blockEnds = []
    blockEnds.reserveCapacity(keys.count)
    for place in keys.indices where place + 1 == keys.count || keys[place + 1] != keys[place] {
      blockEnds.append(place + 1)
    }
  }

  static func key(_ score: Double) -> UInt64 {
    if score.isNaN { return 0 }
    let bits = (score + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  /// Sorts keys, and what belongs to them, by their bytes from the lowest up; bytes that all keys share
  /// are passed over. Equal keys keep their order.
  static func sort(_ keys: inout [UInt64], carrying values: inout [UInt32]) {
    let count = keys.count
    if count < 48 {
      insertionSort(&keys, &values)
      return
    }
    var histograms = [UInt32](repeating: 0, count: 8 * 256)
    histograms.withUnsafeMutableBufferPointer { histograms in
      for key in keys {
        for byte in 0..<8 {
          let digit = Int(truncatingIfNeeded: key >> UInt64(8 * byte)) & 255
          histograms[256 * byte + digit] += 1
        }
      }
    }
    var otherKeys = keys
    var otherValues = values
    for byte in 0..<8 {
      let base = 256 * byte
      let first = Int(truncatingIfNeeded: keys[0] >> UInt64(8 * byte)) & 255
      if histograms[base + first] == UInt32(count) { continue }
      keys.withUnsafeBufferPointer { keys in
        values.withUnsafeBufferPointer { values in
          otherKeys.withUnsafeMutableBufferPointer { otherKeys in
            otherValues.withUnsafeMutableBufferPointer { otherValues in
              histograms.withUnsafeMutableBufferPointer { histograms in
                var sum: UInt32 = 0
                for digit in base..<(base + 256) {
                  let here = histograms[digit]
                  histograms[digit] = sum
                  sum += here
                }
                for index in 0..<count {
                  let key = keys[index]
                  let digit = base + Int(truncatingIfNeeded: key >> UInt64(8 * byte)) & 255
                  let place = Int(histograms[digit])
                  histograms[digit] += 1
                  otherKeys[place] = key
                  otherValues[place] = values[index]
                }
              }
            }
          }
        }
      }
      swap(&keys, &otherKeys)
      swap(&values, &otherValues)
    }
  }

  private static func insertionSort(_ keys: inout [UInt64], _ values: inout [UInt32]) {
    for index in keys.indices.dropFirst() {
      let key = keys[index]
      let value = values[index]
      var place = index
      while place > 0, keys[place - 1] > key {
        keys[place] = keys[place - 1]
        values[place] = values[place - 1]
        place -= 1
      }
      keys[place] = key
      values[place] = value
    }
  }

  func blockMeans(_ value: (Int) -> Double) -> [Double] {
    var means: [Double] = []
    means.reserveCapacity(blockEnds.count)
    var start = 0
    for end in blockEnds {
      var sum = 0.0
      for place in start..<end { sum += value(Int(order[place])) }
      means.append(end - start == 1 ? sum : sum / Double(end - start))
      start = end
    }
    return means
  }
}

/// The probability that all of a random n-subset of N attempts is among the i lowest, for each i.
struct SubsetLadder: Sendable {
  /// `[samples][i from 0 to N]`: C(i, n)/C(N, n).
  private let values: [Double]
  private let attempts: Int
  private let columns: Int

  init(attempts: Int, samples: [Int]) {
    self.attempts = attempts
    columns = samples.count
    var values = [Double](repeating: 0, count: samples.count * (attempts + 1))
    for (column, n) in samples.enumerated() where n <= attempts {
      let base = column * (attempts + 1)
      values[base + attempts] = 1
      for i in stride(from: attempts, to: n, by: -1) {
        values[base + i - 1] = values[base + i] * Double(i - n) / Double(i)
      }
    }
    self.values = values
  }

  subscript(column: Int, lowest: Int) -> Double { values[column * (attempts + 1) + lowest] }

  /// At each number of samples, the mean over its block of a number of the highest-scored attempt.
  func expectations(of blockMeans: [Double], blockEnds: [Int]) -> [Double] {
    values.withUnsafeBufferPointer { values in
      (0..<columns).map { column in
        let base = column * (attempts + 1)
        var below = 0.0
        var sum = 0.0
        for block in blockEnds.indices {
          let upTo = values[base + blockEnds[block]]
          sum += (upTo - below) * blockMeans[block]
          below = upTo
        }
        return sum
      }
    }
  }

  static func ladders(_ counts: [Int], samples: [Int]) -> [Int: SubsetLadder] {
    var ladders: [Int: SubsetLadder] = [:]
    for count in counts where ladders[count] == nil {
      ladders[count] = SubsetLadder(attempts: count, samples: samples)
    }
    return ladders
  }
}
