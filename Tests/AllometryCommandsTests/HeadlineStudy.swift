import Foundation
import TestSupport
import Testing

/// A study that is carried out once, with everything that the commands say of it.
///
/// Four sizes, two seeds, on a Markov language that all but the smallest model learn: more
/// parameters gain little loss for half as much arithmetic again, and no change changes nothing.
struct HeadlineStudy: Sendable {
  static let file = """
    study: tiny
    corpus: {language: markov, knobs: {tokens: 8, order: 1}}
    model: {context: 32}
    ladder: {sizes: [1x16, 2x16, 1x32, 2x32], tokens-per-parameter: 1.5, seeds: 2}
    recipe: {batch: 4, learning-rate: 0.02, evaluation-tokens: 2048}
    treatments: [wider-model, null]
    """

  /// `study run --json --report`.
  var run: Outcome
  /// The page that it wrote.
  var page: String
  /// `study run` once more.
  var again: Outcome
  /// `study report`, as JSON and for people.
  var reportJSON: Outcome
  var report: Outcome
  var reportPage: String
  /// `study status`, whole and of the study.
  var status: Outcome
  var statusJSON: Outcome
  var runsStatus: Outcome
  var runsStatusJSON: Outcome
  /// `study export`: CSV, JSON lines, and the file that `--out` writes.
  var csv: Outcome
  var lines: Outcome
  var csvFile: String

  static let shared = Task { try await HeadlineStudy() }

  private init() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.file, to: "tiny.yaml")
    run = try await workspace.run("study", "run", "tiny.yaml", "--json", "--report", "run.html")
    page = try workspace.read("run.html")
    again = try await workspace.run("study", "run", "tiny.yaml", "--report", "again.html")
    reportJSON = try await workspace.run("study", "report", "--json", "--out", "json.html")
    report = try await workspace.run("study", "report", "tiny", "--out", "report.html")
    reportPage = try workspace.read("report.html")
    status = try await workspace.run("study", "status")
    statusJSON = try await workspace.run("study", "status", "--json")
    runsStatus = try await workspace.run("study", "status", "tiny")
    runsStatusJSON = try await workspace.run("study", "status", "tiny", "--json")
    csv = try await workspace.run("study", "export")
    lines = try await workspace.run("study", "export", "tiny", "--format", "jsonl")
    let written = try await workspace.run("study", "export", "--out", "runs.csv")
    try #require(written.status == 0, "\(written.error)")
    csvFile = try workspace.read("runs.csv")
  }

  /// The verdict that the run printed.
  var verdict: PrintedVerdict {
    get throws { try JSONDecoder().decode(PrintedVerdict.self, from: Data(run.output.utf8)) }
  }

  /// The exported rows.
  var rows: [ExportedRun] {
    get throws { try ExportedRun.rows(csv.output) }
  }
}

/// A row of `study export`.
struct ExportedRun: Decodable, Equatable {
  var run: String
  var arm: String
  var N: Double
  var active: Double
  var D: Double
  var C: Double
  var loss: Double
  var seed: Int
  var rung: Int
  var size: String
  var branch: Int
  var purpose: String
  var lr: Double
  var status: String

  /// The rows of a CSV.
  static func rows(_ text: String) throws -> [ExportedRun] {
    let records = SharedData.records(text)
    guard let header = records.first else { throw Unexpected("no header") }
    return try records.dropFirst().map { record in
      guard record.count == header.count else { throw Unexpected("\(record)") }
      let cells = Dictionary(uniqueKeysWithValues: zip(header, record))
      func text(_ name: String) throws -> String {
        guard let cell = cells[name] else { throw Unexpected("no column \(name)") }
        return cell
      }
      func number(_ name: String) throws -> Double {
        guard let value = Double(try text(name)) else { throw Unexpected("no number in \(name)") }
        return value
      }
      return ExportedRun(
        run: try text("run"), arm: try text("arm"), N: try number("N"),
        active: try number("active"), D: try number("D"), C: try number("C"),
        loss: try number("loss"), seed: Int(try number("seed")), rung: Int(try number("rung")),
        size: try text("size"), branch: Int(try number("branch")), purpose: try text("purpose"),
        lr: try number("lr"), status: try text("status"))
    }
  }
}

/// What these tests read of the JSON of a verdict.
struct PrintedVerdict: Decodable {
  struct Estimate: Decodable {
    var value: Double?
    var low: Double?
    var high: Double?
  }

  struct Side: Decodable {
    var runs: Int
    var loss: Double
    var tokens: Double
    var parameters: Double
    var trainingOperations: Double
    var learningRates: [Double]
  }

  struct Rung: Decodable {
    var rung: Int
    var size: String
    var pairs: Int
    var baseline: Side
    var treatment: Side
    var difference: Estimate
    var differencePercent: Estimate
  }

  struct Test: Decodable {
    var accepted: String?
    var pairs: Int
    var pNoDifference: Double?
  }

  struct Worth: Decodable {
    var rung: Int?
    var scale: Double
    var multiplier: Estimate
    var probabilityBetter: Double?
  }

  struct Axis: Decodable {
    var axis: String
    var dataRange: [Double]
    var target: Double
    var localSlopes: [Double]
    var constantMultiplier: Estimate
    var measured: [Worth]
    var fitted: [Worth]
    var forecast: Worth?
    var smallestDetectable: Double?
    var test: Test
  }

  struct Arm: Decodable {
    var arm: String
    var conclusion: String
    var sentences: [String]
    var unmeasured: [String]
    var rungs: [Rung]
    var axes: [Axis]
  }

  struct Settings: Decodable {
    var guessingLoss: Double?
    var entropyRate: Double?
    var significance: Double
  }

  var schema: String
  var baseline: String
  var arms: [Arm]
  var settings: Settings
}
