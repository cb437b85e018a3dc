internal import ArgumentParser

/// The page that a command writes beside what it prints.
struct ReportArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write a report: one HTML file that needs no network.", valueName: "file.html"))
  var report: String?

  @OptionGroup var output: OutputArguments

  /// Where the page goes, checked before the work that fills it; nil where none is wanted.
  func page() throws -> OutputFile? { try report.map { try OutputFile($0, .report, output) } }

  /// Says below an answer where the page went.
  func announce() {
    if let report { Console.print("\nReport: \(report)") }
  }
}
