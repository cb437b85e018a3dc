internal import Quantities

/// The report of one training run: its losses against what it has to beat, its settings and costs.
public struct TrainingReport: Sendable {
  /// A loss that was measured at some step.
  public struct Point: Sendable {
    var tokens: Double
    var loss: Double

    /// A measured loss.
    public init(tokens: Double, loss: Double) {
      self.tokens = tokens
      self.loss = loss
    }
  }

  /// A loss that does not depend on training: an n-gram's, a compressor's, an entropy.
  public struct Reference: Sendable {
    var name: String
    var loss: Double

    /// A loss to compare with.
    public init(name: String, loss: Double) {
      self.name = name
      self.loss = loss
    }
  }

  /// Heading of the page.
  public var title: String
  var summary: [String]
  var training: [Point]
  var validation: [Point]
  /// The loss on all held-out data at the end, in nats per token, which the page compares; nil takes
  /// the last validation loss.
  var heldOutLoss: Double?
  var references: [Reference]
  /// Bytes of text a token stands for, to show bits per byte; nil where tokens are not text.
  var bytesPerToken: Double?
  /// Names and values of what was set and counted.
  var facts: [(name: String, value: String)]
  var warnings: [String]
  var command: String
  /// When it is made and by which version; nil says nothing of it.
  var origin: ReportOrigin?

  /// A report.
  public init(
    title: String, summary: [String], training: [Point], validation: [Point],
    heldOutLoss: Double? = nil, references: [Reference], bytesPerToken: Double?,
    facts: [(name: String, value: String)],
    warnings: [String], command: String, origin: ReportOrigin? = nil
  ) {
    self.title = title
    self.summary = summary
    self.training = training
    self.validation = validation
    self.heldOutLoss = heldOutLoss
    self.references = references
    self.bytesPerToken = bytesPerToken
    self.facts = facts
    self.warnings = warnings
    self.command = command
    self.origin = origin
  }

  /// The report as one HTML file that needs nothing else.
  public func html() -> String {
    var sections = [
      ReportSection("Loss", [.figure(lossFigure)] + comparison + ReportBlock.cautions(warnings))
    ]
    sections.append(
      ReportSection(
        "Run",
        [
          .table(
            ReportTable(columns: ["Setting", "Value"], rows: facts.map { [$0.name, $0.value] }))
        ]))
    return ReportPage(
      title: title, summary: summary, sections: sections,
      footer: command.isEmpty ? "" : "Made by: \(command)", origin: origin
    ).html()
  }

  private var lossFigure: Figure {
    // A run that ended in numbers that are none has a curve up to there.
    let training = training.filter(\.loss.isFinite)
    let validation = validation.filter(\.loss.isFinite)
    let shown = FigureData.thinned(training, to: 800)
    let smooth = FigureData.thinned(smoothed(training), to: 800)
    var layers: [ChartLayer] = [
      .line(
        LineLayer(
          xs: shown.map(\.tokens), ys: shown.map(\.loss), color: .muted,
          label: "training, each step", width: 0.7)),
      .line(
        LineLayer(
          xs: smooth.map(\.tokens), ys: smooth.map(\.loss), color: .series(1),
          label: "training, smoothed")),
      .points(
        PointLayer(
          validation.map { ChartPoint(x: $0.tokens, y: $0.loss) }, color: .series(0),
          label: "validation")),
      .line(
        LineLayer(
          xs: validation.map(\.tokens), ys: validation.map(\.loss), color: .series(0))),
    ]
    if let end = laterMeasurement {
      layers.append(
        .points(
          PointLayer(
            [ChartPoint(x: end.tokens, y: end.loss)], color: .ink, radius: 5,
            label: "all held-out data, at the end")))
    }
    for reference in references {
      layers.append(
        .rule(RuleLayer(.horizontal, at: reference.loss, label: reference.name)))
    }
    // The first steps fall from log(vocabulary); what happens later would be a flat line below.
    let late = training.dropFirst(training.count / 50).map(\.loss)
    let low = min(
      late.min() ?? 0, validation.map(\.loss).min() ?? .infinity,
      laterMeasurement?.loss ?? .infinity,
      references.map(\.loss).min() ?? .infinity)
    let high = max(
      late.max() ?? 1, validation.dropFirst().map(\.loss).max() ?? 0,
      references.map(\.loss).max() ?? 0)
    let margin = 0.05 * max(high - low, 0.01)
    return Figure(
      Chart(
        title: "Loss along training",
        x: Axis(label: "tokens seen", format: .scale),
        y: Axis(
          label: "loss (nats/token)", domain: (low - margin)...(high + margin)),
        layers: layers),
      caption: "The first two per cent of the run are above the picture.",
      method:
        "Training loss of each step's own batch, smoothed over a fiftieth of the run; validation on "
        + (laterMeasurement == nil ? "" : "a part of the ") + "data never trained on.",
      data: FigureData(
        columns: ["kind", "tokens", "loss"],
        rows: FigureData.thinned(training, to: 1_500).map {
          [.text("training"), .number($0.tokens), .number($0.loss)]
        }
          + validation.map { [.text("validation"), .number($0.tokens), .number($0.loss)] }
          + [laterMeasurement].compactMap(\.self).map {
            [.text("all held-out data"), .number($0.tokens), .number($0.loss)]
          }
          + references.map { [.text($0.name), "", .number($0.loss)] }))
  }

  /// Means over a fiftieth of the run, so that the trend shows through the batches' noise.
  private func smoothed(_ training: [Point]) -> [Point] {
    let span = max(training.count / 50, 1)
    var sums = [0.0]
    for point in training { sums.append(sums[sums.count - 1] + point.loss) }
    return training.indices.map { index in
      let start = max(index - span + 1, 0)
      return Point(
        tokens: training[index].tokens,
        loss: (sums[index + 1] - sums[start]) / Double(index + 1 - start))
    }
  }

  /// The loss on all held-out data, where validation along the run saw only a part of them.
  private var laterMeasurement: Point? {
    guard let heldOutLoss, heldOutLoss.isFinite, let last = validation.last,
      last.loss != heldOutLoss
    else { return nil }
    return Point(tokens: training.last?.tokens ?? last.tokens, loss: heldOutLoss)
  }

  private var comparison: [ReportBlock] {
    guard let loss = heldOutLoss ?? validation.last?.loss,
      !references.isEmpty || bytesPerToken != nil
    else { return [] }
    func cells(_ name: String, _ loss: Double) -> [String] {
      var cells = [name, NumberFormat.fixed(loss, 4)]
      if let bytesPerToken {
        cells.append(NumberFormat.fixed(loss / bytesPerToken / 0.6931471805599453, 4))
      }
      return cells
    }
    var columns = [
      TextTable.Column("Predictor"), .number("Nats per token"),
    ]
    if bytesPerToken != nil {
      columns.append(.number("Bits per byte"))
    }
    return [
      .table(
        ReportTable(
          caption: "On the same held-out data",
          columns: columns,
          rows: [cells("this model", loss)] + references.map { cells($0.name, $0.loss) }))
    ]
  }
}
