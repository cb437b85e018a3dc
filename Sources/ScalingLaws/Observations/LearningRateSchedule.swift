/// A learning-rate schedule, reduced to what laws of the training curve integrate over.
public struct LearningRateSchedule: Sendable, Hashable {
  /// The learning rate at every step, from step 0.
  public var rates: [Double]
  /// The schedule cut into stretches of nearly equal fall: a quick, coarse view of it, right to
  /// about 10⁻⁴ of a loss. ``segments(at:)`` is right to 10⁻⁷.
  public var segments: [ScheduleSegment]

  /// Creates a schedule from the rate of every step, from step 0; a long decay is cut into at most
  /// `segmentLimit` stretches of equal fall.
  public init(rates: [Double], segmentLimit: Int = 256) {
    self.rates = rates
    segments = Self.cut(rates, limit: segmentLimit)
  }

  private static func cut(_ rates: [Double], limit: Int) -> [ScheduleSegment] {
    guard rates.count > 1 else { return [] }
    var total = 0.0
    for step in 1..<rates.count { total += abs(rates[step] - rates[step - 1]) }
    guard total > 0 else { return [] }
    let quantum = total / Double(limit)
    var result: [ScheduleSegment] = []
    var area = rates[0]
    var drop = 0.0
    var weightedArea = 0.0
    var weightedRate = 0.0
    for step in 1..<rates.count {
      let change = rates[step - 1] - rates[step]
      if drop != 0, change != 0, (change < 0) != (drop < 0) || abs(drop) >= quantum {
        result.append(
          ScheduleSegment(
            drop: drop, rate: weightedRate / drop, areaBefore: weightedArea / drop))
        drop = 0
        weightedArea = 0
        weightedRate = 0
      }
      drop += change
      weightedArea += change * area
      weightedRate += change * rates[step]
      area += rates[step]
    }
    if drop != 0 {
      result.append(
        ScheduleSegment(drop: drop, rate: weightedRate / drop, areaBefore: weightedArea / drop))
    }
    return result
  }

  /// The running sum of rates: element s is the sum over steps 0…s.
  public var cumulativeArea: [Double] {
    var area = 0.0
    return rates.map {
      area += $0
      return area
    }
  }

  /// The annealing momentum sum S2 of the learning-rate annealing law [30] at every step.
  ///
  /// m(s) = λ·m(s−1) + η(s−1) − η(s), m(0) = 0, and S2(s) is the sum of m up to s.
  public func annealingArea(decay: Double) -> [Double] {
    var momentum = 0.0
    var sum = 0.0
    return rates.indices.map { step in
      if step > 0 { momentum = decay * momentum + rates[step - 1] - rates[step] }
      sum += momentum
      return sum
    }
  }
}
