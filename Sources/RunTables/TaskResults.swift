import OrderedCollections

extension RunTable {
  /// The table with the scores of lm-evaluation-harness as `metric.TASK` and `stderr.TASK`.
  ///
  /// Its results name a score `acc,none` (the metric and the filter), in a record of the task under
  /// `results`. Of several metrics of a task the first of ``scores`` counts.
  func recognizingTaskResults() -> RunTable {
    guard !columns.keys.contains(where: { $0.hasPrefix("metric.") }) else { return self }
    var byTask: OrderedDictionary<String, [(metric: String, name: String)]> = [:]
    for (name, column) in columns where column.isNumeric && name.contains(",") {
      guard let comma = name.lastIndex(of: ","), let dot = name[..<comma].lastIndex(of: ".") else {
        continue
      }
      var task = String(name[..<dot])
      if task.hasPrefix("results.") { task.removeFirst("results.".count) }
      byTask[task, default: []].append((String(name[name.index(after: dot)..<comma]), name))
    }
    guard !byTask.isEmpty else { return self }
    var renamed: [String: String] = [:]
    for (task, found) in byTask {
      guard
        let metric = Self.scores.first(where: { score in found.contains { $0.metric == score } })
          ?? found.first(where: { !$0.metric.hasSuffix("_stderr") })?.metric,
        let score = found.first(where: { $0.metric == metric })
      else { continue }
      renamed[score.name] = "metric.\(task)"
      if let error = found.first(where: { $0.metric == "\(metric)_stderr" }) {
        renamed[error.name] = "stderr.\(task)"
      }
    }
    var table = replacingNames { [renamed[$0] ?? $0] }
    for (old, new) in renamed { table.remember(old, for: new) }
    let tasks = renamed.values.count { $0.hasPrefix("metric.") }
    table.notes.append(
      "the scores of \(tasks) \(tasks == 1 ? "task" : "tasks") of lm-evaluation-harness read as metric.TASK"
    )
    return table
  }

  /// The metrics of a task in the order in which one is chosen.
  private static let scores = ["acc", "exact_match", "pass@1", "acc_norm", "em", "f1"]
}
