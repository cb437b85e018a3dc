internal import Quantities
public import ScalingLaws

/// A plan as a person reads it in a terminal.
public struct PlanSummary {
  let answer: PlanAnswer
  let fit: SavedFit
  let terminal: Terminal

  /// A plan by a fit, for a terminal and a page.
  public init(_ answer: PlanAnswer, fit: SavedFit, terminal: Terminal = Terminal()) {
    self.answer = answer
    self.fit = fit
    self.terminal = terminal
  }

  private var response: String { fit.document.response.column }

  /// The plan in parts: what a terminal prints one after the other and a page shows under headings.
  private func sections() -> [ReportSection] {
    var sections = [ReportSection("", heading().map { .paragraph($0) })]
    if let cluster = answer.cluster {
      sections.append(ReportSection("Does it fit?", [.paragraph(clusterText(cluster))]))
    }
    if let limited = answer.limited {
      var blocks: [ReportBlock] = [.table(limitedTable(limited))]
      if let laws = limited.laws {
        blocks.append(
          .table(
            lawTable(laws, title: "Under these limits, each law that has a part in them alone:")))
      }
      sections.append(ReportSection("The plan under all limits", blocks))
    }
    var plan: [ReportBlock] = [.table(planTable())]
    if let laws = answer.plan.laws {
      plan.append(
        .table(
          lawTable(
            laws,
            title:
              "The laws that predict held-out runs about as well, each alone (the intervals above hold the choice between them; --single plans with the first):"
          )))
    }
    sections.append(
      ReportSection(answer.limited == nil ? "The plan" : "Without these limits", plan))
    if let inference = answer.inference, !answer.paysForServing, answer.limited == nil {
      sections.append(ReportSection("Serving", [.paragraph(servingText(inference))]))
    }
    if !answer.sizes.isEmpty {
      sections.append(ReportSection("Other sizes", [.table(sizeTable())]))
    }
    if let next = answer.next {
      sections.append(ReportSection("Where to run next", [.table(nextTable(next))]))
    }
    var seen: Set<String> = []
    let distinct = warnings.filter { seen.insert($0).inserted }
    if !distinct.isEmpty {
      sections.append(ReportSection("What limits it", distinct.map { .warning($0) }))
    }
    return sections
  }

  /// The plan for a terminal.
  public func text() -> String {
    sections().map { terminal.text($0.blocks) }.joined(separator: "\n")
  }

  /// The same as a page.
  public func page(source: String, origin: ReportOrigin) -> ReportPage {
    var sections = sections()
    let head = sections.removeFirst().blocks.compactMap { block -> String? in
      if case .paragraph(let text) = block { text } else { nil }
    }
    // The terminal prints all of them, and titles that stand over no heading.
    sections = sections.map { section in
      var section = section
      let warnings = section.blocks.compactMap { block -> String? in
        if case .warning(let text) = block { text } else { nil }
      }
      section.blocks = section.blocks.compactMap { block in
        switch block {
        case .warning: return nil
        case .table(var table):
          if table.caption == section.title + ":" { table.caption = "" }
          return .table(table)
        default: return block
        }
      }
      section.blocks += ReportBlock.cautions(warnings.map(Self.sentence))
      return section
    }
    return ReportPage(
      title: "Plan for \(NumberFormat.flops(answer.compute)) FLOPs",
      subtitle: "By the fit \(source)", summary: head, sections: sections,
      footer:
        "Made by Allometry. The numbers are those that allometry plan prints for the same options.",
      origin: origin)
  }

  /// A caution with a first letter in upper case, unless that names a column, and a full stop.
  private static func sentence(_ text: String) -> String {
    let sentence = text.prefix(1).uppercased() + text.dropFirst()
    return sentence.hasSuffix(".") ? sentence : sentence + "."
  }

  /// What a reader must know of the plan that is printed, the fit it rests on included.
  private var warnings: [String] {
    let reach = answer.limited?.reach ?? answer.plan.reach
    var result = words.reasons
    if let unweighed = answer.unweighed {
      result.append(
        "these limits are not weighed, for the table does not tell the plan that they would hold back: \(unweighed.joined(separator: "; "))"
      )
    }
    result += fitWarnings
    result += unmeasured
    result += answer.limited?.warnings ?? answer.plan.warnings
    // A size that is not printed has no distance from the table either.
    result += reach.filter { words.bound("size") == nil || $0.column == "C" }
      .compactMap(\.sentence)
    return result
  }

