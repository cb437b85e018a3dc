internal import ArgumentParser

struct StudyReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Reach the verdict again from the runs that are kept, and write the report.",
    usage: "allometry study report [<study>] [<options>]",
    discussion: """
      Examples:
        allometry study report gated-attention --out gated.html
      """)

  @Argument(help: ArgumentHelp("The study; default the last one.", valueName: "study"))
  var study: String?

  @OptionGroup var place: StudyStoreArguments

  @Option(
    help: ArgumentHelp("The report; default the study's name with .html, here.", valueName: "file"))
  var out: String?

  @OptionGroup var output: OutputArguments

  @Flag(help: "Print the verdict as JSON (schema allometry.verdict/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      if let out { _ = try OutputFile(out, .report, output) }
      let store = try place.open()
      let name = try place.name(study, in: store)
      try StudyConclusion(store: store, study: name)
        .publish(report: OutputFile(out ?? "\(name).html", .report, output), json: json)
    }
  }
}
