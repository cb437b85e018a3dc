/// The mixture of lowest predicted loss with every share inside a range.
///
/// Shares are exchanged between two domains at a time, from the one whose share costs most to the
/// one whose share saves most, until no pair gains: for the convex forms that is the optimum.
public struct MixtureOptimum: Sendable {
  /// The allowed shares, one range a domain.
  public let ranges: [ClosedRange<Double>]
  private let limit = 4000

  /// Creates a search; nil where no mixture inside the ranges adds up to 1.
  public init?(within ranges: [ClosedRange<Double>]) {
    self.ranges = ranges.map { range in
      let low = min(max(range.lowerBound, 0), 1)
      return low...max(low, min(range.upperBound, 1))
    }
    guard self.ranges.reduce(0, { $0 + $1.lowerBound }) <= 1 + 1e-9,
      self.ranges.reduce(0, { $0 + $1.upperBound }) >= 1 - 1e-6
    else { return nil }
  }

  /// The nearest mixture that adds up to 1 inside the ranges: what exceeds them is spread over the
  /// room that the others have.
  public func repaired(_ shares: [Double]) -> [Double] {
    var result = zip(shares, ranges).map { min(max($0, $1.lowerBound), $1.upperBound) }
    for _ in 0..<64 {
      let excess = result.reduce(0, +) - 1
      guard abs(excess) > 1e-14 else { break }
      let room = zip(result, ranges).map {
        excess > 0 ? $0 - $1.lowerBound : $1.upperBound - $0
      }
      let total = room.reduce(0, +)
      guard total > 0 else { break }
      let part = min(abs(excess) / total, 1)
      for j in result.indices { result[j] += (excess > 0 ? -1 : 1) * part * room[j] }
    }
    return result
  }

  /// The optimum from several mixtures beside the middle of the ranges.
  public func minimize(_ objective: MixtureObjective, from starts: [[Double]] = []) -> [Double] {
    minimize(from: starts) { objective($0) }
  }

  /// The optimum of any function of the shares, its value and derivatives up to a constant in
  /// common, from several starts.
  public func minimize(
    from starts: [[Double]], _ objective: ([Double]) -> (value: Double, slopes: [Double])
  ) -> [Double] {
    let middle = repaired(ranges.map { ($0.lowerBound + $0.upperBound) / 2 })
    let even = repaired(ranges.map { _ in 1 / Double(ranges.count) })
    var best = middle
    var least = Double.infinity
    for start in starts.map(repaired) + [middle, even] {
      let found = descend(objective, from: start)
      let loss = objective(found).value
      if loss < least - 1e-13 * abs(least) || !least.isFinite { (best, least) = (found, loss) }
    }
    return best
  }

  func descend(
    _ objective: ([Double]) -> (value: Double, slopes: [Double]), from start: [Double]
  ) -> [Double] {
    var shares = start
    var (value, slopes) = objective(shares)
    let tolerance = 1e-7 * max(abs(value), 1e-300)
    for _ in 0..<limit {
      var (giver, taker) = (-1, -1)
      for j in shares.indices {
        if shares[j] > ranges[j].lowerBound + 1e-12, giver < 0 || slopes[j] > slopes[giver] {
          giver = j
        }
        if shares[j] < ranges[j].upperBound - 1e-12, taker < 0 || slopes[j] < slopes[taker] {
          taker = j
        }
      }
      guard giver >= 0, taker >= 0, slopes[giver] - slopes[taker] > tolerance else { break }
      let room = min(
        shares[giver] - ranges[giver].lowerBound, ranges[taker].upperBound - shares[taker])
      func moved(_ amount: Double) -> [Double] {
        var result = shares
        result[giver] -= amount
        result[taker] += amount
        return result
      }
      // The slope along the exchange changes sign at the best amount.
      var (low, high) = (0.0, room)
      let end = objective(moved(room))
      if end.slopes[giver] - end.slopes[taker] >= 0 {
        low = room
      } else {
        for _ in 0..<40 where high - low > 1e-10 {
          let middle = (low + high) / 2
          let there = objective(moved(middle)).slopes
          if there[giver] - there[taker] > 0 { low = middle } else { high = middle }
        }
      }
      let next = moved(low)
      let reached = objective(next)
      guard reached.value <= value, low > 1e-12 else { break }
      let gain = value - reached.value
      (shares, value, slopes) = (next, reached.value, reached.slopes)
      if gain < 1e-13 * abs(value), low < 1e-7 { break }
    }
    return shares
  }
}
