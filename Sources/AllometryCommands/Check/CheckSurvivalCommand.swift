internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

struct CheckSurvivalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "survival",
    abstract: "How long until runs reach a target or fail, with runs that were stopped before.",
    usage: "allometry check survival <table> --time <column> --event <column> [...]",
    discussion: """
      A run stopped before its event tells that it takes longer, not how long; left
      out or taken for an event it biases everything. A flexible family of event
      times [162] (Weibull, log-logistic and Gompertz among them, with or without a
      share that never has the event) is fitted by maximum likelihood, time going as
      a power of each column of --by.

      Examples:
        allometry check survival runs.csv --time steps --event reached --by N,lr
        allometry check survival runs.csv --time hours --event diverged --at N=1e9
      """)

  @OptionGroup var input: TableArguments

  @Option(help: ArgumentHelp("The column of the time of the event or of stopping."))
  var time: String

  @Option(help: ArgumentHelp("The column that is 1 where the event happened and 0 where not."))
  var event: String

  @Option(
    help: ArgumentHelp("Positive columns of which the time is a power.", valueName: "columns"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "Where to predict; columns of --by that are not given stay at their mean.",
      valueName: "name=value"))
  var at: String?

  @OptionGroup var coverage: CoverageArguments

  @Flag(help: "Print JSON (schema allometry.survival/1).")
  var json = false

  private struct Answer: Encodable {
    var schema = "allometry.survival/1"
    var rows: Int
    var events: Int
    var gamma: Estimated
    var kappa: Estimated
    var exponents: [String: Estimated]
    var hazard: SurvivalFit.HazardShape
    var curedShare: Double
    var logLikelihood: Double
    /// The values of the columns at which the times hold.
    var place: [String: Double]
    /// Times by which a quarter, half and three quarters have had the event; absent where it never
    /// comes so far.
    var quantiles: [String: Double]
    /// The longest time that was waited for.
    var longest: Double
    var level: Double
    /// What was read as what, and the rows that were left out.
    var notes: [String]
  }

  func run() throws {
    try reportingFailure {
      try coverage.check()
      let names = (by ?? "").split(separator: ",").map(\.trimmingSpaces)
      if let twice = names.enumerated().first(where: { names[..<$0.offset].contains($0.element) }) {
        throw CommandFailure(
          .usage, "--by: found \(twice.element) twice, expected each column once")
      }
      let (table, _) = try input.reading.read(input.table)
        .droppingMissing(in: [time, event] + names)
      let positive = try table.validated(positive: [time] + names)
      let flags = try positive.numbers(event)
      if let bad = flags.firstIndex(where: { $0 != 0 && $0 != 1 }) {
        throw CommandFailure(
          .badData,
          "\(table.source):\(positive.lineNumbers[bad]): column \(event): found \(NumberFormat.significant(flags[bad], 4)), expected 1 where the event happened and 0 where not"
        )
      }
      let logs = try names.map { try positive.numbers($0).map { log($0) } }
      for (name, values) in zip(names, logs) where Set(values).count < 2 {
        throw CommandFailure(
          .badData,
          "\(table.source): column \(name): found one value in all rows, expected several to tell what it does"
        )
      }
      let means = logs.map { $0.reduce(0, +) / Double(max($0.count, 1)) }
      let times = try positive.numbers(time)
      let fit = try CommandFailure.naming(table.source) {
        try SurvivalFit(
          SurvivalTable(
            times: times, happened: flags.map { $0 == 1 },
            covariates: zip(logs, means).map { column, mean in column.map { $0 - mean } }),
          level: coverage.level)
      }
      let given = try NameList.numbers(at, option: "--at")
      for name in given.keys.sorted() where !names.contains(name) {
        guard !names.isEmpty else {
          throw CommandFailure(.usage, "--at: found \(name), expected it among the columns of --by")
        }
        throw OptionCheck.unknown(name, among: names, option: "--at")
      }
      let offsets = try zip(names, means).map { name, mean -> Double in
        guard let value = given[name] else { return 0 }
        guard value > 0 else {
          throw CommandFailure(
            .usage, "--at: found \(name) = \(value), expected a positive number")
        }
        return log(value) - mean
      }
      var quantiles: [String: Double] = [:]
      for share in [0.25, 0.5, 0.75] {
        let when = fit.time(share: share, offsets: offsets)
        if when.isFinite { quantiles["\(share)"] = when }
      }
      let answer = Answer(
        rows: fit.rows, events: fit.events, gamma: fit.gamma, kappa: fit.kappa,
        exponents: Dictionary(
          zip(names, fit.exponents).map { ($0, $1) }, uniquingKeysWith: { first, _ in first }),
        hazard: fit.hazardShape, curedShare: fit.curedShare, logLikelihood: fit.logLikelihood,
        place: Dictionary(
          zip(names, zip(means, offsets)).map { ($0, exp($1.0 + $1.1)) },
          uniquingKeysWith: { first, _ in first }),
        quantiles: quantiles, longest: times.max() ?? .nan, level: coverage.level,
        notes: table.notes)
      if json { try Console.print(json: answer) } else { print(answer, names: names) }
    }
  }

  private func print(_ answer: Answer, names: [String]) {
    func interval(_ x: Estimated) -> [String] {
      [
        NumberFormat.significant(x.value, 4),
        "\(NumberFormat.significant(x.low, 3)) to \(NumberFormat.significant(x.high, 3))",
      ]
    }
    Console.print(Console.terminal.opening(notes: answer.notes, doubts: []), terminator: "")
    Console.say(
      "\(answer.rows) runs, of which \(answer.events) had the event; the others were stopped before."
    )
    var table = Console.table([
      "quantity", .number("value"),
      .number("\(NumberFormat.significant(100 * answer.level, 3))% interval"),
    ])
    for name in names {
      if let exponent = answer.exponents[name] {
        table.rows.append(["exponent of \(time) in \(name)"] + interval(exponent))
      }
    }
    table.rows.append(["gamma"] + interval(answer.gamma))
    table.rows.append(["kappa"] + interval(answer.kappa))
    Console.show(table)
    let place = names.compactMap { name in
      answer.place[name].map { "\(name) = \(NumberFormat.scale($0))" }
    }
    let times = ["0.25", "0.5", "0.75"].map { share in
      let percent = NumberFormat.percent(Double(share) ?? .nan, decimals: 0)
      return answer.quantiles[share].map { when in
        "\(percent) by \(NumberFormat.significant(when, 4))\(when > answer.longest ? " (longer than any run was watched)" : "")"
      } ?? "\(percent) never"
    }
    Console.say(
      "\(place.isEmpty ? "Of all runs" : "At \(place.joined(separator: ", ")), of all runs") \(times.joined(separator: ", "))."
    )
    let cure =
      answer.curedShare > 0.005
      ? " \(NumberFormat.percent(answer.curedShare, decimals: 0)) never have the event, if the family holds beyond the times that were watched."
      : ""
    Console.say("The hazard is \(answer.hazard.rawValue) with time.\(cure)")
    for note in Terminal.remarks(answer.notes) {
      Console.say(note)
    }
  }
}
