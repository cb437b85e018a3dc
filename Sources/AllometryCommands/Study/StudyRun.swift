internal import ArgumentParser
internal import Foundation
internal import Reports
internal import Store
internal import Studies
internal import Training
internal import Verdicts

/// Trains what a study lacks and keeps its table.
struct StudyRun {
  let session: StudySession
  let settings: StudySession.Settings
  let plan: StudyPlan
  let store: RunStore
  /// Where jobs keep their checkpoints.
  let folder: String

  /// Trains to the end or until it is asked to stop; `quietly` says only what goes wrong.
  func run(quietly: Bool) throws {
    let text = try StudySession.json(settings)
    let statement = String(
      decoding: try JSONEncoder().encode(StudyStatement(session.file, settings)), as: UTF8.self)
    func save(_ outcomes: [RunIdentity: RunOutcome]) throws {
      let runs = try plan.runs(knowing: outcomes)
      try store.save(
        study: session.file.name, file: session.text, settings: text, rows: runs.map(\.row))
      try store.save(statement, as: StudyConclusion.statementName, study: session.file.name)
      if runs.count == plan.rowCount {
        let verdict = try JSONEncoder().encode(try session.verdictSettings(plan))
        try store.save(
          String(decoding: verdict, as: UTF8.self), as: StudyConclusion.settingsName,
          study: session.file.name)
      }
    }
    sayWhatIsReplaced()
    try save([:])
    announce(quietly)
    let display = StudyProgressDisplay(quietly: quietly)
    let executor = LocalExecutor(
      workers: session.workers, folder: "\(folder)/work", takesOver: store.settings.takesOver)
    let waiting = StudyWaiting(store: store, plan: plan)
    let stop = StopRequest.onInterrupt()
    let isWhole = try executor.run(
      plan, data: session.data, log: store, stop: stop, sizing: settings.sizing,
      report: { progress in
        display.show(progress)
        if !quietly { waiting.tell(progress, over: display) }
      })
    display.finish()
    try save(try plan.outcomes(in: store))
    guard isWhole else {
      Console.error(
        "Stopped; what was trained is kept, and the same command goes on from there.")
      throw ExitCode(130)
    }
  }

  /// Another file of the same name is told apart from the same study run again.
  private func sayWhatIsReplaced() {
    guard let known = try? store.study(session.file.name), known.file != session.text else {
      return
    }
    Console.error(
      "\(session.file.name): the store has a study of this name from another file or an earlier state "
        + "of it; its rows make way for those of this file, and its runs are kept")
  }

  private func announce(_ quietly: Bool) {
    guard !quietly else { return }
    let file = session.file
    let sizes = plan.rungs.map(\.size).joined(separator: ", ")
    let seeds = file.ladder.seeds.count
    Console.error(
      "\(file.name): \(plan.arms.count) arms × \(plan.rungs.count) sizes (\(sizes)) × \(seeds) "
        + "seed\(seeds == 1 ? "" : "s"), \(plan.rowCount) runs, \(session.workers) side by side")
    if let note = settings.sizing.note { Console.error(note) }
  }
}
