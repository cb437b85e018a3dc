internal import Quantities
internal import SamplingLaws
internal import ScalingLaws

extension TestTimePage {
  func costSection() -> ReportSection? {
    guard let costs = analysis.costs else { return nil }
    var blocks: [ReportBlock] = [
      .figure(
        costFigure(costs, "tokens generated a problem", .scale, \.tokens) { $0.isBestForTokens })
    ]
    if costs.points.contains(where: { $0.operations != nil }) {
      blocks.append(
        .figure(
          costFigure(costs, "FLOPs a problem", .power, { $0.operations ?? .nan }) {
            $0.isBestForOperations
          }))
      blocks.append(
        .figure(
          costFigure(
            costs, "eFLOPs a problem, memory traffic included", .power,
            { $0.equivalentOperations ?? .nan }
          ) { $0.isBestForEquivalents }))
    }
    if let choice = costs.choice, Set(choice.operationsFrontier.map(\.model)).count > 0 {
      blocks.append(.table(Self.choiceTable(choice)))
    }
    blocks.append(.details(summary: "the frontier in numbers", [.table(frontierTable(costs))]))
    return ReportSection("What it costs", blocks)
  }

  private func costFigure(
    _ costs: CostComparison, _ label: String, _ format: Axis.Format,
    _ cost: (CostComparison.Point) -> Double, _ isBest: (CostComparison.Point) -> Bool
  ) -> Figure {
    var layers: [ChartLayer] = []
    for (index, arm) in arms.prefix(6).enumerated() {
      let own = costs.points.filter { $0.arm == arm.name }
      let wanted = ["coverage"] + drawn(arm).prefix(2).map(\.selector)
      for (place, selector) in wanted.enumerated() {
        let points = own.filter { $0.selector == selector && cost($0).isFinite }
        guard !points.isEmpty else { continue }
        // One arm: a colour for each selector. Several arms: a colour for each arm.
        let color: ChartColor =
          arms.count > 1 ? .series(index) : place == 0 ? .ink : .series(place - 1)
        let short = Self.chartName(selector)
        let name = arms.count > 1 ? "\(arm.name), \(short)" : short
        layers.append(
          .line(
            LineLayer(
              xs: points.map(cost), ys: points.map(\.accuracy.value), color: color,
              label: arms.count > 2 && place > 0 ? nil : name, isDashed: selector == "coverage")))
        layers.append(
          .points(
            PointLayer(
              points.map {
                ChartPoint(
                  x: cost($0), y: $0.accuracy.value,
                  title: "\(name), \(Wording.count($0.samples, "sample"))", isHollow: !isBest($0))
              }, color: color)))
      }
    }
    return Figure(
      Chart(
        title: "Accuracy against \(label)", x: Axis(label: label, scale: .log10, format: format),
        y: Axis(label: "accuracy", format: .percent), layers: layers),
      caption:
        "Full dots are on the frontier of their kind: nothing cheaper is as accurate. Dashed: coverage, which needs an exact verifier.",
      method: "Means over recorded lengths.")
  }

  private static func choiceTable(_ choice: ModelChoice) -> ReportTable {
    func text(_ point: CostedPoint?) -> String {
      point.map { "\($0.model), \($0.setting) (\(NumberFormat.percent($0.accuracy)))" }
        ?? Wording.missing
    }
    return ReportTable(
      caption: "Which model for a budget, by coverage",
      columns: [
        .number("Budget"), "Counting FLOPs", "Counting eFLOPs",
      ],
      rows: choice.budgets.map {
        [NumberFormat.flops($0.budget, digits: 2), text($0.byOperations), text($0.byEquivalents)]
      },
      note:
        "Choosing by FLOPs alone spends up to \(NumberFormat.significant(choice.largestOverspend, 3)) times the eFLOPs that the same accuracy needs [3]."
    )
  }

  private func frontierTable(_ costs: CostComparison) -> ReportTable {
    let best = costs.points.filter(\.isBestForTokens).sorted { $0.tokens < $1.tokens }
    return ReportTable(
      columns: [
        .number("Tokens"), "Arm", "Chosen by",
        .number("Samples"), .number("Accuracy"),
      ],
      rows: best.map {
        [
          NumberFormat.scale($0.tokens), $0.arm, Self.name($0.selector), "\($0.samples)",
          Self.share($0.accuracy),
        ]
      }, note: "Coverage competes with itself only: it needs an exact verifier.")
  }

