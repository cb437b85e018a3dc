internal import Quantities
internal import SamplingLaws
internal import ScalingLaws

extension TestTimePage {
  /// The results of every arm in a table, and what must be known first.
  func answerSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    if arms.count > 1 {
      blocks.append(.table(armTable))
    } else if let arm = arms.first {
      blocks.append(.keyNumbers(keyNumbers(arm)))
    }
    blocks += ReportBlock.cautions(cautions)
    return ReportSection("The answer", blocks)
  }

  private func keyNumbers(_ arm: ArmAnalysis) -> [KeyNumber] {
    func number(_ label: String, _ x: Estimated) -> KeyNumber {
      let text = Self.share(x)
      let cut = text.firstIndex(of: " ") ?? text.endIndex
      return KeyNumber(
        label: label, value: String(text[..<cut]),
        interval: cut < text.endIndex ? String(text[text.index(after: cut)...]) : nil)
    }
    var numbers = [number("one attempt", arm.coverage.accuracy)]
    if let last = arm.coverage.points.last, last.k > 1 {
      numbers.append(number("any of \(last.k)", last.coverage))
      numbers.append(number("all of \(last.k)", last.reliability))
    }
    for selector in arm.selectors.prefix(2) {
      if let accuracy = selector.accuracy.last, let samples = selector.samples.last, samples > 1 {
        numbers.append(number("\(Self.name(selector.selector)) of \(samples)", accuracy))
      }
    }
    if let scenario = arm.optimalSamples?.scenarios.first(where: { $0.costWrong == 1 }) {
      numbers.append(
        KeyNumber(
          label: "best limit of samples", value: scenario.best.map { "\($0)" } ?? "none",
          interval: Self.plausible(scenario)))
    }
    return numbers
  }

  var armTable: ReportTable {
    let votes = arms.contains { arm in arm.selectors.contains { $0.selector.hasPrefix("majority") }
    }
    let scored = arms.contains { arm in arm.selectors.contains { $0.selector == "best of n" } }
    var columns: [TextTable.Column] = [
      .init("Arm"), .number("Attempts"),
      .number("One attempt"), .number("Any of n"),
    ]
    if votes { columns.append(.number("Majority of n")) }
    if scored { columns.append(.number("Best of n by score")) }
    return ReportTable(
      columns: columns,
      rows: arms.map { arm in
        func last(_ matches: (SelectionCurve) -> Bool) -> String {
          arm.selectors.first(where: matches)?.accuracy.last.map { Self.share($0) }
            ?? Wording.missing
        }
        var cells = [
          arm.name, "\(arm.problems) × \(arm.coverage.smallestN)",
          Self.share(arm.coverage.accuracy),
          arm.coverage.points.last.map { Self.share($0.coverage) } ?? Wording.missing,
        ]
        if votes { cells.append(last { $0.selector.hasPrefix("majority") }) }
        if scored { cells.append(last { $0.selector == "best of n" }) }
        return cells
      },
      note:
        "Attempts: problems times the attempts that every problem has, n. Brackets hold \(levelText) intervals over problems."
    )
  }

  func selectionSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for arm in arms.prefix(Self.shownArms) where (arm.coverage.points.last?.k ?? 1) > 1 {
      blocks.append(.figure(selectionFigure(arm)))
      blocks.append(
        .details(
          summary: "\(prefix(arm))the numbers behind it", [.table(selectionTable(arm))]))
      if let modes = arm.modes { blocks.append(.paragraph(Self.sentence(modes))) }
    }
    for arm in arms where arm.rounds != nil { blocks += roundBlocks(arm) }
    return blocks.isEmpty ? nil : ReportSection("More attempts", blocks)
  }

  private func selectionFigure(_ arm: ArmAnalysis) -> Figure {
    let points = arm.coverage.points
    let ks = points.map { Double($0.k) }
    let selectors = drawn(arm)
    // More than a few translucent bands hide each other and what they belong to.
    let hasBands = selectors.count < 2
    func curve(
      _ name: String, _ xs: [Double], _ values: [Estimated], _ color: ChartColor,
      dashed: Bool = false
    ) -> [ChartLayer] {
      let band = ChartLayer.band(
        BandLayer(xs: xs, low: values.map(\.low), high: values.map(\.high), color: color))
      let line = ChartLayer.line(
        LineLayer(xs: xs, ys: values.map(\.value), color: color, label: name, isDashed: dashed))
      return hasBands ? [band, line] : [line]
    }
    var layers = curve("any is right", ks, points.map(\.coverage), .ink, dashed: true)
    layers += curve("all are right", ks, points.map(\.reliability), .muted, dashed: true)
    for selector in selectors {
      layers += curve(
        Self.chartName(selector.selector), selector.samples.map { Double($0) }, selector.accuracy,
        color(of: selector.selector))
    }
    let intervals =
      hasBands
      ? "Bands hold \(levelText) intervals."
      : "The \(levelText) intervals are in the table below."
    return Figure(
      Chart(
        title: "\(prefix(arm))Accuracy against the number of attempts",
        x: Axis(label: "attempts", scale: .log2, format: .count),
        y: Axis(label: "share of problems", domain: 0...1, format: .percent), layers: layers),
      caption:
        "Between the dashed curves lies whatever chooses one of the attempts: above, a verifier that never errs; below, one that only counts when all attempts are right. \(intervals)",
      method:
        "Exact expectations over subsets of the recorded attempts of \(arm.problems) problems, seeded random orders where that is dear; bootstrap over problems."
    )
  }

  /// The ways to choose that have curves: the vote, the best of n and the best weighted ones; more
  /// would hide each other. All arms show the same ones, so that their figures can be compared.
  var drawnSelectors: [String] {
    var ends: [String: [Double]] = [:]
    var names: [String] = []
    for selector in arms.flatMap(\.selectors) {
      if ends[selector.selector] == nil { names.append(selector.selector) }
      ends[selector.selector, default: []].append(selector.accuracy.last?.value ?? 0)
    }
    let plain = names.filter { $0.hasPrefix("majority") || $0 == "best of n" }
    func mean(_ name: String) -> Double {
      guard let values = ends[name], !values.isEmpty else { return 0 }
      return values.reduce(0, +) / Double(values.count)
    }
    let rest = names.filter { !plain.contains($0) }
      .sorted { (mean($0), $1) > (mean($1), $0) }
    return plain + rest.prefix(2)
  }

  func drawn(_ arm: ArmAnalysis) -> [SelectionCurve] {
    drawnSelectors.compactMap { name in arm.selectors.first { $0.selector == name } }
  }

  /// A way to choose has the same colour in the figures of all arms.
  func color(of selector: String) -> ChartColor {
    .series(drawnSelectors.firstIndex(of: selector) ?? 0)
  }

  /// A way to choose in few words: the name stands beside its line.
  static func chartName(_ selector: String) -> String {
    let name = shortName(selector)
    guard name.hasPrefix("weighted vote ("), let open = name.firstIndex(of: "(") else {
      return name
    }
    let weight = name[name.index(after: open)...].prefix { $0 != ";" && $0 != ")" }
    return
      "vote by \(weight.replacing(" of score", with: "").replacing(" at temperature", with: "").replacing("score between lowest and highest", with: "scaled score"))"
  }

  private func selectionTable(_ arm: ArmAnalysis) -> ReportTable {
    let selectors = arm.selectors
    return ReportTable(
      columns: [
        .number("Attempts"), .number("Any right"),
        .number("All right"),
      ] + selectors.map { .number(Self.name($0.selector)) },
      rows: arm.coverage.points.map { point in
        ["\(point.k)", Self.share(point.coverage), Self.share(point.reliability)]
          + selectors.map { selector in
            selector.samples.firstIndex(of: point.k).map { Self.share(selector.accuracy[$0]) }
              ?? Wording.missing
          }
      })
  }

  private static func sentence(_ modes: ModeSplit) -> String {
    func last(_ part: ModeSplit.Part) -> String {
      part.accuracy.last.map { NumberFormat.percent($0.value) } ?? Wording.missing
    }
    return
      "On \(modes.right.problems) problems the most frequent answer is right, and a vote of \(modes.samples.last ?? 1) gets \(last(modes.right)) of them; on \(modes.wrong.problems) it is wrong, and a vote gets \(last(modes.wrong)). More votes only separate the two further."
  }

  private func roundBlocks(_ arm: ArmAnalysis) -> [ReportBlock] {
    guard let rounds = arm.rounds else { return [] }
    let xs = rounds.rounds.map { Double($0.round) }
    let chart = Chart(
      title: "\(prefix(arm))Accuracy round by round", x: Axis(label: "round"),
      y: Axis(label: "share of right answers", domain: 0...1, format: .percent),
      layers: [
        .line(
          LineLayer(
            xs: xs, ys: rounds.rounds.map(\.predicted), color: .muted, label: "chain",
            isDashed: true)),
        .points(
          PointLayer(
            rounds.rounds.map { ChartPoint(x: Double($0.round), y: $0.accuracy) },
            color: .series(0), label: "recorded")),
      ])
    var text = "\(Wording.count(rounds.flips, "move")) from right to wrong"
    if let gain = rounds.gain {
      text += "; a wrong answer turns right in \(Self.share(gain)) of rounds"
    }
    if let loss = rounds.loss { text += ", a right one wrong in \(Self.share(loss))" }
    return [
      .figure(
        Figure(
          chart,
          caption: "A chain with constant chances to mend and to spoil, beside what was recorded.",
          method: "\(rounds.chains) chains at \(rounds.problems) problems.")),
      .paragraph(text + "."),
    ]
  }
}
