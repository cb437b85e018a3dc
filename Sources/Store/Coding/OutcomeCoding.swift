internal import Foundation
internal import GRDB
internal import Verdicts

/// The measures of an outcome, which are never searched for.
private struct OutcomeMeasures: Codable {
  var metrics: [String: Double]
  var diagnostics: [String: Double]
}

/// Values as JSON texts of the store: sorted keys, and numbers that are not finite as texts.
enum StoredJSON {
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  static func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// A row whose numbers are not those that were written.
struct DamagedRow: Error {
  /// The identity of the run, or what names the row.
  var name: String
}

/// Reads and writes outcomes: columns for what is searched, JSON for the rest.
struct OutcomeCoding {
  /// What ``outcome(_:first:)`` reads, from the table `runs` and its `details`.
  static let columns = "\(RowChecksum.runColumns), runs.checksum"

  private let decoder = StoredJSON.decoder
  /// Most runs of a list share their costs with others.
  private var costs: [String: StudyRow.Costs] = [:]

  mutating func costs(_ text: String) throws -> StudyRow.Costs {
    if let known = costs[text] { return known }
    let read = try decoder.decode(StudyRow.Costs.self, from: Data(text.utf8))
    costs[text] = read
    return read
  }

  /// The outcome in the columns from `first` on, nil if the run has not ended; throws
  /// ``DamagedRow``.
  mutating func outcome(_ row: Row, first: Int = 0) throws -> RunOutcome? {
    guard !row.hasNull(atIndex: first), !row.hasNull(atIndex: first + 1) else { return nil }
    guard
      RowChecksum.holds(
        row[first + RowChecksum.runColumnCount], row, first..<first + RowChecksum.runColumnCount),
      let word: String = row[first + 1], let status = RunOutcome.Status(rawValue: word)
    else { throw DamagedRow(name: row[first]) }
    var outcome = RunOutcome(status: status, costs: try costs(row[first + 12] ?? ""))
    let json: Data? = row[first + 13]
    let measures = try decoder.decode(OutcomeMeasures.self, from: json ?? Data())
    outcome.metrics = measures.metrics
    outcome.diagnostics = measures.diagnostics
    outcome.message = row[first + 2]
    outcome.loss = row[first + 3]
    outcome.tokens = row[first + 6]
    outcome.compute = number(row, first + 7)
    outcome.seconds = number(row, first + 8)
    outcome.tokensPerSecond = number(row, first + 9)
    outcome.kernels = row[first + 10]
    outcome.ended = number(row, first + 11)
    return outcome
  }

  /// SQLite keeps what is not a number as NULL.
  private func number(_ row: Row, _ index: Int) -> Double { row[index] ?? .nan }

  static func write(_ outcome: RunOutcome, of key: Int64, _ db: Database) throws {
    let costs = outcome.costs
    try db.cachedStatement(
      sql: """
        UPDATE runs SET status = ?, message = ?, loss = ?, parameters = ?, active_parameters = ?,
          tokens = ?, compute = ?, seconds = ?, tokens_per_second = ?, kernels = ?, ended = ?
        WHERE id = ?
        """
    ).execute(arguments: [
      outcome.status.rawValue, outcome.message, outcome.loss, costs.parameters,
      costs.activeParameters, outcome.tokens, outcome.compute, outcome.seconds,
      outcome.tokensPerSecond, outcome.kernels, outcome.ended, key,
    ])
    let measures = OutcomeMeasures(metrics: outcome.metrics, diagnostics: outcome.diagnostics)
    try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO details (run, costs, measures) VALUES (?, ?, ?)"
    ).execute(arguments: [key, try StoredJSON.text(costs), try StoredJSON.text(measures)])
    try RowChecksum.seal(run: key, db)
  }
}
