internal import Quantities
public import ScalingLaws

/// The batch schedule of a run by a saved fit of the law of the best batch, as JSON gives it.
public struct BatchRampAnswer: Encodable {
  var schema = "allometry.batch-schedule/1"
  var columns: [String: Double]
  var batch: Estimated
  var exponent: Estimated
  var grows: Bool
  var schedule: BatchRamp
  var warnings: [String]

  /// Plans the batch of a run of `size` parameters and `tokens` tokens, at a place of all columns
  /// that are given.
  public init(_ fit: SavedFit, size: Double, tokens: Double, at place: [String: Double]) throws {
    let law = fit.law
    columns = ["N": size, "D": tokens]
    batch = fit.derived { law.prediction($0, at: [size, tokens]) }
    exponent = fit.derived { $0[2] }
    grows = exponent.value > 0 && !(exponent.low <= 0)
    schedule = BatchRamp(tokens: tokens, doublings: grows ? 5 : 0) {
      law.prediction(fit.estimate, at: [size, $0])
    }
    warnings =
      fit.document.warnings + (try fit.forecast(at: place)).reach.compactMap(\.sentence)
  }

  /// The stages, and why they grow or do not, for a terminal.
  public func text(_ terminal: Terminal) -> String {
    var table = terminal.table([
      .number("from tokens"), .number("to tokens"), .number("batch"), .number("steps"),
    ])
    for stage in schedule.stages {
      table.rows.append(
        [stage.from, stage.to, stage.batch, stage.steps].map { NumberFormat.scale($0) })
    }
    let growth = NumberFormat.withInterval(exponent.value, exponent.low, exponent.high)
    let place = ["N", "D"].map { "\($0) = \(NumberFormat.scale(columns[$0] ?? .nan))" }
      .joined(separator: ", ")
    var lines = [
      terminal.wrap("Best batch for \(place): \(batch.scaleText) tokens.") + "\n",
      terminal.render(table),
    ]
    lines.append(
      terminal.wrap(
        grows
          ? "Stages follow the law in the tokens seen (exponent \(growth)); \(NumberFormat.scale(schedule.steps)) steps against \(NumberFormat.scale(schedule.constantSteps)) at the last batch throughout. The law was measured on whole runs, not on changes within one."
          : "The table does not show that the best batch grows with tokens (exponent \(growth)), so one batch is kept."
      ) + "\n")
    lines += warnings.map { terminal.wrap("Warning: \($0)") + "\n" }
    return lines.joined()
  }
}
