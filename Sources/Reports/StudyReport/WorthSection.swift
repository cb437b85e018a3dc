internal import Foundation
internal import Quantities
internal import Verdicts

extension StudyPage {
  /// Effective multipliers at each rung and at the target.
  func worthSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for scale in AxisVerdict.Axis.allCases {
      let figures = arms.compactMap { arm in
        axis(arm, scale).flatMap { worthFigure(arm, $0) }
      }
      let tests = arms.compactMap { arm -> String? in
        guard let test = axis(arm, scale).map({ StudyTestText(axis: $0).text }) else { return nil }
        return arms.count > 1 ? "\(arm.arm): \(test)" : test
      }
      guard !figures.isEmpty else { continue }
      let own: [ReportBlock] = figures.map { .figure($0) } + tests.map { .paragraph($0) }
      // Several arms at two scales would be a long way down.
      if scale == .activeParameters, arms.count > 1 {
        blocks.append(.details(summary: "The same at equal active parameters", own))
      } else {
        blocks += own
      }
    }
    guard !blocks.isEmpty else { return nil }
    let explanation =
      "A multiplier of 1.2 says: \(baseline) would need 1.2 times as much training compute to reach the loss that the treatment reaches. At 1 the treatment is worth nothing; a line that falls towards 1 fades with scale."
    return ReportSection("What the treatment is worth", [.paragraph(explanation)] + blocks)
  }

  private func worthFigure(_ arm: ArmVerdict, _ axis: AxisVerdict) -> Figure? {
    let measured = axis.measured.filter { $0.multiplier.value != nil }
    guard !measured.isEmpty || !axis.trend.isEmpty else { return nil }
    let color = color(arm.arm)
    var layers: [ChartLayer] = [
      .rule(RuleLayer(.horizontal, at: 1, isDashed: false))
    ]
    layers += curve(axis.trend, beyond: axis.largestRun, color: color)
    layers.append(
      .points(
        PointLayer(
          measured.map { worth in
            ChartPoint(
              x: worth.scale, y: worth.multiplier.value ?? .nan, low: worth.multiplier.low,
              high: worth.multiplier.high,
              title: "\(worth.size ?? ""): \(StudyWording.multiplier(worth.multiplier))")
          }, color: color, label: "measured, one size at a time")))
    if let forecast = axis.forecast, let value = forecast.multiplier.value {
      layers.append(
        .points(
          PointLayer(
            [
              ChartPoint(
                x: forecast.scale, y: value, low: forecast.multiplier.low,
                high: forecast.multiplier.high,
                title: "forecast: \(StudyWording.multiplier(forecast.multiplier))", isHollow: true)
            ], color: color, radius: 4.5, label: "forecast at the target")))
    }
    if reachesTarget(axis) {
      layers.append(.rule(RuleLayer(.vertical, at: axis.target, label: "target")))
    }
    let domain = scaleDomain(axis, measured)
    if let crossing = axis.crossing?.scale.value, domain.contains(crossing) {
      layers.append(
        .rule(RuleLayer(.vertical, at: crossing, label: "crossover", color: .ink)))
    }
    let isCompute = axis.axis == .trainingCompute
    let titles = [
      AxisVerdict.Axis.trainingCompute: "Worth of \(arm.arm) at equal training compute",
      .activeParameters: "Worth of \(arm.arm) at equal active parameters",
    ]
    let band =
      axis.trend.contains { $0.estimate.hasInterval } ? " with its \(levelText) band" : ""
    let line =
      axis.trend.count > 1
      ? " The line\(band) is the regression through all pairs, dashed beyond the largest run; the bar of the forecast also has what one size has of its own."
      : ""
    let cut = isCut(axis, measured) ? " Intervals wider than the figure are cut off." : ""
    let given =
      axis.targetIsGiven || !reachesTarget(axis)
      ? "" : " No target was given; ten times the largest run is taken."
    return Figure(
      Chart(
        title: titles[axis.axis] ?? "",
        x: Axis(
          label: isCompute ? "Training compute (FLOPs)" : "Active parameters", scale: .log10,
          domain: domain, format: isCompute ? .power : .scale),
        y: Axis(
          label: isCompute ? "Effective compute multiplier" : "Effective parameter multiplier",
          scale: .log10, domain: worthDomain(axis, measured),
          format: .custom { NumberFormat.significant($0, 3) + "x" }), layers: layers),
      caption: "Bars are \(levelText) intervals.\(line)\(cut)\(given)\(crossingText(axis))",
      method:
        "Paired differences of log-loss, divided by the local slope of the baseline's law."
        + (axis.meaning.isEmpty ? "" : " What is multiplied: \(axis.meaning)."))
  }

  private func crossingText(_ axis: AxisVerdict) -> String {
    guard let crossing = axis.crossing, crossing.scale.value != nil, crossing.place != .none else {
      return ""
    }
    let (_, low, high) = crossing.scale.numbers
    func end(_ value: Double) -> String? {
      value.isFinite ? StudyWording.scale(value, axis.axis) : nil
    }
    var range = ""
    switch (end(low), end(high)) {
    case (let low?, let high?): range = " (\(levelText) interval: \(low) to \(high))"
    case (let low?, nil): range = " (\(levelText) interval: above \(low))"
    case (nil, let high?): range = " (\(levelText) interval: below \(high))"
    case (nil, nil): break
    }
    return " Crossover \(StudyWording.crossing(crossing, axis.axis))\(range)."
  }

  /// Whether anything is known of the target; else the figure would be empty up to there.
  private func reachesTarget(_ axis: AxisVerdict) -> Bool { axis.forecast != nil }

  /// From the smallest run to the target, with the crossing where it is near.
  private func scaleDomain(
    _ axis: AxisVerdict, _ measured: [AxisVerdict.Worth]
  ) -> ClosedRange<Double> {
    let scales =
      measured.map(\.scale) + axis.trend.map(\.scale)
      + [axis.smallestRun, axis.largestRun]
      + (reachesTarget(axis) ? [axis.target] : [])
    let usable = scales.filter { $0 > 0 && $0.isFinite }
    guard let low = usable.min(), let high = usable.max(), low < high else {
      let centre = usable.first ?? 1
      return centre / 3...centre * 3
    }
    let pad = pow(high / low, 0.06)
    return low / pad...high * pad
  }

  /// The multipliers that must be in view.
  private func central(
    _ axis: AxisVerdict, _ measured: [AxisVerdict.Worth]
  ) -> ClosedRange<Double> {
    let values =
      measured.compactMap(\.multiplier.value) + axis.trend.compactMap(\.estimate.value)
      + [axis.forecast?.multiplier.value, 1].compactMap(\.self)
    let usable = values.filter { $0 > 0 }
    return (usable.min() ?? 1)...(usable.max() ?? 1)
  }

  /// Estimates and 1, and of the intervals as much as does not flatten them.
  private func worthDomain(
    _ axis: AxisVerdict, _ measured: [AxisVerdict.Worth]
  ) -> ClosedRange<Double> {
    let core = central(axis, measured)
    let room = max(pow(core.upperBound / core.lowerBound, 0.8), 1.08)
    let limits = core.lowerBound / room...core.upperBound * room
    let ends = ends(axis, measured).map { min(max($0, limits.lowerBound), limits.upperBound) }
    let low = min(ends.min() ?? core.lowerBound, core.lowerBound)
    let high = max(ends.max() ?? core.upperBound, core.upperBound)
    let pad = max(pow(high / low, 0.06), 1.01)
    return low / pad...high * pad
  }

  private func ends(_ axis: AxisVerdict, _ measured: [AxisVerdict.Worth]) -> [Double] {
    let all =
      measured.map(\.multiplier) + axis.trend.map(\.estimate)
      + [axis.forecast?.multiplier].compactMap(\.self)
    return all.flatMap { [$0.low, $0.high].compactMap(\.self) }.filter { $0 > 0 }
  }

  private func isCut(_ axis: AxisVerdict, _ measured: [AxisVerdict.Worth]) -> Bool {
    let domain = worthDomain(axis, measured)
    return ends(axis, measured).contains { !domain.contains($0) }
  }
}
