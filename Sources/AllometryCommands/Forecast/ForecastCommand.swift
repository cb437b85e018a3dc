internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ForecastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "Predict the outcome of runs from a saved fit.",
    usage: """
      allometry forecast <fit.json> --at <name=value> ... [<options>]
      allometry forecast <fit.json> --table <table> [--csv]
      allometry forecast <fit.json> --reach <outcome> [<options>]
      """,
    discussion: """
      Each --at is one run. Two of N, D and C give the third (C = 6ND). The answer
      has the interval of the law and the wider one of a single run, and says which
      part of its width is sampling, scatter and the law's own error beyond the data,
      measured on held-out runs. A fit chosen by --law auto answers with all laws
      that predict held-out runs about as well; --single gives the chosen one alone.

      --schedule gives whole training curves. Where its rows lie far apart, the
      rates between them take the form of decay that passes through them, or the
      one that a column kind names (linear, cosine, exponential, sqrt, steps).

      Examples:
        allometry forecast fit.json --at N=7e9,D=1.4e11
        allometry forecast fit.json --at N=7B,D=140B --at N=70B,D=1.4T --json
        allometry forecast mixture.json --table mixtures.csv --csv > predicted.csv
        allometry forecast fit.json --reach 2.0 --vary C
        allometry forecast curve-fit.json --schedule plans.csv --warmup 2000
        allometry forecast curve-fit.json --schedule plans.csv --curves curves.csv
      """)

  @OptionGroup var saved: SavedFitArguments

  @Option(help: ArgumentHelp("The columns of a run: N=7e9,D=1.4e11.", valueName: "name=value"))
  var at: [String] = []

  @Option(
    help: ArgumentHelp(
      "Forecast every row of a table; several saved targets of a mixture are summed too.",
      valueName: "table"))
  var table: String?

  @Flag(help: "Print the forecasts of --table as CSV.")
  var csv = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Ask instead for the smallest scale that reaches this outcome.", valueName: "outcome"))
  var reach: Double?

  @Option(
    help: ArgumentHelp("The column to vary for --reach; default C.", valueName: "column"))
  var vary: String?

  @OptionGroup(title: "Schedule options") var schedule: ScheduleArguments

  @Option(
    help: ArgumentHelp(
      "Write the curves of --schedule to a table, 200 points a run.", valueName: "file.csv"))
  var curves: String?

  @OptionGroup var output: OutputArguments

  @Flag(help: "Answer with the chosen law alone, without its alternatives.")
  var single = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reportingFailure {
      if let table {
        guard at.isEmpty, reach == nil, schedule.schedule == nil else {
          throw CommandFailure(
            .usage, "--table gives the runs to forecast, expected no --at, --reach or --schedule")
        }
        let forecast = try TableForecastSession(fit: saved.fit, table: table).result
        if json {
          try Console.print(json: forecast.answer)
        } else {
          Console.print(
            csv ? try forecast.csvText() : forecast.text(Console.terminal), terminator: "")
        }
        return
      }
      guard !csv else {
        throw CommandFailure(.usage, "--csv prints the forecasts of --table, expected --table")
      }
      guard !at.isEmpty || reach != nil || schedule.schedule != nil else {
        throw CommandFailure(
          .usage, "found neither --at nor --reach nor --schedule, expected one of them")
      }
      let fit = try saved.load()
      let curvesTable = try curves.map { path in
        guard schedule.schedule != nil else {
          throw CommandFailure(.usage, "--curves writes the curves of --schedule, expected both")
        }
        return try OutputFile(path, .table, output, option: "--curves")
      }
      if let source = try schedule.source() {
        guard fit.law.readsSchedule, source.table != nil, at.isEmpty, reach == nil else {
          throw CommandFailure(
            .usage,
            "--schedule answers for laws of the training curve (annealing, multi-power), without --at and --reach"
          )
        }
        try ScheduleForecastSession(fit: fit, source: source).print(json: json, table: curvesTable)
        return
      }
      if fit.law.sumsOverSchedule {
        throw CommandFailure(
          .usage,
          "law multi-power sums over every change of the learning rate: give the schedules with --schedule"
        )
      }
      let places = try at.map {
        try fit.columns(NameList.numbers($0, option: "--at"), option: "--at")
      }
      if vary != nil, reach == nil {
        throw CommandFailure(.usage, "--vary says what --reach looks for, expected --reach with it")
      }
      if let reach {
        let vary = vary ?? "C"
        let known = fit.readableColumns
        guard known.contains(vary) else {
          throw CommandFailure(
            .usage,
            "--vary: found \"\(vary)\", expected one of \(known.joined(separator: ", "))")
        }
        if let place = places.first(where: { $0[vary] != nil }) {
          throw CommandFailure(
            .usage,
            "--at: found \(vary) = \(NumberFormat.significant(place[vary] ?? .nan, 6)), which --vary \(vary) asks for, expected the other columns"
          )
        }
        try answerReach(
          fit, single ? nil : try SavedFitArguments.mixture(of: fit, source: saved.fit), reach,
          places: places.isEmpty ? [[:]] : places)
        return
      }
      let mixture = single ? nil : try SavedFitArguments.mixture(of: fit, source: saved.fit)
      let forecasts = try places.map { place in
        do {
          return fit.withholding(
            try mixture?.forecast(at: place) ?? fit.boundedForecast(at: place))
        } catch FitError.missingColumn(
          _, let column, let meaning, _)
        {
          throw CommandFailure(
            .usage,
            "--at: found no \(column), expected it: law \(fit.law.name) reads \(column) (\(meaning))"
          )
        }
      }
      if json {
        struct Answer: Encodable {
          var schema = "allometry.forecast/1"
          var law: String
          var forecasts: [Forecast]
          var fitWarnings: [String]
        }
        try Console.print(
          json: Answer(law: fit.law.name, forecasts: forecasts, fitWarnings: fit.fitWarnings))
        return
      }
      for forecast in forecasts {
        Console.say(forecast.sentence)
      }
      printWarnings(of: fit)
    }
  }

  /// What the fit says of itself, which every forecast inherits.
  private func printWarnings(of fit: SavedFit) {
    for warning in fit.fitWarnings {
      Console.say("Warning of the fit: \(warning)")
    }
  }

  private func answerReach(
    _ fit: SavedFit, _ mixture: LawMixture?, _ outcome: Double, places: [[String: Double]]
  ) throws {
    struct Answer: Encodable {
      var schema = "allometry.reach/1"
      var law: String
      var outcome: Double
      var column: String
      var smallest: [Estimated]
      /// Why each number is withheld or how far it lies beyond the table, in sentences.
      var remarks: [[String]]
      var fitWarnings: [String]
    }
    let vary = vary ?? "C"
    let answers = try places.map { place in
      do {
        return try reached(fit, mixture, vary, outcome, place)
      } catch FitError
        .missingColumn(_, let column, let meaning, _)
      {
        throw CommandFailure(
          .usage,
          "--vary \(vary): law \(fit.law.name) reads \(column) (\(meaning)) too: give it with --at \(column)=VALUE"
        )
      }
    }
    if json {
      try Console.print(
        json: Answer(
          law: fit.law.name, outcome: outcome, column: vary, smallest: answers.map(\.value),
          remarks: answers.map(\.remarks), fitWarnings: fit.fitWarnings))
      return
    }
    let response = fit.document.response.column
    for (value, remarks) in answers {
      Console.say(
        ([
          "\(response) \(NumberFormat.significant(outcome, 5)) \(ReachText(column: vary).text(value))."
        ]
          + remarks.map { "\($0)." }).joined(separator: " "))
    }
    printWarnings(of: fit)
  }

  /// Where an outcome is reached, with what must be said of it.
  private func reached(
    _ fit: SavedFit, _ mixture: LawMixture?, _ column: String, _ outcome: Double,
    _ place: [String: Double]
  ) throws -> (value: Estimated, remarks: [String]) {
    let asksForOptimum = column == "C" && place["N"] == nil && place["D"] == nil
    if asksForOptimum, fit.law.card.columns.contains(where: { $0.name == "N" }),
      fit.law.card.columns.contains(where: { $0.name == "D" })
    {
      let plan =
        try mixture?.plan(reaching: outcome, holding: place)
        ?? fit.plan(reaching: outcome, holding: place)
      let refusal = TargetRefusal(fit, plan)
      return (
        refusal?.bounds ?? plan.compute,
        refusal?.reasons ?? plan.reach.filter { $0.column == "C" }.compactMap(\.sentence)
      )
    }
    let value =
      try mixture?.smallest(column, reaching: outcome, holding: place)
      ?? fit.smallest(column, reaching: outcome, holding: place)
    let reach = fit.ranges[column].flatMap { range in
      value.value.isFinite
        ? Reach(column: column, value: value.value, range: range).sentence : nil
    }
    return (value, [reach].compactMap(\.self))
  }
}
