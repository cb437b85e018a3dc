internal import RealModule

/// The numbers of an allocation, from the sums of a sample of problems.
struct AllocationCurves: Sendable {
  let grid: StrategyGrid
  /// The arm of the reference at each budget.
  let reference: [Int?]
  let tallies: PolicyTallies
  let isCrossFitted: Bool

  /// Numbers of each budget: accuracy, reference, gain, gain over the best fixed, efficiency.
  let columns = 5

  func fixedColumn(_ budget: Int, _ place: Int) -> Int {
    columns * grid.budgets.count
      + (0..<budget).reduce(0) { $0 + grid.choices($1).count } + place
  }

  func numbers(_ all: [Double]) -> [Double] {
    let splits = tallies.splits(all, crossFitted: isCrossFitted)
    let count = Double(splits.count)
    let whole = averages(all)
    var chosen: [Double] = []
    var best: [Double] = []
    for budget in grid.budgets.indices {
      let choices = grid.choices(budget)
      var sum = 0.0
      var fixed = 0.0
      for split in splits {
        sum += PolicyTallies.accuracy(
          choose: split.choose, judge: split.judge, choices: choices)
        fixed += PolicyTallies.accuracy(
          choose: split.choose, judge: split.judge, choices: choices, byBin: false)
      }
      chosen.append(sum / count)
      best.append(fixed / count)
    }
    let referenceCurve = reference.map { $0.map { whole[$0] } ?? .nan }
    var result: [Double] = []
    for budget in grid.budgets.indices {
      result += [
        chosen[budget], referenceCurve[budget], chosen[budget] - referenceCurve[budget],
        chosen[budget] - best[budget],
        Self.budget(reaching: chosen[budget], grid.budgets, referenceCurve) / grid.budgets[budget],
      ]
    }
    for budget in grid.budgets.indices { result += grid.choices(budget).map { whole[$0] } }
    return result
  }

  /// The accuracy of each arm over all problems, averaged over variants.
  private func averages(_ all: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: tallies.arms)
    for variant in 0..<tallies.variants {
      let bins = tallies.sums(all, variant: variant, parts: Array(0..<PolicyTallies.parts))
      let count = bins.reduce(0) { $0 + $1[0] }
      for arm in result.indices {
        result[arm] +=
          bins.reduce(0) { $0 + $1[arm + 1] } / count / Double(tallies.variants)
      }
    }
    return result
  }

  /// The budget at which a curve first reaches an accuracy, log-interpolated; infinite for none.
  static func budget(reaching accuracy: Double, _ budgets: [Double], _ curve: [Double]) -> Double {
    var last: (budget: Double, accuracy: Double)?
    for (budget, value) in zip(budgets, curve) where !value.isNaN {
      if value >= accuracy {
        guard let last else { return budget }
        let share = (accuracy - last.accuracy) / (value - last.accuracy)
        return last.budget * Double.exp(share * Double.log(budget / last.budget))
      }
      // A curve that falls back is passed at its highest point so far.
      if last.map({ value > $0.accuracy }) ?? true { last = (budget, value) }
    }
    return .infinity
  }

  func choices(_ all: [Double], budget: Int, names: [String], bins: [String])
    -> [AllocationByDifficulty.Choice]
  {
    let choices = grid.choices(budget)
    let whole = tallies.sums(all, variant: 0, parts: Array(0..<PolicyTallies.parts))
    let splits = tallies.splits(all, crossFitted: isCrossFitted)
    return whole.indices.map { bin in
      let best = PolicyTallies.best(whole[bin], choices)
      let agreeing = splits.count { PolicyTallies.best($0.choose[bin], choices) == best }
      return AllocationByDifficulty.Choice(
        bin: bins[bin], problems: tallies.sizes[bin], strategy: names[choices[best]],
        agreement: Double(agreeing) / Double(splits.count),
        accuracies: choices.map { whole[bin][$0 + 1] / whole[bin][0] })
    }
  }
}
