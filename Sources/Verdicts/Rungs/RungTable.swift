internal import Foundation
internal import Quantities
internal import Statistics

/// Both arms rung by rung, without any law.
struct RungTable {
  let runs: ComparedRuns
  /// Pairs brought to equal training FLOPs; nil where the baseline has no curve.
  let compute: AxisBuilder?
  let level: Double

  /// One row for each rung and branch that any arm has, smallest first.
  var rows: [RungVerdict] {
    let places = Set(runs.baseline.keys).union(runs.treatment.keys)
      .map { ComparedRuns.Place(rung: $0.rung, branch: $0.branch, seed: 0) }
    return Set(places).sorted().map(row)
  }

  private func row(_ place: ComparedRuns.Place) -> RungVerdict {
    func members(_ table: [ComparedRuns.Place: StudyRow]) -> [StudyRow] {
      table.keys.sorted().filter { $0.rung == place.rung && $0.branch == place.branch }
        .compactMap { table[$0] }
    }
    let (first, second) = (members(runs.baseline), members(runs.treatment))
    let pairs = runs.pairs.filter {
      $0.baseline.rung == place.rung && $0.baseline.branch == place.branch
    }
    let size = first.first?.size ?? second.first?.size ?? ""
    var result = RungVerdict(
      rung: place.rung, branch: place.branch, size: size, baseline: Self.side(first),
      treatment: Self.side(second), pairs: pairs.count, difference: IntervalEstimate(.nan),
      differencePercent: IntervalEstimate(.nan), percentAtEqualCompute: IntervalEstimate(.nan),
      noise: .none)
    guard !pairs.isEmpty else { return result }
    let ratio = PairedMean(pairs.map(\.logRatio), borrowing: compute?.ratio)
    result.noise = ratio.noise
    let nats = pairs.map { exp($0.logLosses.treatment) - exp($0.logLosses.baseline) }
    if pairs.count > 1 {
      result.difference = PairedMean(nats, borrowing: nil).interval(level)
    } else {
      // One pair: the scatter of log-loss, in nats at the baseline's loss.
      let loss = exp(pairs[0].logLosses.baseline)
      result.difference = ratio.interval(level).mapped { loss * expm1($0) }
    }
    result.differencePercent = ratio.interval(level).mapped { 100 * expm1($0) }
    let equal = (compute?.points ?? []).filter {
      $0.pair.baseline.rung == place.rung && $0.pair.baseline.branch == place.branch
    }
    if !equal.isEmpty {
      let moved = PairedMean(equal.map(\.difference), borrowing: compute?.ratio)
      result.percentAtEqualCompute = moved.interval(level).mapped { 100 * expm1($0) }
    }
    return result
  }

  /// What one arm did.
  private static func side(_ rows: [StudyRow]) -> RungVerdict.Side {
    let finished = rows.filter { $0.finishedLoss != nil }
    let losses = finished.compactMap(\.finishedLoss)
    func average(_ values: [Double]) -> Double { values.isEmpty ? 0 : mean(values) }
    func means(_ tables: [[String: Double]]) -> [String: Double] {
      var result: [String: Double] = [:]
      for name in Set(tables.flatMap(\.keys)) {
        let values = tables.compactMap { $0[name] }.filter(\.isFinite)
        if !values.isEmpty { result[name] = mean(values) }
      }
      return result
    }
    let speeds = finished.compactMap { $0.outcome?.tokensPerSecond }.filter { $0 > 0 }
    return RungVerdict.Side(
      runs: finished.count, loss: losses.isEmpty ? nil : mean(losses),
      spread: losses.count > 1 ? standardDeviation(losses) : nil,
      diverged: rows.count { $0.outcome?.status == .diverged },
      failed: rows.count { $0.outcome?.status == .failed },
      trainingOperations: average(rows.map(\.compute)),
      trainingOperationsPerToken: average(rows.map(\.costs.trainingOperationsPerToken)),
      tokens: average(rows.map { Double($0.tokens) }),
      parameters: average(rows.map { Double($0.costs.parameters) }),
      activeParameters: average(rows.map(\.activeCount)),
      stateBytes: average(rows.map { Double($0.costs.stateBytes) }),
      tokensPerSecond: speeds.isEmpty ? nil : mean(speeds),
      learningRates: Set(rows.map(\.learningRate)).sorted(),
      diagnostics: means(finished.compactMap { $0.outcome?.diagnostics }),
      metrics: means(finished.compactMap { $0.outcome?.metrics }))
  }
}
