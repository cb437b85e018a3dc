internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChooseScheduleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "The learning-rate schedule that a fit of multi-power predicts to end lowest.",
    usage: "allometry choose schedule <fit.json> --steps <n> --peak <rate> [...]",
    discussion: """
      The rates at the knots of a grid, closer together towards the end, are moved
      until the predicted final loss falls no further [L14]; the schedule never
      rises after the warm-up. Cosine, linear decay and warm-up-stable-decay of the
      same peak, floor and length stand beside it, under the same law.

      Examples:
        allometry fit curves.csv --law multi-power --json > curves.json
        allometry choose schedule curves.json --steps 24000 --warmup 2160 --peak 3e-4
        allometry choose schedule curves.json --steps 24000 --peak 3e-4 --csv plan.csv
      """)

  @OptionGroup var saved: SavedFitArguments

  @Option(parsing: .unconditional, help: "Steps of the run, warm-up included.")
  var steps: Int

  @Option(parsing: .unconditional, help: ArgumentHelp("The highest rate.", valueName: "rate"))
  var peak: Double

  @Option(parsing: .unconditional, help: ArgumentHelp("The lowest rate.", valueName: "rate"))
  var floor: Double = 0

  @Option(parsing: .unconditional, help: "Steps of a linear warm-up from zero.")
  var warmup: Int = 0

  @Option(parsing: .unconditional, help: "How many rates are free.")
  var knots: Int = 24

  @Option(
    help: ArgumentHelp("Write step and lr of every step to a table.", valueName: "file.csv"))
  var csv: String?

  @OptionGroup var output: OutputArguments

  @Flag(help: "Print JSON (schema allometry.schedule/1).")
  var json = false

  private struct Rival: Encodable {
    var schedule: String
    var finalLoss: Estimated
    /// Its loss less that of the best schedule, by the same refits.
    var extraLoss: Estimated
  }

  private struct Answer: Encodable {
    struct Point: Encodable {
      var step: Int
      var lr: Double
    }
    var schema = "allometry.schedule/1"
    var law: String
    var steps: Int
    var finalLoss: Estimated
    var rates: [Point]
    var others: [Rival]
    var warnings: [String]
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.positive(peak, option: "--peak")
      try OptionCheck.nonnegative(floor, option: "--floor")
      try OptionCheck.atLeast(0, warmup, option: "--warmup")
      try OptionCheck.atLeast(2, knots, option: "--knots")
      guard floor < peak else {
        throw CommandFailure(.usage, "--floor: found \(floor), expected less than the peak \(peak)")
      }
      guard steps > warmup + knots, steps <= 10_000_000 else {
        throw CommandFailure(
          .usage,
          "--steps: found \(steps), expected more than warm-up and knots together (\(warmup + knots)) and at most 10000000"
        )
      }
      let table = try csv.map { try OutputFile($0, .table, output, option: "--csv") }
      let fit = try SavedFitArguments.load(saved.fit, law: MultiPower().name)
      Console.progress("searching the best of \(knots) knots …")
      let best = try OptimalSchedule(
        parameters: fit.estimate, peak: peak, floor: floor, steps: steps, warmup: warmup,
        knots: knots)
      Console.progress("")
      let answer = self.answer(fit, best: best)
      if let table {
        let rows = best.schedule.rates.enumerated().map { "\($0.offset),\($0.element)" }
        try table.write((["step,lr"] + rows).joined(separator: "\n") + "\n")
      }
      if json {
        try Console.print(json: answer)
      } else {
        print(answer, rates: best.schedule.rates)
      }
    }
  }

  private func answer(_ fit: SavedFit, best: OptimalSchedule) -> Answer {
    func areas(
      _ schedule: LearningRateSchedule
    ) -> (total: Double, segments: [ScheduleSegment]) {
      (schedule.rates.reduce(0, +), schedule.segments)
    }
    let law = fit.law
    func loss(_ point: [Double], _ schedule: (total: Double, segments: [ScheduleSegment]))
      -> Double
    {
      law.prediction(point, at: [schedule.total], segments: schedule.segments)
    }
    let own = areas(LearningRateSchedule(rates: best.schedule.rates))
    let others = LearningRateSchedule.usual(
      peak: peak, floor: floor, steps: steps, warmup: warmup
    ).map { name, rival in
      let schedule = areas(rival)
      return Rival(
        schedule: name, finalLoss: fit.derived { loss($0, schedule) },
        extraLoss: fit.derived { loss($0, schedule) - loss($0, own) })
    }
    let shown = (0...20).map { $0 * (steps - 1) / 20 }
    var warnings = fit.document.warnings
    if let range = fit.ranges["step"], Double(steps) > range.upperBound * 1.0001 {
      warnings.append(
        "\(steps) steps are \(NumberFormat.significant(Double(steps) / range.upperBound, 3)) times the longest curve of the fit"
      )
    }
    return Answer(
      law: law.name, steps: steps, finalLoss: fit.derived { loss($0, own) },
      rates: shown.map { Answer.Point(step: $0, lr: best.schedule.rates[$0]) }, others: others,
      warnings: warnings)
  }

  private func print(_ answer: Answer, rates: [Double]) {
    Console.say(
      "\(steps) steps, peak \(NumberFormat.significant(peak, 3)): final loss \(answer.finalLoss.text(digits: 5))."
    )
    Console.print(Sparkline.render(rates, width: 60))
    var table = Console.table([.number("step"), .number("lr")])
    for point in answer.rates {
      table.rows.append(["\(point.step)", NumberFormat.significant(point.lr, 3)])
    }
    Console.show(table)
    var others = Console.table([
      "schedule", .number("final loss"),
      .number("loses"),
    ])
    for rival in answer.others {
      others.rows.append([
        rival.schedule, rival.finalLoss.text(digits: 5), rival.extraLoss.text(digits: 5),
      ])
    }
    Console.print(
      "\n" + Console.terminal.render(others), terminator: "")
    Console.warn(answer.warnings)
    if let csv { Console.print("Schedule: \(csv)") }
  }
}
