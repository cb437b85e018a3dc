internal import ArgumentParser
internal import Foundation
internal import Quantities
internal import Reports
internal import Store
internal import Studies
internal import Training
internal import Verdicts

struct StudyRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Carry a study out: train what is missing, reach a verdict, write the report.",
    usage: "allometry study run <study.yaml> [<options>]",
    discussion: """
      Runs are kept by their content: a run that any study here has finished is
      not trained again, and a study that was stopped or killed goes on where it
      was. Ctrl-C writes checkpoints and ends.

      Examples:
        allometry study run gated-attention.yaml --dry-run
        allometry study run gated-attention.yaml --budget 5m
      """)

  @Argument(help: ArgumentHelp("The study file.", valueName: "study.yaml"))
  var study: String

  @Flag(help: "Print every run with parameters, tokens, FLOPs and time; train nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Size the study to this time on this machine: 5m, 2h; goes before the file's own.",
      valueName: "time"))
  var budget: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Runs side by side; default the number of cores.", valueName: "count"))
  var workers: Int?

  @OptionGroup var place: StudyStoreArguments

  @Option(
    help: ArgumentHelp("The report; default the study's name with .html, here.", valueName: "file"))
  var report: String?

  @OptionGroup var output: OutputArguments

  @Flag(
    help:
      "Try runs again that failed for a reason other than their numbers, and those that the store keeps damaged."
  )
  var retry = false

  @Flag(
    help: "Take runs over from processes that are stopped, and from those of other machines.")
  var takeover = false

  @Flag(help: "Print the verdict as JSON (schema allometry.verdict/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      if let workers, !(1...256).contains(workers) {
        throw CommandFailure(.usage, "--workers: found \(workers), expected 1 to 256")
      }
      let seconds = try budget.map { try OptionCheck.seconds($0, option: "--budget") }
      try OptionCheck.exists(study)
      let start = ContinuousClock.now
      var session = try StudySession(
        study, workers: workers, cache: dryRun ? nil : "\(place.folder)/cache")
      let path = report ?? "\(session.file.name).html"
      if !dryRun {
        for ending in ["", "-wal", "-shm", "-journal"] {
          try OutputPlaces.take(place.path + ending, for: "--store")
        }
        if let around = InputFiles.folder(around: place.path) {
          throw CommandFailure(
            .cannotCreate,
            "\(place.path): the store would become a part of \(around), which is read by this "
              + "command; name a place outside of it with --store")
        }
      }
      let page = dryRun ? nil : try OutputFile(path, .report, output)
      let isKnown = FileManager.default.fileExists(atPath: place.path)
      var waiting = StoreSettings()
      waiting.takesOver = takeover
      let store =
        dryRun && !isKnown
        ? nil
        : try RunStore(place.path, creating: !dryRun, settings: waiting, reading: dryRun)
      let settings = try session.settings(
        in: store, budget: seconds, measures: dryRun, quietly: json)
      let plan = try session.sizer.plan(settings.sizing)
      try session.fitWorkers(plan)
      try session.check(plan, in: study, trains: !dryRun)
      session.tellNotes()
      if dryRun {
        return try StudyDryRun(
          plan, settings.sizing, log: store, shortage: session.memoryShortage(plan)
        ).print(json: json)
      }
      guard let store, let page else { return }
      if retry { try forgetFailures(of: plan, named: session.file.name, in: store) }
      let carried = StudyRun(
        session: session, settings: settings, plan: plan, store: store, folder: place.folder)
      try carried.run(quietly: json)
      try StudyConclusion(store: store, study: session.file.name).publish(
        report: page, json: json)
      if !json {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        Console.error("Took \(NumberFormat.duration(seconds)).")
      }
    }
  }

  /// Forgets what failed and what is damaged of this study; what only others use is theirs.
  private func forgetFailures(
    of plan: StudyPlan, named name: String, in store: RunStore
  ) throws {
    let damaged = try store.check().faults.filter { $0.studies.contains(name) }
    try store.forget(Array(Set(damaged.compactMap(\.run))))
    let known = try plan.outcomes(in: store)
    try store.forget(known.filter { $0.value.status == .failed }.map(\.key))
  }
}
