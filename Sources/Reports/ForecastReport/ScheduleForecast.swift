internal import Files
internal import Quantities
public import ScalingLaws

/// Training curves under learning-rate schedules, by a saved fit of a law of the curve.
public struct ScheduleForecast {
  /// One run under its schedule.
  public struct Entry: Encodable {
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

    /// A run; nil for a forecast without points.
    ///
    /// - Parameters:
    ///   - run: its name.
    ///   - steps: its length.
    ///   - schedule: how the rates between the rows of the schedule were found.
    ///   - forecast: the curve.
    public init?(run: String, steps: Int, schedule: String, forecast: CurveForecast) {
      guard let end = forecast.points.last else { return nil }
      self.run = run
      self.steps = steps
      self.schedule = schedule
      outcome = end.law
      singleRun = end.run
      components = forecast.components
      reach = forecast.reach
      curve = forecast.points
    }
  }

  /// The curves, as JSON gives them.
  public struct Answer: Encodable {
    var schema = "allometry.schedule-forecast/1"
    var law: String
    var runs: [Entry]
    var fitWarnings: [String]
  }

  private let fit: SavedFit
  private let entries: [Entry]

  /// How many points of a curve are printed.
  private static let shown = 10

  /// Curves of a fit.
  public init(_ fit: SavedFit, _ entries: [Entry]) {
    self.fit = fit
    self.entries = entries
  }

  /// The curves and the warnings of the fit.
  public var answer: Answer {
    Answer(law: fit.law.name, runs: entries, fitWarnings: fit.document.warnings)
  }

  /// The end of each curve and a tenth or so of its points, for a terminal.
  public func text(_ terminal: Terminal) -> String {
    let level = NumberFormat.percent(fit.level, decimals: 0)
    let response = fit.document.response.column
    var text = ""
    func say(_ sentence: String) { text += terminal.wrap(sentence) + "\n" }
    for entry in entries {
      say(
        "\(entry.run): \(response) \(self.text(entry.outcome)) after \(entry.steps) steps; a single run ends in \(interval(entry.singleRun)) (\(level))."
      )
      if let components = entry.components, !components.sentence.isEmpty {
        say(components.sentence)
      }
      let beyond = entry.reach.compactMap(\.sentence)
      if !beyond.isEmpty {
        say("This reaches beyond the data: \(beyond.joined(separator: ", ")).")
      }
      say("Schedule: \(entry.schedule).")
      text += terminal.render(curveTable(entry, terminal)) + "\n"
    }
    for warning in fit.document.warnings { say("Warning of the fit: \(warning)") }
    return text
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
  private func curveTable(_ entry: Entry, _ terminal: Terminal) -> TextTable {
    var table = terminal.table([
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

  /// All points of all curves, CSV.
  public var csvText: String {
    var text = "run,step,lr,value,law_low,law_high,run_low,run_high\n"
    for entry in entries {
      let run = CSVText.cell(entry.run, quoting: .necessary)
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
}
