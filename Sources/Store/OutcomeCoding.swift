internal import Foundation
internal import GRDB
internal import Studies
internal import Treatments

/// What of an outcome is never searched for.
private struct OutcomeDetails: Codable {
  var costs: RunCosts
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

/// Reads and writes outcomes: columns for what is searched, JSON for the rest.
struct OutcomeCoding {
  /// What ``outcome(_:)`` reads, from the table `runs` and its `details`.
  static let columns = """
    runs.status, runs.message, runs.loss, runs.tokens, runs.compute, runs.seconds,
    runs.tokens_per_second, runs.kernels, runs.ended, details.json
    """

  private let decoder = StoredJSON.decoder

  /// The outcome in the columns from `first` on; nil if the run has not ended.
  func outcome(_ row: Row, first: Int = 0) throws -> RunOutcome? {
    guard let word: String = row[first], let status = RunOutcome.Status(rawValue: word) else {
      return nil
    }
    let json: Data? = row[first + 9]
    let details = try decoder.decode(OutcomeDetails.self, from: json ?? Data())
    var outcome = RunOutcome(status: status, costs: details.costs)
    outcome.metrics = details.metrics
    outcome.diagnostics = details.diagnostics
    outcome.message = row[first + 1]
    outcome.loss = row[first + 2]
    outcome.tokens = row[first + 3]
    outcome.compute = number(row, first + 4)
    outcome.seconds = number(row, first + 5)
    outcome.tokensPerSecond = number(row, first + 6)
    outcome.kernels = row[first + 7]
    outcome.ended = number(row, first + 8)
    return outcome
  }

  /// SQLite keeps what is not a number as NULL.
  private func number(_ row: Row, _ index: Int) -> Double { row[index] ?? .nan }

  /// Writes the outcome of the run in the row `key`.
  static func write(_ outcome: RunOutcome, of key: Int64, _ db: Database) throws {
    let costs = outcome.costs
    try db.execute(
      literal: """
        UPDATE runs SET status = \(outcome.status.rawValue), message = \(outcome.message),
          loss = \(outcome.loss), parameters = \(costs.parameters),
          active_parameters = \(costs.activeParameters), tokens = \(outcome.tokens),
          compute = \(outcome.compute), seconds = \(outcome.seconds),
          tokens_per_second = \(outcome.tokensPerSecond), kernels = \(outcome.kernels),
          ended = \(outcome.ended)
        WHERE id = \(key)
        """)
    let details = OutcomeDetails(
      costs: costs, metrics: outcome.metrics, diagnostics: outcome.diagnostics)
    let json = try StoredJSON.text(details)
    try db.execute(
      literal: "INSERT OR REPLACE INTO details (run, json) VALUES (\(key), \(json))")
  }
}
