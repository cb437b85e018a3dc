internal import OrderedCollections

extension RunTable {
  /// Averages the end of each run into one row.
  ///
  /// Rows of a run are ordered by `step`, else by `D`, else as in the file. Of every column that
  /// was measured, the last `count` ≥ 1 values that are there are averaged, so that a log in which
  /// training and evaluation interleave loses nothing; columns that count (N, D, C, U, step, and
  /// every column that grows in proportion to the step or to D) and columns of text keep their last
  /// value. Runs come in the order in which they first appear.
  ///
  /// - Throws: ``TableError`` (usage) without a column `run`.
  public func averagingLast(_ count: Int, of run: String = "run") throws(TableError) -> RunTable {
    precondition(count >= 1, "at least one row is averaged")
    guard let key = currentName(run) else {
      var error = missingColumn(run)
      error.expected = "a column \(run) that names the run of each row"
      error.hint = "rename one with --map \(run)=NAME"
      throw error
    }
    let order = try orderWithinRuns()
    let names = try column(key)
    // Rows without the name of a run are not one run.
    let groups = rowsByKey([names]).values.flatMap { rows -> [[Int]] in
      guard Self.namesRun(names.entry(rows[0])) else { return rows.map { [$0] } }
      return [rows.sorted { (order[$0], $0) < (order[$1], $1) }]
    }
    var result = selecting(rows: groups.map { $0[$0.count - 1] })
    var averaged: [String] = []
    for (name, column) in columns where name != key {
      guard case .numbers(let values) = column else { continue }
      let ends = groups.map { rows in
        Array(rows.map { values[$0] }.filter { !$0.isNaN }.suffix(count))
      }
      // A loss or an accuracy is measured, however straight it rises.
      let isCounter =
        Self.counters.contains(name)
        || ColumnConventions.commaMeaning(of: name) != .ratio
          && grows(values, along: order, in: groups)
      if !isCounter, ends.contains(where: { end in end.contains { $0 != end[0] } }) {
        averaged.append(name)
      }
      let merged = ends.map { end -> Double in
        guard let last = end.last else { return .nan }
        // A constant must stay exactly what it was.
        if isCounter || end.allSatisfy({ $0 == last }) { return last }
        return end.reduce(0, +) / Double(end.count)
      }
      result = try result.adding(name, .numbers(merged))
    }
    let what = count == 1 ? "the last row" : "the last \(count) rows"
    result.notes.append(
      count == 1 || averaged.isEmpty
        ? "\(what) of each of \(groups.count) runs"
        : "\(what) of each of \(groups.count) runs averaged (\(averaged.joined(separator: ", ")))")
    let short = groups.count { $0.count < count }
    if short > 0 {
      result.notes.append(
        "\(short) of \(groups.count) runs have fewer than \(count) rows; all of theirs are averaged"
      )
    }
    return result
  }

  private static let counters: Set<String> = ["N", "D", "C", "U", "step", "seed"]

  private func orderWithinRuns() throws(TableError) -> [Double] {
    for name in ["step", "D"] where hasColumn(name) {
      let values = try numbers(name)
      return values.map { $0.isNaN ? -.infinity : $0 }
    }
    return (0..<rowCount).map(Double.init)
  }

  /// Whether a column rises in proportion to progress in every run that has three rows or more.
  private func grows(
    _ values: [Double], along order: [Double], in groups: [[Int]]
  ) -> Bool {
    var tested = false
    for rows in groups {
      let used = rows.filter { values[$0].isFinite && order[$0].isFinite }
      guard used.count >= 3, let first = used.first, let last = used.last,
        order[last] > order[first]
      else { continue }
      let slope = (values[last] - values[first]) / (order[last] - order[first])
      guard slope > 0 else { return false }
      let tolerance = 1e-3 * (values[last] - values[first])
      for row in used
      where abs(values[row] - values[first] - slope * (order[row] - order[first])) > tolerance {
        return false
      }
      tested = true
    }
    return tested
  }
}
