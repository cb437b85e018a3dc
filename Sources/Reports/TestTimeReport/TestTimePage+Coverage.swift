internal import Quantities
internal import SamplingLaws
internal import ScalingLaws

extension TestTimePage {
  func extrapolationSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for arm in arms.prefix(Self.shownArms) {
      guard let beyond = arm.extrapolation else { continue }
      blocks.append(.figure(extrapolationFigure(arm, beyond)))
      let shape = beyond.distribution
      blocks.append(
        .paragraph(
          "Difficulty as Beta(\(NumberFormat.significant(shape.a, 3)), \(NumberFormat.significant(shape.b, 3))) with \(NumberFormat.percent(shape.zeroMass)) unsolvable: the share of failures falls as \(FormulaMarkup.inline("k^-a")) with a = \(Wording.estimated(beyond.tailExponent)). Goodness of fit: \(beyond.goodnessOfFit.plainPValue). One chance for all problems would be \(Self.excess(beyond)) worse by Akaike's criterion."
        ))
    }
    return blocks.isEmpty ? nil : ReportSection("Beyond the recorded attempts", blocks)
  }

  private static func excess(_ beyond: BetaBinomialCoverage) -> String {
    let pooled = beyond.models.first { $0.model == .onePooled }?.excess ?? .nan
    return NumberFormat.significant(pooled, 3)
  }

  private func extrapolationFigure(_ arm: ArmAnalysis, _ beyond: BetaBinomialCoverage) -> Figure {
    let points = beyond.points
    let xs = points.map(\.k)
    let measured = arm.coverage.points
    return Figure(
      Chart(
        title: "\(prefix(arm))Coverage beyond \(beyond.largestN) attempts",
        x: Axis(label: "attempts", scale: .log2, format: .count),
        y: Axis(label: "share of problems solved by any attempt", format: .percent),
        layers: [
          .band(
            BandLayer(
              xs: xs, low: points.map(\.coverage.low), high: points.map(\.coverage.high),
              color: .series(0))),
          .line(
            LineLayer(
              xs: xs, ys: points.map(\.coverage.value), color: .series(0), label: "fitted",
              isDashed: true)),
          .points(
            PointLayer(
              measured.map {
                ChartPoint(
                  x: Double($0.k), y: $0.coverage.value, low: $0.coverage.low,
                  high: $0.coverage.high)
              }, color: .ink, label: "measured")),
          .rule(
            RuleLayer(.horizontal, at: beyond.ceiling.value, label: "ceiling", color: .muted)),
        ]),
      caption:
        "The curve is fitted to how many of the attempts at each problem are right, not to the points. The band holds \(levelText) intervals by the likelihood.",
      method:
        "Beta-binomial likelihood with a share of unsolvable problems, \(beyond.problems) problems."
    )
  }

  func difficultySection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for arm in arms.prefix(Self.shownArms) {
      if !arm.strata.isEmpty { blocks.append(.table(strataTable(arm))) }
      if let saturation = arm.saturation {
        blocks.append(
          .paragraph(
            "\(prefix(arm))One more sample brings less than \(NumberFormat.percent(saturation.leastGain)) after \(saturation.betaSaturation) samples by the fitted distribution of difficulty, after \(Wording.estimated(saturation.saturation)) by one chance for all problems [60]; at single problems after \(NumberFormat.significant(saturation.perProblem.median, 3)) in the median, and \(NumberFormat.percent(saturation.perProblem.hopeless)) of them are not worth one."
          ))
      }
      if let until = arm.passUntil { blocks.append(.table(passTable(arm, until))) }
    }
    guard !blocks.isEmpty else { return nil }
    return ReportSection("Difficulty", blocks)
  }

  private func strataTable(_ arm: ArmAnalysis) -> ReportTable {
    ReportTable(
      caption: "\(prefix(arm))By stratum",
      columns: [
        "Stratum", .number("Problems"),
        .number("One attempt"), .number("Any of n"),
        .number("All of n"), .number("n"),
      ],
      rows: arm.strata.map { stratum in
        let last = stratum.points.last
        return [
          stratum.name, "\(stratum.problems)", Self.share(stratum.accuracy),
          last.map { Self.share($0.coverage) } ?? Wording.missing,
          last.map { Self.share($0.reliability) } ?? Wording.missing, "\(stratum.smallestN)",
        ]
      })
  }

  private func passTable(_ arm: ArmAnalysis, _ until: PassUntilReplay) -> ReportTable {
    ReportTable(
      caption: "\(prefix(arm))Sampling until r attempts are right [5]",
      columns: [
        .number("r"), .number("Draws"),
        .number("Ran out"), .number("Pass rate"),
        .number("Biased r/K"), .number("Precision"),
      ],
      rows: until.targets.map {
        [
          "\($0.successes)", NumberFormat.significant($0.draws.value, 3),
          NumberFormat.percent($0.censored), Self.share($0.unbiased),
          NumberFormat.percent($0.maximumLikelihood.value),
          "±" + NumberFormat.percent($0.relativePrecision, decimals: 0),
        ]
      },
      note:
        "Draws stop at \(until.cap); problems that ran out count with what they had. Precision: the relative standard error at one problem, 1/√r."
    )
  }
}
