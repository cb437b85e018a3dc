internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws
internal import Statistics

/// Forecasts the training curves of the schedules of a table.
struct ScheduleForecastSession {
  let fit: SavedFit
  let source: ScheduleSource

  /// How many points of a curve are forecast.
  private static let points = 200

  /// Prints the curves, and writes all points to a file where one is given.
  func print(json: Bool, table file: OutputFile?) throws {
    let forecast = ScheduleForecast(fit, try entries())
    try file?.write(forecast.csvText)
    if json { return try Console.print(json: forecast.answer) }
    Console.print(forecast.text(Console.terminal), terminator: "")
    if let file { Console.print("Curves: \(file.path)") }
  }

  func entries() throws -> [ScheduleForecast.Entry] {
    guard let table = source.table else { return [] }
    let key = ["run", "schedule"].first { table.hasColumn($0) }
    let groups = try key.map { try table.grouped(by: [$0]) }
    let parts =
      groups?.map { (name: $0.values.first ?? $0.key, rows: $0.table) }
      ?? [(name: "run", rows: table)]
    return try parts.map { try entry($0.name, rows: $0.rows, table: table) }
  }

  private func entry(_ name: String, rows: RunTable, table: RunTable) throws
    -> ScheduleForecast.Entry
  {
    let known = zip(try rows.numbers("step"), try rows.numbers("lr"))
    let points = known.filter { $0.0.isFinite && $0.1.isFinite }.map { (step: $0.0, rate: $0.1) }
    guard let last = points.map(\.step).max(), last >= 1, last <= 1e8 else {
      throw CommandFailure(
        .badData,
        "\(table.source): run \"\(name)\": found no step above zero, expected the schedule's steps"
      )
    }
    let decay = try decay(of: rows, run: name, source: table.source)
    let listed: ListedSchedule
    do throws(ListedSchedule.Problem) {
      listed = try ListedSchedule(
        points: points, through: Int(saturating: last), warmup: source.warmup, decay: decay)
    } catch { throw ScheduleSource.failure(error, ofRun: name, in: table.source) }
    let schedule = LearningRateSchedule(rates: listed.rates)
    let steps = (1...Self.points).map {
      Double(max(Int(saturating: (Double($0) / Double(Self.points) * last).rounded()), 1))
    }
    var seen: Set<Double> = []
    let distinct = steps.filter { seen.insert($0).inserted }
    let all = try Observations(
      columns: ["step": distinct], response: distinct.map { _ in 1 }, schedules: [schedule],
      scheduleOfRow: distinct.map { _ in 0 }
    ).addingScheduleAreas(for: fit.law, warmup: source.warmup)
    // Before the earliest fitted row the law says nothing.
    let earliest = fit.ranges["S1"]?.lowerBound ?? 0
    let areas = all.columns["S1"] ?? []
    let kept = areas.indices.filter { areas[$0] >= earliest || $0 == areas.count - 1 }
    let forecast = try fit.forecastCurve(all.selecting(kept))
    guard
      let entry = ScheduleForecast.Entry(
        run: name, steps: Int(saturating: last), schedule: listed.note, forecast: forecast)
    else { throw CommandFailure(.internalError, "a schedule without steps passed its check") }
    return entry
  }

  /// The decay that a column `kind` names; nil to recognise it.
  private func decay(
    of rows: RunTable, run: String, source: String
  ) throws -> ScheduleDecay? {
    guard rows.hasColumn("kind"), let kind = try rows.texts("kind").first else { return nil }
    let name = Substring(kind).trimmingSpaces
    guard !name.isEmpty else { return nil }
    do throws(ScheduleDecay.UnknownKind) { return try ScheduleDecay.named(name) } catch {
      throw CommandFailure(
        .badData,
        "\(source): run \"\(run)\": column kind: found \"\(error.name)\", expected one of \(ScheduleSource.decays)"
      )
    }
  }
}
