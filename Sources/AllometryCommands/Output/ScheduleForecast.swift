internal import Reports
internal import RunTables
internal import ScalingLaws

/// The final loss under learning-rate schedules, by a saved fit of a law of the training curve.
struct ScheduleForecast {
  let fit: SavedFit
  let source: ScheduleSource

  private struct Entry: Encodable {
    var run: String
    var steps: Int
    var outcome: Estimated
  }

  private struct Answer: Encodable {
    var schema = "allometry.schedule-forecast/1"
    var law: String
    var runs: [Entry]
  }

  func print(json: Bool) throws {
    let entries = try self.entries()
    if json {
      Console.print(try jsonText(Answer(law: fit.law.name, runs: entries)))
      return
    }
    var table = TextTable(
      columns: [
        .init("run"), .init("steps", alignment: .trailing),
        .init("final \(fit.document.response.column)", alignment: .trailing),
        .init("interval", alignment: .trailing),
      ], widthLimit: Console.width)
    for entry in entries {
      table.rows.append([
        entry.run, "\(entry.steps)", NumberFormat.significant(entry.outcome.value, 5),
        entry.outcome.low.isNaN
          ? "–"
          : "\(NumberFormat.significant(entry.outcome.low, 5)) to \(NumberFormat.significant(entry.outcome.high, 5))",
      ])
    }
    Console.print(table.render(style: Console.isTerminal ? .ansi : .plain), terminator: "")
  }

  private func entries() throws -> [Entry] {
    guard let table = source.table else { return [] }
    let key = ["run", "schedule"].first { table.hasColumn($0) }
    let groups = try key.map { try table.grouped(by: [$0]) }
    let parts =
      groups?.map { (name: $0.values.first ?? $0.key, rows: $0.table) }
      ?? [(name: "run", rows: table)]
    return try parts.map { part in
      let steps = try part.rows.numbers("step")
      let rates = try part.rows.numbers("lr")
      let points = zip(steps, rates).filter { $0.0.isFinite && $0.1.isFinite }
        .map { (step: $0.0, rate: $0.1) }
      guard let last = points.map(\.step).max(), last >= 1, last <= 1e8 else {
        throw CommandFailure(
          .badData,
          "\(table.source): run \"\(part.name)\": found no step above zero, expected the schedule's steps"
        )
      }
      let schedule = LearningRateSchedule(
        rates: ScheduleSource.rates(points, through: last, warmup: source.warmup))
      // One observation at the last step gives the areas that the law reads.
      let end = try Observations(
        columns: ["step": [last]], response: [1], schedules: [schedule], scheduleOfRow: [0]
      ).addingScheduleAreas(
        decay: (fit.law as? Annealing)?.decay ?? 0.999,
        warmup: source.warmupAtPeak(for: fit.law))
      let columns = fit.law.card.columns.map { end.columns[$0.name]?.first ?? .nan }
      let segments = end.schedules[0].segments
      let law = fit.law
      return Entry(
        run: part.name, steps: Int(last),
        outcome: fit.derived { law.prediction($0, at: columns, segments: segments) })
    }
  }
}
