import Foundation

/// The measurements of all programs, with each peer's time as a multiple of ours.
struct MeasurementTable {
  var measurements: [Measurement]

  /// Reads lines of JSON.
  init(path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    measurements = try text.split(separator: "\n").map {
      try JSONDecoder().decode(Measurement.self, from: Data($0.utf8))
    }
  }

  /// A measurement with its times divided by ours on the same input.
  struct Row: Codable {
    var measurement: Measurement
    var wallTimesOurs: Double?
    var cpuTimesOurs: Double?
  }

  func rows() -> [Row] {
    measurements.map { measurement in
      var row = Row(measurement: measurement)
      let ours = measurements.first {
        $0.benchmark == measurement.benchmark && $0.input == measurement.input
          && $0.program == "allometry"
      }
      if let ours, !measurement.program.hasPrefix("allometry") {
        row.wallTimesOurs = measurement.wallSeconds / ours.wallSeconds
        row.cpuTimesOurs = measurement.cpuSeconds / ours.cpuSeconds
      }
      return row
    }
  }

  /// All measurements and ratios as one JSON array.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(rows()), as: UTF8.self)
  }

  /// Tables in Markdown, and below them what each program found.
  func text() -> String {
    let rows = rows()
    let engine = rows.filter { $0.measurement.isOfEngine }
    let others = rows.filter { !$0.measurement.isOfEngine }
    let tables = [others.isEmpty ? nil : fits(others), engine.isEmpty ? nil : self.engine(engine)]
    return (tables.compactMap(\.self) + [found]).joined(separator: "\n\n")
  }

  /// Times of fits and imports.
  private func fits(_ rows: [Row]) -> String {
    let header = [
      "benchmark", "input", "program", "wall s", "CPU s", "wall / ours", "CPU / ours", "peak MiB",
    ]
    let lines = rows.map { row -> [String] in
      let m = row.measurement
      return [
        m.benchmark, m.input, m.program, number(m.wallSeconds, "%.3g"),
        number(m.cpuSeconds, "%.3g"), number(row.wallTimesOurs, "%.3g"),
        number(row.cpuTimesOurs, "%.3g"), number(m.peakMegabytes, "%.0f"),
      ]
    }
    return Self.table(header, lines)
  }

  static func table(_ header: [String], _ lines: [[String]]) -> String {
    ([header, header.map { _ in "---" }] + lines)
      .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  func number(_ value: Double?, _ format: String) -> String {
    value.map { String(format: format, $0) } ?? ""
  }

  private var found: String {
    measurements.map { m -> String in
      let values = m.results.sorted { $0.key < $1.key }
        .map { "\($0.key) " + number($0.value, "%.7g") }
      let parts = values + ["lowest of \(m.repetitions)"] + (m.note.isEmpty ? [] : [m.note])
      return "- \(m.benchmark), \(m.input), \(m.program): " + parts.joined(separator: "; ")
    }.joined(separator: "\n")
  }
}
