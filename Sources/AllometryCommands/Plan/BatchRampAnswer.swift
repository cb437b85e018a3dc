internal import Quantities
internal import Reports
internal import ScalingLaws

/// The batch schedule of a run by a saved fit of the law of the best batch.
struct BatchRampAnswer {
  let fit: SavedFit
  /// `N=7e9,D=1.4e11`.
  let size: String?

  private struct Answer: Encodable {
    var schema = "allometry.batch-schedule/1"
    var columns: [String: Double]
    var batch: Estimated
    var exponent: Estimated
    var grows: Bool
    var schedule: BatchRamp
    var warnings: [String]
  }

  func print(json: Bool) throws {
    let place = try fit.columns(NameList.numbers(size, option: "--size"), option: "--size")
    guard let sizes = place["N"], let tokens = place["D"] else {
      throw CommandFailure(
        .usage, "a fit of batch-size plans the batch of one run: give --size N=7e9,D=1.4e11")
    }
    let law = fit.law
    func best(_ tokens: Double) -> Double { law.prediction(fit.estimate, at: [sizes, tokens]) }
    let final = fit.derived { law.prediction($0, at: [sizes, tokens]) }
    let exponent = fit.derived { $0[2] }
    let grows = exponent.value > 0 && !(exponent.low <= 0)
    let schedule = BatchRamp(tokens: tokens, doublings: grows ? 5 : 0, best: best)
    let forecast = try fit.forecast(at: place)
    let answer = Answer(
      columns: ["N": sizes, "D": tokens], batch: final, exponent: exponent, grows: grows,
      schedule: schedule,
      warnings: fit.document.warnings + forecast.reach.compactMap(\.sentence))
    if json {
      try Console.print(json: answer)
      return
    }
    var table = Console.table([
      .number("from tokens"), .number("to tokens"),
      .number("batch"), .number("steps"),
    ])
    for stage in schedule.stages {
      table.rows.append(
        [stage.from, stage.to, stage.batch, stage.steps].map { NumberFormat.scale($0) })
    }
    var lines = [
      Console.wrap(
        "Best batch for N = \(NumberFormat.scale(sizes)), D = \(NumberFormat.scale(tokens)): \(interval(final)) tokens."
      ) + "\n",
      table.render(style: Console.style),
    ]
    lines.append(
      Console.wrap(
        grows
          ? "Stages follow the law in the tokens seen (exponent \(NumberFormat.withInterval(exponent.value, exponent.low, exponent.high))); \(NumberFormat.scale(schedule.steps)) steps against \(NumberFormat.scale(schedule.constantSteps)) at the last batch throughout. The law was measured on whole runs, not on changes within one."
          : "The table does not show that the best batch grows with tokens (exponent \(NumberFormat.withInterval(exponent.value, exponent.low, exponent.high))), so one batch is kept."
      ) + "\n")
    lines += answer.warnings.map { Console.wrap("Warning: \($0)") + "\n" }
    Console.print(lines.joined(), terminator: "")
  }

  private func interval(_ x: Estimated) -> String {
    let value = NumberFormat.scale(x.value)
    return x.low.isNaN
      ? value : "\(value) [\(NumberFormat.scale(x.low)), \(NumberFormat.scale(x.high))]"
  }
}
