internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Does a treatment still help at scale? Compare two tables or two saved fits.",
    discussion: """
      Two tables are fitted apart and jointly: the joint fits tell whether the
      treatment changes the constant, the amplitude or the slope; the multiplier
      says how much compute the treatment is worth at each scale. Runs with equal
      scale and seed are paired, and what counts as independent is the rung, not
      the run: sizes that scatter by more than their seeds widen every interval.
      One table with both arms is split by --arm.

      Examples:
        allometry compare baseline.csv treatment.csv --law power-constant --target 1e22
        allometry compare baseline.csv treatment.csv --report comparison.html
        allometry compare runs.csv --arm method --baseline plain --treatment gated
        allometry compare baseline.json treatment.json --target 1e22
        allometry compare clip.csv mammut.csv --frontier 12 --law shifted-power
      """)

  @Argument(
    help: ArgumentHelp(
      "Baseline and treatment: two tables, two saved fits, or one table with --arm.",
      valueName: "inputs"))
  var inputs: [String]

  @OptionGroup(title: "Table options") var reading: ReadingArguments
  @OptionGroup(title: "Law options") var law: LawArguments

  @Option(help: ArgumentHelp("The column that tells the arms apart.", valueName: "column"))
  var arm: String?

  @Option(help: ArgumentHelp("The value of --arm for the baseline.", valueName: "value"))
  var baseline: String?

  @Option(help: ArgumentHelp("The value of --arm for the treatment.", valueName: "value"))
  var treatment: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The scale of the question; default ten times the largest run. As far beyond the runs as they span is answered, three decades at most.",
      valueName: "scale"))
  var target: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Compare at this many tokens per parameter instead of each law's optimum.",
      valueName: "ratio"))
  var tokensPerParameter: Double?

  @Option(
    help: ArgumentHelp(
      "Compare the frontiers: the best run of each of this many bins of log compute, of each table.",
      valueName: "bins"))
  var frontier: Int?

  @OptionGroup var output: ReportArguments

  @Flag(help: "Print JSON (schema allometry.comparison/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      var options = ComparisonOptions(fit: try law.options())
      options.target = try target.map { try NameList.positive($0, option: "--target") }
      if let tokensPerParameter {
        guard tokensPerParameter > 0, tokensPerParameter.isFinite else {
          throw CommandFailure(
            .usage,
            "--tokens-per-parameter: found \(tokensPerParameter), expected a positive number")
        }
        options.path = .tokensPerParameter(tokensPerParameter)
      }
      let page = try output.page()
      let (comparison, notes, doubts) = try self.comparison(&options)
      var summary = comparison.summary
      summary.warnings = doubts + summary.warnings
      try page?.write(
        ComparisonReport(summary, names: names(), notes: notes).html())
      if json {
        try Console.print(json: summary)
      } else {
        Console.print(
          Console.terminal.opening(notes: notes, doubts: doubts)
            + ComparisonText(comparison, terminal: Console.terminal).text(),
          terminator: "")
        output.announce()
      }
    }
  }

  private func names() -> (baseline: String, treatment: String) {
    guard let arm else { return (inputs[0], inputs[1]) }
    return (
      baseline ?? "the first \(arm) of \(inputs[0])",
      treatment ?? "the other \(arm) of \(inputs[0])"
    )
  }

  private func comparison(
    _ options: inout ComparisonOptions
  ) throws -> (Comparison, notes: [String], doubts: [String]) {
    if arm == nil, inputs.count == 2 {
      switch inputs.map(SavedFitArguments.isSavedFit) {
      case [true, true]:
        guard frontier == nil else {
          throw CommandFailure(
            .usage, "--frontier picks runs of tables, found two saved fits, expected two tables")
        }
        return (
          try ScalingLaws.comparison(
            of: SavedFitArguments.load(inputs[0]), and: SavedFitArguments.load(inputs[1]),
            options: options), [], []
        )
      case [true, false], [false, true]:
        throw CommandFailure(
          .usage,
          "\(inputs.joined(separator: ", ")): found a saved fit and another file, expected two tables or two saved fits"
        )
      default: break
      }
    }
    var tables = try self.tables()
    if let frontier {
      func best(_ table: RunTable) throws -> RunTable {
        try FitSession.frontier(of: table, bins: frontier, response: law.response ?? "loss")
      }
      tables = (try best(tables.0), try best(tables.1))
    }
    let name = law.law == "auto" ? Self.usualLaw(tables.0) : law.law
    let chosen = try FitSession.configured(name, by: law, for: tables.0)
    options.fit.objective = try law.objective(for: chosen)
    let first = try ObservationsBuilder(table: tables.0, response: law.response).build(for: chosen)
    let second = try ObservationsBuilder(table: tables.1, response: law.response)
      .build(for: chosen)
    let result = try CommandFailure.naming(
      tables.0.source == tables.1.source
        ? tables.0.source : "\(tables.0.source), \(tables.1.source)"
    ) {
      try compare(
        baseline: first.observations, treatment: second.observations, law: chosen,
        options: options)
    }
    let response = law.response ?? "loss"
    return (
      result, tables.0.notes + tables.1.notes,
      tables.0.doubts(response: response) + tables.1.doubts(response: response)
        + tables.0.doubts(beside: tables.1)
    )
  }

  private static func usualLaw(_ table: RunTable) -> String {
    LawCatalog.comparisonLaw(
      sizes: (try? table.numbers("N")) ?? [], tokens: (try? table.numbers("D")) ?? [],
      rows: table.rowCount)
  }

  private func tables() throws -> (RunTable, RunTable) {
    if let arm {
      guard inputs.count == 1 else {
        throw CommandFailure(.usage, "--arm splits one table, found \(inputs.count)")
      }
      let table = try reading.read(inputs[0])
      let groups = try table.grouped(by: [arm])
      let names = groups.flatMap(\.values).joined(separator: ", ")
      func part(_ name: String?, _ option: String, position: Int) throws -> RunTable {
        guard let name else {
          guard groups.count == 2 else {
            throw CommandFailure(
              .usage,
              "\(option) is needed: column \(arm) holds \(names)"
            )
          }
          return groups[position].table
        }
        guard let group = groups.first(where: { $0.values == [name] }) else {
          throw CommandFailure(
            .badData,
            "\(table.source): column \(arm): found \(names), expected \"\(name)\""
          )
        }
        return group.table
      }
      return (
        try part(baseline, "--baseline", position: 0),
        try part(treatment, "--treatment", position: 1)
      )
    }
    guard inputs.count == 2 else {
      throw CommandFailure(
        .usage, "found \(inputs.count) inputs, expected two, or one table with --arm")
    }
    guard inputs != ["-", "-"] else {
      throw CommandFailure(.usage, "standard input is named twice, expected two tables")
    }
    return (try reading.read(inputs[0]), try reading.read(inputs[1]))
  }
}
