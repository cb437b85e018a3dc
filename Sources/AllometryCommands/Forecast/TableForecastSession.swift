internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

/// Reads a fit and a table and forecasts every row.
struct TableForecastSession {
  let result: TableForecast

  init(fit: String, table path: String) throws {
    let fits = try SavedFitArguments.targets(fit) ?? [SavedFitArguments.load(fit)]
    // Laws that predict about as well answer together, as for a single run.
    let together =
      fits.count == 1 ? try SavedFitArguments.mixture(of: fits[0], source: fit) : nil
    InputFiles.note(path)
    let table = try RunTable.read(contentsOf: path, options: TableOptions()).derivingCompute()
    for fit in fits where fit.law.readsSchedule {
      throw CommandFailure(
        .usage,
        "--table: law \(fit.law.name) sums over a learning-rate schedule: give it with --schedule")
    }
    var columns: [String: [Double]] = [:]
    for name in Set(fits.flatMap(\.readableColumns)) where table.hasColumn(name) {
      columns[name] = try table.numbers(name)
    }
    let derived: Set = ["N", "D", "C"]
    for requirement in fits.flatMap(\.law.card.columns)
    where columns[requirement.name] == nil && !derived.contains(requirement.name) {
      throw CommandFailure(
        .badData,
        "\(table.source): found no column \(requirement.name), expected it: law \(fits[0].law.name) reads \(requirement.name) (\(requirement.meaning))"
      )
    }
    let shares = fits[0].law.shareColumns
    if !shares.isEmpty, let fault = ShareColumns.fault(of: shares, in: table) {
      throw CommandFailure(.badData, fault)
    }
    let forecasts = try table.lineNumbers.enumerated().map { row, line in
      let place = columns.compactMapValues { $0[row].isFinite ? $0[row] : nil }
      return try fits.map { fit in
        do {
          return try together?.forecast(at: place) ?? fit.boundedForecast(at: place)
        } catch FitError.missingColumn(
          _, let column, let meaning, _)
        {
          throw CommandFailure(
            .badData,
            "\(table.source):\(line): found no \(column), expected it: law \(fit.law.name) reads \(column) (\(meaning))"
          )
        } catch FitError.badValue(_, let column, let found, let expected) {
          throw CommandFailure(
            .badData,
            "\(table.source):\(line): column \(column): found \(NumberFormat.significant(found, 6)), expected \(expected)"
          )
        }
      }
    }
    guard !forecasts.isEmpty else {
      throw CommandFailure(.badData, "\(table.source): found no rows, expected runs to forecast")
    }
    result = try TableForecast(fits, table: table, forecasts: forecasts)
  }
}
