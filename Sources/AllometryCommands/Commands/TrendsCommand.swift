internal import ArgumentParser
internal import Reports
internal import RunTables
internal import ScalingLaws
internal import Statistics

/// `allometry trends`.
struct TrendsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trends",
    abstract: "What does each task do with scale, and may it be extrapolated?",
    discussion: """
      Each task is called monotone, inverse, U-shaped, inverted U or undecided,
      with its confidence, and tasks at chance are refused. The table has a column
      metric.NAME for each task, or one row a task with --task and --metric.

      Examples:
        allometry trends evals.csv --chance arc=0.25 --items arc=1172
        allometry trends evals.csv --task task --metric accuracy --error accuracy_stderr
      """)

  @OptionGroup var input: TableArguments

  @Option(help: ArgumentHelp("The column that names tasks, one row a task.", valueName: "column"))
  var task: String?

  @Option(help: ArgumentHelp("The column of the metric, with --task.", valueName: "column"))
  var metric: String = "accuracy"

  @Option(
    help: ArgumentHelp("The column of the metric's standard error.", valueName: "column"))
  var error: String?

  @Option(
    help: ArgumentHelp("The column of scale; default C, else N.", valueName: "column"))
  var scale: String?

  @Option(
    help: ArgumentHelp(
      "The metric of guessing by task: arc=0.25,piqa=0.5.", valueName: "name=value"))
  var chance: String?

  @Option(
    help: ArgumentHelp("The number of items by task: arc=1172.", valueName: "name=count"))
  var items: String?

  @Option(
    help: ArgumentHelp(
      "Tasks of which a smaller metric is better, or all.", valueName: "names"))
  var lowerIsBetter: String?

  @Option(help: "The confidence level of verdicts.")
  var level: Double = 0.9

  @Flag(help: "Print JSON.")
  var json = false

  /// One task, as JSON gives it.
  struct Entry: Encodable {
    var task: String
    var shape: String
    var direction: String
    var probability: Double
    var slopePerDecade: Estimated
    var turningPoint: Estimated?
    var aboveChance: Bool?
    var accepted: Bool
    var law: String
    var sentence: String
  }

  func run() throws {
    try reportingFailure {
      guard level > 0.5, level < 1 else {
        throw CommandFailure(
          .usage, "--level: found \(level), expected a number between 0.5 and 1")
      }
      let table = try input.reading.read(input.table)
      let all = try series(of: table)
      guard !all.isEmpty else {
        throw CommandFailure(
          .badData,
          "\(table.source): found no column metric.NAME, expected one for each task, or --task and --metric"
        )
      }
      var entries: [Entry] = []
      var failures: [String] = []
      for one in all {
        do {
          let report = try TaskReport(one, level: level)
          entries.append(
            Entry(
              task: report.task, shape: "\(report.shape)", direction: "\(report.direction)",
              probability: Self.confidence(report), slopePerDecade: report.slope,
              turningPoint: report.turningPoint, aboveChance: report.isAboveChance,
              accepted: report.isAccepted, law: report.recommendation.rawValue,
              sentence: report.sentence))
        } catch { failures.append("\(error)") }
      }
      guard !entries.isEmpty else {
        throw CommandFailure(.badData, failures.joined(separator: "; "))
      }
      if json {
        struct Answer: Encodable {
          var schema = "allometry.trends/1"
          var tasks: [Entry]
          var notExamined: [String]
        }
        Console.print(try jsonText(Answer(tasks: entries, notExamined: failures)))
      } else {
        print(entries, failures: failures)
      }
    }
  }

  /// The confidence in a verdict: for a monotone one, that the slope has its sign.
  private static func confidence(_ report: TaskReport) -> Double {
    guard report.shape == .increasing || report.shape == .decreasing else {
      return report.probability
    }
    let width = report.slope.high - report.slope.low
    guard width > 0 else { return report.probability }
    let halfWidths = 2 * abs(report.slope.value) / width
    let quantile = Normal.standard.quantile(0.5 + report.level / 2)
    return Normal.standard.cdf(halfWidths * quantile)
  }

  private func series(of table: RunTable) throws -> [TaskSeries] {
    let chances = try NameList.numbers(chance, option: "--chance")
    let counts = try NameList.numbers(items, option: "--items").mapValues { count in
      guard let whole = Int(exactly: count), whole > 0 else {
        throw CommandFailure(
          .usage,
          "--items: found \(NumberFormat.significant(count, 6)), expected a number of items, 1 or more"
        )
      }
      return whole
    }
    let lower = Set((lowerIsBetter ?? "").split(separator: ",").map(\.trimmingSpaces))
    let tasks =
      try task.map { try table.unique($0) }
      ?? table.columnNames.filter { $0.hasPrefix("metric.") }.map { String($0.dropFirst(7)) }
    for (option, names) in [
      ("--chance", Array(chances.keys)), ("--items", Array(counts.keys)),
      ("--lower-is-better", Array(lower.subtracting(["all"]))),
    ] {
      for name in names.sorted() where !tasks.isEmpty && !tasks.contains(name) {
        throw CommandFailure(
          .usage,
          "\(option): found \"\(name)\", expected a task of \(table.source): \(tasks.joined(separator: ", "))"
        )
      }
    }
    let scaleColumn = try scale ?? ["C", "N"].first { table.hasColumn($0) } ?? missingScale(table)
    func one(_ name: String, _ rows: RunTable, metric: String, error: String?) throws -> TaskSeries
    {
      let needed = [scaleColumn, metric] + (error.map { [$0] } ?? [])
      let (complete, _) = try rows.droppingMissing(in: needed)
      return TaskSeries(
        task: name, scale: try complete.numbers(scaleColumn),
        metric: try complete.numbers(metric),
        standardErrors: try error.map { try complete.numbers($0) }
          .flatMap { $0.allSatisfy { $0 > 0 } ? $0 : nil },
        items: counts[name].map { [Int](repeating: $0, count: complete.rowCount) },
        chance: chances[name], higherIsBetter: !lower.contains(name) && !lower.contains("all"),
        losses: rows.hasColumn("loss") ? try complete.numbers("loss") : nil)
    }
    if let task {
      return try table.grouped(by: [task]).map {
        try one($0.values[0], $0.table, metric: metric, error: error)
      }
    }
    return try table.columnNames.filter { $0.hasPrefix("metric.") }.map { column in
      let name = String(column.dropFirst("metric.".count))
      return try one(
        name, table, metric: column,
        error: table.hasColumn("stderr.\(name)") ? "stderr.\(name)" : nil)
    }
  }

  /// A shape as people write it.
  private static func words(_ shape: String) -> String {
    ["uShaped": "U-shaped", "invertedU": "inverted U"][shape] ?? shape
  }

  private func missingScale(_ table: RunTable) throws -> String {
    throw CommandFailure(
      .badData,
      "\(table.source): found no column C or N, expected a scale; rename one with --map or name it with --scale"
    )
  }

  private func print(_ entries: [Entry], failures: [String]) {
    var table = TextTable(
      columns: [
        .init("task"), .init("shape"), .init("confidence", alignment: .trailing),
        .init("per decade", alignment: .trailing), .init("extrapolate by"),
      ], widthLimit: Console.width)
    for entry in entries {
      table.rows.append([
        entry.task, Self.words(entry.shape), NumberFormat.percent(entry.probability, decimals: 0),
        NumberFormat.withInterval(
          entry.slopePerDecade.value, entry.slopePerDecade.low, entry.slopePerDecade.high),
        entry.accepted ? entry.law : entry.aboveChance == false ? "no: at chance" : "no",
      ])
    }
    Console.print(
      table.render(style: Console.isTerminal ? .ansi : .plain), terminator: "")
    for entry in entries where !entry.accepted {
      Console.print(Console.wrap(entry.sentence, width: Console.width))
    }
    for failure in failures {
      Console.print(Console.wrap("Not examined: \(failure)", width: Console.width))
    }
  }
}
