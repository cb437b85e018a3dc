internal import RunTables

/// Drawing attempts in random order until the first that passes, at most K of them: exact
/// expectations over all orders [155].
///
/// With A of N attempts passing, no pass is among the first K with probability C(N − A, K)/C(N, K), and
/// the first one found is any of the A alike. All problems with the same A and N share these numbers,
/// so that a resample of problems costs little more than counting them.
struct FirstPassCurves: Sendable {
  /// The numbers of samples K, ascending from 1.
  let samples: [Int]
  /// The share of right attempts among those that pass, by problem; 0 where none passes.
  let precisions: [Double]
  let anyPass: [Bool]
  private let groups: [Int]
  private let passCosts: [Double]
  private let failCosts: [Double]
  private let passed: [Double]
  /// `[group][K]`, as `passed`, the probability of a pass among K: the expected number of draws.
  private let drawn: [Double]
  private let groupCount: Int

  /// Sums over problems at each K.
  struct Sums: Sendable {
    var right: [Double]
    var accepted: [Double]
    var drawn: [Double]
    var costs: [Double]

    func gains(_ costs: ResamplingCosts, wrong: Double) -> [Double] {
      right.indices.map {
        costs.rewardRight * right[$0] - wrong * (accepted[$0] - right[$0]) - self.costs[$0]
      }
    }
  }

  init(_ arm: OutcomeArm, passes: [UInt8], grid: SampleGrid, costs: ResamplingCosts) {
    samples = grid.samples
    var precisions: [Double] = []
    var anyPass: [Bool] = []
    var passCosts: [Double] = []
    var failCosts: [Double] = []
    var groups: [Int] = []
    var known: [SIMD2<Int>: Int] = [:]
    var passed: [Double] = []
    var drawn: [Double] = []
    for problem in grid.problems {
      let rows = arm.rows(ofProblem: problem)
      var passing = 0
      var both = 0
      for row in rows {
        passing += Int(passes[row])
        both += Int(passes[row] & arm.correct[row])
      }
      precisions.append(passing > 0 ? Double(both) / Double(passing) : 0)
      anyPass.append(passing > 0)
      func cost(_ wanted: UInt8) -> Double {
        guard costs.perToken != 0, let tokens = arm.tokens else { return costs.perSample }
        let mean = meanPresent(tokens, rows) { passes[$0] == wanted }
        return costs.perSample + (mean.isNaN ? 0 : costs.perToken * mean)
      }
      passCosts.append(cost(1))
      failCosts.append(cost(0))
      let kind = SIMD2(rows.count, passing)
      if let group = known[kind] {
        groups.append(group)
        continue
      }
      groups.append(known.count)
      known[kind] = known.count
      var missing = 1.0
      var expected = 0.0
      var next = 0
      for k in 1...grid.largest {
        expected += missing
        missing *= Double(rows.count - passing - k + 1) / Double(rows.count - k + 1)
        // Past the last failing attempt the product would turn negative.
        missing = max(missing, 0)
        if samples[next] == k {
          passed.append(1 - missing)
          drawn.append(expected)
          next += 1
        }
      }
    }
    self.precisions = precisions
    self.anyPass = anyPass
    self.passCosts = passCosts
    self.failCosts = failCosts
    self.groups = groups
    self.passed = passed
    self.drawn = drawn
    groupCount = known.count
  }

  var problemCount: Int { groups.count }

  /// Whether more samples are worth more at every problem, however many.
  func alwaysGains(_ costs: ResamplingCosts, wrong: Double) -> Bool {
    let isFree = costs.perSample == 0 && costs.perToken == 0
    return isFree
      && precisions.indices.allSatisfy { problem in
        !anyPass[problem]
          || costs.rewardRight * precisions[problem] >= wrong * (1 - precisions[problem])
      }
  }

  func sums(_ weights: [Double]) -> Sums {
    let columns = samples.count
    var coefficients = [SIMD4<Double>](repeating: .zero, count: groupCount)
    for problem in groups.indices {
      let numbers = SIMD4(
        1, precisions[problem], failCosts[problem], passCosts[problem] - failCosts[problem])
      coefficients[groups[problem]] += weights[problem] * numbers
    }
    var sums = [SIMD4<Double>](repeating: .zero, count: columns)
    passed.withUnsafeBufferPointer { passed in
      drawn.withUnsafeBufferPointer { drawn in
        sums.withUnsafeMutableBufferPointer { sums in
          for group in 0..<groupCount {
            let here = coefficients[group]
            // Right, accepted, drawn, cost.
            let byPass = SIMD4(here.y, here.x, 0, here.w)
            let byDraw = SIMD4(0, 0, here.x, here.z)
            for column in 0..<columns {
              let index = group * columns + column
              sums[column] += passed[index] * byPass + drawn[index] * byDraw
            }
          }
        }
      }
    }
    return Sums(
      right: sums.map(\.x), accepted: sums.map(\.y), drawn: sums.map(\.z), costs: sums.map(\.w))
  }

  func sums(ofProblem problem: Int) -> Sums {
    let range = (groups[problem] * samples.count)..<((groups[problem] + 1) * samples.count)
    let (passed, drawn) = (Array(self.passed[range]), Array(self.drawn[range]))
    let difference = passCosts[problem] - failCosts[problem]
    return Sums(
      right: passed.map { $0 * precisions[problem] }, accepted: passed, drawn: drawn,
      costs: passed.indices.map { passed[$0] * difference + drawn[$0] * failCosts[problem] })
  }
}
