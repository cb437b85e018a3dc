internal import Optimization
internal import RealModule
internal import RunTables

/// Steps grouped by what a model of them sees: position, share of earlier errors, problem or attempt.
struct StepHistories: Sendable {
  /// Steps that share position and history, side by side in a group.
  struct Cell: Sendable {
    /// From 1.
    var step: Int32
    /// Earlier errors over earlier steps; 0 at the first step.
    var errorShare: Double
    var count: Double
    var right: Double
  }

  let groups: [[Cell]]
  /// The groups of each cluster.
  let clusters: [Range<Int>]
  let rows: Int
  let attempts: Int
  /// Each how many-th attempt is used.
  let stride: Int

  /// Each problem has an effect, or each attempt; about `rowLimit` steps are used at most.
  init(
    _ runs: StepRuns, _ arm: OutcomeArm, byAttempt: Bool, rowLimit: Int, threads: Int
  ) {
    let steps = arm.steps ?? []
    let every = max((arm.attemptCount + rowLimit - 1) / max(rowLimit, 1), 1)
    stride = every
    let byProblem = runs.byProblem
    var before = [0]
    for runs in byProblem { before.append(before[before.count - 1] + runs.count) }
    let counted = before
    let parts = parallelMap(count: byProblem.count, threads: threads) {
      problem -> ([[Cell]], Int) in
      let count = byProblem[problem].count
      let first = (every - counted[problem] % every) % every
      let chosen = Swift.stride(from: first, to: count, by: every)
      return steps.withUnsafeBufferPointer { steps in
        arm.correct.withUnsafeBufferPointer { correct in
          var groups: [[Cell]] = []
          var keys: [UInt64] = []
          for index in chosen {
            var errors: UInt64 = 0
            let rows = byProblem[problem][index].rows
            for row in rows {
              let right = UInt64(correct[row])
              let seen = UInt64(row - rows.lowerBound)
              keys.append(UInt64(steps[row] + 1) << 43 | seen << 22 | errors << 1 | right)
              errors += 1 - right
            }
            if byAttempt {
              groups.append(Self.cells(&keys))
              keys.removeAll(keepingCapacity: true)
            }
          }
          if !byAttempt, !keys.isEmpty { groups.append(Self.cells(&keys)) }
          return (groups, max(count - first + every - 1, 0) / every)
        }
      }
    }
    var groups: [[Cell]] = []
    var clusters: [Range<Int>] = []
    var attempts = 0
    for (part, used) in parts {
      attempts += used
      if part.isEmpty { continue }
      clusters.append(groups.count..<groups.count + part.count)
      groups += part
    }
    self.groups = groups
    self.clusters = clusters
    rows = Int(groups.lazy.joined().reduce(0) { $0 + $1.count })
    self.attempts = attempts
  }

  private static func cells(_ keys: inout [UInt64]) -> [Cell] {
    keys.sort()
    var cells: [Cell] = []
    var last: UInt64 = .max
    for key in keys {
      if key >> 1 != last {
        last = key >> 1
        let seen = Double(key >> 22 & 0x1F_FFFF)
        cells.append(
          Cell(
            step: Int32(key >> 43),
            errorShare: seen > 0 ? Double(key >> 1 & 0x1F_FFFF) / seen : 0, count: 0, right: 0))
      }
      cells[cells.count - 1].count += 1
      cells[cells.count - 1].right += Double(key & 1)
    }
    return cells
  }
}

/// Piecewise linear functions of position with knots evenly spaced in its logarithm.
struct PositionBasis: Sendable {
  /// The number of functions, the constant one included.
  let count: Int
  private let knots: [Double]
  private let lastStep: Double

  /// `most` knots at the most; none makes the course a straight line.
  init(lastStep: Int, knots most: Int) {
    self.lastStep = Double(max(lastStep, 2))
    let inner = min(most, max(lastStep - 2, 0))
    if inner == lastStep - 2 {
      knots = (0..<inner).map { Double($0 + 2) }
    } else {
      // From the second step to three quarters of the way; rounding may not make two alike.
      var places: [Double] = []
      let ratio = 0.375 * Double(lastStep)
      for index in 0..<inner {
        let place = 2 * Double.pow(ratio, Double(index) / Double(max(inner - 1, 1)))
        if place > (places.last ?? 1) + 0.5 { places.append(place) }
      }
      knots = places
    }
    count = lastStep > 1 ? knots.count + 2 : 1
  }

  /// The functions at a position from 1: constant, straight, and bent at each knot.
  func values(_ step: Int) -> [Double] {
    guard count > 1 else { return [1] }
    let scale = lastStep - 1
    return [1, (Double(step) - 1) / scale] + knots.map { max(Double(step) - $0, 0) / scale }
  }
}
