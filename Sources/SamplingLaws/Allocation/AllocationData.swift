internal import Foundation
internal import Optimization
internal import RunTables
internal import Statistics

/// Accuracies by problem and arm, and the bins of difficulty, without any attempt in both.
struct AllocationData: Sendable {
  let labels: [String]
  /// `[variant][problem][arm]`.
  let accuracies: [[[Double]]]
  /// `[variant][problem]`.
  let bins: [[Int]]
  /// What each bin is called, from the hardest; strata in the order of their names.
  let binNames: [String]
  let warnings: [String]

  /// `baselineIsCompared` is the place of the baseline among the arms, nil for another; with
  /// `crossFitted` its attempts are split between difficulty and judgement.
  init(
    _ arms: [AllocationArm], baseline: OutcomeArm, baselineIsCompared: Int?, bins: DifficultyBins,
    crossFitted: Bool, seed: UInt64, threads: Int
  ) throws(PlanningError) {
    for arm in arms.map(\.arm) + [baseline] {
      try PlanningError.require(
        arm.steps == nil, "Allocation needs one row an attempt, not one a step.")
    }
    if bins.measure == .score, baseline.scores == nil { throw .missingColumn("score") }
    if bins.measure == .stratum, baseline.strata == nil { throw .missingColumn("stratum") }
    try PlanningError.require(bins.count >= 1, "There must be a bin of difficulty.")
    let aligned = try ProblemAlignment(arms.map(\.arm.problems) + [baseline.problems])
    // A stratum is known before any attempt, so that no attempt has to be kept apart for it.
    let isSplit = crossFitted && baselineIsCompared != nil && bins.measure != .stratum
    let variants = isSplit ? 2 : 1
    let measure = bins.measure
    struct Row: Sendable {
      var accuracies: [Double]
      var difficulty: [Double]
      var judged: [Double]
    }
    let rows = parallelMap(count: aligned.labels.count, threads: threads) { problem -> Row in
      let accuracies = arms.indices.map { index in
        let arm = arms[index].arm
        return CellMeans(arm, rows: arm.rows(ofProblem: aligned.places[index][problem])).accuracy
      }
      let attempts = baseline.rows(ofProblem: aligned.places[arms.count][problem])
      func mean(_ parity: Int?, _ value: (Int) -> Double) -> Double {
        var total = 0.0
        var count = 0
        for row in attempts where parity.map({ (row - attempts.lowerBound) % 2 == $0 }) ?? true {
          let here = value(row)
          if here.isNaN { continue }
          total += here
          count += 1
        }
        return count > 0 ? total / Double(count) : .nan
      }
      func difficulty(_ row: Int) -> Double {
        switch measure {
        case .score: baseline.scores?[row] ?? .nan
        case .passRate: Double(baseline.correct[row])
        case .stratum: 0
        }
      }
      return Row(
        accuracies: accuracies,
        difficulty: isSplit ? [mean(0, difficulty), mean(1, difficulty)] : [mean(nil, difficulty)],
        judged: isSplit
          ? [1, 0].map { mean($0) { Double(baseline.correct[$0]) } } : [])
    }
    let kept = rows.indices.filter { index in
      !(rows[index].accuracies + rows[index].difficulty + rows[index].judged).contains(
        where: \.isNaN)
    }
    if kept.count < 2 {
      throw .tooFew(
        isSplit
          ? "Difficulty cannot be told: the baseline has one attempt a problem, which may not both tell "
            + "difficulty and be judged. A column stratum, or repeated attempts of the baseline, would do."
          : "Fewer than two problems have attempts in every arm.")
    }
    labels = kept.map { aligned.labels[$0] }
    accuracies = (0..<variants).map { variant in
      kept.map { index in
        var values = rows[index].accuracies
        if isSplit, let place = baselineIsCompared { values[place] = rows[index].judged[variant] }
        return values
      }
    }
    if measure == .stratum, let strata = baseline.strata {
      let own = kept.map { strata[aligned.places[arms.count][$0]] }
      let names = Set(own).sorted { $0.compare($1, options: .numeric) == .orderedAscending }
      self.bins = [own.map { names.firstIndex(of: $0) ?? 0 }]
      binNames = names.map { $0.isEmpty ? "no stratum" : $0 }
    } else {
      var random = SplittableRandom(seed: seed).split(-2)
      let ties = kept.map { _ in random.next() }
      self.bins = (0..<variants).map { variant in
        bins.bins(kept.map { rows[$0].difficulty[variant] }, ties: ties)
      }
      binNames = (0..<bins.count).map { bins.name($0) }
    }
    var warnings = aligned.warnings
    let unusable = rows.count - kept.count
    if unusable > 0 {
      warnings.append(
        "\(unusable) problems lack attempts in some arm, or have too few to split; left out.")
    }
    if !crossFitted {
      warnings.append(
        "Strategies are chosen and judged on the same problems: the gain is inflated.")
    }
    self.warnings = warnings
  }
}

extension PolicyTallies {
  init(_ data: AllocationData, seed: UInt64) {
    self.init(
      accuracies: data.accuracies, binsOfProblems: data.bins, bins: data.binNames.count, seed: seed)
  }
}
