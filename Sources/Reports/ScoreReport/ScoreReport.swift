internal import Quantities
public import ScalingLaws

/// The report of saved fits scored on runs that they had not seen.
public struct ScoreReport: Sendable {
  /// One scored fit.
  public struct Part: Sendable {
    var name: String
    var score: FitScore

    /// A scored fit with its name.
    public init(name: String, score: FitScore) {
      self.name = name
      self.score = score
    }
  }

  var parts: [Part]
  var source: String
  var summary: [String]
  var notes: [String]
  /// When it is made and by which version; nil says nothing of it.
  var origin: ReportOrigin?

  /// A report.
  public init(
    parts: [Part], source: String, summary: [String], notes: [String], origin: ReportOrigin? = nil
  ) {
    self.origin = origin
    self.parts = parts
    self.source = source
    self.summary = summary
    self.notes = notes
  }

  /// The report as one HTML file that needs nothing else.
  public func html() -> String {
    let sections = parts.flatMap { part in
      self.sections(of: part).map { section in
        parts.count == 1
          ? section : ReportSection("\(part.name): \(section.title)", section.blocks)
      }
    }
    let remarks: [ReportSection] =
      notes.isEmpty ? [] : [ReportSection("How the table was read", notes.map { .paragraph($0) })]
    return ReportPage(
      title: "Predictions and what came out",
      subtitle: "\(parts.map(\.name).joined(separator: ", ")) on \(source)", summary: summary,
      sections: sections + remarks,
      footer: "Made by Allometry. Nothing of these rows was used in the fits.",
      origin: origin
    ).html()
  }

  private func sections(of part: Part) -> [ReportSection] {
    let score = part.score
    var numbers = [
      KeyNumber(
        label: score.isRelative ? "Mean relative error" : "Mean error",
        value: score.isRelative
          ? Wording.percent(score.meanRelativeError) : Wording.number(score.meanError)),
      KeyNumber(
        label: "Bias (plus is too high)",
        value: score.isRelative
          ? Wording.percent(score.relativeBias.value) : Wording.number(score.bias.value),
        interval: score.isRelative
          ? "\(Wording.percent(score.relativeBias.low)) to \(Wording.percent(score.relativeBias.high))"
          : Wording.interval(score.bias)),
    ]
    if score.coverage.rows > 0 {
      numbers.append(
        KeyNumber(
          label: "Inside the \(percent(score.level)) single-run interval",
          value: "\(score.coverage.inside) of \(score.coverage.rows)",
          interval: "\(percent(score.coverage.share.low)) to \(percent(score.coverage.share.high))")
      )
    }
    // The sentences at the head of the page hold it already.
    let isSaid = summary.contains { $0.contains(score.calibration) }
    let calibration: [ReportBlock] = isSaid ? [] : [.paragraph(score.calibration)]
    return [
      ReportSection(
        "How well did it predict?",
        [
          .keyNumbers(numbers)
        ] + calibration + [.figure(agreement(score)), .table(bands(score))]),
      ReportSection(
        "Errors by scale",
        [
          .paragraph(
            "Errors should scatter around zero at every scale. A slope or a step says that the law bends differently from these runs."
          ), .figure(errors(score)), .table(runs(score)),
        ]),
    ]
  }

  private func percent(_ share: Double) -> String { NumberFormat.percent(share, decimals: 0) }

  private func title(_ run: ScoredRun) -> String {
    (run.run ?? Wording.rowLabel(run.row))
      + ": predicted \(Wording.number(run.law.value, digits: 4)), measured \(Wording.number(run.observed, digits: 4))"
  }

