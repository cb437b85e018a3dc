internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws
internal import Statistics

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

struct TrendsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trends",
    abstract: "What does each task do with scale, and may it be extrapolated?",
    discussion: """
      Each task is called increasing, decreasing, U-shaped, inverted U, a change at
      the last size only, irregular, flat or undecided, with its confidence, and
      tasks at chance are refused. Tasks that a law may be fitted to are forecast at
      the next sizes, or at those of --at. The table has a column metric.NAME for
      each task, or one row a task with --task and --metric.

      Examples:
        allometry trends evals.csv --chance arc=0.25 --items arc=1172
        allometry trends evals.csv --task task --metric accuracy --error accuracy_stderr
        allometry trends evals.csv --chance arc=0.25 --at N=1.3e10
      """)

  @OptionGroup var input: TableArguments

  @OptionGroup var columns: TaskColumnArguments

  @Option(
    help: ArgumentHelp("The column of the metric's standard error.", valueName: "column"))
  var error: String?

  @OptionGroup var facts: TaskFactArguments

  @Option(
    help: ArgumentHelp(
      "Tasks of which a smaller metric is better, or all.", valueName: "names"))
  var lowerIsBetter: String?

  @Option(help: "The confidence level of verdicts.")
  var level: Double = 0.9

  @Option(
    help: ArgumentHelp(
      "Scales to forecast at, with the column of scale: N=7B or N=7B:13B; default 3 and 10 times the largest.",
      valueName: "column=value"))
  var at: String?

  @Flag(help: "Print JSON.")
  var json = false

  struct Entry: Encodable {
    var task: String
    var shape: String
    var direction: String
    var probability: Double
    var pValue: Double
    /// The same over all tasks of the table: the false discovery rate at which this one is called.
    var adjustedPValue: Double
    var slopePerDecade: Estimated
    var turningPoint: Estimated?
    var aboveChance: Bool?
    var accepted: Bool
    var law: String
    var sentence: String
    /// The shape of most support where none reaches the level.
    var leading: String
    /// `at chance`, `above chance`, `below chance` or `crosses chance`.
    var chance: String?
    /// The p-value of a change at the last size, where that is the shape.
    var lastPValue: Double?
    var forecasts: [TaskForecast]
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.coverage(level)
      let table = try input.reading.read(input.table)
      var notes: [String] = []
      let scaleColumn =
        try columns.scale.column(in: table) ?? missingScale(table)
      let all = try series(of: table, scaleColumn: scaleColumn, notes: &notes)
      let unknown = all.filter { $0.chance == nil && $0.higherIsBetter }.map { one in
        (
          name: one.task, lowest: one.metric.min() ?? .nan, highest: one.metric.max() ?? .nan
        )
      }
      let cautions = KnownChances.hint(unknown).map { [$0] } ?? []
      let wanted = try places(scaleColumn)
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
          let largest = one.scale.max() ?? 1
          // A law that cannot be fitted takes nothing from the verdict.
          let forecasts =
            (try? one.forecasts(
              by: report, at: wanted ?? [3 * largest, 10 * largest],
              options: FitOptions(
                level: level, resamples: 400, threads: ProcessInfo.processInfo.activeProcessorCount)
            )) ?? []
          entries.append(
            Entry(
              task: report.task, shape: "\(report.shape)", direction: "\(report.direction)",
              probability: report.probability, pValue: report.pValue,
              adjustedPValue: report.pValue, slopePerDecade: report.slope,
              turningPoint: report.turningPoint, aboveChance: report.isAboveChance,
              accepted: report.isAccepted, law: report.recommendation.rawValue,
              sentence: report.sentence, leading: "\(report.leading)",
              chance: report.chanceRelation?.rawValue,
              lastPValue: report.lastPValue.isNaN ? nil : report.lastPValue,
              forecasts: forecasts))
        } catch { failures.append("\(error)") }
      }
      guard !entries.isEmpty else {
        throw CommandFailure(.badData, failures.joined(separator: "; "))
      }
      let adjusted = MultipleTesting.benjaminiHochberg(entries.map(\.pValue))
      for index in entries.indices { entries[index].adjustedPValue = adjusted[index] }
      if json {
        struct Answer: Encodable {
          var schema = "allometry.trends/1"
          var tasks: [Entry]
          var notExamined: [String]
          var notes: [String]
        }
        try Console.print(
          json: Answer(
            tasks: entries, notExamined: failures,
            notes: cautions + table.doubts() + table.notes + notes))
      } else {
        print(
          entries, failures: failures, notes: notes, scaleColumn: scaleColumn,
          opening: Console.terminal.opening(
            notes: table.notes,
            doubts: table.doubts() + cautions,
            remarks: Terminal.remarks(table.notes)))
      }
    }
  }

  /// The scales of `--at`; nil where it was not given.
  private func places(_ scaleColumn: String) throws -> [Double]? {
    guard let at else { return nil }
    let lists = try NameList.lists(at, option: "--at")
    guard lists.count == 1, let values = lists[scaleColumn], values.allSatisfy({ $0 > 0 }) else {
      throw CommandFailure(
        .usage,
        "--at: found \"\(at)\", expected positive values of the scale, such as \(scaleColumn)=7B; --scale names another column"
      )
    }
    return values
  }

  private func series(
    of table: RunTable, scaleColumn: String, notes: inout [String]
  ) throws -> [TaskSeries] {
    let chances = try NameList.numbers(facts.chance, option: "--chance")
    for (name, value) in chances.sorted(by: { $0.key < $1.key }) where !(0..<1).contains(value) {
      throw CommandFailure(
        .usage,
        "--chance: found \(name) = \(NumberFormat.significant(value, 6)), expected a share from 0 to below 1"
      )
    }
    let counts = try NameList.numbers(facts.items, option: "--items").mapValues { count in
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
      try columns.task.map { try table.unique($0) }
      ?? table.metricNames
    if !tasks.isEmpty {
      try TaskFactArguments.check(
        [
          ("--chance", Array(chances.keys)), ("--items", Array(counts.keys)),
          ("--lower-is-better", Array(lower.subtracting(["all"]))),
        ], tasks: tasks, source: table.source)
    }
    func one(_ name: String, _ rows: RunTable, metric: String, error: String?) throws -> TaskSeries
    {
      let needed = [scaleColumn, metric] + (error.map { [$0] } ?? [])
      let (complete, _) = try rows.droppingMissing(in: needed)
      var errors = try error.map { try complete.numbers($0) }
      var used = Array(0..<complete.rowCount)
      if let error, let stated = errors {
        // A standard error of zero is no measurement: the row is treated as one without.
        used = used.filter { stated[$0] > 0 && stated[$0].isFinite }
        if used.isEmpty {
          errors = nil
          used = Array(0..<complete.rowCount)
          notes.append(
            "\(name): no standard error in \(error) is above 0, so all are treated as missing and the noise is estimated"
          )
        } else if used.count < complete.rowCount {
          let dropped = complete.rowCount - used.count
          notes.append(
            "\(name): \(dropped) \(dropped == 1 ? "row" : "rows") left out whose standard error in \(error) is not above 0, as if it were missing"
          )
        }
      }
      func column(_ column: String) throws -> [Double] {
        let values = try complete.numbers(column)
        return used.map { values[$0] }
      }
      return TaskSeries(
        task: name, scale: try column(scaleColumn), metric: try column(metric),
        standardErrors: errors.map { errors in used.map { errors[$0] } },
        items: counts[name].map { [Int](repeating: $0, count: used.count) },
        chance: chances[name], higherIsBetter: !lower.contains(name) && !lower.contains("all"),
        losses: rows.hasColumn("loss") ? try column("loss") : nil)
    }
    if let task = columns.task {
      return try table.grouped(by: [task]).map {
        try one($0.values[0], $0.table, metric: columns.metric, error: error)
      }
    }
    return try table.metricNames.map { name in
      try one(
        name, table, metric: "metric.\(name)",
        error: table.hasColumn("stderr.\(name)") ? "stderr.\(name)" : nil)
    }
  }

  /// A shape as people write it, with what it would be where it is undecided.
  private static func words(_ entry: Entry) -> String {
    (TrendShape.allCases.first { "\($0)" == entry.shape } ?? .undecided).words
  }

  /// The confidence as it is printed: nothing for what is undecided, bounds near certainty.
  private static func confidence(_ entry: Entry) -> String {
    if entry.shape == "undecided" { return "" }
    let percent = (100 * entry.probability).rounded(.down)
    return percent > 99 ? "> 99 %" : "\(NumberFormat.significant(percent, 3)) %"
  }

  private func missingScale(_ table: RunTable) throws -> String {
    throw CommandFailure(
      .badData,
      "\(table.source): found no column C or N, expected a scale; rename one with --map or name it with --scale"
    )
  }

  private func print(
    _ entries: [Entry], failures: [String], notes: [String], scaleColumn: String, opening: String
  ) {
    var table = Console.table([
      "task", "shape", .number("confidence"),
      .number("per decade"), "extrapolate by",
    ])
    for entry in entries {
      table.rows.append([
        entry.task, Self.words(entry), Self.confidence(entry),
        NumberFormat.withInterval(
          entry.slopePerDecade.value, entry.slopePerDecade.low, entry.slopePerDecade.high),
        entry.accepted
          ? entry.law : entry.aboveChance == false ? "no: \(entry.chance ?? "at chance")" : "no",
      ])
    }
    Console.print(
      opening + Console.terminal.render(table), terminator: "")
    if let sentence = discoveries(entries) {
      Console.say(sentence)
    }
    for entry in entries where !entry.accepted {
      Console.say(entry.sentence)
    }
    printForecasts(entries, scaleColumn: scaleColumn)
    for note in notes { Console.say("Note: \(note)") }
    for failure in failures {
      Console.say("Not examined: \(failure)")
    }
  }

  /// How many tasks of many change with scale: each confidence is of its task alone, and of many
  /// tasks some reach any level by chance.
  private func discoveries(_ entries: [Entry]) -> String? {
    guard entries.count > 1 else { return nil }
    let rate = 1 - level
    let found = entries.filter { $0.adjustedPValue <= rate }
    let alone = entries.filter { $0.pValue <= rate && $0.adjustedPValue > rate }
    let percent = NumberFormat.percent(rate, decimals: 0)
    let text =
      "Over all tasks together, \(found.count) of \(entries.count) change with scale at a false discovery rate of \(percent) (Benjamini-Hochberg)"
    return alone.isEmpty
      ? text + "."
      : "\(text); \(alone.map(\.task).joined(separator: ", ")) only if looked at alone."
  }

  private func printForecasts(_ entries: [Entry], scaleColumn: String) {
    let forecasts = entries.flatMap(\.forecasts)
    guard !forecasts.isEmpty else { return }
    var table = Console.table([
      "task", .number(scaleColumn),
      .number("beyond"), .number("forecast"),
      .number("one model"), "law",
    ])
    for one in forecasts {
      func ends(_ estimate: Estimated) -> String {
        "\(NumberFormat.significant(estimate.low, 3)) to \(NumberFormat.significant(estimate.high, 3))"
      }
      table.rows.append([
        one.task, NumberFormat.flops(one.scale),
        one.beyond > 1.005 ? "\(NumberFormat.significant(one.beyond, 2))x" : "inside",
        "\(NumberFormat.significant(one.value.value, 3)) (\(ends(one.value)))", ends(one.run),
        one.law,
      ])
    }
    Console.print("")
    Console.print(
      "Forecasts with intervals of \(NumberFormat.significant(100 * level, 3)) %:")
    Console.show(table)
  }
}
