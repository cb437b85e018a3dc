internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

/// Training curves under learning-rate schedules, by a saved fit of a law of the curve.
struct ScheduleForecast {
  let fit: SavedFit
  let source: ScheduleSource

  private struct Entry: Encodable {
    var run: String
    var steps: Int
    /// How the rates between the rows of the schedule were found.
    var schedule: String
    /// The end of the curve, by the law.
    var outcome: Estimated
    /// The end of the curve of a single run.
    var singleRun: Estimated
    var components: ForecastComponents?
    var reach: [Reach]
    var curve: [CurvePoint]
  }

  private struct Answer: Encodable {
    var schema = "allometry.schedule-forecast/1"
    var law: String
    var runs: [Entry]
    var fitWarnings: [String]
  }

  /// How many points of a curve are forecast, and how many of them are printed.
  private static let points = 200
  private static let shown = 10

  /// Prints the curves.
  ///
  /// - Parameters:
  ///   - json: whether to print JSON.
  ///   - file: a file for all points as a table; nil for none.
  func print(json: Bool, table file: OutputFile?) throws {
    let entries = try self.entries()
    try file?.write(Self.table(of: entries))
    let warnings = fit.document.warnings
    if json {
      try Console.print(json: Answer(law: fit.law.name, runs: entries, fitWarnings: warnings))
      return
    }
    let level = NumberFormat.percent(fit.level, decimals: 0)
    let response = fit.document.response.column
    for entry in entries {
      Console.say(
        "\(entry.run): \(response) \(text(entry.outcome)) after \(entry.steps) steps; a single run ends in \(interval(entry.singleRun)) (\(level))."
      )
      if let components = entry.components, !components.sentence.isEmpty {
        Console.say(components.sentence)
      }
      let beyond = entry.reach.compactMap(\.sentence)
      if !beyond.isEmpty {
        Console.say("This reaches beyond the data: \(beyond.joined(separator: ", ")).")
      }
      Console.say("Schedule: \(entry.schedule).")
      Console.print(
        curveTable(entry).render(style: Console.style))
    }
    for warning in warnings {
      Console.say("Warning of the fit: \(warning)")
    }
    if let file { Console.print("Curves: \(file.path)") }
  }

  private func interval(_ x: Estimated) -> String {
    x.low.isNaN
      ? "–"
      : "\(NumberFormat.significant(x.low, 5)) to \(NumberFormat.significant(x.high, 5))"
  }

  private func text(_ x: Estimated) -> String {
    x.low.isNaN
      ? NumberFormat.significant(x.value, 5)
      : "\(NumberFormat.significant(x.value, 5)) [\(NumberFormat.significant(x.low, 5)), \(NumberFormat.significant(x.high, 5))]"
  }

  /// A tenth or so of the points.
  private func curveTable(_ entry: Entry) -> TextTable {
    var table = Console.table([
      .number("step"), .number("rate"),
      .number(fit.document.response.column),
      .number("by the law"), .number("a single run"),
    ])
    let count = min(Self.shown, entry.curve.count)
    for position in 0..<count {
      let place = count > 1 ? position * (entry.curve.count - 1) / (count - 1) : 0
      let point = entry.curve[place]
      table.rows.append([
        "\(point.step)", NumberFormat.significant(point.rate, 3),
        NumberFormat.significant(point.law.value, 5), interval(point.law), interval(point.run),
      ])
    }
    return table
  }

  private static func table(of entries: [Entry]) -> String {
    var text = "run,step,lr,value,law_low,law_high,run_low,run_high\n"
    for entry in entries {
      let run =
        entry.run.contains { ",\"\n".contains($0) }
        ? "\""
          + entry.run.split(separator: "\"", omittingEmptySubsequences: false)
          .joined(separator: "\"\"") + "\"" : entry.run
      for point in entry.curve {
        let numbers = [
          point.rate, point.law.value, point.law.low, point.law.high, point.run.low,
          point.run.high,
        ].map { $0.isFinite ? "\($0)" : "" }
        text += "\(run),\(point.step),\(numbers.joined(separator: ","))\n"
      }
    }
    return text
  }

  private func entries() throws -> [Entry] {
    guard let table = source.table else { return [] }
    let key = ["run", "schedule"].first { table.hasColumn($0) }
    let groups = try key.map { try table.grouped(by: [$0]) }
    let parts =
      groups?.map { (name: $0.values.first ?? $0.key, rows: $0.table) }
      ?? [(name: "run", rows: table)]
    return try parts.map { try entry($0.name, rows: $0.rows, table: table) }
  }

  private func entry(_ name: String, rows: RunTable, table: RunTable) throws -> Entry {
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
    guard let end = forecast.points.last else {
      throw CommandFailure(.internalError, "a schedule without steps passed its check")
    }
    return Entry(
      run: name, steps: Int(saturating: last), schedule: listed.note, outcome: end.law,
      singleRun: end.run,
      components: forecast.components, reach: forecast.reach, curve: forecast.points)
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
