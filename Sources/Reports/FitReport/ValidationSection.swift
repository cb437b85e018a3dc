internal import ScalingLaws
internal import Statistics

extension FitReading {
  /// How the law does on larger runs than it was fitted to.
  func validationSection() -> ReportSection? {
    let windows = part.validation.windows
    guard let last = windows.last else {
      return ReportSection(
        question,
        [
          .warning(
            "Not measured: there are too few rows, or too few different scales, to fit the law to some and predict the others."
          )
        ])
    }
    var blocks: [ReportBlock] = [
      .paragraph(
        "The test that matters for a forecast: fit the law to the \(heldOutWords.fitted) rows only, predict the \(heldOutWords.held), compare."
      ), .table(table(windows)),
    ]
    if windows.count > 2 { blocks.append(.figure(windowFigure(windows))) }
    if let figure = heldOutFigure(last) { blocks.append(.figure(figure)) }
    return ReportSection(question, blocks)
  }

  private var question: String {
    scaleName == "step"
      ? "Would it have predicted the end of training?"
      : "Would it have predicted the largest runs?"
  }

  private func table(_ windows: [Validation.Window]) -> ReportTable {
    let leaveOut = part.validation.leaveOneScaleOut
    return ReportTable(
      columns: [
        .number("Fitted rows"),
        .number("Up to \(scaleName)"),
        .number("Predicted rows"),
        .number("Mean relative error"),
        .number("Direction"),
      ],
      rows: windows.map {
        [
          "\($0.fittedRows)", Wording.number($0.fittedUpTo), "\($0.heldOutRows)",
          Wording.percent($0.relativeError),
          $0.bias.isFinite ? ($0.bias > 0 ? "+" : "") + Wording.percent($0.bias) : Wording.missing,
        ]
      },
      note: "Direction: the mean of prediction minus outcome; plus is too high."
        + (leaveOut.isFinite
          ? " With each scale left out in turn the error is \(Wording.percent(leaveOut))." : ""))
  }

  private func windowFigure(_ windows: [Validation.Window]) -> Figure {
    let xs = windows.map { Double($0.fittedRows) }
    let errors = windows.map(\.relativeError)
    return Figure(
      Chart(
        title: "Error on the \(heldOutWords.held) rows, by how much was fitted",
        x: Axis(
          label: "Rows fitted, of \(used.count), the smallest \(scaleName) first",
          format: .custom { $0 == $0.rounded() ? "\(Int($0))" : "" }),
        y: Axis(
          label: "Mean relative error", domain: errorDomain(errors), format: .percent),
        layers: [
          .line(LineLayer(xs: xs, ys: errors)),
          .points(
            PointLayer(
              zip(xs, windows).map { x, window in
                ChartPoint(
                  x: x, y: window.relativeError,
                  title: "up to \(scaleName) = \(Wording.number(window.fittedUpTo))")
              }, radius: 4)),
        ]),
      caption:
        "The error should fall, or at least not rise, as \(heldOutWords.held) rows are let in: a rise says that the law bends.",
      method:
        "The law is fitted again from its own starts to the rows up to each scale; nothing of the \(heldOutWords.held) rows is used.",
      data: FigureData(
        columns: [
          "fitted_rows", "held_out_rows", "fitted_up_to", "relative_error", "bias",
        ],
        numbers: windows.filter { $0.relativeError.isFinite }.map {
          [
            Double($0.fittedRows), Double($0.heldOutRows), $0.fittedUpTo, $0.relativeError, $0.bias,
          ]
        }))
  }

  private func errorDomain(_ errors: [Double]) -> ClosedRange<Double>? {
    guard let high = errors.filter(\.isFinite).max(), high > 0 else { return nil }
    return 0...high * 1.15
  }

  /// Outcomes against predictions of the law fitted to the rows of the last window alone.
  private func heldOutFigure(_ window: Validation.Window) -> Figure? {
    let rows = fit.observations
    let scale = rows.scale(for: fit.law)
    let fitted = used.filter { scale[$0] <= window.fittedUpTo }
    let held = used.filter { scale[$0] > window.fittedUpTo }
    var options = fit.options
    options.interval = .none
    guard !held.isEmpty,
      let small = try? ScalingLaws.fit(fit.law, to: rows.selecting(fitted), options: options)
    else { return nil }
    let predicted = fit.law.predictions(small.estimate, on: rows)
    func dots(_ indices: [Int], hollow: Bool) -> [ChartPoint] {
      indices.map {
        ChartPoint(x: predicted[$0], y: rows.response[$0], title: title($0), isHollow: hollow)
      }
    }
    // The held-out rows fill the plot; most fitted ones lie far outside it.
    let shown = held.flatMap { [predicted[$0], rows.response[$0]] }.filter(\.isFinite)
    guard let least = shown.min(), let most = shown.max(), least < most else { return nil }
    let pad = 0.12 * (most - least)
    let (low, high) = (least - pad, most + pad)
    var vertical = responseAxis
    vertical.scale = .linear
    vertical.domain = low...high
    var horizontal = vertical
    horizontal.label = "Predicted: " + vertical.label
    return Figure(
      Chart(
        title: "Predicted and measured \(responseName) of the \(heldOutWords.held) rows",
        x: horizontal, y: vertical,
        layers: [
          .line(LineLayer(xs: [low, high], ys: [low, high], color: .ink, width: 1)),
          .points(
            PointLayer(
              dots(fitted, hollow: false), color: .muted, radius: fitted.count > 150 ? 1.8 : 2.6,
              label: "fitted")),
          .points(
            PointLayer(
              dots(held, hollow: true), color: .series(1), radius: held.count > 150 ? 2 : 3.5,
              label: "held out, \(heldOutWords.held)")),
        ]),
      caption:
        "On the line, prediction and measurement agree. The \(held.count) hollow rows were not seen by this fit; most of the fitted ones lie outside the plot.",
      method:
        "Law \(fit.law.name) fitted to the \(fitted.count) rows with \(scaleName) up to \(Wording.number(window.fittedUpTo)).",
      data: FigureData(
        columns: ["row", "held_out", "predicted", "measured"],
        rows: (fitted.map { ($0, 0.0) } + held.map { ($0, 1.0) }).map { row, isHeld in
          [
            .text(rows.runNames?[row] ?? rows.labels[row]), .number(isHeld),
            .number(predicted[row].isFinite ? predicted[row] : .nan), .number(rows.response[row]),
          ]
        }))
  }
}
