extension Observations {
  /// Baseline and treatment in one table with the column `arm`, 0 and 1, baseline first.
  ///
  /// Columns that only one table has are dropped; runs and schedules of the two stay apart.
  public static func pooled(baseline: Observations, treatment: Observations) -> Observations {
    var columns: [String: [Double]] = [:]
    for (name, values) in baseline.columns {
      if let others = treatment.columns[name] { columns[name] = values + others }
    }
    // Each table may know compute in its own way: a column, or 6·N·D.
    if columns["C"] == nil, let first = baseline.compute, let second = treatment.compute {
      columns["C"] = first + second
    }
    columns["arm"] =
      [Double](repeating: 0, count: baseline.count)
      + [Double](repeating: 1, count: treatment.count)
    let clusterOffset = (baseline.clusters.max() ?? -1) - (treatment.clusters.min() ?? 0) + 1
    let scheduleOffset = baseline.schedules.count
    var result = Observations(
      columns: columns, response: baseline.response + treatment.response,
      weights: baseline.weights + treatment.weights,
      clusters: baseline.clusters + treatment.clusters.map { $0 + clusterOffset },
      labels: baseline.labels.map { "baseline, \($0)" }
        + treatment.labels.map { "treatment, \($0)" },
      schedules: baseline.schedules + treatment.schedules,
      scheduleOfRow: baseline.scheduleOfRow
        + treatment.scheduleOfRow.map { $0 < 0 ? $0 : $0 + scheduleOffset })
    result.responseName = baseline.responseName
    return result
  }
}
