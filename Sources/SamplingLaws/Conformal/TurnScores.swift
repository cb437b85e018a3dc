internal import Optimization
internal import Quantities
internal import RunTables
internal import Statistics

/// Scores by turn, of problems that calibrate and of problems that are judged; larger is worse.
struct TurnScores: Sendable {
  let calibrating: [Int]
  /// In a random order.
  let judged: [Int]
  private let turns: [Turn]

  /// Calibrating problems, then judged ones; missing scores are left out.
  private struct Turn: Sendable {
    var values: [Double] = []
    /// Where the scores of each problem begin, and where the last one's end.
    var starts = [0]
  }

  init(
    _ arm: OutcomeArm, scores: [Double], calibrationShare: Double, seed: UInt64
  ) {
    var random = SplittableRandom(seed: seed).split(-3)
    var order = Array(0..<arm.problemCount)
    for index in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(index, random.nextIndex(below: index + 1))
    }
    let count = Int(saturating: (calibrationShare * Double(order.count)).rounded())
    calibrating = Array(order.prefix(count))
    // File order may be one of difficulty, which batches must not see.
    judged = Array(order.dropFirst(count))
    var turns = [Turn](repeating: Turn(), count: Int(arm.rounds?.max() ?? 0) + 1)
    for problem in order {
      for row in arm.rows(ofProblem: problem) where !scores[row].isNaN {
        turns[Int(arm.rounds?[row] ?? 0)].values.append(scores[row])
      }
      for turn in turns.indices { turns[turn].starts.append(turns[turn].values.count) }
    }
    self.turns = turns
  }

  func calibration(turn: Int) -> [Double] {
    Array(turns[turn].values[..<turns[turn].starts[calibrating.count]])
  }

  private struct Rate {
    var rows = 0
    var value = 0.0
    var variance = 0.0
    var problems = 0
  }

  private func rate(_ turn: Turn, _ problems: Range<Int>, above threshold: Double) -> Rate {
    var (rows, above, count) = (0, 0, 0)
    var (squares, products, rowSquares) = (0.0, 0.0, 0.0)
    turn.values.withUnsafeBufferPointer { values in
      for problem in problems {
        let range = turn.starts[problem]..<turn.starts[problem + 1]
        if range.isEmpty { continue }
        var over = 0
        for index in range where values[index] > threshold { over += 1 }
        let (a, b) = (Double(over), Double(range.count))
        rows += range.count
        above += over
        squares += a * a
        products += a * b
        rowSquares += b * b
        count += 1
      }
    }
    guard rows > 0 else { return Rate() }
    let (value, size) = (Double(above) / Double(rows), Double(rows))
    let spread = squares - 2 * value * products + value * value * rowSquares
    let correction = count > 1 ? Double(count) / Double(count - 1) : .nan
    return Rate(
      rows: rows, value: value, variance: max(spread, 0) / (size * size) * correction,
      problems: count)
  }

  /// The rates of each turn; intervals allow for the chance in the threshold as well.
  func rates(_ first: ConformalRejection, alpha: Double, level: Double, threads: Int)
    throws(PlanningError) -> [ConformalReport.Turn]
  {
    let calibrationRange = 0..<calibrating.count
    let judgedRange = calibrating.count..<calibrating.count + judged.count
    let atFirst = rate(turns[0], calibrationRange, above: first.threshold)
    let found = parallelMap(count: turns.count, threads: threads) { index in
      let turn = turns[index]
      let here = rate(turn, judgedRange, above: first.threshold)
      // The rate was checked when the first rule was made.
      guard here.rows > 0,
        let own = try? ConformalRejection(calibration: calibration(turn: index), alpha: alpha)
      else { return ConformalReport.Turn?.none }
      let estimate = Self.interval(here, atFirst, level)
      return ConformalReport.Turn(
        turn: index, rows: here.rows, rate: estimate,
        recalibratedRate: Self.interval(
          rate(turn, judgedRange, above: own.threshold),
          rate(turn, calibrationRange, above: own.threshold), level),
        onlineRate: online(turn, alpha: alpha),
        hasDrifted: estimate.low > first.rate || estimate.high < first.rate)
    }
    return found.compactMap { $0 }
  }

  private static func interval(_ judged: Rate, _ calibration: Rate, _ level: Double) -> Estimated {
    let degrees = Double(min(judged.problems, calibration.problems) - 1)
    guard degrees >= 1 else { return Estimated(value: judged.value) }
    let half =
      StudentT(degreesOfFreedom: degrees).quantile((1 + level) / 2)
      * (judged.variance + calibration.variance).squareRoot()
    return Estimated(
      value: judged.value, low: max(judged.value - half, 0), high: min(judged.value + half, 1))
  }

  /// The rate where each batch of problems is judged by all scores of the turn before it; batches double.
  private func online(_ turn: Turn, alpha: Double) -> Double {
    var known = calibrating.count
    let total = calibrating.count + judged.count
    var (rows, above) = (0, 0)
    while known < total {
      let next = min(2 * known, total)
      let before = Array(turn.values[..<turn.starts[known]])
      if let rule = try? ConformalRejection(calibration: before, alpha: alpha) {
        let fresh = turn.values[turn.starts[known]..<turn.starts[next]]
        rows += fresh.count
        above += fresh.count { rule.handsOver($0) }
      }
      known = next
    }
    return rows > 0 ? Double(above) / Double(rows) : .nan
  }
}
