internal import Quantities
public import SamplingLaws
internal import ScalingLaws

/// What a table of recorded attempts says, for a terminal: sentences, then curves in numbers.
public struct TestTimeSummaryText: Sendable {
  var analysis: OutcomeAnalysis
  /// The largest width in cells.
  public var width: Int
  /// Whether escape sequences may be used.
  public var style: TextTable.Style

  /// A summary.
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
    let head = wrapped(
      "\(analysis.source): \(rows) rows, \(Wording.count(analysis.arms.count, "arm"))")
    var parts: [String] = []
    if analysis.arms.count == 1, let arm = analysis.arms.first {
      parts.append(head + page.summary.map { wrapped($0) }.joined())
      parts += tables(arm)
    } else {
      parts.append(head + page.jointSentences(comparisons: 12).map { wrapped($0) }.joined())
      parts.append(armTable(page))
      for arm in analysis.arms {
        // The table above has said it all of an arm of single attempts.
        let sentences = TestTimePage.sentences(arm)
        let own = tables(arm)
        if own.isEmpty, sentences.count < 2 { continue }
        parts.append(heading(arm.name) + sentences.map { wrapped($0) }.joined())
        parts += own
      }
    }
    let cautions = page.cautions
    var lines = cautions.prefix(Self.shownCautions).map { wrapped("Warning: \($0)") }
    if cautions.count > Self.shownCautions {
      lines.append(
        wrapped(
          "\(Wording.count(cautions.count - Self.shownCautions, "more warning")) in the report."))
    }
    // What was asked for and not made is never left to the report.
    lines += page.unmade.filter { unmade in
      !cautions.prefix(Self.shownCautions).contains { $0.hasPrefix(unmade.prefix(40)) }
    }.map { wrapped("Warning: \($0)") }
    lines += analysis.notes.map { wrapped("Note: \($0)") }
    if !lines.isEmpty { parts.append(lines.joined()) }
    return parts.joined(separator: "\n")
  }

  private func heading(_ name: String) -> String {
    let lines = TerminalText.wrapped(TerminalText.singleLine(name), width)
    return lines.map { style == .ansi ? "\u{1B}[1m\($0)\u{1B}[0m\n" : "\($0)\n" }.joined()
  }

  private func tables(_ arm: ArmAnalysis) -> [String] {
    var tables: [String] = []
    if (arm.coverage.points.last?.k ?? 1) > 1, arm.coverage.points.count > 1 {
      tables.append(curveTable(arm))
    }
    if let optimal = arm.optimalSamples { tables.append(optimumTable(optimal)) }
    if let sweep = arm.thresholds { tables.append(thresholdTable(sweep)) }
    return tables
  }

  /// The arms in a table, or one under the other where their names leave no room for numbers.
  private func armTable(_ page: TestTimePage) -> String {
    let table = page.armTable
    let whole = table.textTable(widthLimit: nil).render()
    let widest = whole.split(separator: "\n").map { TerminalText.width(String($0)) }.max() ?? 0
    if widest <= width { return table.textTable(widthLimit: width).render(style: style) }
    let titles = table.columns.dropFirst().map(\.title)
    return table.rows.map { row in
      let cells = zip(titles, row.dropFirst()).map { "\($0) \($1)" }
      let most = cells.map { TerminalText.width($0) }.max() ?? 0
      let perLine = max(1, width / (most + 2))
      var lines = heading(row.first ?? "")
      for start in stride(from: 0, to: cells.count, by: perLine) {
        let line = cells[start..<min(start + perLine, cells.count)].map {
          $0 + String(repeating: " ", count: most - TerminalText.width($0))
        }.joined(separator: "  ")
        lines += "  " + TerminalText.truncated(line, width - 2).trimmingTrailingBlanks + "\n"
      }
      return lines
    }.joined()
  }

  private func wrapped(_ text: String) -> String {
    TerminalText.wrapped(TerminalText.singleLine(text), width).map { $0 + "\n" }.joined()
  }

  private func curveTable(_ arm: ArmAnalysis) -> String {
    let selectors = TestTimePage(analysis).drawn(arm).prefix(2)
    var table = TextTable(
      columns: [
        .number("n"), .number("any right"),
        .number("all right"),
      ] + selectors.map { .number(TestTimePage.name($0.selector)) }, widthLimit: width)
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
        .number("a wrong answer costs"),
        .number("best limit"), .number("worth"),
        .number("right if answered"),
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

  private func thresholdTable(_ sweep: ThresholdSweep) -> String {
    var table = TextTable(
      columns: [
        .number("a wrong answer costs"),
        .number("pass from score"),
        .number("best limit"),
        .number("worth, cross-fitted"),
      ], widthLimit: width)
    table.rows = sweep.choices.enumerated().map { place, choice in
      let row = sweep.rows[choice.best]
      let fitted = choice.crossFitted
      return [
        NumberFormat.significant(choice.costWrong, 3), NumberFormat.significant(row.threshold, 3),
        TestTimePage.limit(row.optima[place]),
        NumberFormat.withInterval(fitted.value, fitted.low, fitted.high),
      ]
    }
    return table.render(style: style)
  }
}

extension String {
  fileprivate var trimmingTrailingBlanks: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
