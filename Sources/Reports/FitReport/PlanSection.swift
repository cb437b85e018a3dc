internal import ScalingLaws

extension FitReading {
  /// What to run, what another choice costs, and how far all of it lies beyond the data.
  func planSection() -> ReportSection? {
    guard let plan else { return forecastSection() }
    var blocks: [ReportBlock] = []
    blocks.append(.table(budgetTable()))
    if let table = sizeTable(plan) { blocks.append(.table(table)) }
    if plan.reach.contains(where: \.isOutside) { blocks.append(.table(reachTable(plan.reach))) }
    if let forecast = try? fit.forecast(
      at: others.merging(["N": plan.size.value, "D": plan.tokens.value]) { first, _ in first })
    {
      blocks.append(
        .paragraph(
          "A single run at N* and D* would fall in \(Wording.interval(forecast.run)) (\(levelText)): the interval of the law and the scatter of the runs together."
        ))
    }
    blocks += nextRunBlocks(plan)
    return ReportSection("What to run", blocks)
  }

  // MARK: Plans

  private func budgetTable() -> ReportTable {
    ReportTable(
      caption: "The best division of three budgets",
      columns: [
        .init("C", alignment: .trailing),
        .init("N*", alignment: .trailing), .init("D*", alignment: .trailing),
        .init("D*/N*", alignment: .trailing),
        .init(Wording.sentence(responseName), alignment: .trailing),
      ],
      rows: plans.map {
        [
          Wording.number($0.compute.value), Wording.estimated($0.size),
          Wording.estimated($0.tokens), Wording.estimated($0.tokensPerParameter),
          Wording.estimated($0.outcome),
        ]
      }, emphasizedRows: [1],
      note:
        "C in FLOPs, N* parameters, D* tokens: a tenth of the budget, the budget and ten times it, with \(levelText) intervals. They hold what the runs cannot tell about this law; they do not hold the chance that another law is right.\(heldText.isEmpty ? "" : " Held at the table's median: \(heldText).")"
    )
  }

  private func sizeTable(_ plan: ComputePlan) -> ReportTable? {
    guard
      let rows = try? fit.sizeTradeoffs(
        compute: plan.compute.value, holding: others, factors: [0.25, 0.5, 1, 2, 4])
    else { return nil }
    let names = [0.25: "N*/4", 0.5: "N*/2", 1: "N*", 2: "2 N*", 4: "4 N*"]
    return ReportTable(
      caption: "How much do I lose at half the size?",
      columns: [
        .init("Size"), .init("N", alignment: .trailing), .init("Tokens", alignment: .trailing),
        .init(Wording.sentence(responseName), alignment: .trailing),
        .init("Difference", alignment: .trailing),
        .init("Compute to match N*", alignment: .trailing),
      ],
      rows: rows.map { row in
        let isBest = row.factor == 1
        return [
          names[row.factor] ?? Wording.number(row.factor), Wording.number(row.size),
          Wording.number(row.tokens), Wording.estimated(row.outcome),
          isBest ? "0" : Wording.estimated(row.extraOutcome),
          isBest
            ? "1×"
            : row.computeRatio.value.isFinite
              ? NumberFormat.significant(row.computeRatio.value, 3) + "×" : "out of reach",
        ]
      }, emphasizedRows: [2],
      note:
        "Other sizes at the same compute, tokens adjusted; the last column is the compute with which that size reaches the \(responseName) of N*, as a multiple of the budget."
    )
  }

  private func nextRunBlocks(_ plan: ComputePlan) -> [ReportBlock] {
    guard hasIntervals,
      let advice = try? fit.nextRuns(
        for: .outcome(compute: plan.compute.value), holding: others, steps: 11, count: 3)
    else { return [] }
    func rows(_ runs: [NextRun], _ kind: String) -> [[String]] {
      runs.filter { $0.shrinkage > 0 }.map {
        [
          kind, Wording.number($0.size), Wording.number($0.tokens), Wording.number($0.compute),
          Wording.percent($0.shrinkage),
        ]
      }
    }
    let all = rows(advice.best, "most") + rows(advice.bestPerCost, "most for its compute")
    guard !all.isEmpty else { return [] }
    return [
      .table(
        ReportTable(
          caption: "Where to run next",
          columns: [
            .init("Narrows the interval"), .init("N", alignment: .trailing),
            .init("D", alignment: .trailing), .init("Compute", alignment: .trailing),
            .init("By", alignment: .trailing),
          ], rows: all,
          note:
            "How much one more run, of at most \(Wording.number(advice.cap)) FLOPs, is expected to narrow the interval of the predicted \(responseName) at the budget. It supposes that the law is right."
        ))
    ]
  }

  // MARK: Forecasts of laws that cannot divide compute

  private func forecastSection() -> ReportSection? {
    guard let forecast = singleForecast() else { return nil }
    var blocks: [ReportBlock] = []
    blocks.append(.paragraph(forecast.sentence))
    let (column, _) = main
    if let place = forecast.columns[column], axis(column).scale == .log10 {
      let rows = [0.1, 1, 10].compactMap { factor -> [String]? in
        guard let next = try? fit.forecast(at: [column: place * factor]) else { return nil }
        return [
          Wording.number(place * factor), Wording.estimated(next.law),
          Wording.interval(next.run),
          next.reach.first { $0.column == column }.map(factorText) ?? Wording.missing,
        ]
      }
      blocks.append(
        .table(
          ReportTable(
            caption: "Forecasts",
            columns: [
              .init(column, alignment: .trailing),
              .init("\(Wording.sentence(responseName)), by the law", alignment: .trailing),
              .init("A single run falls in", alignment: .trailing),
              .init("Beyond the data", alignment: .trailing),
            ], rows: rows, emphasizedRows: rows.count == 3 ? [1] : [],
            note:
              "\(levelText) intervals: of the law, and of one run with the scatter of the residuals."
          )))
    }
    return ReportSection("What it predicts", blocks)
  }

  // MARK: Distance

  private func factorText(_ reach: Reach) -> String {
    guard reach.isOutside else { return "inside" }
    return reach.factor.isFinite ? NumberFormat.significant(reach.factor, 2) + "×" : "outside"
  }

  /// How far the plan or forecast lies beyond the data; nil inside it.
  func distanceWarning() -> String? {
    let reach = plan?.reach ?? singleForecast()?.reach ?? []
    let far = reach.filter { $0.isOutside }.compactMap(\.sentence)
    guard !far.isEmpty else { return nil }
    return
      "The forecast reaches beyond the data: \(Wording.list(far)). No interval covers a change of regime out there."
  }

  private func reachTable(_ reach: [Reach]) -> ReportTable {
    ReportTable(
      caption: "How far beyond the data the plan lies",
      columns: [
        .init("Column"), .init("Planned", alignment: .trailing),
        .init("Smallest fitted", alignment: .trailing),
        .init("Largest fitted", alignment: .trailing), .init("Beyond", alignment: .trailing),
      ],
      rows: reach.map {
        [
          $0.column, Wording.number($0.value), Wording.number($0.low), Wording.number($0.high),
          factorText($0),
        ]
      })
  }
}
