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
    if let inference = answer.inference { parts.append(inferenceText(inference)) }
    if let limited = answer.limitedData { parts.append(limitedText(limited)) }
    if answer.inference != nil || answer.limitedData != nil {
      parts.append("Without serving and with unlimited data, for comparison:\n")
    }
    parts.append(planTable())
    parts.append(sizeTable())
    if let next = answer.next { parts.append(nextTable(next)) }
    let warnings =
      unmeasured + answer.plan.warnings + (answer.inference?.warnings ?? [])
      + answer.plan.reach.compactMap(\.sentence)
    var seen: Set<String> = []
    let distinct = warnings.filter { seen.insert($0).inserted }
    if !distinct.isEmpty {
      parts.append(
        distinct.map { Console.wrap("Warning: \($0)", width: Console.width) }
          .joined(separator: "\n") + "\n")
    }
    return parts.joined(separator: "\n")
  }

  private func heading() -> String {
    var text =
      "Plan for \(NumberFormat.flops(answer.compute)) FLOPs by \(answer.law) (\(NumberFormat.percent(fit.level, decimals: 0)) intervals)"
    if let hours = answer.acceleratorHours {
      text += "; \(NumberFormat.scale(hours)) accelerator-hours"
    }
    if let footprint = answer.footprint {
      text += ", \(NumberFormat.scale(footprint.kilowattHours)) kWh"
    }
    return Console.wrap(text, width: Console.width) + "\n"
  }

  /// Columns of which the fitted table had one value, so that no exponent of theirs was measured.
  private var unmeasured: [String] {
    ["N", "D"].filter { name in fit.ranges[name].map { $0.lowerBound == $0.upperBound } ?? false }
      .map {
        "\($0) takes one value only in the fitted table: how the outcome depends on it was not measured, and this plan rests on it"
      }
  }

  private func interval(_ x: Estimated, _ format: (Double) -> String) -> [String] {
    [
      format(x.value),
      x.low.isNaN || x.high.isNaN
        ? "–"
        : x.high - x.low < 1e-9 * abs(x.value)
          ? "fixed by the law" : "\(format(x.low)) to \(format(x.high))",
    ]
  }

  private func scale(_ x: Double) -> String { NumberFormat.scale(x) }
  private func loss(_ x: Double) -> String { NumberFormat.significant(x, 4) }

  private func planTable() -> String {
    let plan = answer.plan
    var table = TextTable(
      columns: [
        .init("quantity"), .init("value", alignment: .trailing),
        .init("interval", alignment: .trailing),
      ], widthLimit: Console.width)
    table.rows = [
      ["parameters N*"] + interval(plan.size, scale),
      ["tokens D*"] + interval(plan.tokens, scale),
      ["tokens per parameter"]
        + interval(plan.tokensPerParameter) { NumberFormat.significant($0, 3) },
      ["\(response) at the optimum"] + interval(plan.outcome, loss),
      ["exponent a of N* in C"] + interval(plan.sizeExponent) { NumberFormat.significant($0, 3) },
    ]
    if !plan.compute.low.isNaN, plan.compute.low != plan.compute.high {
      table.rows.insert(
        ["training FLOPs"] + interval(plan.compute) { NumberFormat.flops($0) }, at: 0)
    }
    return table.render(style: style)
  }

  private func inferenceText(_ plan: InferencePlan) -> String {
    func text(_ x: Estimated) -> String { interval(x, scale).joined(separator: ", ") }
    return Console.wrap(
      "Serving \(scale(plan.demand)) tokens: train \(text(plan.size)) parameters on \(text(plan.tokens)) tokens for \(response) \(loss(plan.outcome.value)), \(NumberFormat.flops(plan.totalCompute.value)) FLOPs for training and serving together.",
      width: Console.width) + "\n"
  }

  private func limitedText(_ plan: LimitedDataPlan) -> String {
    let source =
      plan.borrowsRepetition
      ? " The value of repeated tokens is borrowed from [L6], not fitted." : ""
    let worn =
      plan.epochs.value > 40
      ? " Beyond about 40 epochs repeated tokens teach next to nothing [L6]: more unique data or a smaller budget would serve better."
      : ""
    return Console.wrap(
      "With \(scale(plan.uniqueTokens)) unique tokens: \(scale(plan.plan.size.value)) parameters, \(NumberFormat.significant(plan.epochs.value, 3)) epochs, \(response) \(loss(plan.plan.outcome.value)).\(source)\(worn)",
      width: Console.width) + "\n"
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
