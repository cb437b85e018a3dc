internal import Foundation
internal import Quantities
public import ScalingLaws

/// The report of a comparison of a treatment with a baseline.
public struct ComparisonReport: Sendable {
  var comparison: ComparisonSummary
  var names: (baseline: String, treatment: String)
  var notes: [String]

  /// - Parameters:
  ///   - comparison: the comparison.
  ///   - names: what the arms are called.
  ///   - notes: remarks on how the tables were read.
  public init(
    _ comparison: ComparisonSummary, names: (baseline: String, treatment: String), notes: [String]
  ) {
    self.comparison = comparison
    self.names = names
    self.notes = notes
  }

  /// The report as one HTML file that needs nothing else.
  public func html() -> String {
    var sections = [worthSection()]
    if let differences = differenceSection() { sections.append(differences) }
    if let joint = jointSection() { sections.append(joint) }
    if !comparison.warnings.isEmpty {
      sections.append(
        ReportSection("What to be careful of", comparison.warnings.map { .warning($0) }))
    }
    if !notes.isEmpty {
      sections.append(ReportSection("How the tables were read", notes.map { .paragraph($0) }))
    }
    return ReportPage(
      title: "Does it still help at scale?",
      subtitle: "\(names.treatment) against \(names.baseline)", summary: comparison.sentences,
      sections: sections,
      footer: "Made by Allometry. \(Wording.sentence(comparison.method))."
    ).html()
  }

  private var level: String { NumberFormat.percent(comparison.level, decimals: 0) }
  private var shown: ComparisonSummary.Worth { comparison.jointWorth ?? comparison.worth }
  private var isDifferent: Bool { comparison.verdict != .noDifference }
  private var isCompute: Bool { comparison.scale == "C" }

  private func scale(_ value: Double) -> String {
    isCompute ? NumberFormat.flops(value) : NumberFormat.scale(value)
  }

  private func text(_ interval: IntervalEstimate) -> String {
    guard let value = interval.value else { return Wording.missing }
    return Wording.estimated(
      Estimated(value: value, low: interval.low ?? -.infinity, high: interval.high ?? .infinity))
  }

  private func probability(_ value: Double?) -> String {
    guard isDifferent, let value else { return Wording.missing }
    // Draws cannot tell a probability finer than one of them.
    let least = comparison.draws > 0 ? 1 / Double(comparison.draws) : 0
    if value < least { return "< \(NumberFormat.percent(least))" }
    if value > 1 - least { return "> \(NumberFormat.percent(1 - least))" }
    return NumberFormat.percent(value, decimals: 0)
  }

  private func worthSection() -> ReportSection {
    var numbers: [KeyNumber] = []
    if let last = shown.rungs.last {
      numbers.append(
        KeyNumber(
          label: "Worth at the largest runs (\(scale(last.scale)))",
          value: last.multiplier.value.map { "\(NumberFormat.significant($0, 3))x" }
            ?? Wording.missing,
          interval: ends(last.multiplier)))
    }
    if comparison.refusal == nil {
      numbers.append(
        KeyNumber(
          label: "Worth at \(scale(comparison.target))",
          value: shown.target.multiplier.value.map { "\(NumberFormat.significant($0, 3))x" }
            ?? Wording.missing,
          interval: ends(shown.target.multiplier)))
      numbers.append(
        KeyNumber(
          label: "Chance that it helps there",
          value: probability(shown.target.probabilityTreatmentIsBetter)))
    }
    // What the tests do not bear out is no number to remember.
    var blocks: [ReportBlock] = isDifferent ? [.keyNumbers(numbers)] : []
    if let refusal = comparison.refusal { blocks.append(.warning(Wording.sentence(refusal))) }
    blocks += [.figure(worthFigure()), .table(worthTable())]
    return ReportSection("What the treatment is worth", blocks)
  }

  private func ends(_ interval: IntervalEstimate) -> String? {
    guard let low = interval.low, let high = interval.high else { return nil }
    return "\(NumberFormat.significant(low, 3)) to \(NumberFormat.significant(high, 3))"
  }

