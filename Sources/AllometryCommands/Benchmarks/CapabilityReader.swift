internal import RunTables
internal import ScalingLaws

struct CapabilityReader {
  var table: RunTable
  var tasks: [String]?
  var task: String?
  var metric: String
  var model: String?
  var family: String?
  var scale: String?

  func read() throws -> CapabilityTable {
    let modelColumn = try name(model, among: ["model", "run"], option: "--model")
    let familyColumn = family ?? ["family"].first { table.hasColumn($0) }
    let scaleColumn =
      try scale.map { try required($0, option: "--scale") }
      ?? ["C", "N"].first { table.hasColumn($0) }
    let rows = try modelColumn.map { try table.grouped(by: [$0]) }
    func apart(_ table: RunTable) -> [(name: String, table: RunTable)] {
      (0..<table.rowCount).map {
        (name: "line \(table.lineNumbers[$0])", table: table.selecting(rows: [$0]))
      }
    }
    // Rows without the name of a model are not one model.
    let groups =
      rows?.flatMap { group in
        RunTable.namesRun(group.values[0])
          ? [(name: group.values[0], table: group.table)] : apart(group.table)
      } ?? apart(table)
    let benchmarks = try self.benchmarks()
    var scores: [[Double]] = []
    for group in groups {
      scores.append(try benchmarks.map { try score($0, of: group.table, model: group.name) })
    }
    return CapabilityTable(
      models: groups.map(\.name),
      families: try familyColumn.map { column in
        _ = try required(column, option: "--family")
        return try groups.map { try $0.table.texts(column).first ?? "" }
      },
      scale: try scaleColumn.map { column in
        try groups.map { try $0.table.numbers(column).first { $0.isFinite } ?? .nan }
      }, tasks: benchmarks, scores: scores)
  }

  private func benchmarks() throws -> [String] {
    if let task {
      _ = try required(task, option: "--task")
      let all = try table.unique(task)
      guard let tasks else { return all }
      for name in tasks where !all.contains(name) {
        throw OptionCheck.unknown(name, among: all, option: "--tasks")
      }
      return tasks
    }
    let prefixed = table.metricNames
    guard let tasks else {
      guard !prefixed.isEmpty else {
        throw CommandFailure(
          .badData,
          "\(table.source): found no column metric.NAME, expected one for each benchmark, or their columns with --tasks, or --task and --metric"
        )
      }
      return prefixed
    }
    for name in tasks where !table.hasColumn(name) && !prefixed.contains(name) {
      throw OptionCheck.unknown(name, among: table.columnNames, option: "--tasks")
    }
    return tasks
  }

  /// A model's score on a benchmark; NaN where it is missing.
  private func score(_ name: String, of rows: RunTable, model: String) throws -> Double {
    let values: [Double]
    if let task {
      let names = try rows.texts(task)
      let all = try rows.numbers(metric)
      values = names.indices.filter { names[$0] == name }.map { all[$0] }
    } else {
      values = try rows.numbers(rows.hasColumn(name) ? name : "metric.\(name)")
    }
    let known = values.filter { !$0.isNaN }
    guard known.count <= 1 || known.allSatisfy({ $0 == known[0] }) else {
      throw CommandFailure(
        .badData,
        "\(table.source): model \(model) has \(known.count) different values of \(name), expected one; choose rows with --where, or tell models apart with --model"
      )
    }
    return known.first ?? .nan
  }

  private func required(_ column: String, option: String) throws -> String {
    guard table.hasColumn(column) else {
      throw OptionCheck.unknown(column, among: table.columnNames, option: option)
    }
    return column
  }

  private func name(
    _ given: String?, among usual: [String], option: String
  ) throws -> String? {
    if let given { return try required(given, option: option) }
    return usual.first { table.hasColumn($0) }
  }
}
