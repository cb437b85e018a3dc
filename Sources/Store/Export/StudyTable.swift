internal import Files
public import Verdicts

/// The rows of a study as a table that fits and other programs read.
///
/// The columns are `run arm N active D C loss seed rung size branch trunk purpose lr status
/// tokens_per_second seconds state_bytes` and a `metric.NAME` and `diagnostic.NAME` for each name
/// that any run has. `N` counts all parameters, `D` tokens, `C` FLOPs, `loss` is in nats a token.
/// What a run has not got is missing; `status` is missing for runs that have not ended.
public struct StudyTable: Hashable, Sendable {
  /// The form of a file.
  public enum Format: String, Hashable, Sendable, CaseIterable {
    /// Comma-separated values after RFC 4180, with line feeds.
    case csv
    /// One JSON object a line.
    case jsonLines = "jsonl"
  }

  private enum Cell {
    case text(String)
    case whole(UInt64)
    case number(Double?)
  }

  private static let fixedColumns = [
    "run", "arm", "N", "active", "D", "C", "loss", "seed", "rung", "size", "branch", "trunk",
    "purpose", "lr", "status", "tokens_per_second", "seconds", "state_bytes",
  ]

  private let rows: [StudyRow]
  private let metrics: [String]
  private let diagnostics: [String]

  /// The rows of a study.
  public init(_ rows: [StudyRow]) {
    self.rows = rows
    metrics = Set(rows.flatMap { $0.outcome?.metrics.keys.map { $0 } ?? [] }).sorted()
    diagnostics = Set(rows.flatMap { $0.outcome?.diagnostics.keys.map { $0 } ?? [] }).sorted()
  }

  /// The names of the columns.
  public var columns: [String] {
    Self.fixedColumns + metrics.map { "metric.\($0)" } + diagnostics.map { "diagnostic.\($0)" }
  }

  /// The table as text; numbers in the shortest form that reads back as the same double. A missing
  /// cell is empty in CSV and `null` in JSON; infinities are `inf`, in JSON as a text. In CSV, text
  /// that a spreadsheet would run as a formula has an apostrophe in front.
  public func text(_ format: Format) -> String {
    switch format {
    case .csv:
      var text = columns.map { CSVText.cell($0) }.joined(separator: ",") + "\n"
      for row in rows { text += cells(row).map(Self.csv).joined(separator: ",") + "\n" }
      return text
    case .jsonLines:
      let names = columns.map { JSONText.string($0) + ":" }
      var text = ""
      for row in rows {
        let fields = zip(names, cells(row)).map { $0 + Self.json($1) }
        text += "{" + fields.joined(separator: ",") + "}\n"
      }
      return text
    }
  }

  private func cells(_ row: StudyRow) -> [Cell] {
    let outcome = row.outcome
    func count(_ number: Int) -> Cell { .whole(UInt64(max(number, 0))) }
    var cells: [Cell] = [
      .text(row.identity.description), .text(row.arm), count(row.costs.parameters),
      count(row.costs.activeParameters), count(row.tokens), .number(row.compute),
      .number(outcome?.loss), .whole(row.seed), count(row.rung), .text(row.size),
      count(row.branch), .text(row.trunk), .text(row.purpose.rawValue), .number(row.learningRate),
      .text(outcome?.status.rawValue ?? ""), .number(outcome?.tokensPerSecond),
      .number(outcome?.seconds), count(row.costs.stateBytes),
    ]
    cells += metrics.map { .number(outcome?.metrics[$0]) }
    cells += diagnostics.map { .number(outcome?.diagnostics[$0]) }
    return cells
  }
}

extension StudyTable {
  private static func csv(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): CSVText.cell(SpreadsheetText.inert(text))
    case .whole(let number): "\(number)"
    case .number(let number): CSVText.number(number ?? .nan)
    }
  }

  private static func json(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): text.isEmpty ? "null" : JSONText.string(text)
    case .whole(let number): "\(number)"
    case .number(let number): JSONText.number(number ?? .nan)
    }
  }
}