  func sizeSection() -> ReportSection? {
    let blocks = analysis.sizes.flatMap { tradeoff in
      TradeoffBlocks(tradeoff, problems: arms.first?.problems ?? 0, levelText: levelText).blocks
    }
    return blocks.isEmpty
      ? nil : ReportSection("Test-time compute against parameters", blocks)
  }

  func armSection() -> ReportSection? {
    guard !analysis.comparisons.isEmpty else { return nil }
    let rows = analysis.comparisons.flatMap { comparison in
      comparison.differences.filter { difference in
        comparison.isAtEqualTokens || difference.samples == 1
          || difference.samples == comparison.differences.last?.samples
      }.map { difference in
        [
          comparison.first, comparison.second,
          comparison.isAtEqualTokens
            ? "\(NumberFormat.scale(Double(difference.samples))) tokens" : "\(difference.samples)",
          NumberFormat.percent(difference.first), NumberFormat.percent(difference.second),
          Self.points(difference.difference), difference.plainPValue,
        ]
      }
    }
    return ReportSection(
      "Arms over the same problems",
      [
        .table(
          ReportTable(
            columns: [
              "First", "Second", .number("Samples"),
              .number("First's"), .number("Second's"),
              .number("Difference in points"),
              .number("p"),
            ], rows: rows,
            note: "Differences problem by problem, problems being resampled for both together."))
      ])
  }

  func effortSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for arise in analysis.arise {
      let title = arise.name.isEmpty ? "" : "\(arise.name): "
      blocks.append(
        .table(
          ReportTable(
            caption: "\(title)Levels of effort",
            columns: [
              "Level", .number("Accuracy"),
              .number("Tokens"),
            ],
            rows: arise.levels.map {
              [$0.label, Self.share($0.accuracy), Wording.estimated($0.tokens)]
            },
            note:
              "ARISE [103] \(Wording.estimated(arise.score)), of which problems that turn right \(NumberFormat.significant(arise.gains.value, 3)) and problems that turn wrong \(NumberFormat.significant(arise.losses.value, 3)); \(NumberFormat.significant(arise.adjacentSlope.value, 2)) of accuracy for 1,000 tokens.\(Self.turn(arise))"
          )))
    }
    for allocation in analysis.allocations {
      let with = allocation.verifier.isEmpty ? "" : "With \(allocation.verifier): "
      for budget in allocation.budgets { blocks.append(.table(Self.allocationTable(budget, with))) }
      blocks.append(
        .paragraph(
          "Strategies are chosen by difficulty on some problems and judged on others; \(allocation.referenceStrategy) is the reference [20]."
        ))
    }
    if let transfer = analysis.transfer, !transfer.regrets.isEmpty {
      blocks.append(
        .table(
          ReportTable(
            caption: "A choice tuned with one verifier, used with another [204]",
            columns: [
              "Tuned with", "Used with", .number("Budget"),
              .number("Accuracy"), .number("Regret"),
            ],
            rows: transfer.regrets.map {
              [
                $0.tunedWith, $0.usedWith, NumberFormat.scale($0.budget), Self.share($0.accuracy),
                Self.points($0.regret),
              ]
            })))
    }
    blocks += analysis.cascades.compactMap { Self.sentence($0) }.map { .paragraph($0) }
    return blocks.isEmpty ? nil : ReportSection("Effort and difficulty", blocks)
  }

  private static func allocationTable(
    _ budget: AllocationByDifficulty.Budget, _ with: String
  ) -> ReportTable {
    let fixed = budget.fixed.map { "\($0.strategy) \(share($0.accuracy))" }
    return ReportTable(
      caption:
        "\(with)Budget \(NumberFormat.scale(budget.budget)): by difficulty \(share(budget.accuracy))",
      columns: [
        "Difficulty", .number("Problems"), "Best strategy",
        .number("Agreement of folds"),
      ],
      rows: budget.choices.map {
        [
          "\($0.bin)", "\($0.problems)", $0.strategy,
          NumberFormat.percent($0.agreement, decimals: 0),
        ]
      },
      note:
        "For all problems alike: \(fixed.joined(separator: "; ")). Gain over the best of them \(pointsInWords(budget.gainOverBestFixed)); as good as \(Wording.estimated(budget.efficiency)) times the budget of the reference."
    )
  }
}
