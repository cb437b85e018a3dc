internal import ArgumentParser
internal import Reports
internal import RunTables
internal import ScalingLaws

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit scaling laws to a table of runs, with intervals, validation and a report.",
    discussion: """
      Columns are N parameters, D training tokens, C training FLOPs (6ND when
      absent), loss in nats per token, and those that a law names (allometry laws
      NAME). Well-known exports are recognised; --map renames any others.

      Examples:
        allometry fit runs.csv
        allometry fit runs.csv --law chinchilla --report report.html
        allometry fit runs.csv --map N=params,D=tokens --where 'D/N<=200' --by family
        allometry fit runs.csv --law chinchilla --by family --share alpha,beta
        allometry fit runs.csv --by family --json > fits.json  # plan fits.json#gated
        allometry fit runs.csv --law chinchilla --json > fit.json
        allometry fit mixtures.csv --law mixture --response loss.a,loss.b --weight 0.7,0.3
        allometry fit sweep.csv --law learning-rate --json > rates.json
      """)

  @OptionGroup var input: TableArguments
  @OptionGroup(title: "Table options") var duplicates: DuplicateArguments
  @OptionGroup(title: "Law options") var law: LawArguments
  @OptionGroup(title: "Schedule options") var schedule: ScheduleArguments

  @Option(help: ArgumentHelp("Fit each group of rows by itself.", valueName: "columns"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "With --by: fit all groups together with these parameters in common, or all, and test it.",
      valueName: "parameters"))
  var share: String?

  @Option(
    help: ArgumentHelp(
      "Fit only the best run of each of this many bins of log compute, the frontier.",
      valueName: "bins"))
  var frontier: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What each of several responses of a mixture counts: 0.7,0.3 or loss.a=0.7,loss.b=0.3.",
      valueName: "weights"))
  var weight: String?

  @OptionGroup var output: ReportArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The compute budget of the report's plan, such as 5.76e23; default ten times the data's.",
      valueName: "FLOPs"))
  var compute: String?

  @Flag(help: "Print the fit as JSON (schema allometry.fit/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      let budget = try compute.map { try NameList.positive($0, option: "--compute") }
      let page = try output.page()
      if output.report == nil, compute != nil {
        throw CommandFailure(
          .usage, "--compute is the budget of the report's plan, expected --report with it")
      }
      let session = FitSession(law: law, schedule: schedule)
      let table = duplicates.counted(try input.reading.read(input.table))
      let groups = try FitSession.groups(of: table, by: by).map { group in
        var group = group
        group.table = try duplicates.laterSteps(group.table, response: law.response)
        if let frontier {
          group.table = try FitSession.frontier(
            of: group.table, bins: frontier, response: law.response ?? "loss")
        }
        return group
      }
      if let share {
        try runSharing(share, on: groups)
        return
      }
      if let procedure = ProcedureFit(rawValue: law.law) {
        try run(procedure, on: groups)
        return
      }
      var results: [FittedTable] = []
      for group in groups {
        do {
          if session.targets.count > 1 || weight != nil {
            results += try session.fitTargets(group.table, group: group.labels, weight: weight)
            continue
          }
          var fitted = try session.fit(
            group.table, group: group.labels, needsInfluence: !json || output.report != nil)
          fitted.doubts = group.table.doubts(response: law.response ?? "loss")
          results.append(fitted)
        } catch  where groups.count > 1 {
          Console.error("allometry: \(group.title): \(CommandFailure(error).message)")
        }
      }
      guard !results.isEmpty else {
        throw CommandFailure(.badData, "no group of rows could be fitted")
      }
      try page?.write(
        FitReport(parts: results, compute: budget, origin: .now).html())
      if json {
        Console.print(try FittedTable.json(results), terminator: "")
      } else {
        for (position, result) in results.enumerated() {
          if position > 0 { Console.print("") }
          Console.print(FitSummary(result, terminal: Console.terminal).text(), terminator: "")
        }
        output.announce()
      }
    }
  }

  private func run(_ procedure: ProcedureFit, on groups: [FitSession.Group]) throws {
    if output.report != nil {
      throw CommandFailure(
        .usage,
        "--report shows laws of rows; \(procedure.rawValue) is printed, and saved with --json")
    }
    var documents: [FitDocument] = []
    for group in groups {
      var document = try CommandFailure.naming(group.table.source) {
        try procedure.document(of: group.table, law: law)
      }
      if !group.labels.isEmpty { document.group = group.values }
      document.notes = group.table.doubts(response: law.response ?? "loss") + document.notes
      documents.append(document)
    }
    if json {
      Console.print(try FittedTable.json(documents), terminator: "")
      return
    }
    for (position, document) in documents.enumerated() {
      if position > 0 { Console.print("") }
      if !groups[position].title.isEmpty { Console.print(groups[position].title) }
      let doubts = groups[position].table.doubts(response: law.response ?? "loss")
      Console.print(
        DocumentSummary(document, doubts: doubts, terminal: Console.terminal).text(),
        terminator: "")
    }
  }
}