  private func heading() -> [String] {
    let names = answer.plan.laws.map { "\($0.count) laws together" } ?? answer.law
    var text =
      answer.paysForServing
      ? "Plan for \(NumberFormat.flops(answer.compute)) FLOPs of training and serving together"
      : "Plan for \(NumberFormat.flops(answer.compute)) FLOPs of training"
    text +=
      " by \(names) (\(NumberFormat.percent(fit.level, decimals: 0)) intervals)"
    if let hours = answer.acceleratorHours {
      text += "; \(NumberFormat.scale(hours)) accelerator-hours"
    }
    if let footprint = answer.footprint {
      if footprint.kilowattHours.isFinite {
        text += ", \(NumberFormat.scale(footprint.kilowattHours)) kWh (PUE 1.2)"
      }
      if let price = footprint.price { text += ", price \(NumberFormat.scale(price))" }
    }
    if let binding = answer.budgetLimit { text += "; set by \(binding)" }
    var lines = [text + "."]
    if let sentence = answer.flopsPerToken.sentence { lines.append(sentence + ".") }
    if !answer.held.isEmpty {
      let held = answer.held.sorted { $0.key < $1.key }.map {
        "\($0.key) = \(NumberFormat.significant($0.value, 4))"
      }
      lines.append(
        "Held at the table's median: \(held.joined(separator: ", ")); --with changes it.")
    }
    if fit.law.takesTokensAsNew, answer.limitedData == nil {
      lines.append("All tokens are taken as new ones; --unique says how many there are.")
    }
    return lines
  }

  private func clusterText(_ cluster: PlanAnswer.Cluster) -> String {
    let machines =
      "\(NumberFormat.significant(cluster.devices, 6)) \(cluster.accelerator) at \(NumberFormat.percent(cluster.utilisation, decimals: 0)) of their peak"
    let needed = NumberFormat.significant(cluster.daysNeeded, 3)
    guard let days = cluster.days, let fits = cluster.fits else {
      return "\(machines) take \(needed) days."
    }
    let given = NumberFormat.significant(days, 4)
    return
      fits
      ? "It fits: \(machines) take \(needed) of \(given) days."
      : "It does not fit: \(machines) take \(needed) days, and there are \(given); \(NumberFormat.significant((cluster.devicesNeeded ?? .nan).rounded(.up), 4)) of them would do it in time."
  }

  private func limitedTable(_ plan: ConstrainedPlan) -> ReportTable {
    var table = ReportTable(
      columns: [
        "quantity", .number("value"),
        .number("interval"),
      ], rows: [])
    table.rows = [
      ["parameters N"] + interval(plan.size, fixed: "a limit", scale),
      ["tokens D"] + interval(plan.tokens, fixed: "by limits", scale),
      ["tokens per parameter"]
        + interval(plan.tokensPerParameter, fixed: "by limits") { NumberFormat.significant($0, 3) },
      ["\(response)"] + interval(plan.outcome, loss),
      ["training FLOPs"]
        + interval(plan.trainingCompute, fixed: "the budget") { NumberFormat.flops($0) },
    ]
    if let epochs = plan.epochs {
      table.rows.append(
        ["epochs of the unique data"]
          + interval(epochs, fixed: "by limits") { NumberFormat.significant($0, 3) })
    }
    if plan.servingCompute.value > 0 {
      table.rows.append(
        ["serving FLOPs"]
          + interval(plan.servingCompute, fixed: "by limits") { NumberFormat.flops($0) })
    }
    table.note =
      plan.binding.isEmpty
      ? "None of the limits binds." : "What binds: \(plan.binding.joined(separator: "; "))."
    return table
  }

  /// What serving costs where the budget is for training, and which model would save.
  private func servingText(_ plan: InferencePlan) -> String {
    let serving = answer.flopsPerToken.perToken(answer.plan.size.value) / 3 * plan.demand
    return
      "The budget is for training. Serving \(scale(plan.demand)) tokens takes another \(NumberFormat.flops(serving)) FLOPs. The same \(response) for the least FLOPs in all\(byChosen): \(scale(plan.size.value)) parameters on \(scale(plan.tokens.value)) tokens, \(NumberFormat.flops(plan.totalCompute.value)) FLOPs for both, \(NumberFormat.percent(plan.saving.value)) saved. With --total the budget pays for both."
  }

  /// Columns of which the fitted table had one value, so that no exponent of theirs was measured.
  private var unmeasured: [String] {
    ["N", "D"].filter { name in fit.ranges[name].map { $0.lowerBound == $0.upperBound } ?? false }
      .map {
        "\($0) takes one value only in the fitted table: how the outcome depends on it was not measured, and this plan rests on it"
      }
  }

