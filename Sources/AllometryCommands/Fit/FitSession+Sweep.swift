internal import Reports
internal import RunTables
internal import ScalingLaws

/// A table whose rows are the raw runs of a sweep of hyper-parameters.
struct SweepTable {
  var table: RunTable
  var loss: String
  var candidates: [String]

  /// The runs by cell; nil where nothing was swept.
  func sweep() throws -> RawSweep? {
    var columns: [String: [Double]] = [:]
    for name in table.columnNames {
      if case .numbers(let values) = try table.column(name) { columns[name] = values }
    }
    for name in ["N", "D", "C"] + candidates where table.hasColumn(name) {
      columns[name] = try? table.numbers(name)
    }
    if columns["D"] == nil, let sizes = columns["N"], let compute = columns["C"] {
      columns["D"] = zip(compute, sizes).map { $0 / (6 * $1) }
    }
    let outcomes = try table.numbers(loss)
    return RawSweep(columns: columns, loss: outcomes, candidates: candidates)
  }

  /// How many values of a hyper-parameter the largest group of rows with equal N and D holds.
  static func mostValues(of axis: String, in table: RunTable) -> Int {
    let read = ["N", "D"].compactMap { table.hasColumn($0) ? try? table.numbers($0) : nil }
    guard table.hasColumn(axis), let values = try? table.numbers(axis) else { return 0 }
    var groups: [[Double]: Set<Double>] = [:]
    for (row, value) in values.enumerated() where value.isFinite {
      groups[read.map { $0[row] }, default: []].insert(value)
    }
    return groups.values.map(\.count).max() ?? 0
  }
}

extension FitSession {
  /// Fits the law of an optimum to a raw sweep; nil where each row already is an optimum.
  func fitSweep(
    _ law: any Law, table: RunTable, group: [(column: String, value: String)],
    options: FitOptions
  ) throws -> FittedTable? {
    guard law.card.response.isChoice else { return nil }
    let axis = law.card.response.column
    guard self.law.response == nil || self.law.response == axis || table.hasColumn(axis) else {
      return nil
    }
    let values = SweepTable.mostValues(of: axis, in: table)
    guard values > 1 else { return nil }
    let loss = self.law.response.flatMap { $0 == axis ? nil : $0 } ?? "loss"
    guard table.hasColumn(loss) else {
      // Two or three seeds may disagree about an optimum; more values are a sweep without outcomes.
      guard values > 3 else { return nil }
      throw CommandFailure(
        .badData,
        "\(table.source): found \(values) values of \(axis) at one N and D and no column loss, expected one optimum for each N and D, or the loss of each run (--response COLUMN)"
      )
    }
    let swept = SweepTable(table: table, loss: loss, candidates: RawSweep.knownAxes)
    guard let sweep = try swept.sweep(), sweep.axes.contains(axis) else {
      throw CommandFailure(
        .badData,
        "\(table.source): found \(values) values of \(axis) at one N and D, expected at least 3 in most cells, so that an optimum can be found, or one row for each N and D that holds the optimum"
      )
    }
    Console.progress("finding the optimum of \(sweep.cellCount) cells …")
    let record = sweep.optima(level: options.level, seed: options.seed)
    let optimum = try CommandFailure.naming(table.source) {
      try OptimumLaw(law, of: axis, in: record, options: options)
    }
    Console.progress("")
    let validation = optimum.fit.validation()
    var result = FittedTable(
      fit: optimum.fit.calibrated(on: validation), validation: validation, source: table.source,
      notes: table.notes + sweep.notes + optimum.notes, group: group)
    result.sweep = record
    return result
  }
}
