internal import Quantities
internal import ScalingLaws

extension FitReading {
  /// What to run, what another choice costs, and how far all of it lies beyond the data.
  func planSection() -> ReportSection? {
    guard let plan else { return forecastSection() }
    var blocks: [ReportBlock] = []
    blocks.append(.table(budgetTable()))
    if let words = determination, words.bound("size") != nil, let summary = words.summary {
      // Other sizes are counted from N*, and say nothing where it is not known.
      blocks.append(.warning(summary))
      return ReportSection("What to run", blocks + nextRunBlocks())
    }
    if let table = sizeTable(plan) { blocks.append(.table(table)) }
    if plan.reach.contains(where: \.isOutside) { blocks.append(.table(reachTable(plan.reach))) }
    var place = others
    place["N"] = plan.size.value
    place["D"] = plan.tokens.value
    // The plan takes all tokens as new ones.
    if fit.law.takesTokensAsNew { place["U"] = plan.tokens.value }
    if let forecast = try? mixture?.forecast(at: place) ?? fit.forecast(at: place) {
      blocks.append(
        .paragraph(
          "A single run at N* and D* would fall in \(Wording.interval(forecast.run)) (\(levelText)): the interval of the law and the scatter of the runs together.\(forecast.components.map { " " + $0.sentence } ?? "")"
        ))
    }
    if let laws = plan.laws { blocks.append(.table(lawTable(laws))) }
    blocks += nextRunBlocks()
    return ReportSection("What to run", blocks)
  }

  // MARK: Plans

  private func budgetTable() -> ReportTable {
    ReportTable(
      caption: "The best division of three budgets",
      columns: [
        .number("C"),
        .number("N*"), .number("D*"),
        .number("D*/N*"),
        .number(Wording.sentence(responseName)),
      ],
      rows: plans.map {
        [
          Wording.number($0.compute.value), cell("size", $0, $0.size),
          cell("tokens", $0, $0.tokens), cell("tokensPerParameter", $0, $0.tokensPerParameter),
          Wording.estimated($0.outcome),
        ]
      }, emphasizedRows: [1],
      note:
        "C in FLOPs, N* parameters, D* tokens: a tenth of the budget, the budget and ten times it, with \(levelText) intervals. They hold what the runs cannot tell about \(plan?.laws == nil ? "this law, and for the \(responseName) the law's own error beyond the data; they do not hold the chance that another law is right" : "the laws, the choice between them, and for the \(responseName) their own errors beyond the data").\(heldText.isEmpty ? "" : " Held at the table's median: \(heldText).")"
    )
  }

  private func lawTable(_ laws: [LawPlan]) -> ReportTable {
    ReportTable(
      caption: "The same plan by each law alone",
      columns: [
        "Law", .number("Weight"), .number("N*"),
        .number("D*"), .number("D*/N*"),
        .number(Wording.sentence(responseName)),
      ],
      rows: laws.map {
        [
          $0.law, NumberFormat.significant($0.weight, 2), Wording.estimated($0.size),
          Wording.estimated($0.tokens), Wording.estimated($0.tokensPerParameter),
          Wording.estimated($0.outcome),
        ]
      },
      note:
        "A law weighs by how surely it predicts held-out runs worse than the best one; those that cannot be told apart weigh alike."
    )
  }

  /// A number of one plan, or the bound that is known of it.
  private func cell(_ quantity: String, _ plan: ComputePlan, _ x: Estimated) -> String {
    DeterminationWords(fit.determination(of: plan)).bound(quantity) ?? Wording.estimated(x)
  }

  private func sizeTable(_ plan: ComputePlan) -> ReportTable? {
    guard let rows = budgetPlan?.sizes, !rows.isEmpty else { return nil }
    let names = [0.25: "N*/4", 0.5: "N*/2", 1: "N*", 2: "2 N*", 4: "4 N*"]
    return ReportTable(
      caption: "How much do I lose at half the size?",
      columns: [
        "Size", .number("N"), .number("Tokens"),
        .number(Wording.sentence(responseName)),
        .number("Difference"),
        .number("Compute to match N*"),
      ],
      rows: rows.map { row in
        let isBest = row.factor == 1
        return [
          names[row.factor] ?? "\(Wording.number(row.factor)) N*", Wording.number(row.size),
          Wording.number(row.tokens), Wording.estimated(row.outcome),
          isBest ? "0" : Wording.estimated(row.extraOutcome),
          isBest
            ? "1x"
            : row.computeRatio.value.isFinite
              ? NumberFormat.significant(row.computeRatio.value, 3) + "x" : "out of reach",
        ]
      }, emphasizedRows: Set(rows.indices.filter { rows[$0].factor == 1 }),
      note:
        "Other sizes at the same compute, tokens adjusted; the last column is the compute with which that size reaches the \(responseName) of N*, as a multiple of the budget."
    )
  }

  private func nextRunBlocks() -> [ReportBlock] {
    guard hasIntervals, let advice = budgetPlan?.next else { return [] }
    func rows(_ runs: [NextRun], _ kind: String) -> [[String]] {
      runs.filter { $0.shrinkage > 0 }.map {
        [
          kind, Wording.number($0.size), Wording.number($0.tokens), Wording.number($0.compute),
          NumberFormat.percent($0.shrinkage),
        ]
      }
    }
    let all =
      rows(Array(advice.best.prefix(3)), "most")
      + rows(Array(advice.bestPerCost.prefix(3)), "most for its compute")
    guard !all.isEmpty else { return [] }
    let isSize = if case .optimalSize = advice.target { true } else { false }
    let narrowed = isSize ? "ln N*" : "the predicted \(responseName)"
    return [
      .table(
        ReportTable(
          caption: isSize ? "Where to run next to tell N*" : "Where to run next",
          columns: [
            "Narrows the interval", .number("N"),
            .number("D"), .number("Compute"),
            .number("By"),
          ], rows: all,
          note:
            "How much one more run, of at most \(Wording.number(advice.cap)) FLOPs, is expected to narrow the interval of \(narrowed) at the budget. It supposes that the law is right."
        ))
    ]
  }

  // MARK: Forecasts of laws that cannot divide compute

  private func forecastSection() -> ReportSection? {
    guard let forecast = singleForecast() else { return nil }
    var blocks: [ReportBlock] = []
    blocks.append(.paragraph(forecast.sentence))
    let (column, _) = main
    if let place = forecast.columns[column], axis(column).isLogarithmic {
      let rows = [0.1, 1, 10].compactMap { factor -> [String]? in
        let at = [column: place * factor]
        guard let next = try? mixture?.forecast(at: at) ?? fit.forecast(at: at) else {
          return nil
        }
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
              .number(column),
              .number("\(Wording.sentence(responseName)), by the law"),
              .number("A single run falls in"),
              .number("Beyond the data"),
            ], rows: rows, emphasizedRows: rows.count == 3 ? [1] : [],
            note:
              "\(levelText) intervals: of the law with its own error beyond the data, and of one run with the scatter of the residuals."
          )))
    }
    return ReportSection("What it predicts", blocks)
  }

  // MARK: Distance

  private func factorText(_ reach: Reach) -> String {
    guard reach.isOutside else { return "inside" }
    return reach.factor.isFinite ? NumberFormat.significant(reach.factor, 2) + "x" : "outside"
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
        "Column", .number("Planned"),
        .number("Smallest fitted"),
        .number("Largest fitted"), .number("Beyond"),
      ],
      rows: reach.map {
        [
          $0.column, Wording.number($0.value), Wording.number($0.low), Wording.number($0.high),
          factorText($0),
        ]
      })
  }
}
