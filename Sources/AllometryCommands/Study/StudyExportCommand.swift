internal import ArgumentParser
internal import Store
internal import Studies
internal import Verdicts

struct StudyExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the table of a study's runs: CSV or JSON lines.",
    usage: "allometry study export [<study>] [<options>]",
    discussion: """
      Examples:
        allometry study export gated-attention --out runs.csv
        allometry fit runs.csv --by arm --law power-constant
      """)

  @Argument(help: ArgumentHelp("The study; default the last one.", valueName: "study"))
  var study: String?

  @OptionGroup var place: StudyStoreArguments

  @Option(
    help: ArgumentHelp(
      "The file; .jsonl makes JSON lines, anything else CSV; default standard output.",
      valueName: "file"))
  var out: String?

  @OptionGroup var output: OutputArguments

  @Option(help: "csv or jsonl, whatever the file is called.")
  var format: String?

  @Flag(help: "Runs that chose a learning rate, too.")
  var sweeps = false

  func run() throws {
    try reportingFailure {
      let file = try out.map { try OutputFile($0, .studyTable, output) }
      guard out != nil || !ProcessStart.isOutputClosed else {
        throw CommandFailure(
          .inputOutput, "standard output is closed; name a file for the table with --out")
      }
      let store = try place.open()
      try store.verify()
      let name = try place.name(study, in: store)
      let format: StudyTable.Format =
        try self.format.map { word in
          guard let format = StudyTable.Format(rawValue: word) else {
            throw OptionCheck.unknown(
              word, among: StudyTable.Format.allCases.map(\.rawValue), option: "--format")
          }
          return format
        } ?? (out?.hasSuffix(".jsonl") == true ? .jsonLines : .csv)
      let purpose: StudyRow.Purpose? = sweeps ? nil : .comparison
      var rows = try store.rows(of: name)
      if let purpose { rows.removeAll { $0.purpose != purpose } }
      let text = StudyTable(rows).text(format)
      if let file {
        try file.write(text)
      } else {
        Console.print(text, terminator: "")
      }
    }
  }
}
