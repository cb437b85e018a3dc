import OrderedCollections

extension RunTable {
  /// The table of a chart that Weights & Biases exported, one row a run and step.
  ///
  /// Such a file has a column `RUN - METRIC` for each run, between `…__MIN` and `…__MAX` of the
  /// values that one point of the chart stands for. A table without them is returned as it is.
  func unfoldingPanels() -> RunTable {
    let bounds = ["__MIN", "__MAX"]
    var runs: OrderedDictionary<String, OrderedDictionary<String, [Double]>> = [:]
    var gone: Set<String> = []
    for (name, column) in columns {
      guard bounds.allSatisfy({ columns[name + $0] != nil }),
        let dash = name.ranges(of: " - ").last, case .numbers(let values) = column
      else { continue }
      runs[String(name[..<dash.lowerBound]), default: [:]][String(name[dash.upperBound...])] =
        values
      gone.formUnion([name] + bounds.map { name + $0 })
    }
    guard !runs.isEmpty else { return self }
    // Columns of a run that the chart had no values for are text without any text.
    let shared = columns.filter { name, _ in
      !gone.contains(name) && !name.hasSuffix("__MIN") && !name.hasSuffix("__MAX")
    }
    let metrics = OrderedSet(runs.values.flatMap(\.keys))
    var rows: [Int] = []
    var names: [String] = []
    var values = metrics.map { _ in [Double]() }
    for (run, measured) in runs {
      for row in 0..<rowCount where measured.values.contains(where: { !$0[row].isNaN }) {
        rows.append(row)
        names.append(run)
        for (place, metric) in metrics.enumerated() {
          values[place].append(measured[metric]?[row] ?? .nan)
        }
      }
    }
    var unfolded: OrderedDictionary<String, Column> = [:]
    for (name, column) in shared { unfolded[name] = column.selecting(rows) }
    let runName = unfolded["run"] == nil && !metrics.contains("run") ? "run" : "run.name"
    unfolded[runName] = .text(names)
    for (place, metric) in metrics.enumerated() { unfolded[metric] = .numbers(values[place]) }
    guard
      let table = try? RunTable(
        columns: unfolded, source: source, lineNumbers: rows.map { lineNumbers[$0] },
        notes: notes + [
          "an exported chart: the columns of \(runs.count) \(runs.count == 1 ? "run" : "runs") are read as rows with run and \(metrics.joined(separator: ", "))"
        ])
    else { return self }
    var result = table
    result.commas = commas
    return result
  }
}
