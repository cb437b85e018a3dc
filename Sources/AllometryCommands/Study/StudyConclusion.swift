internal import ArgumentParser
internal import Foundation
internal import Reports
internal import Store
internal import Studies
internal import Verdicts

/// The verdict of a study that the store keeps, and what is printed and written of it.
struct StudyConclusion {
  /// The name under which the settings of a study's verdict are kept.
  static let settingsName = "verdict-settings"
  /// The name under which the statement of a study is kept.
  static let statementName = "statement"

  private let store: RunStore
  private let study: String
  private let rows: [StudyRow]
  private let verdict: StudyVerdict

  /// Reaches the verdict from the rows that the store has, and keeps it there.
  init(store: RunStore, study: String) throws {
    self.store = store
    self.study = study
    try store.verify()
    rows = try store.rows(of: study)
    guard let baseline = rows.first?.arm else {
      throw CommandFailure(.badData, "\(study): the study has no runs")
    }
    let kept = try store.document(Self.settingsName, of: study)
    let settings =
      try kept.map { try JSONDecoder().decode(VerdictSettings.self, from: Data($0.json.utf8)) }
      ?? VerdictSettings()
    var verdict = try StudyVerdict(of: rows, baseline: baseline, settings: settings)
    try verdict.add(samplesOf: rows) { try store.curves(of: $0.identity) }
    self.verdict = verdict
    if !store.isReadOnly {
      try store.save(try jsonText(verdict), as: "verdict", study: study)
    }
  }

  /// Writes the report and prints the verdict, as JSON or text.
  func publish(report page: OutputFile, json: Bool) throws {
    let text = try jsonText(verdict)
    var results = StudyResults(name: study, verdict: verdict, rows: rows)
    try results.addCurves { try store.curves(of: $0.identity) }
    results.statement = try statement()
    results.versions = [
      ("allometry", ReportOrigin.version),
      ("engine", "\(RunDefinition.engineVersion)"),
    ]
    results.json = text
    results.command = "allometry study run \(study).yaml"
    // What was found is said before anything can go wrong with the file.
    if json {
      Console.print(text)
      try page.write(StudyReport(results, origin: .now).html())
      return
    }
    let style: TextTable.Style = Console.isTerminal ? .ansi : .plain
    Console.print(
      StudySummaryText(results, width: Console.width, style: style).render(), terminator: "")
    try page.write(StudyReport(results, origin: .now).html())
    Console.print("Report: \(page.path)")
  }

  /// What the study asks and how it was carried out, as it was kept when it was run.
  private func statement() throws -> StudyStatement? {
    if let kept = try store.document(Self.statementName, of: study) {
      return try JSONDecoder().decode(StudyStatement.self, from: Data(kept.json.utf8))
    }
    // Before statements were kept there was the file alone.
    let record = try store.study(study)
    do {
      let settings = try JSONDecoder().decode(
        StudySession.Settings.self, from: Data(record.settings.utf8))
      let file = try StudyFile(text: record.file, name: study, folder: settings.folder)
      return StudyStatement(file, settings)
    } catch {
      Console.error(
        "Note: the report leaves out what the study file says, which this version cannot read: "
          + "\(CommandFailure(error).message)")
      return nil
    }
  }
}
