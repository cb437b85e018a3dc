import Foundation

/// The time of one program on one input; one line of JSON. The peers write the same fields.
struct Measurement: Codable {
  /// The benchmark: `chinchilla`, `isoflop`, `import` or `laws`.
  var benchmark: String
  /// The input on which programs are compared.
  var input: String
  /// `allometry` or the peer.
  var program: String
  /// The lowest wall time in seconds.
  var wallSeconds: Double
  /// The lowest CPU time over all threads or processes, in seconds.
  var cpuSeconds: Double
  /// How many times the work was done.
  var repetitions: Int
  /// The largest resident set in MiB, where it is of interest.
  var peakMegabytes: Double?
  /// What the work found, so that equal work can be told from equal time.
  var results: [String: Double]
  /// What a reader must know before comparing.
  var note: String

  func line() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

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
  private struct Row: Codable {
    var measurement: Measurement
    var wallTimesOurs: Double?
    var cpuTimesOurs: Double?
  }

  private func rows() -> [Row] {
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

  /// A table in Markdown, and below it what each program found.
  func text() -> String {
    let header = [
      "benchmark", "input", "program", "wall s", "CPU s", "wall / ours", "CPU / ours", "peak MiB",
    ]
    func number(_ value: Double?, _ format: String) -> String {
      value.map { String(format: format, $0) } ?? ""
    }
    let lines = rows().map { row -> [String] in
      let m = row.measurement
      return [
        m.benchmark, m.input, m.program, number(m.wallSeconds, "%.3g"),
        number(m.cpuSeconds, "%.3g"), number(row.wallTimesOurs, "%.3g"),
        number(row.cpuTimesOurs, "%.3g"), number(m.peakMegabytes, "%.0f"),
      ]
    }
    let table = ([header, header.map { _ in "---" }] + lines).map {
      "| " + $0.joined(separator: " | ") + " |"
    }
    let found = measurements.map { m in
      let values = m.results.sorted { $0.key < $1.key }
        .map { "\($0.key) " + number($0.value, "%.7g") }
      let parts = values + ["lowest of \(m.repetitions)"] + (m.note.isEmpty ? [] : [m.note])
      return "- \(m.benchmark), \(m.input), \(m.program): " + parts.joined(separator: "; ")
    }
    return (table + [""] + found).joined(separator: "\n")
  }
}