  /// A value and its interval; `fixed` is what a width of zero comes from.
  private func interval(
    _ x: Estimated, fixed: String = "fixed by the law", _ format: (Double) -> String
  ) -> [String] {
    [
      format(x.value),
      x.low.isNaN || x.high.isNaN
        ? "–"
        : x.high - x.low < 1e-9 * abs(x.value)
          ? (fit.scatter < 1e-9 ? "exact, no scatter" : fixed)
          : "\(format(x.low)) to \(format(x.high))",
    ]
  }

  private func scale(_ x: Double) -> String { NumberFormat.scale(x) }
  private func loss(_ x: Double) -> String { NumberFormat.significant(x, 4) }

  private var words: DeterminationWords { DeterminationWords(answer.determination) }

  /// A row of the plan's table; a number that the fitted table cannot give is replaced by what is
  /// known of it.
  private func row(_ label: String, _ quantity: String, _ cells: [String]) -> [String] {
    [label] + (words.cells(quantity) ?? cells)
  }

  /// The warnings of the fit that the reasons of a refusal do not say already.
  private var fitWarnings: [String] {
    answer.fitWarnings.filter { warning in
      !answer.determination.reasons.contains { $0.hasPrefix(warning) }
    }
  }

  private func planTable() -> ReportTable {
    let plan = answer.plan
    var table = ReportTable(
      caption: answer.limited == nil ? "" : "Without these limits:",
      columns: [
        "quantity", .number("value"),
        .number("interval"),
      ], rows: [])
    table.rows = [
      row("parameters N*", "size", interval(plan.size, scale)),
      row("tokens D*", "tokens", interval(plan.tokens, scale)),
      row(
        "tokens per parameter", "tokensPerParameter",
        interval(plan.tokensPerParameter) { NumberFormat.significant($0, 3) }),
      ["\(response) at the optimum"] + interval(plan.outcome, loss),
      row(
        "exponent a of N* in C", "sizeExponent",
        interval(plan.sizeExponent) { NumberFormat.significant($0, 3) }),
    ]
    if !plan.compute.low.isNaN, plan.compute.low != plan.compute.high {
      table.rows.insert(
        ["training FLOPs"] + interval(plan.compute) { NumberFormat.flops($0) }, at: 0)
    }
    return table
  }

  /// What each law says alone, where several answer together.
  private func lawTable(_ laws: [LawPlan], title: String) -> ReportTable {
    var table = ReportTable(
      caption: title,
      columns: [
        "law", .number("weight"), .number("N*"),
        .number("D*"), .number("tokens per parameter"),
        .number(response),
      ], rows: [])
    for law in laws {
      let ratio = law.tokensPerParameter
      func short(_ x: Double) -> String { NumberFormat.significant(x, 3) }
      table.rows.append([
        law.law, NumberFormat.significant(law.weight, 2), scale(law.size.value),
        scale(law.tokens.value),
        ratio.low.isNaN || ratio.high.isNaN
          ? short(ratio.value)
          : "\(short(ratio.value)) [\(short(ratio.low)), \(short(ratio.high))]",
        loss(law.outcome.value),
      ])
    }
    return table
  }

  /// Which law a table rests on, where the plan above is of several.
  private var byChosen: String { answer.plan.laws == nil ? "" : ", by \(answer.law) alone" }

  private func sizeTable() -> ReportTable {
    var table = ReportTable(
      caption: "Other sizes at the same compute\(byChosen):",
      columns: [
        .number("size / N*"), .number("N"),
        .number("D"), .number(response),
        .number("loses"), .number("compute to match"),
      ], rows: [])
    for size in answer.sizes {
      table.rows.append([
        NumberFormat.significant(size.factor, 3), scale(size.size), scale(size.tokens),
        loss(size.outcome.value), NumberFormat.significant(size.extraOutcome.value, 2),
        size.computeRatio.value.isFinite
          ? NumberFormat.significant(size.computeRatio.value, 3) + "x" : "out of reach",
      ])
    }
    return table
  }

  private func nextTable(_ advice: NextRunAdvice) -> ReportTable {
    let what = if case .optimalSize = advice.target { " to tell N*" } else { "" }
    var table = ReportTable(
      caption:
        "Where to run next\(what)\(byChosen) (at most \(NumberFormat.flops(advice.cap)) FLOPs each):",
      columns: [
        .number("N"), .number("D"),
        .number("FLOPs"),
        .number("narrows the interval by"),
      ], rows: [])
    for run in advice.best.prefix(3) {
      table.rows.append([
        scale(run.size), scale(run.tokens), NumberFormat.flops(run.compute),
        NumberFormat.percent(run.shrinkage),
      ])
    }
    return table
  }
}
