internal import Quantities
public import RunTables
public import ScalingLaws
internal import Statistics

/// Forecasts of every row of a table by one saved fit, or by several targets of a mixture.
public struct TableForecast {
  private let fits: [SavedFit]
  private let table: RunTable
  /// Columns that name another size than that of the fitted mixtures, in words; nil where none does.
  private let otherSize: String?
  /// What each row is called, and one forecast for each fit.
  private let rows: [(label: String, forecasts: [Forecast])]
  /// Observed outcomes by fit, where the table holds them.
  private let observed: [[Double]?]

  /// Forecasts of all rows of a table by one fit or several targets of a mixture: by row, one for
  /// each fit.
  public init(_ fits: [SavedFit], table: RunTable, forecasts: [[Forecast]]) throws {
    self.fits = fits
    self.table = table
    let otherSize = Self.otherSize(than: fits[0].document.mixture?.constants ?? [:], in: table)
    self.otherSize = otherSize
    let name = ["run", "name", "index", "id"].first { table.hasColumn($0) }
    let labels = try name.map { try table.texts($0) }
    rows = zip(table.lineNumbers, forecasts).enumerated().map { row, pair in
      (
        labels?[row] ?? "line \(pair.0)",
        otherSize == nil ? pair.1 : pair.1.map(Self.withoutLevel)
      )
    }
    observed = fits.map { fit in
      let name = fit.document.response.column
      return table.hasColumn(name) ? try? table.numbers(name) : nil
    }
  }

  private static func otherSize(than fitted: [String: String], in table: RunTable) -> String? {
    for (column, value) in fitted.sorted(by: { $0.key < $1.key }) {
      guard table.hasColumn(column), let values = try? table.texts(column),
        let other = values.first(where: { $0 != value })
      else { continue }
      return
        "\(column) is \(other) here and \(value) in the fitted mixtures: the law ranks mixtures and does not know the outcome at another size, so no interval is given (fit mixtures of several sizes, with a column N, for more)"
    }
    return nil
  }

  /// The forecast without intervals, where it is one of a size that was never fitted.
  private static func withoutLevel(_ forecast: Forecast) -> Forecast {
    var result = forecast
    result.law = Estimated(value: forecast.law.value)
    result.run = Estimated(value: forecast.run.value)
    return result
  }

  private var weights: [Double] {
    let saved = fits.map { $0.document.mixture?.weight ?? 1 }
    let sum = saved.reduce(0, +)
    return saved.map { sum > 0 ? $0 / sum : 1 / Double(saved.count) }
  }

  private func total(_ forecasts: [Forecast]) -> Double {
    zip(weights, forecasts).reduce(0) { $0 + $1.0 * $1.1.law.value }
  }

  /// The forecasts, as JSON gives them.
  public struct Answer: Encodable {
    struct Row: Encodable {
      var label: String
      var line: Int
      var forecasts: [Forecast]
      var weightedSum: Double?
    }
    struct Check: Encodable {
      var response: String
      var rows: Int
      var insideRunInterval: Int
      var rankCorrelation: Double?
      var meanRelativeError: Double
    }
    var schema = "allometry.forecasts/1"
    var law: String
    var responses: [String]
    var rows: [Row]
    var check: [Check]
    var warnings: [String]
  }

  private var checks: [Answer.Check] {
    fits.indices.compactMap { index in
      guard let outcomes = observed[index] else { return nil }
      let known = outcomes.indices.filter { outcomes[$0].isFinite }
      guard !known.isEmpty else { return nil }
      let forecasts = known.map { rows[$0].forecasts[index] }
      let truth = known.map { outcomes[$0] }
      let correlation = Correlation.spearman(forecasts.map(\.law.value), truth)
      return Answer.Check(
        response: fits[index].document.response.column, rows: known.count,
        insideRunInterval: zip(forecasts, truth).filter {
          $0.run.low <= $1 && $1 <= $0.run.high
        }.count, rankCorrelation: correlation.isFinite ? correlation : nil,
        meanRelativeError: mean(
          zip(forecasts, truth).map { abs($0.law.value - $1) / max(abs($1), 1e-300) }))
    }
  }

  private var doubts: [String] {
    table.doubts(response: fits[0].document.response.column)
      + table.doubts(beside: fits[0].ranges)
  }

