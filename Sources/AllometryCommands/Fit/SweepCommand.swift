internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Find the best learning rate, batch and weight decay of a sweep, and their laws.",
    discussion: """
      Each row of the table is one run: N, D, loss and the hyper-parameters lr,
      batch_tokens and weight_decay, of which those with three or more values at
      most sizes are swept. The optimum of each N and D comes first, with an interval
      or as a bound where it lies at an edge; then its power law in N and D.

      Examples:
        allometry sweep sweep.csv
        allometry sweep sweep.csv --at N=7e9,D=1.4e11
        allometry sweep sweep.csv --initial-loss 10.8
        allometry fit sweep.csv --law learning-rate --json > rates.json
      """)

  @OptionGroup var input: TableArguments

  @Option(
    help: ArgumentHelp(
      "The columns that were swept, instead of those of the known names that vary.",
      valueName: "columns"))
  var axes: String?

  @Option(help: ArgumentHelp("The column of the outcome.", valueName: "column"))
  var response: String = "loss"

  @Option(
    help: ArgumentHelp(
      "Predict the best values for a new run: N=7e9,D=1.4e11.", valueName: "name=value"))
  var at: [String] = []

  @Option(help: ArgumentHelp("Hold exponents of the laws: a=0.", valueName: "name=value"))
  var fix: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The loss before training: adds how much each cell's loss depends on the value [145]. Diverged runs count as untrained.",
      valueName: "loss"))
  var initialLoss: Double?

  @OptionGroup var coverage: NominalCoverageArguments

  @OptionGroup var random: SeedArguments

  @Flag(help: "Print JSON.")
  var json = false

  private struct Answer: Encodable {
    struct Prediction: Encodable {
      var axis: String
      var columns: [String: Double]
      var value: Estimated
    }
    struct Refusal: Encodable {
      var axis: String
      var reason: String
    }
    var schema = "allometry.sweep/1"
    var table: String
    var sweep: SweepRecord
    var laws: [FitDocument]
    var refused: [Refusal]
    var predictions: [Prediction]
    /// With --initial-loss only.
    var sensitivities: [SweepSensitivity]?
    var notes: [String]
  }

  func run() throws {
    try reportingFailure {
      try coverage.check()
      try OptionCheck.positive(initialLoss, option: "--initial-loss")
      let table = try input.reading.read(input.table)
      let candidates = axes.map { $0.split(separator: ",").map(\.trimmingSpaces) }
      if let absent = (candidates ?? []).first(where: { !table.hasColumn($0) }) {
        throw CommandFailure(
          .badData,
          "\(table.source): found no column \(absent), expected it: --axes names it; found \(table.columnNames.joined(separator: ", "))"
        )
      }
      guard table.hasColumn(response) else {
        throw CommandFailure(
          .badData,
          "\(table.source): found no column \(response), expected the outcome of each run; name it with --response COLUMN"
        )
      }
      let known = candidates ?? RawSweep.knownAxes
      guard
        let sweep = try SweepTable(table: table, loss: response, candidates: known).sweep()
      else {
        throw CommandFailure(
          .badData,
          "\(table.source): found no hyper-parameter with three or more values at most sizes, expected one of \(known.joined(separator: ", ")); name others with --axes, or rename columns with --map"
        )
      }
      try answer(sweep, table: table)
    }
  }

  private func answer(_ sweep: RawSweep, table: RunTable) throws {
    let record = sweep.optima(level: coverage.level, seed: random.seed)
    guard !record.cells.isEmpty else {
      throw CommandFailure(.badData, "\(table.source): \(record.warnings.joined(separator: "; "))")
    }
    let options = FitOptions(
      fixed: try NameList.numbers(fix, option: "--fix"), level: coverage.level, seed: random.seed)
    let places = try at.map { text in
      let place = try NameList.numbers(text, option: "--at")
      if let absent = ["N", "D"].first(where: { !((place[$0] ?? 0) > 0) }) {
        throw CommandFailure(
          .usage, "--at: found no positive \(absent) in \"\(text)\", expected N and D")
      }
      return place
    }
    var answer = Answer(
      table: table.source, sweep: record, laws: [], refused: [], predictions: [],
      notes: table.notes + sweep.notes)
    if let initialLoss {
      guard record.axes.count == 1 else {
        throw CommandFailure(
          .usage,
          "--initial-loss is about a sweep of one hyper-parameter; found \(record.axes.joined(separator: ", ")): choose one with --axes"
        )
      }
      answer.sensitivities = sweep.sensitivities(initialLoss: initialLoss)
    }
    var fits: [(axis: String, optimum: OptimumLaw)] = []
    for axis in record.axes {
      do throws(FitError) {
        let law = OptimumLaw.laws[axis] ?? LearningRateLaw()
        let optimum = try OptimumLaw(law, of: axis, in: record, options: options)
        fits.append((axis, optimum))
        answer.laws.append(FitDocument(optimum.fit, table: table.source, notes: optimum.notes))
        for place in places {
          let value = try optimum.fit.forecast(at: place)
          answer.predictions.append(
            Answer.Prediction(axis: axis, columns: place, value: value.law))
        }
      } catch {
        answer.refused.append(Answer.Refusal(axis: axis, reason: error.description))
      }
    }
    if json {
      try Console.print(json: answer)
      return
    }
    let style = Console.style
    let opening = Console.terminal.opening(
      notes: answer.notes, doubts: table.doubts(response: response))
    var lines = [opening + SweepSummary(record).text(Console.terminal)]
    if !fits.isEmpty {
      lines.append(lawTable(fits).render(style: style))
      let first = fits[0].optimum
      lines.append(
        Console.wrap(
          "Laws over \(first.cells) optima; intervals carry the uncertainty of each optimum and the scatter between cells."
        ) + "\n")
    }
    if let found = answer.sensitivities, !found.isEmpty {
      lines.append(sensitivityTable(found).render(style: style))
      lines.append(
        Console.wrap(
          "Sensitivity to \(record.axes[0]): the mean excess of the loss over the lowest, in its units, over the logarithm of the values tried; diverged runs count as untrained."
        ) + "\n")
    }
    for prediction in answer.predictions {
      let place = prediction.columns.sorted { $0.key > $1.key }
        .map { "\($0.key) = \(NumberFormat.scale($0.value))" }.joined(separator: ", ")
      lines.append(
        Console.wrap(
          "At \(place): best \(prediction.axis) \(NumberFormat.withInterval(prediction.value.value, prediction.value.low, prediction.value.high))."
        ) + "\n")
    }
    let warnings = record.warnings + fits.flatMap(\.optimum.fit.warnings)
    var seen: Set<String> = []
    for refusal in answer.refused {
      lines.append(Console.wrap("Not fitted: \(refusal.reason)") + "\n")
    }
    lines += Terminal.remarks(answer.notes).map { Console.wrap($0) + "\n" }
    for warning in warnings where seen.insert(warning).inserted {
      lines.append(Console.wrap("Warning: \(warning)") + "\n")
    }
    Console.print(lines.joined(), terminator: "")
  }

  private func sensitivityTable(_ found: [SweepSensitivity]) -> TextTable {
    let keys = Set(found.flatMap(\.columns.keys)).sorted(by: >)
    var table = Console.table(
      keys.map { .number($0) } + [.number("values"), .number("diverged"), .number("sensitivity")])
    for cell in found {
      table.rows.append(
        keys.map { key in cell.columns[key].map { NumberFormat.scale($0) } ?? "–" } + [
          "\(cell.values)", "\(cell.diverged)",
          cell.sensitivity.map { NumberFormat.significant($0, 3) } ?? "–",
        ])
    }
    return table
  }

  private func lawTable(_ fits: [(axis: String, optimum: OptimumLaw)]) -> TextTable {
    var table = Console.table([
      "best", .number("c"),
      .number("exponent of N"), .number("exponent of D"),
      .number("between cells"),
    ])
    for (axis, optimum) in fits {
      let fit = optimum.fit
      func interval(_ name: String) -> String {
        guard fit.freeParameters.contains(name) else {
          return "\(NumberFormat.significant(fit.value(of: name) ?? .nan, 3)), held"
        }
        guard let x = fit.interval(of: name) else { return "–" }
        return NumberFormat.withInterval(x.value, x.low, x.high)
      }
      table.rows.append([
        axis, NumberFormat.significant(fit.estimate[0], 3), interval("a"), interval("b"),
        "\(NumberFormat.significant(optimum.betweenFactor, 3))x",
      ])
    }
    return table
  }
}
