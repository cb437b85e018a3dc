public import SamplingLaws
internal import ScalingLaws

/// What a table of recorded attempts says, for a terminal: sentences, then curves in numbers.
public struct TestTimeSummaryText: Sendable {
  /// What is told.
  public var analysis: OutcomeAnalysis
  /// The largest width in cells.
  public var width: Int
  /// Whether escape sequences may be used.
  public var style: TextTable.Style

  /// A summary.
  ///
  /// - Parameters:
  ///   - analysis: what is told.
  ///   - width: the largest width in cells.
  ///   - style: whether escape sequences may be used.
  public init(_ analysis: OutcomeAnalysis, width: Int = 80, style: TextTable.Style = .plain) {
    self.analysis = analysis
    self.width = width
    self.style = style
  }

  /// More cautions than these are left to the report.
  private static let shownCautions = 4

  /// The summary as lines that each end with a newline.
  public func render() -> String {
    let page = TestTimePage(analysis)
    let rows = NumberFormat.scale(Double(analysis.rows))
    var parts = [
      wrapped(
        "\(analysis.source): \(rows) rows, \(Wording.count(analysis.arms.count, "arm"))")
        + page.summary.map { wrapped($0) }.joined()
    ]
    if analysis.arms.count == 1, let arm = analysis.arms.first {
      if (arm.coverage.points.last?.k ?? 1) > 1 { parts.append(curveTable(arm)) }
      if let optimal = arm.optimalSamples { parts.append(optimumTable(optimal)) }
    } else {
      parts.append(page.armTable.textTable(widthLimit: width).render(style: style))
    }
    let cautions = page.cautions
    var lines = cautions.prefix(Self.shownCautions).map { wrapped("Warning: \($0)") }
    if cautions.count > Self.shownCautions {
      lines.append(
        wrapped(
          "\(Wording.count(cautions.count - Self.shownCautions, "more warning")) in the report."))
    }
    lines += analysis.notes.map { wrapped("Note: \($0)") }
    if !lines.isEmpty { parts.append(lines.joined()) }
    return parts.joined(separator: "\n")
  }

  private func wrapped(_ text: String) -> String {
    TerminalText.wrapped(TerminalText.singleLine(text), width).map { $0 + "\n" }.joined()
  }

  private func curveTable(_ arm: ArmAnalysis) -> String {
    let selectors = TestTimePage.drawn(arm.selectors).prefix(2)
    var table = TextTable(
      columns: [
        .init("n", alignment: .trailing), .init("any right", alignment: .trailing),
        .init("all right", alignment: .trailing),
      ] + selectors.map { .init(TestTimePage.name($0.selector), alignment: .trailing) },
      widthLimit: width)
    table.rows = arm.coverage.points.map { point in
      [
        "\(point.k)", TestTimePage.share(point.coverage),
        NumberFormat.percent(point.reliability.value),
      ]
        + selectors.map { selector in
          selector.samples.firstIndex(of: point.k).map { TestTimePage.share(selector.accuracy[$0]) }
            ?? Wording.missing
        }
    }
    return table.render(style: style)
  }

  private func optimumTable(_ optimal: OptimalSamples) -> String {
    var table = TextTable(
      columns: [
        .init("a wrong answer costs", alignment: .trailing),
        .init("best limit", alignment: .trailing), .init("worth", alignment: .trailing),
        .init("right if answered", alignment: .trailing),
      ], widthLimit: width)
    table.rows = optimal.scenarios.map {
      [
        NumberFormat.significant($0.costWrong, 3), TestTimePage.limit($0),
        NumberFormat.withInterval($0.gain.value, $0.gain.low, $0.gain.high),
        NumberFormat.percent($0.precision),
      ]
    }
    return table.render(style: style)
  }
}
