internal import Quantities
public import ScalingLaws

/// A comparison as a person reads it in a terminal.
public struct ComparisonText {
  let comparison: Comparison
  let terminal: Terminal

  /// A comparison for a terminal.
  public init(_ comparison: Comparison, terminal: Terminal) {
    self.comparison = comparison
    self.terminal = terminal
  }

  /// The sentences, then the multiplier at each scale.
  public func text() -> String {
    let summary = comparison.summary
    let laws =
      summary.law == summary.treatmentLaw
      ? summary.law : "\(summary.law) and \(summary.treatmentLaw)"
    var lines = comparison.sentences.map { terminal.wrap($0) }
    let joint = comparison.jointAnswer?.multiplier
    let shown = joint ?? comparison.multiplier
    lines.append("")
    lines.append(
      terminal.wrap(
        "Law \(laws), \(joint == nil ? "the tables fitted apart" : "the joint fit that was chosen"):"
      ))
    var table = terminal.table([
      .number(comparison.pair.scaleName),
      .number("multiplier"), .number("interval"),
      .number("P(better)"),
    ])
    let rungs = shown.rungs + [shown.target]
    for (position, rung) in rungs.enumerated() {
      let isTarget = position == rungs.count - 1
      if isTarget, comparison.refusal != nil {
        table.rows.append(
          ["target \(NumberFormat.flops(comparison.target))", "refused", "", ""])
        continue
      }
      let scale = NumberFormat.flops(rung.scale)
      table.rows.append([
        isTarget ? "target \(scale)" : scale,
        NumberFormat.significant(rung.multiplier.value, 3),
        "\(NumberFormat.significant(rung.multiplier.low, 3)) to \(NumberFormat.significant(rung.multiplier.high, 3))",
        // Where the tests find no difference, no chance of one is printed beside.
        rung.probabilityTreatmentIsBetter.isNaN || comparison.verdict == .noDifference
          ? "" : comparison.pair.plainProbability(rung.probabilityTreatmentIsBetter),
      ])
    }
    lines.append(terminal.render(table))
    lines += comparison.warnings.map { terminal.wrap("Warning: \($0)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
