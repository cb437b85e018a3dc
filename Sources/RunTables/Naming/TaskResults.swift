import OrderedCollections

extension RunTable {
  /// The table with the scores of lm-evaluation-harness, named `acc,none` (metric and filter), as
  /// `metric.TASK` and `stderr.TASK`. Of several of a task the first by ``TaskScore/metrics``
  /// counts, and a note says which; a `metric.TASK` that is there already stays.
  func recognizingTaskResults() -> RunTable {
    var byTask: OrderedDictionary<String, [TaskScore]> = [:]
    for (name, column) in columns where column.isNumeric {
      guard let score = TaskScore(name) else { continue }
      byTask[score.task, default: []].append(score)
    }
    var renamed: [String: String] = [:]
    var taken = 0
    var choices: OrderedDictionary<String, [TaskScore]> = [:]
    for (task, found) in byTask {
      let scores = found.filter { !$0.isError }
      let mapped = columns["metric.\(task)"] != nil
      guard let score = mapped ? nil : TaskScore.first(of: scores) else {
        // What a map took has left its error alone.
        let errors = found.filter { error in
          error.isError && !scores.contains { $0.spelling == error.measured }
        }
        if mapped, errors.count == 1, columns["stderr.\(task)"] == nil {
          renamed[errors[0].name] = "stderr.\(task)"
        }
        continue
      }
      taken += 1
      renamed[score.name] = "metric.\(task)"
      if let error = found.first(where: { $0.isError && $0.measured == score.spelling }) {
        renamed[error.name] = "stderr.\(task)"
      }
      let others = scores.filter { $0.name != score.name }.map(\.spelling)
      let choice =
        "\(score.spelling)\(others.isEmpty ? "" : " (not \(others.joined(separator: ", ")))")"
      choices[choice, default: []].append(score)
    }
    guard !renamed.isEmpty else { return self }
    var table = replacingNames { [renamed[$0] ?? $0] }
    for (old, new) in renamed { table.remember(old, for: new) }
    guard taken > 0 else { return table }
    table.notes.append(
      "the scores of \(taken) \(taken == 1 ? "task" : "tasks") of lm-evaluation-harness read as metric.TASK"
    )
    for (choice, scores) in choices {
      let tasks = scores.map(\.task)
      let shown =
        tasks.prefix(6).joined(separator: ", ")
        + (tasks.count > 6 ? " and \(tasks.count - 6) more" : "")
      var note = "the score of \(shown) is \(choice)"
      if let score = scores.first,
        let other = byTask[score.task]?.first(where: { !$0.isError && $0.name != score.name })
      {
        note +=
          "; --map 'metric.\(score.task)=\(Self.mapName(other.name))' takes another"
      }
      table.notes.append(note)
    }
    return table
  }
}

/// One score of one task as lm-evaluation-harness names it: `results.gsm8k.exact_match,strict-match`.
struct TaskScore: Sendable {
  let name: String
  let task: String
  let metric: String
  let filter: String

  init?(_ name: String) {
    // The product's own names may hold a comma; those of filters hold no blank.
    guard !name.hasPrefix("metric."), let comma = name.lastIndex(of: ","),
      let dot = name[..<comma].lastIndex(of: "."), !name[comma...].contains(" ")
    else { return nil }
    self.name = name
    let task = name[..<dot]
    self.task = String(task.hasPrefix("results.") ? task.dropFirst("results.".count) : task)
    metric = String(name[name.index(after: dot)..<comma])
    filter = String(name[name.index(after: comma)...])
  }

  var isError: Bool { metric.hasSuffix("_stderr") }

  var spelling: String { "\(metric),\(filter)" }

  /// The metric of which an error is the standard error, with its filter.
  var measured: String { "\(metric.dropLast("_stderr".count)),\(filter)" }

  /// In the order in which one is chosen.
  private static let metrics = ["acc", "exact_match", "pass@1", "acc_norm", "em", "f1"]

  static func first(of scores: [TaskScore]) -> TaskScore? {
    for metric in metrics {
      if let score = scores.first(where: { $0.metric == metric }) { return score }
    }
    return scores.first
  }
}
