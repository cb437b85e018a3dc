internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws
internal import Statistics

struct CheckPassesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passes",
    abstract: "Tasks that one sample fails: pass rates by many samples, forecast and curvature.",
    usage: "allometry check passes <table> [<options>]",
    discussion: """
      Sampling until a task passes [5]: the table has one row a model and problem
      with N, problem, passes and draws. Each problem's pass rate follows
      exp(-c N^-alpha), fitted by its likelihood with problems that were stopped at
      a cap used for what they are; the mean over problems is forecast at --at. The
      curvature of F = -ln(-ln pass rate) in ln N tells standard, accelerated and
      sub-scaling emergence.

      Examples:
        allometry check passes samples.csv --at 2.4B
        allometry check passes samples.csv --at 2.4B --at 7B --json
      """)

  @OptionGroup var input: TableArguments

  @Option(help: ArgumentHelp("A size to forecast: 2.4B.", valueName: "N"))
  var at: [String] = []

  @Option(parsing: .unconditional, help: "The coverage of intervals.")
  var level: Double = 0.95

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How often problems are resampled.", valueName: "count"))
  var resamples: Int = 2000

  @OptionGroup var random: SeedArguments

  @Flag(help: "Print JSON (schema allometry.passes/1).")
  var json = false

  private struct Size: Encodable {
    var N: Double
    var rate: Estimated
    var unbiasedRate: Double
    var law: Double
    var draws: Int
  }

  private struct Forecast: Encodable {
    var N: Double
    var rate: Estimated
  }

  private struct Answer: Encodable {
    var schema = "allometry.passes/1"
    var problems: Int
    var neverPassed: Int
    var sizes: [Size]
    var forecasts: [Forecast]
    var curvature: Estimated
    var verdict: String
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.share(level, option: "--level")
      try OptionCheck.atLeast(20, resamples, option: "--resamples")
      let targets = try at.map { try NameList.positive($0, option: "--at") }
      let table = try input.reading.read(input.table)
      let answer = try self.answer(table, targets: targets)
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func answer(_ table: RunTable, targets: [Double]) throws -> Answer {
    let needed = ["N", "problem", "passes", "draws"]
    try table.require(needed, oneRow: "a model and problem")
    let (sizes, counts) = try read(table)
    let forecast = PassForecast(sizes: sizes, counts: counts)
    func estimated(_ x: (value: Double, interval: ConfidenceInterval)) -> Estimated {
      Estimated(value: x.value, low: x.interval.low, high: x.interval.high)
    }
    var rates: [Double] = []
    var errors: [Double] = []
    var shown: [Size] = []
    for (index, size) in sizes.enumerated() {
      let here = counts.map { $0[index] }.filter { $0.draws > 0 }
      let rate = mean(here.map(\.rate))
      // Problems are what a new test set would draw anew.
      let error = standardDeviation(here.map(\.rate)) / Double(here.count).squareRoot()
      let far = Normal.standard.quantile((1 + level) / 2) * error
      shown.append(
        Size(
          N: size,
          rate: Estimated(value: rate, low: max(rate - far, 0), high: min(rate + far, 1)),
          unbiasedRate: mean(here.map { $0.unbiasedRate ?? $0.rate }),
          law: forecast.meanRate(parameters: size, level: level, resamples: 20, seed: random.seed)
            .value,
          draws: here.reduce(0) { $0 + $1.draws }))
      rates.append(rate)
      errors.append(error)
    }
    // A rate of 0 or 1 has no place on the axis of F.
    let usable = rates.indices.filter { rates[$0] > 0 && rates[$0] < 1 && errors[$0] > 0 }
    var curvature = Estimated(value: .nan)
    var verdict = "too few sizes with a rate between 0 and 1 to tell a curvature"
    if usable.count >= 4 {
      do {
        let test = try EmergenceTest(
          sizes: usable.map { sizes[$0] }, passRates: usable.map { rates[$0] },
          standardErrors: usable.map { errors[$0] }, level: level)
        curvature = Estimated(
          value: test.curvature, low: test.interval.low, high: test.interval.high)
        verdict = test.verdict.rawValue
      } catch { throw CommandFailure(.badData, "\(table.source): \(error)") }
    }
    return Answer(
      problems: counts.count, neverPassed: forecast.lines.count { $0 == nil }, sizes: shown,
      forecasts: targets.map { size in
        Forecast(
          N: size,
          rate: estimated(
            forecast.meanRate(
              parameters: size, level: level, resamples: resamples, seed: random.seed)))
      }, curvature: curvature, verdict: verdict)
  }

  private func read(_ table: RunTable) throws -> ([Double], [[PassCount]]) {
    let positive = try table.validated(positive: ["N"])
    let all = try positive.numbers("N")
    let sizes = Set(all).sorted()
    guard sizes.count >= 2 else {
      throw CommandFailure(
        .badData, "\(table.source): found \(sizes.count) size, expected 2 or more values of N")
    }
    let passes = try positive.numbers("passes")
    let draws = try positive.numbers("draws")
    let names = try positive.texts("problem")
    var places: [String: Int] = [:]
    var counts: [[PassCount]] = []
    for row in all.indices {
      guard let passed = Int(exactly: passes[row]), let drawn = Int(exactly: draws[row]),
        passed >= 0, drawn >= passed
      else {
        throw CommandFailure(
          .badData,
          "\(table.source):\(positive.lineNumbers[row]): found passes \(NumberFormat.significant(passes[row], 6)) of draws \(NumberFormat.significant(draws[row], 6)), expected whole numbers with passes up to draws"
        )
      }
      let slot = places[names[row]] ?? counts.count
      if slot == counts.count {
        places[names[row]] = slot
        counts.append([PassCount](repeating: PassCount(passes: 0, draws: 0), count: sizes.count))
      }
      let index = sizes.firstIndex(of: all[row]) ?? 0
      counts[slot][index].passes += passed
      counts[slot][index].draws += drawn
    }
    return (sizes, counts)
  }

  private func print(_ answer: Answer) {
    func rate(_ x: Estimated) -> String {
      "\(NumberFormat.significant(x.value, 3)) [\(NumberFormat.significant(x.low, 3)), \(NumberFormat.significant(x.high, 3))]"
    }
    var table = Console.table([
      .number("N"), .number("samples"),
      .number("pass rate"), .number("law"),
    ])
    for size in answer.sizes {
      table.rows.append([
        NumberFormat.scale(size.N), NumberFormat.scale(Double(size.draws)), rate(size.rate),
        NumberFormat.significant(size.law, 3),
      ])
    }
    Console.print(
      "\(answer.problems) problems, \(answer.neverPassed) of which never passed (counted as failing):"
    )
    Console.show(table)
    for forecast in answer.forecasts {
      Console.say(
        "At N = \(NumberFormat.scale(forecast.N)) the mean pass rate is \(rate(forecast.rate)) (\(NumberFormat.percent(level, decimals: 0)), over problems)."
      )
    }
    let text =
      answer.curvature.value.isFinite
      ? "Curvature of -ln(-ln rate) in ln N: \(NumberFormat.withInterval(answer.curvature.value, answer.curvature.low, answer.curvature.high)), \(answer.verdict)."
      : "Curvature: \(answer.verdict)."
    Console.say(text)
  }
}