  private func worthFigure() -> Figure {
    func point(_ rung: ComparisonSummary.Multiplier, isHollow: Bool) -> ChartPoint? {
      guard let value = rung.multiplier.value, value > 0 else { return nil }
      return ChartPoint(
        x: rung.scale, y: value, low: rung.multiplier.low, high: rung.multiplier.high,
        title: "\(scale(rung.scale)): \(text(rung.multiplier))", isHollow: isHollow)
    }
    let measured = shown.rungs.compactMap { point($0, isHollow: false) }
    let target =
      comparison.refusal == nil ? [point(shown.target, isHollow: true)].compactMap(\.self) : []
    var layers: [ChartLayer] = [.rule(RuleLayer(.horizontal, at: 1, isDashed: false))]
    if measured.count > 1 {
      layers.append(.line(LineLayer(xs: measured.map(\.x), ys: measured.map(\.y), width: 1)))
    }
    layers += [
      .points(PointLayer(measured, label: "at the runs' scales")),
      .points(PointLayer(target, radius: 4.5, label: target.isEmpty ? nil : "at the target")),
    ]
    if let crossover = comparison.crossing,
      crossover.verdict == .crossesInside || crossover.verdict == .crossesBeyond,
      let crossing = crossover.scale.value
    {
      layers.append(.rule(RuleLayer(.vertical, at: crossing, label: "crossover", color: .ink)))
    }
    return Figure(
      Chart(
        title: "Worth of the treatment by scale",
        x: Axis(
          label: isCompute ? "Training compute (FLOPs)" : comparison.scale, scale: .log10,
          format: isCompute ? .power : .scale),
        y: Axis(
          label: "Multiplier of \(isCompute ? "compute" : comparison.scale)", scale: .log10,
          format: .custom { NumberFormat.significant($0, 3) + "x" }), layers: layers),
      caption:
        "A multiplier of 1.2 says that the baseline needs 1.2 times as much to reach the treatment's loss. Bars are \(level) intervals.",
      method: comparison.jointWorth == nil
        ? "The tables fitted apart with \(laws)\(isDifferent ? "" : ", a difference that the tests do not bear out")."
        : "The joint fit that was chosen, \(laws).",
      data: FigureData(
        columns: ["scale", "multiplier", "low", "high", "probability_better"],
        rows: (shown.rungs + (comparison.refusal == nil ? [shown.target] : [])).map {
          [
            .number($0.scale), .number($0.multiplier.value ?? .nan),
            .number($0.multiplier.low ?? .nan), .number($0.multiplier.high ?? .nan),
            .number($0.probabilityTreatmentIsBetter ?? .nan),
          ]
        }))
  }

  private var laws: String {
    comparison.law == comparison.treatmentLaw
      ? comparison.law : "\(comparison.law) and \(comparison.treatmentLaw)"
  }

  private func worthTable() -> ReportTable {
    var rows = shown.rungs.map { rung in
      [
        scale(rung.scale), text(rung.multiplier), probability(rung.probabilityTreatmentIsBetter),
      ]
    }
    rows.append(
      comparison.refusal == nil
        ? [
          "target \(scale(comparison.target))", text(shown.target.multiplier),
          probability(shown.target.probabilityTreatmentIsBetter),
        ] : ["target \(scale(comparison.target))", "refused", ""])
    return ReportTable(
      columns: [
        .number(isCompute ? "Compute" : comparison.scale),
        .number("Multiplier [\(level)]"),
        .number("Chance that it helps"),
      ], rows: rows)
  }

  private func differenceSection() -> ReportSection? {
    guard !comparison.rungs.isEmpty else { return nil }
    let points = comparison.rungs.compactMap { rung in
      rung.difference.value.map {
        ChartPoint(
          x: rung.scale, y: $0, low: rung.difference.low, high: rung.difference.high,
          title: "\(scale(rung.scale)): \(text(rung.difference))")
      }
    }
    let figure = Figure(
      Chart(
        title: "Difference at each size",
        x: Axis(
          label: isCompute ? "Training compute (FLOPs)" : comparison.scale, scale: .log10,
          format: isCompute ? .power : .scale),
        y: Axis(label: "Treatment less baseline"),
        layers: [
          .rule(RuleLayer(.horizontal, at: 0, isDashed: false)), .points(PointLayer(points)),
        ]),
      caption:
        "Runs of one scale against each other, without a law. Below zero the treatment is better where less is better.",
      method: "Paired by seed where seeds are equal. Bars are \(level) intervals.")
    var blocks: [ReportBlock] = [
      .figure(figure),
      .table(
        ReportTable(
          columns: [
            .number(isCompute ? "Compute" : comparison.scale),
            .number("Runs"), .number("Pairs"),
            .number("Difference [\(level)]"),
          ],
          rows: comparison.rungs.map {
            [
              scale($0.scale), "\($0.baselineRuns) and \($0.treatmentRuns)", "\($0.pairs)",
              text($0.difference),
            ]
          })),
    ]
    if let scatter = comparison.scatter, let share = scatter.share {
      blocks.append(
        .paragraph(
          "Of the variance of a run, \(NumberFormat.percent(share, decimals: 0)) is what its size has of its own"
            + (scatter.pValue.map { " (p = \(NumberFormat.significant($0, 2)) for none)" } ?? "")
            + "."))
    }
    return ReportSection("Size by size", blocks)
  }

  private func jointSection() -> ReportSection? {
    guard !comparison.hypotheses.isEmpty else { return nil }
    let hypotheses = ReportTable(
      columns: [
        "What differs", "Parameters",
        .number("Held-out error"), "Chosen",
      ],
      rows: comparison.hypotheses.map {
        [
          $0.name, $0.relaxed.isEmpty ? "none" : $0.relaxed.joined(separator: ", "),
          $0.heldOutError.map { Wording.percent($0) } ?? Wording.missing, $0.chosen ? "yes" : "",
        ]
      }, note: "Both tables fitted with one law whose other parameters are shared.")
    let tests = ReportTable(
      columns: [
        "Smaller", "Larger", .number("F"),
        .number("p"), "From",
      ],
      rows: comparison.tests.map { test in
        [
          test.smaller, test.larger,
          test.statistic.map { NumberFormat.significant($0, 3) } ?? "infinite",
          test.floor.map { test.pValue <= $0 ? "< \(NumberFormat.significant($0, 2))" : nil }
            .flatMap(\.self) ?? NumberFormat.significant(test.pValue, 2),
          test.calibration.rawValue,
        ]
      }, note: "A small p says that the larger hypothesis is needed.")
    return ReportSection("What the treatment changes", [.table(hypotheses), .table(tests)])
  }
}
