internal import RunTables

extension RunTable {
  /// The tasks with a column `metric.NAME`.
  var metricNames: [String] {
    columnNames.filter { $0.hasPrefix("metric.") }.map { String($0.dropFirst("metric.".count)) }
  }

  func require(_ names: [String], oneRow what: String) throws {
    for name in names where !hasColumn(name) {
      throw CommandFailure(
        .badData,
        "\(source): found no column \(name), expected one row \(what) with \(names.joined(separator: ", ")); rename one with --map \(name)=NAME"
      )
    }
  }
}
