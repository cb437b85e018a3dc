internal import Reports
internal import ScalingLaws

/// A plan as a person reads it in a terminal.
struct PlanSummary {
  let answer: PlanCommand.Answer
  let fit: SavedFit
  private let style: TextTable.Style = Console.isTerminal ? .ansi : .plain

  init(_ answer: PlanCommand.Answer, fit: SavedFit) {
    self.answer = answer
    self.fit = fit
  }

  private var response: String { fit.document.response.column }

  func text() -> String {
    var parts = [heading()]
    if let cluster = answer.cluster { parts.append(clusterText(cluster)) }
    if let limited = answer.limited {
      parts.append(limitedTable(limited))
      parts.append("Without these limits:\n")
    }
    parts.append(planTable())
    if let laws = answer.plan.laws { parts.append(lawTable(laws)) }
    if let inference = answer.inference, !answer.paysForServing, answer.limited == nil {
      parts.append(servingText(inference))
    }
    if !answer.sizes.isEmpty { parts.append(sizeTable()) }
    if let next = answer.next { parts.append(nextTable(next)) }
    var seen: Set<String> = []
    let distinct = warnings.filter { seen.insert($0).inserted }
    if !distinct.isEmpty {
      parts.append(
        distinct.map { Console.wrap("Warning: \($0)", width: Console.width) }
          .joined(separator: "\n") + "\n")
    }
    return parts.joined(separator: "\n")
  }

  /// What a reader must know of the plan that is printed, the fit it rests on included.
  private var warnings: [String] {
    let reach = answer.limited?.reach ?? answer.plan.reach
    var result = words.reasons
    result += fitWarnings
    result += unmeasured
    result += answer.limited?.warnings ?? answer.plan.warnings
    // A size that is not printed has no distance from the table either.
    result += reach.filter { words.bound("size") == nil || $0.column == "C" }
      .compactMap(\.sentence)
    return result
  }

  private func heading() -> String {
    let names = answer.plan.laws.map { "\($0.count) laws together" } ?? answer.law
    var text =
      answer.paysForServing
      ? "Plan for \(NumberFormat.flops(answer.compute)) FLOPs of training and serving together"
      : "Plan for \(NumberFormat.flops(answer.compute)) FLOPs of training"
    text +=
      " by \(names) (\(NumberFormat.percent(fit.level, decimals: 0)) intervals)"
    if answer.limited != nil, answer.plan.laws != nil { text += ", limits by \(answer.law)" }
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
    if fit.law is DataConstrained, answer.limitedData == nil {
      lines.append("All tokens are taken as new ones; --unique says how many there are.")
    }
    return lines.map { Console.wrap($0, width: Console.width) }.joined(separator: "\n") + "\n"
  }

  private func clusterText(_ cluster: PlanCommand.ClusterAnswer) -> String {
    let machines =
      "\(NumberFormat.significant(cluster.devices, 6)) \(cluster.accelerator) at \(NumberFormat.percent(cluster.utilisation, decimals: 0)) of their peak"
    let needed = NumberFormat.significant(cluster.daysNeeded, 3)
    guard let days = cluster.days, let fits = cluster.fits else {
      return Console.wrap("\(machines) take \(needed) days.", width: Console.width) + "\n"
    }
    let given = NumberFormat.significant(days, 4)
    let answer =
      fits
      ? "It fits: \(machines) take \(needed) of \(given) days."
      : "It does not fit: \(machines) take \(needed) days, and there are \(given); \(NumberFormat.significant((cluster.devicesNeeded ?? .nan).rounded(.up), 4)) of them would do it in time."
    return Console.wrap(answer, width: Console.width) + "\n"
  }

  private func limitedTable(_ plan: ConstrainedPlan) -> String {
    var table = TextTable(
      columns: [
        .init("quantity"), .init("value", alignment: .trailing),
        .init("interval", alignment: .trailing),
      ], widthLimit: Console.width)
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
    let binding =
      plan.binding.isEmpty
      ? "None of the limits binds." : "What binds: \(plan.binding.joined(separator: "; "))."
    return table.render(style: style) + Console.wrap(binding, width: Console.width) + "\n"
  }

  /// What serving costs where the budget is for training, and which model would save.
  private func servingText(_ plan: InferencePlan) -> String {
    let best = answer.plan
    let serving = answer.flopsPerToken.perToken(best.size.value) / 3 * plan.demand
    return Console.wrap(
      "The budget is for training. Serving \(scale(plan.demand)) tokens takes another \(NumberFormat.flops(serving)) FLOPs. The same \(response) for the least FLOPs in all: \(scale(plan.size.value)) parameters on \(scale(plan.tokens.value)) tokens, \(NumberFormat.flops(plan.totalCompute.value)) FLOPs for both, \(NumberFormat.percent(plan.saving.value)) saved. With --total the budget pays for both.",
      width: Console.width) + "\n"
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

  private func planTable() -> String {
    let plan = answer.plan
    var table = TextTable(
      columns: [
        .init("quantity"), .init("value", alignment: .trailing),
        .init("interval", alignment: .trailing),
      ], widthLimit: Console.width)
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
    return table.render(style: style)
  }

  /// What each law says alone, where several answer together.
  private func lawTable(_ laws: [LawPlan]) -> String {
    var table = TextTable(
      columns: [
        .init("law"), .init("weight", alignment: .trailing), .init("N*", alignment: .trailing),
        .init("D*", alignment: .trailing), .init("tokens per parameter", alignment: .trailing),
        .init(response, alignment: .trailing),
      ], widthLimit: Console.width)
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
    return
      "The laws that predict held-out runs about as well, each alone (the intervals\nabove hold the choice between them; --single plans with the first):\n"
      + table.render(style: style)
  }

  private func sizeTable() -> String {
    var table = TextTable(
      columns: [
        .init("size / N*", alignment: .trailing), .init("N", alignment: .trailing),
        .init("D", alignment: .trailing), .init(response, alignment: .trailing),
        .init("loses", alignment: .trailing), .init("compute to match", alignment: .trailing),
      ], widthLimit: Console.width)
    for size in answer.sizes {
      table.rows.append([
        NumberFormat.significant(size.factor, 3), scale(size.size), scale(size.tokens),
        loss(size.outcome.value), NumberFormat.significant(size.extraOutcome.value, 2),
        size.computeRatio.value.isFinite
          ? "× " + NumberFormat.significant(size.computeRatio.value, 3) : "out of reach",
      ])
    }
    return "Other sizes at the same compute:\n" + table.render(style: style)
  }

  private func nextTable(_ advice: NextRunAdvice) -> String {
    var table = TextTable(
      columns: [
        .init("N", alignment: .trailing), .init("D", alignment: .trailing),
        .init("FLOPs", alignment: .trailing),
        .init("narrows the interval by", alignment: .trailing),
      ], widthLimit: Console.width)
    for run in advice.best.prefix(3) {
      table.rows.append([
        scale(run.size), scale(run.tokens), NumberFormat.flops(run.compute),
        NumberFormat.percent(run.shrinkage),
      ])
    }
    return "Where to run next (at most \(NumberFormat.flops(advice.cap)) FLOPs each):\n"
      + table.render(style: style)
  }
}
