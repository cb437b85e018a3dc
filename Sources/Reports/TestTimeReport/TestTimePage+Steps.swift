internal import Quantities
internal import SamplingLaws
internal import ScalingLaws

extension TestTimePage {
  /// Long tasks: how far attempts come, whether errors bring errors, and votes on single steps.
  func stepSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for arm in arms.prefix(Self.shownArms) {
      if let horizon = arm.horizon { blocks += horizonBlocks(arm, horizon) }
      if let slope = arm.selfConditioning {
        blocks.append(
          .paragraph(
            "\(prefix(arm))\(slope.isSelfConditioning ? "Errors bring errors" : "Errors are not seen to bring errors"): from a history without errors to one of errors only the log odds of a right step change by \(Wording.estimated(slope.slope)) (without effects of problems \(NumberFormat.significant(slope.slopeWithoutEffects.value, 3)), which would be misleading); position alone changes them by \(Wording.estimated(slope.decline)) from first to last step [29]."
          ))
      }
      if let ahead = arm.ahead { blocks += aheadBlocks(arm, ahead) }
    }
    return blocks.isEmpty ? nil : ReportSection("Long tasks", blocks)
  }

  private func horizonBlocks(_ arm: ArmAnalysis, _ horizon: HorizonEstimate) -> [ReportBlock] {
    let chart = Chart(
      title: "\(prefix(arm))Attempts without an error so far",
      x: Axis(label: "steps", scale: .log10, format: .scale),
      y: Axis(label: "share", domain: 0...1, format: .percent),
      layers: [
        .line(
          LineLayer(
            xs: horizon.survival.map { Double($0.step) }, ys: horizon.survival.map(\.share),
            color: .series(0), label: "Kaplan–Meier")),
        .points(
          PointLayer(
            horizon.positions.map {
              ChartPoint(
                x: (Double($0.first) * Double($0.last)).squareRoot(), y: $0.accuracy.value,
                low: $0.accuracy.low, high: $0.accuracy.high,
                title: "steps \($0.first) to \($0.last)")
            }, color: .series(1), label: "accuracy of single steps")),
      ])
    return [
      .figure(
        Figure(
          chart,
          caption: "\(horizon.errorFree) of \(horizon.attempts) attempts end without an error.",
          method: "Attempts that end without an error count as long as they last.")),
      .table(
        ReportTable(
          columns: [
            .number("Success"), .number("Steps"),
            .number("If every step were alike"),
          ],
          rows: horizon.horizons.map {
            [
              NumberFormat.percent($0.success, decimals: 0),
              $0.isReached ? Wording.estimated($0.length) : "over \($0.steps)",
              Wording.estimated($0.constantLength),
            ]
          }, note: "Accuracy of a step before the first error: \(Self.share(horizon.stepAccuracy))."
        )),
    ]
  }

  private func aheadBlocks(_ arm: ArmAnalysis, _ ahead: AheadDiagnosis) -> [ReportBlock] {
    var text =
      "\(prefix(arm))Of the usable attempts at a step \(Self.share(ahead.overall.accuracy)) are right; at \(Self.share(ahead.wrongMode)) of steps the most common answer is wrong, and more votes do not help there."
    if let plan = ahead.plan, plan.isReachable {
      text +=
        " To do \(NumberFormat.scale(plan.task.steps)) steps with success \(NumberFormat.percent(plan.task.target, decimals: 0)), sample each until one answer is ahead by \(plan.lead): \(NumberFormat.significant(plan.samplesPerVote, 3)) samples a step, success \(NumberFormat.percent(plan.taskSuccess)) if errors are independent, \(NumberFormat.percent(ahead.taskSuccessWithWrongModes)) with the wrong modes seen [81]."
    }
    return [.paragraph(text)]
  }

  func methodSection() -> ReportSection? {
    let interval = analysis.interval
    var blocks: [ReportBlock] = [
      .paragraph(
        "\(NumberFormat.scale(Double(analysis.rows))) rows of \(analysis.source). Intervals of \(levelText): \(interval.method), \(interval.resamples) resamples, seed \(interval.seed); attempts at one problem share its difficulty and are never resampled by themselves. Extrapolated coverage has intervals by the likelihood."
      )
    ]
    blocks += analysis.notes.map { .paragraph(Wording.sentence($0) + ".") }
    let omissions =
      arms.flatMap { arm in
        arm.omissions.map { [prefix(arm) + $0.analysis, $0.reason] }
      } + analysis.omissions.map { [$0.analysis, $0.reason] }
    if !omissions.isEmpty {
      blocks.append(
        .table(
          ReportTable(caption: "Not made", columns: ["Analysis", "Because"], rows: omissions)))
    }
    return ReportSection("How it was done", blocks)
  }
}
