internal import Quantities
internal import RunTables

struct CascadeReplay: Sendable {
  private var matrix = ProblemMatrix(columnCount: 6)
  private let targetCost: Double

  /// A draft is handed over where its score, of which larger is worse, exceeds the threshold.
  init(
    _ arm: OutcomeArm, scores: [Double], threshold: Double, judged: [Int], target: OutcomeArm,
    draftCost: Double, targetCost: Double
  ) throws(PlanningError) {
    let places = Dictionary(
      zip(target.problems, target.problems.indices), uniquingKeysWith: { first, _ in first })
    var targetTokens = (total: 0.0, count: 0.0)
    for problem in judged.sorted() {
      guard let place = places[arm.problems[problem]] else { continue }
      let means = CellMeans(target, rows: target.rows(ofProblem: place))
      if means.accuracy.isNaN { continue }
      let counts = Self.attempts(arm, scores, threshold, arm.rows(ofProblem: problem))
      guard counts.attempts > 0 else { continue }
      if !means.tokens.isNaN {
        targetTokens.total += means.tokens
        targetTokens.count += 1
      }
      let handed = counts.handed / counts.attempts
      matrix.append([
        handed, counts.right / counts.attempts, means.accuracy,
        counts.rightKept / counts.attempts + handed * means.accuracy,
        (1 - handed) * counts.right / counts.attempts + handed * means.accuracy,
        counts.tokens / counts.attempts,
      ])
    }
    if matrix.problemCount == 0 { throw .noCommonProblem }
    self.targetCost =
      targetCost * (targetTokens.count > 0 ? targetTokens.total / targetTokens.count : 1)
    self.draftCost = draftCost
  }

  private let draftCost: Double

  private struct Counts {
    var attempts = 0.0
    var handed = 0.0
    var right = 0.0
    var rightKept = 0.0
    /// Tokens, or attempts in a table without.
    var tokens = 0.0
  }

  /// Rows of one attempt stand together; its last row says whether it is right.
  private static func attempts(
    _ arm: OutcomeArm, _ scores: [Double], _ threshold: Double, _ rows: Range<Int>
  ) -> Counts {
    var counts = Counts()
    var isHanded = false
    for row in rows {
      if scores[row] > threshold { isHanded = true }
      let tokens = arm.tokens.map { Double($0[row]) } ?? .nan
      if !tokens.isNaN { counts.tokens += tokens }
      let isLast =
        row + 1 == rows.upperBound
        || (arm.attemptNumbers.map { $0[row + 1] != $0[row] } ?? true)
      guard isLast else { continue }
      let right = Double(arm.correct[row])
      counts.attempts += 1
      counts.right += right
      if isHanded { counts.handed += 1 } else { counts.rightKept += right }
      isHanded = false
    }
    if arm.tokens == nil { counts.tokens = counts.attempts }
    return counts
  }

  func cascade(_ bootstrap: ProblemBootstrap) -> ConformalReport.Cascade {
    let centres = matrix.means
    let draws = bootstrap.resampledMeans(of: matrix)
    func estimated(_ value: ([Double]) -> Double) -> Estimated {
      bootstrap.interval(
        around: value(centres), draws: draws.map(value), problems: matrix.problemCount)
    }
    return ConformalReport.Cascade(
      problems: matrix.problemCount, handedOver: estimated { $0[0] },
      draftAccuracy: estimated { $0[1] }, targetAccuracy: estimated { $0[2] },
      accuracy: estimated { $0[3] }, randomAccuracy: estimated { $0[4] },
      gainOverRandom: estimated { $0[3] - ($0[1] + $0[0] * ($0[2] - $0[1])) },
      cost: estimated { draftCost * $0[5] + targetCost * $0[0] }, targetCost: targetCost)
  }
}
