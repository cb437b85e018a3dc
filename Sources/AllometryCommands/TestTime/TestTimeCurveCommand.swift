internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import SamplingLaws
internal import ScalingLaws

struct TestTimeCurveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "curve",
    abstract: "Fit published curves: success against samples, or accuracy against tokens.",
    discussion: """
      For a table of points without single attempts. Coverage is fitted as
      exp(−A k^−B), with and without a ceiling, and by one chance for all
      problems; the form that predicts is chosen. With --tokens accuracy is
      fitted as a curve that saturates in the logarithm of tokens.

      Examples:
        allometry testtime curve coverage.csv --by series --at 1e5
        allometry testtime curve votes.csv --tokens mean_tokens_used \\
          --success accuracy --items 30
      """)

  @OptionGroup var input: TableArguments

  @Option(help: ArgumentHelp("The column of numbers of samples.", valueName: "column"))
  var k: String?

  @Option(help: ArgumentHelp("The column of success, from 0 to 1.", valueName: "column"))
  var success: String?

  @Option(help: ArgumentHelp("Columns that tell curves apart.", valueName: "columns"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "The column of tokens, for accuracy against tokens.", valueName: "column"))
  var tokens: String?

  @Option(help: ArgumentHelp("The number of items behind each accuracy, with --tokens."))
  var items: Int?

  @Option(help: ArgumentHelp("Predict at these numbers.", valueName: "k,k,…"))
  var at: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Fit up to here and judge the forms by what lies beyond; default the geometric middle.",
      valueName: "k"))
  var cut: String?

  @OptionGroup var coverage: CoverageArguments

  @Flag(help: "Print JSON (schema allometry.testtime-curve/1).")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.testtime-curve/1"
    var curves: [CoverageCurveFit]
    var budgets: [BudgetSaturation]
    var notFitted: [String]
  }

  func run() throws {
    try reportingFailure {
      try coverage.check()
      let targets = try at.map { try NumberList.positive($0, option: "--at") } ?? []
      let limit = try cut.map { try NameList.positive($0, option: "--cut") }
      try OptionCheck.atLeast(2, items, option: "--items")
      let table = try input.reading.read(input.table)
      let groups = try FitSession.groups(of: table, by: by ?? Self.series(table))
      var answer = Answer(curves: [], budgets: [], notFitted: [])
      for group in groups {
        let name = group.title.isEmpty ? table.source : group.title
        if let tokens {
          guard let items else {
            throw CommandFailure(
              .usage, "--tokens: expected --items with it, the number of items behind each accuracy"
            )
          }
          let fit = BudgetSaturation(
            name: name, tokens: try numbers(group.table, [tokens], 0...),
            accuracy: try successes(group.table), items: items, predicting: targets,
            level: coverage.level)
          if let fit { answer.budgets.append(fit) } else { answer.notFitted.append(name) }
        } else {
          let fit = CoverageCurveFit(
            name: name, k: try numbers(group.table, k.map { [$0] } ?? Self.sampleNames, 0...),
            success: try successes(group.table), cut: limit, predicting: targets,
            level: coverage.level)
          if let fit { answer.curves.append(fit) } else { answer.notFitted.append(name) }
        }
      }
      guard !answer.curves.isEmpty || !answer.budgets.isEmpty else {
        throw CommandFailure(
          .badData,
          "\(table.source): found no curve of enough points, expected at least \(tokens == nil ? "six with success between 0 and 1" : "four budgets")"
        )
      }
      if json {
        try Console.print(json: answer)
      } else {
        print(answer)
      }
    }
  }

  private static let sampleNames = ["k", "samples_k", "samples", "n", "num_samples", "attempts"]
  private static let successNames = [
    "success_rate", "success", "coverage", "accuracy", "pass_rate", "pass@k",
  ]

  private static func series(_ table: RunTable) -> String? {
    ["series", "curve", "model"].first { table.hasColumn($0) }
  }

  /// The first of several columns that is there, its numbers above zero.
  private func numbers(
    _ table: RunTable, _ names: [String], _ range: PartialRangeFrom<Double>
  ) throws -> [Double] {
    let name = names.first { table.hasColumn($0) } ?? names[0]
    let values = try table.numbers(name)
    for (row, value) in values.enumerated() where !(value > range.lowerBound && value.isFinite) {
      throw CommandFailure(
        .badData,
        "\(table.source):\(table.lineNumbers[row]): column \(name): found \(NumberFormat.significant(value, 6)), expected a number above 0"
      )
    }
    return values
  }

  private func successes(_ table: RunTable) throws -> [Double] {
    let name =
      success ?? Self.successNames.first { table.hasColumn($0) } ?? Self.successNames[0]
    let values = try table.numbers(name)
    for (row, value) in values.enumerated() where !(value >= 0 && value <= 1) {
      throw CommandFailure(
        .badData,
        "\(table.source):\(table.lineNumbers[row]): column \(name): found \(NumberFormat.significant(value, 6)), expected a share from 0 to 1"
      )
    }
    return values
  }

  private func print(_ answer: Answer) {
    for (position, fit) in answer.curves.enumerated() {
      if position > 0 { Console.print("") }
      Console.print(Self.text(fit), terminator: "")
    }
    for (position, fit) in answer.budgets.enumerated() {
      if position > 0 { Console.print("") }
      Console.print(Self.text(fit), terminator: "")
    }
    for name in answer.notFitted {
      Console.say("Not fitted: \(name), too few points.")
    }
  }

  private static func text(_ fit: CoverageCurveFit) -> String {
    func number(_ value: Double?) -> String {
      value.map { NumberFormat.significant($0, 4) } ?? "–"
    }
    let log = fit.logLog
    var lines = [
      "\(fit.name): \(fit.points) points up to k = \(NumberFormat.significant(log.largest, 5))",
      "By least squares of ln(−ln c) on ln k: −ln c = \(NumberFormat.fixed(log.scale.value, 3)) k^−\(NumberFormat.fixed(log.exponent.value, 3)), RMSE \(NumberFormat.fixed(log.rootMeanSquare, 4))"
        + (log.predicted.map {
          "; fitted on k up to \(NumberFormat.significant(fit.cut, 3)) it predicts \(NumberFormat.fixed($0, 4)) at the largest k, \(NumberFormat.fixed(log.observed, 4)) was observed"
        } ?? "") + ".",
    ].map { Console.wrap($0) }
    var table = Console.table([
      "form, by least squares on c", .number("ceiling"),
      .number("A or p"), .number("B"),
      .number("RMSE"), .number("beyond the cut"),
      .number("AIC +"),
    ])
    table.rows = fit.candidates.map {
      [
        $0.form.rawValue + ($0.form == fit.preferred ? " *" : ""), number($0.ceiling),
        number($0.scale ?? $0.chance), number($0.exponent),
        NumberFormat.fixed($0.rootMeanSquare, 4),
        $0.heldOut.map { NumberFormat.fixed($0, 4) } ?? "–", NumberFormat.fixed($0.excess, 1),
      ]
    }
    lines.append(Console.terminal.render(table))
    for prediction in fit.predictions {
      lines.append(
        "at k = \(NumberFormat.scale(prediction.k)): \(NumberFormat.withInterval(prediction.success.value, prediction.success.low, prediction.success.high))\n"
      )
    }
    return lines.prefix(2).joined(separator: "\n") + "\n" + lines.dropFirst(2).joined()
      + fit.warnings.map { Console.wrap("Warning: \($0)") + "\n" }.joined()
  }

  private static func text(_ fit: BudgetSaturation) -> String {
    let ceiling = fit.ceiling
    var text =
      Console.wrap(
        "\(fit.name): accuracy tends to \(NumberFormat.withInterval(ceiling.value, ceiling.low, ceiling.high)) with more tokens, by \(fit.items) items; half of it at \(NumberFormat.scale(fit.midpoint)) tokens, 95 % of it at \(NumberFormat.scale(fit.saturation)). A curve that rises to 100 % is \(NumberFormat.fixed(fit.evidence, 1)) worse by Akaike's criterion."
      ) + "\n"
    var table = Console.table([
      .number("tokens"), .number("accuracy"),
      .number("curve"),
    ])
    table.rows = fit.points.map {
      [
        NumberFormat.scale($0.tokens), $0.observed.map { NumberFormat.fixed($0, 3) } ?? "–",
        NumberFormat.withInterval($0.fitted.value, $0.fitted.low, $0.fitted.high),
      ]
    }
    text += Console.terminal.render(table)
    return text
      + fit.warnings.map { Console.wrap("Warning: \($0)") + "\n" }.joined()
  }
}