  /// Measured against predicted, with single-run intervals.
  private func agreement(_ score: FitScore) -> Figure {
    let ends = score.runs.flatMap {
      [$0.observed, $0.law.value, $0.single.low, $0.single.high].filter(\.isFinite)
    }
    let low = ends.min() ?? 0
    let high = ends.max() ?? 1
    func points(_ isInside: Bool) -> [ChartPoint] {
      score.runs.filter { ($0.isInside ?? true) == isInside }.map {
        ChartPoint(
          x: $0.observed, y: $0.law.value, low: finite($0.single.low), high: finite($0.single.high),
          title: title($0), isHollow: !isInside)
      }
    }
    return Figure(
      Chart(
        title: "Predicted and measured \(score.response)",
        x: Axis(label: "Measured \(score.response)"), y: Axis(label: "Predicted \(score.response)"),
        layers: [
          .line(LineLayer(xs: [low, high], ys: [low, high], color: .ink, width: 1)),
          .points(PointLayer(points(true), label: "inside the interval")),
          .points(PointLayer(points(false), color: .series(1), label: "outside")),
        ]),
      caption:
        "On the line, prediction and measurement agree. Bars are the \(percent(score.level)) intervals of a single run; hollow rows lie outside theirs.",
      method: "Predictions of the saved fit of \(score.law); nothing was fitted to these rows.",
      data: FigureData(
        columns: ["row", "measured", "predicted", "low", "high", "standard_errors"],
        rows: score.runs.map {
          [
            .text($0.row), .number($0.observed), .number($0.law.value), .number($0.single.low),
            .number($0.single.high), .number($0.standardErrors),
          ]
        }))
  }

  private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  /// Errors against scale, with the single-run interval about each prediction.
  private func errors(_ score: FitScore) -> Figure {
    let name = score.scaleColumn ?? ""
    func place(_ index: Int, _ run: ScoredRun) -> Double {
      if let value = run.columns[name] { return value }
      if name == "C", let n = run.columns["N"], let d = run.columns["D"] { return 6 * n * d }
      return Double(index + 1)
    }
    let xs = score.runs.enumerated().map { place($0.offset, $0.element) }
    let isLog = (xs.min() ?? 0) > 0 && (xs.max() ?? 1) / (xs.min() ?? 1) > 8
    func departure(_ run: ScoredRun, _ value: Double) -> Double {
      score.isRelative ? value / run.observed - 1 : value - run.observed
    }
    let points = zip(xs, score.runs).map { x, run in
      ChartPoint(
        x: x, y: departure(run, run.law.value), low: finite(departure(run, run.single.low)),
        high: finite(departure(run, run.single.high)), title: title(run),
        isHollow: run.isInside == false)
    }
    return Figure(
      Chart(
        title: "Errors against \(name.isEmpty ? "the order of rows" : name)",
        x: Axis(
          label: name.isEmpty ? "Row" : name, scale: isLog ? .log10 : .linear,
          format: name == "C" ? .power : .scale),
        y: Axis(
          label: score.isRelative
            ? "Prediction over measurement, minus 1" : "Prediction minus measurement",
          format: score.isRelative ? .percent : .plain),
        layers: [
          .rule(RuleLayer(.horizontal, at: 0, color: .ink, isDashed: false)),
          .points(PointLayer(points)),
        ]),
      caption:
        "Above zero the prediction was too high. Bars are the \(percent(score.level)) intervals of a single run: one that misses zero is a hollow row.",
      method: "Relative errors where all outcomes are positive, else differences.")
  }

  private func bands(_ score: FitScore) -> ReportTable {
    ReportTable(
      columns: [
        "Where", .number("Rows"),
        .number("Mean error"), .number("Bias"),
        .number("Inside"),
      ],
      rows: score.bands.map { band in
        func error(_ x: Double) -> String {
          score.isRelative ? Wording.percent(x) : Wording.number(x)
        }
        return [
          band.name, "\(band.rows)", error(band.meanError), error(band.bias),
          "\(band.inside) of \(band.rows)",
        ]
      },
      note: score.scaleColumn.map { "Beyond: by \($0), against the largest of the fitted table." }
        ?? "")
  }

  private func runs(_ score: FitScore) -> ReportTable {
    let shown = score.runs.sorted { abs($0.standardErrors) > abs($1.standardErrors) }.prefix(50)
    return ReportTable(
      caption: shown.count < score.runs.count
        ? "The \(shown.count) rows that are off most" : "Rows",
      columns: [
        "Row", .number("Measured"),
        .number("Predicted"), .number("Single run"),
        .number("Standard errors"),
      ],
      rows: shown.map {
        [
          $0.run ?? Wording.rowLabel($0.row), Wording.number($0.observed, digits: 4),
          Wording.number($0.law.value, digits: 4), Wording.interval($0.single),
          NumberFormat.fixed($0.standardErrors, 1),
        ]
      },
      note:
        "Standard errors: the error over the standard deviation of a single run, plus is a prediction above the outcome."
    )
  }
}