  private var warnings: [String] {
    var seen: Set<String> = []
    let saved = fits.flatMap(\.document.warnings)
    let reaches = rows.flatMap { $0.forecasts.flatMap(\.reach) }.filter(\.isOutside)
    let columns = Set(reaches.map(\.column)).sorted()
    let beyond = columns.map { column -> String in
      let most = reaches.filter { $0.column == column }.max { ($0.factor, 0) < ($1.factor, 1) }
      let count = rows.filter {
        $0.forecasts.contains { $0.reach.contains { $0.column == column && $0.isOutside } }
      }.count
      let far = most?.sentence ?? "\(column) lies outside the table"
      return "\(count) of \(rows.count) rows reach beyond the data: \(far) at most"
    }
    return ([otherSize].compactMap { $0 } + saved + beyond).filter { seen.insert($0).inserted }
  }

  /// The forecasts, how they compare with the table, and what to be careful of.
  public var answer: Answer {
    Answer(
      law: fits[0].law.name, responses: fits.map(\.document.response.column),
      rows: rows.enumerated().map { index, row in
        Answer.Row(
          label: row.label, line: table.lineNumbers[index], forecasts: row.forecasts,
          weightedSum: fits.count > 1 ? total(row.forecasts) : nil)
      }, check: checks, warnings: doubts + warnings)
  }

  /// The forecasts as a table.
  public func csvText() throws -> String {
    var result = try RunTable(
      [
        "row": .text(rows.map(\.label)), "line": .numbers(table.lineNumbers.map(Double.init)),
      ], source: table.source)
    for (index, fit) in fits.enumerated() {
      let name = fit.document.response.column
      let forecasts = rows.map { $0.forecasts[index] }
      let columns: [(String, [Double])] = [
        (name, forecasts.map(\.law.value)), ("\(name).low", forecasts.map(\.law.low)),
        ("\(name).high", forecasts.map(\.law.high)),
        ("\(name).run.low", forecasts.map(\.run.low)),
        ("\(name).run.high", forecasts.map(\.run.high)),
      ]
      for (title, values) in columns { result = try result.adding(title, .numbers(values)) }
    }
    if fits.count > 1 {
      result = try result.adding("weighted", .numbers(rows.map { total($0.forecasts) }))
    }
    return result.csvText()
  }

  /// The forecasts for a terminal.
  public func text(_ terminal: Terminal) -> String {
    let several = fits.count > 1
    let percent = NumberFormat.percent(fits[0].level, decimals: 0)
    func interval(_ x: Estimated) -> String {
      guard !x.low.isNaN, !x.high.isNaN else { return "–" }
      if x.low <= 0 { return "at most \(NumberFormat.significant(x.high, 4))" }
      if x.high.isInfinite { return "at least \(NumberFormat.significant(x.low, 4))" }
      return "\(NumberFormat.significant(x.low, 4)) to \(NumberFormat.significant(x.high, 4))"
    }
    var list = terminal.table(
      several
        ? ["row"] + fits.map { .number($0.document.response.column) }
          + [.number("weighted")]
        : [
          "row", .number(fits[0].document.response.column),
          .number("\(percent) of the law"),
          .number("\(percent) of a run"),
        ])
    for row in rows {
      list.rows.append(
        several
          ? [row.label]
            + row.forecasts.map { NumberFormat.significant($0.law.value, 4) }
            + [NumberFormat.significant(total(row.forecasts), 4)]
          : [
            row.label, NumberFormat.significant(row.forecasts[0].law.value, 4),
            interval(row.forecasts[0].law), interval(row.forecasts[0].run),
          ])
    }
    var lines = [
      terminal.opening(notes: table.notes, doubts: doubts)
        + terminal.render(list).trimmingLastNewline
    ]
    if let best = rows.min(by: { total($0.forecasts) < total($1.forecasts) }), rows.count > 1,
      !fits[0].law.shareColumns.isEmpty
    {
      lines.append(
        terminal.wrap(
          "The best is predicted for \(best.label), \(NumberFormat.significant(total(best.forecasts), 4))."
        ))
    }
    for check in checks {
      let rank =
        check.rankCorrelation.map { ", rank correlation \(NumberFormat.fixed($0, 3))" } ?? ""
      lines.append(
        terminal.wrap(
          "Against the table's own \(check.response): \(otherSize == nil ? "\(check.insideRunInterval) of \(check.rows) runs inside their interval, " : "")off by \(NumberFormat.percent(check.meanRelativeError, decimals: 2)) on average\(rank)."
        ))
    }
    lines += warnings.map { terminal.wrap("Warning: \($0)") }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension String {
  fileprivate var trimmingLastNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
