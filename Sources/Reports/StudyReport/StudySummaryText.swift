internal import Quantities
internal import SamplingLaws
internal import Verdicts

/// What a study found, for a terminal: the verdicts in sentences, then the numbers behind them.
public struct StudySummaryText: Sendable {
  /// What is told.
  public var study: StudyResults
  /// The largest width in cells.
  public var width: Int
  /// Whether escape sequences may be used.
  public var style: TextTable.Style

  /// A summary.
  public init(_ study: StudyResults, width: Int = 80, style: TextTable.Style = .plain) {
    self.study = study
    self.width = width
    self.style = style
  }

  /// The summary as lines that each end with a newline.
  public func render() -> String {
    let page = StudyPage(study)
    var parts = [wrapped("\(study.name): \(page.question)")]
    parts.append(page.summary.map { wrapped($0) }.joined())
    parts += page.sampling.flatMap { sampling in
      sampling.tradeoffs.map { table($0, sampling, of: page.sampling.count) }
    }
    parts += page.arms.compactMap { table($0, page) }
    let backgrounds = page.backgrounds.map { wrapped($0) }.joined()
    if !backgrounds.isEmpty { parts.append(backgrounds) }
    let cautions = page.cautions.map { wrapped("Warning: \($0)") }.joined()
    if !cautions.isEmpty { parts.append(cautions) }
    let missing = page.unmeasured
    if !missing.isEmpty {
      parts.append(wrapped("Not measured: \(missing.joined(separator: "; "))."))
    }
    return parts.joined(separator: "\n")
  }

  private func wrapped(_ text: String) -> String {
    TerminalText.wrapped(TerminalText.singleLine(text), width).map { $0 + "\n" }.joined()
  }

  private func table(
    _ tradeoff: SizeSampleTradeoff, _ sampling: SamplingVerdict, of count: Int
  ) -> String {
    let name = count > 1 ? "\(sampling.arm): " : ""
    let table = TradeoffBlocks(
      tradeoff, problems: sampling.problems, levelText: "", prefix: name
    ).accuracyTable
    let title = wrapped("\(table.caption), \(sampling.problems) problems; \(table.note)")
    return title + table.textTable(widthLimit: width).render(style: style)
  }

  private func table(_ arm: ArmVerdict, _ page: StudyPage) -> String? {
    let rungs = page.rungs(arm)
    guard !rungs.isEmpty else { return nil }
    let axis = page.axis(arm, .trainingCompute)
    var table = TextTable(
      columns: [
        .init("size"), .init("FLOPs", alignment: .trailing),
        // Long names are whole above the table; sizes must not give way to them.
        .init(TerminalText.truncated(page.baseline, 16), alignment: .trailing),
        .init(TerminalText.truncated(arm.arm, 16), alignment: .trailing),
        .init("change", alignment: .trailing), .init("worth, measured", alignment: .trailing),
        .init("runs", alignment: .trailing),
      ], widthLimit: width)
    for rung in rungs {
      table.rows.append([
        page.label(rung), NumberFormat.flops(rung.treatment.trainingOperations, digits: 2),
        StudyWording.loss(rung.baseline.loss), StudyWording.loss(rung.treatment.loss),
        rung.differencePercent.value.map { NumberFormat.fixed($0, 2) + "%" } ?? Wording.missing,
        StudyWording.shortMultiplier(page.multiplier(arm, rung)),
        "\(rung.baseline.runs)+\(rung.treatment.runs)",
      ])
    }
    if let axis, let forecast = axis.forecast {
      table.rows.append([
        "forecast", NumberFormat.flops(forecast.scale, digits: 2), "", "", "",
        StudyWording.shortMultiplier(forecast.multiplier), "",
      ])
    }
    let title = "\(arm.arm): \(arm.conclusion.rawValue)\n"
    return title + table.render(style: style)
  }
}
