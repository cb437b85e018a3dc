internal import Quantities
internal import SamplingLaws
internal import ScalingLaws

extension TestTimePage {
  /// How good the verifier is, what it loses, and how many samples it is worth.
  func verifierSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for arm in arms.prefix(Self.shownArms) {
      if let verifier = arm.verifier { blocks.append(.table(verifierTable(arm, verifier))) }
      if let optimal = arm.optimalSamples {
        blocks.append(.figure(optimumFigure(arm, optimal)))
        blocks.append(.table(optimumTable(arm, optimal)))
      }
      if let sweep = arm.thresholds {
        blocks += thresholdTables(arm, sweep).map { .table($0) }
      }
      if let loss = arm.losses.first(where: { $0.selector == "best of n" }),
        let last = loss.loss.last, let samples = loss.samples.last
      {
        blocks.append(
          .paragraph(
            "\(prefix(arm))Of \(samples) attempts the one with the highest score is right less often than any of them is, by \(Self.pointsInWords(last).trimmingPrefix("+"))."
          ))
      }
      if let bias = arm.verifier?.lengthBias, let ratio = bias.ratio.last {
        blocks.append(
          .paragraph(
            "\(prefix(arm))The chosen attempt is \(Wording.estimated(ratio)) times as long as a random one."
          ))
      }
      blocks += conformalBlocks(arm)
    }
    return blocks.isEmpty ? nil : ReportSection("The verifier", blocks)
  }

  private func verifierTable(_ arm: ArmAnalysis, _ verifier: VerifierDiagnostics) -> ReportTable {
    let groups = [verifier.overall] + verifier.strata
    func optional(_ x: Estimated?) -> String { x.map { Self.share($0) } ?? Wording.missing }
    return ReportTable(
      caption: "\(prefix(arm))Telling right from wrong",
      columns: [
        "Problems", .number("AUC within problems"),
        .number("AUC pooled"), .number("Passes if right"),
        .number("Passes if wrong"),
        .number("Right if it passes"), .number("Right"),
      ],
      rows: groups.map {
        [
          "\($0.name) (\($0.problems))", optional($0.withinProblemArea),
          $0.pooledArea.map { NumberFormat.percent($0) } ?? Wording.missing,
          optional($0.completeness), optional($0.falsePositiveRate), optional($0.precision),
          NumberFormat.percent($0.baseRate.value),
        ]
      },
      note:
        "Only the area within problems says how well attempts at one problem are ranked; the pooled one also counts telling easy problems from hard ones."
    )
  }

  private func optimumFigure(_ arm: ArmAnalysis, _ optimal: OptimalSamples) -> Figure {
    var layers: [ChartLayer] = [.rule(RuleLayer(.horizontal, at: 0, label: "abstain"))]
    let xs = optimal.samples.map { Double($0) }
    for (index, scenario) in optimal.scenarios.enumerated() {
      layers.append(
        .line(
          LineLayer(
            xs: xs, ys: scenario.gains.map(\.value), color: .series(index),
            label: "wrong costs \(NumberFormat.significant(scenario.costWrong, 3))")))
      if scenario.best ?? 0 > 0, let place = optimal.samples.firstIndex(of: scenario.recordedBest) {
        layers.append(
          .points(
            PointLayer(
              [
                ChartPoint(
                  x: Double(scenario.recordedBest), y: scenario.gains[place].value,
                  low: scenario.gain.low,
                  high: scenario.gain.high, title: "best number of samples")
              ], color: .series(index))))
      }
    }
    return Figure(
      Chart(
        title: "\(prefix(arm))What drawing until the verifier passes is worth",
        x: Axis(label: "samples at most", scale: .log2, format: .count),
        y: Axis(label: "worth a problem, in right answers"), layers: layers),
      caption:
        "A line for each cost of a wrong answer, in right answers; dots mark the best limit, with its \(levelText) interval.",
      method:
        "Exact over orders of the recorded attempts, \(optimal.problems) problems; the best value is corrected for having been selected."
    )
  }

  private func optimumTable(_ arm: ArmAnalysis, _ optimal: OptimalSamples) -> ReportTable {
    ReportTable(
      caption: "\(prefix(arm))The best limit on samples [155]",
      columns: [
        .number("A wrong answer costs"),
        .number("Best limit"), .number("Worth"),
        .number("Samples drawn"), .number("Answered"),
        .number("Right if answered"),
      ],
      rows: optimal.scenarios.map {
        [
          NumberFormat.significant($0.costWrong, 3), TestTimePage.limit($0),
          NumberFormat.withInterval($0.gain.value, $0.gain.low, $0.gain.high),
          NumberFormat.significant($0.meanSamples, 3), NumberFormat.percent($0.accepted),
          NumberFormat.percent($0.precision),
        ]
      },
      note:
        "With samples without end, and nothing lost by wrong answers, accuracy tends to \(Self.share(optimal.ceiling)): the verifier's precision problem by problem."
    )
  }

  private func thresholdTables(_ arm: ArmAnalysis, _ sweep: ThresholdSweep) -> [ReportTable] {
    sweep.choices.enumerated().map { place, choice in
      let price = NumberFormat.significant(choice.costWrong, 3)
      let fitted = choice.crossFitted
      return ReportTable(
        caption:
          "\(prefix(arm))Where scores above a threshold pass and a wrong answer costs \(price) right ones",
        columns: [
          .number("Share rejected"), .number("Threshold"),
          .number("Passes if right"),
          .number("Passes if wrong"),
          .number("Best limit"), .number("Worth"),
        ],
        rows: sweep.rows.map { row in
          let optimum = row.optima[place]
          return [
            NumberFormat.percent(row.quantile, decimals: 0),
            NumberFormat.significant(row.threshold, 3), NumberFormat.percent(row.completeness),
            NumberFormat.percent(row.falsePositiveRate), Self.limit(optimum),
            NumberFormat.withInterval(optimum.gain.value, optimum.gain.low, optimum.gain.high),
          ]
        }, emphasizedRows: [choice.best],
        note:
          "Chosen on one half of the problems and judged on the other, the best threshold is worth \(NumberFormat.withInterval(fitted.value, fitted.low, fitted.high))."
      )
    }
  }

  private func conformalBlocks(_ arm: ArmAnalysis) -> [ReportBlock] {
    var blocks: [ReportBlock] = []
    if let conformal = arm.conformal {
      var rows = conformal.turns.map {
        [
          "\($0.turn)", "\($0.rows)", Self.share($0.rate), Self.share($0.recalibratedRate),
          $0.hasDrifted ? "drifted" : "",
        ]
      }
      if rows.count > 20 { rows = Array(rows.prefix(20)) }
      blocks.append(
        .details(
          summary: "\(prefix(arm))handing over the worst scores at a controlled rate [76]",
          [
            .table(
              ReportTable(
                caption:
                  "Rates with α = \(NumberFormat.significant(conformal.alpha, 2)), where \(NumberFormat.percent(conformal.exchangeableRate)) are expected",
                columns: [
                  .number("Turn"), .number("Attempts"),
                  .number("Handed over"),
                  .number("If recalibrated"), "",
                ], rows: rows,
                note:
                  "Calibrated on \(conformal.calibrationProblems) problems, judged on \(conformal.problems)."
              ))
          ]))
    }
    if let risk = arm.riskControl {
      blocks.append(
        .paragraph(
          "\(prefix(arm))Answering only where the score allows, with at most \(NumberFormat.percent(risk.alpha, decimals: 0)) wrong answers among all: \(NumberFormat.percent(risk.answered)) of attempts are answered, \(NumberFormat.percent(risk.accuracyOfAnswered)) of them rightly."
        ))
    }
    return blocks
  }

  func stoppingSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for arm in arms.prefix(Self.shownArms) {
      guard let stopping = arm.stopping else { continue }
      let fixed = LineLayer(
        xs: stopping.fixedSamples.map { Double($0) }, ys: stopping.fixedAccuracy.map(\.value),
        color: .ink, label: "fixed number")
      var layers: [ChartLayer] = [.line(fixed)]
      let families = [
        ("ahead by k", stopping.rules.filter { $0.name.hasPrefix("ahead") }),
        ("posterior", stopping.rules.filter { $0.name.hasPrefix("posterior") }),
        ("first pass", stopping.rules.filter { $0.name.hasPrefix("first") }),
      ]
      for (index, (name, rules)) in families.enumerated() where !rules.isEmpty {
        layers.append(
          .points(
            PointLayer(
              rules.map {
                ChartPoint(
                  x: $0.samples.value, y: $0.accuracy.value, low: $0.accuracy.low,
                  high: $0.accuracy.high, title: $0.name)
              }, color: .series(index), label: name)))
      }
      blocks.append(
        .figure(
          Figure(
            Chart(
              title: "\(prefix(arm))Stopping when the votes are clear",
              x: Axis(label: "mean samples a problem", scale: .log2, format: .count),
              y: Axis(label: "accuracy", format: .percent), layers: layers),
            caption: "Above the line, a rule is better than as many samples for every problem.",
            method: "Replayed on \(stopping.draws) seeded orders of the attempts of each problem."))
      )
      blocks.append(
        .table(
          ReportTable(
            columns: [
              "Rule", .number("Samples"),
              .number("Accuracy"),
              .number("Points over a fixed number"),
              .number("Ran out"),
            ],
            rows: stopping.rules.map {
              [
                $0.name, NumberFormat.significant($0.samples.value, 3), Self.share($0.accuracy),
                Self.points($0.gain), NumberFormat.percent($0.exhausted),
              ]
            })))
    }
    return blocks.isEmpty ? nil : ReportSection("Adaptive stopping", blocks)
  }
}
