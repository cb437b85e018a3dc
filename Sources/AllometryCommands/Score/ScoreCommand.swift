internal import ArgumentParser
internal import Reports
internal import RunTables
internal import ScalingLaws

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "How well did saved fits predict runs that they had not seen?",
    usage: "allometry score <fit.json> ... <table> [<options>]",
    discussion: """
      Every row of the table is predicted by the saved fit: errors, bias, how many
      outcomes fell inside the intervals, and which runs are off by how many
      standard deviations of a single run. Several fits are ranked on the rows that
      all of them can predict. Nothing is fitted to the table.

      Examples:
        allometry score fit.json new.csv
        allometry score a.json b.json new.csv --report score.html
        allometry score fit.json new.csv --map loss=val_loss --where 'C>1e21'
      """)

  @Argument(
    help: ArgumentHelp(
      "Fits saved by allometry fit --json, then the table of new runs.", valueName: "files"))
  var files: [String]

  @OptionGroup(title: "Table options") var reading: ReadingArguments
  @OptionGroup(title: "Schedule options") var schedule: ScheduleArguments

  @OptionGroup var output: ReportArguments

  @Option(parsing: .unconditional, help: "The number of threads; results do not depend on it.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Score the chosen law alone, without the alternatives that a fit by auto keeps.")
  var single = false

  @Flag(help: "Print JSON (schema allometry.score/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      guard files.count >= 2, let path = files.last else {
        throw CommandFailure(
          .usage, "found \(files.joined(separator: " ")), expected saved fits and then a table")
      }
      try OptionCheck.atLeast(1, threads, option: "--threads")
      let page = try output.page()
      if SavedFitArguments.isSavedFit(path) {
        throw CommandFailure(
          .usage, "\(path): found a saved fit, expected the table of new runs in the last place")
      }
      let fits = try files.dropLast().map { (name: $0, fit: try SavedFitArguments.load($0)) }
      let table = try reading.read(path)
      let scored = try ScoreSession(
        fits: fits, table: table, schedules: schedule.source(), single: single,
        threads: threads
      ).result
      try page?.write(scored.report(origin: .now).html())
      if json {
        try Console.print(json: scored.answer)
      } else {
        Console.print(ScoreSummary(scored, terminal: Console.terminal).text(), terminator: "")
        output.announce()
      }
    }
  }
}
