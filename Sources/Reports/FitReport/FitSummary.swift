internal import Cards
internal import Quantities
internal import ScalingLaws

/// A fit as a person reads it in a terminal.
public struct FitSummary {
  let result: FittedTable
  let terminal: Terminal
  private var fit: Fit { result.fit }

  /// A fit for a terminal.
  public init(_ result: FittedTable, terminal: Terminal) {
    self.result = result
    self.terminal = terminal
  }

  /// The text, its parts parted by empty lines.
  public func text() -> String {
    let opening = terminal.opening(notes: result.notes, doubts: result.doubts)
    var parts = [opening + heading()]
    if let ranking = result.ranking { parts.append(rankingText(ranking)) }
    if let mixture = result.domainMixture {
      parts.append(terminal.render(MixtureSummary(fit: fit, record: mixture).table(terminal)))
    }
    if let sweep = result.sweep { parts.append(SweepSummary(sweep).text(terminal)) }
    parts.append(parameterText())
    let facts = [
      optimumText(), regimeText(), misfitText(), validationText(), influenceText(),
    ].compactMap { $0 }
    if !facts.isEmpty { parts.append(facts.joined(separator: "\n") + "\n") }
    let caution = fit.law.card.caution
    let remarks =
      Terminal.remarks(result.notes).map(wrapped) + fit.warnings.map { wrapped("Warning: \($0)") }
      + (caution.isEmpty ? [] : [wrapped("Of this law in general: \(caution)")])
    if !remarks.isEmpty { parts.append(remarks.joined(separator: "\n") + "\n") }
    return parts.joined(separator: "\n")
  }

  private func heading() -> String {
    let group = result.title.isEmpty ? "" : " (\(result.title))"
    let sources = "(\(fit.law.card.citations.short))"
    let response = fit.observations.responseName ?? fit.law.card.response.column
    var objective = fit.objective.name
    if let delta = fit.objective.delta {
      objective += " (delta \(NumberFormat.significant(delta, 3)))"
    }
    let search = fit.search
    return """
      \(wrapped("\(fit.law.name)\(group): \(response) = \(fit.law.card.formula)  \(sources)"))
      \(wrapped("\(fit.observations.count) rows of \(result.source); sum of \(objective) \(NumberFormat.significant(fit.objectiveValue, 9)); \(search.starts) starts, \(search.agreeing) of \(search.polished) polished agree"))

      """
  }

  private func rankingText(_ ranking: LawRanking) -> String {
    var table = terminal.table([
      "law", .number("p"),
      .number("held-out error"),
      .number("scale-out error"), .number("AIC"),
      .number("BIC"), .number("weight"),
    ])
    for entry in ranking.entries {
      let criteria = entry.fit.informationCriteria
      table.rows.append([
        entry.fit.law.name, "\(entry.fit.freeParameters.count)",
        errorText(entry.validation.meanError), errorText(entry.validation.leaveOneScaleOut),
        NumberFormat.fixed(criteria.aic, 1), NumberFormat.fixed(criteria.bic, 1),
        entry.sameAs == nil ? NumberFormat.fixed(entry.weight, 2) : "same",
      ])
    }
    var text = terminal.render(table) + wrapped(ranking.verdict) + "\n"
    if let doubt = doubt(about: ranking) { text += wrapped(doubt) + "\n" }
    for entry in ranking.entries {
      if let other = entry.sameAs {
        text +=
          wrapped(
            "\(entry.fit.law.name) predicts what \(other) does, on the table and beyond, and counts once with it."
          ) + "\n"
      }
    }
    for skipped in ranking.skipped {
      text += wrapped("Not fitted: \(skipped.law): \(skipped.reason)") + "\n"
    }
    return text
  }

  /// A relative error; what is absurdly large needs no digits.
  private func errorText(_ error: Double) -> String {
    error > 10 ? "> 1000%" : NumberFormat.percent(error, decimals: 2)
  }

  /// Laws whose tokens per parameter are less than this factor apart agree.
  private static let sameRatio = 1.1

  /// What speaks against the verdict: a criterion that prefers another law, and laws that divide
  /// compute differently.
  private func doubt(about ranking: LawRanking) -> String? {
    var parts: [String] = []
    let chosen = ranking.entries[ranking.chosen]
    if let best = ranking.entries.min(by: {
      $0.fit.informationCriteria.bic < $1.fit.informationCriteria.bic
    }) {
      let lead = chosen.fit.informationCriteria.bic - best.fit.informationCriteria.bic
      if lead > 10 {
        parts.append(
          "Inside the table BIC prefers \(best.fit.law.name), by \(NumberFormat.fixed(lead, 0)).")
      }
    }
    if chosen.validation.meanError > 0.05 {
      parts.append(
        "No law predicts the held-out runs well: is the table a mixture of groups (--by)?")
    }
    if let compute = chosen.fit.ranges["C"]?.upperBound {
      let close = ranking.entries.filter {
        $0.validation.meanError <= 1.5 * ranking.entries[0].validation.meanError
          && $0.sameAs == nil && !$0.fit.knowsOnlyItsTable
      }
      let ratios = close.compactMap { entry -> (name: String, ratio: Double)? in
        guard let plan = try? entry.fit.plan(compute: compute) else { return nil }
        let ratio = plan.tokensPerParameter.value
        return ratio.isFinite ? (entry.fit.law.name, ratio) : nil
      }
      let extremes = ratios.map(\.ratio)
      if let low = extremes.min(), let high = extremes.max(), high > Self.sameRatio * low {
        let list = ratios.map { "\($0.name) \(NumberFormat.significant($0.ratio, 3))" }
        parts.append(
          "Laws that predict about as well differ in tokens per parameter at \(NumberFormat.flops(compute)) FLOPs: \(list.joined(separator: ", ")); \(result.mixture == nil ? "no interval below covers that choice" : "the parameters below are of the chosen law alone, forecast and plan answer with all by weight")."
        )
      }
    }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }

  private func parameterText() -> String {
    let level = NumberFormat.percent(fit.level, decimals: 0)
    var table = terminal.table([
      "parameter", .number("value"),
      .number("\(level) interval"),
      .number("std. error"), "unit",
    ])
    for (index, parameter) in fit.law.parameters.enumerated() {
      let value = fit.estimate[index]
      guard fit.freeParameters.contains(parameter.name) else {
        table.rows.append([
          parameter.name, NumberFormat.significant(value, 5), "held", "", parameter.unit,
        ])
        continue
      }
      if fit.isExact {
        table.rows.append([
          parameter.name, NumberFormat.significant(value, 7),
          fit.knowsOnlyItsTable ? "not determined" : "exact", "–", parameter.unit,
        ])
        continue
      }
      if let bound = fit.boundReached(parameter.name), parameter.isLinear,
        parameter.domain == .positive
      {
        table.rows.append([
          parameter.name, "at its bound",
          bound.high.map { "at most \(NumberFormat.significant($0, 4))" } ?? "–", "–",
          parameter.unit,
        ])
        continue
      }
      let error = fit.standardError(of: parameter.name)
      // Refits that do not move at all belong to a parameter that the rows do not see.
      let isUnseen = !(error > 1e-9 * abs(value))
      table.rows.append([
        parameter.name, NumberFormat.significant(value, 5),
        isUnseen && fit.uncertainty != nil ? "not determined" : interval(of: parameter),
        isUnseen ? "–" : NumberFormat.significant(error, 3), parameter.unit,
      ])
    }
    var text = terminal.render(table)
    if let uncertainty = fit.uncertainty {
      text += "Intervals: \(uncertainty.method), \(uncertainty.draws.count) refits.\n"
    }
    return text
  }

  /// An interval; an end at a bound of the parameter is no end of what the data allow.
  private func interval(of parameter: LawParameter) -> String {
    guard let interval = fit.interval(of: parameter.name), interval.low.isFinite,
      interval.high.isFinite
    else { return "–" }
    let bounds = fit.options.bounds[parameter.name] ?? parameter.bounds
    let low = NumberFormat.significant(interval.low, 4)
    let high = NumberFormat.significant(interval.high, 4)
    // Next to its upper end, an amplitude that may be zero has no lower end worth printing.
    let isNothing = parameter.isLinear && interval.low < 1e-6 * interval.high
    let atLower =
      parameter.domain == .positive
      ? interval.low <= bounds.lowerBound * 1.001 || isNothing
      : interval.low <= bounds.lowerBound
    let atUpper = interval.high >= bounds.upperBound * 0.999 && bounds.upperBound > 0
    switch (atLower, atUpper) {
    case (true, true): return "not determined"
    case (true, false): return "at most \(high)"
    case (false, true): return "at least \(low)"
    case (false, false): return "\(low) to \(high)"
    }
  }

  private func optimumText() -> String? {
    // Where size or data never varied there is no trade-off to tell.
    guard
      ["N", "D"].allSatisfy({ name in
        fit.ranges[name].map { $0.lowerBound < $0.upperBound } ?? true
      }),
      let compute = fit.ranges["C"]?.upperBound, compute.isFinite,
      let plan = try? result.mixture?.plan(compute: compute) ?? fit.plan(compute: compute),
      plan.sizeExponent.value.isFinite
    else { return nil }
    let determination = fit.determination(of: plan)
    if !determination.isDetermined {
      return wrapped(
        "Compute-optimal: not determined by this table. At \(NumberFormat.flops(compute)) FLOPs, the largest run, it leaves open \(DeterminationWords(determination).list)."
      )
    }
    func text(_ x: Estimated) -> String {
      if x.low.isNaN || x.high.isNaN { return NumberFormat.significant(x.value, 4) }
      return x.high - x.low < 1e-9
        ? "\(NumberFormat.significant(x.value, 3)) (fixed by the law's form)"
        : NumberFormat.withInterval(x.value, x.low, x.high)
    }
    return wrapped(
      "Compute-optimal: N* grows as C^a, a = \(text(plan.sizeExponent)); at \(NumberFormat.flops(compute)) FLOPs, the largest run, \(text(plan.tokensPerParameter)) tokens per parameter\(plan.laws == nil ? "" : " (all laws together)")."
    )
  }

  /// Which regime the exponent of a power law over a floor suggests [31].
  private func regimeText() -> String? {
    guard let exponent = fit.law.regimeExponent, let interval = fit.interval(of: exponent),
      interval.low.isFinite, interval.high.isFinite, interval.low <= interval.high,
      let column = fit.law.card.columns.first?.name
    else { return nil }
    let resources: [String: RegimeReading.Resource] = [
      "D": .data, "N": .parameters, "width": .width,
    ]
    guard let resource = resources[column] else { return nil }
    let reading = RegimeReading(interval: interval.low...interval.high, of: resource)
    let names = reading.compatible.map(\.rawValue).joined(separator: " or ")
    return wrapped(
      names.isEmpty
        ? "Regime: the exponent is steeper than any regime of [31] explains."
        : "Regime: the exponent fits \(names) [31].")
  }

  private func misfitText() -> String? {
    guard let test = fit.lackOfFit, !fit.isExact else { return nil }
    func deviation(_ x: Double) -> String {
      fit.objective.residual == .log
        ? NumberFormat.percent(x, decimals: 3) : NumberFormat.significant(x, 3)
    }
    return wrapped(
      "Lack of fit: F(\(test.misfitFreedom), \(test.pureErrorFreedom)) = \(NumberFormat.significant(test.statistic, 3)), \(NumberFormat.probability("p", test.pValue, floor: 1e-12)). Repeated rows scatter by \(deviation(test.seedDeviation)), design points beyond that by \(deviation(test.pointDeviation)); \(fit.independentRows) independent design points."
    )
  }

  private func validationText() -> String? {
    guard let last = result.validation.last else { return nil }
    let leaveOut = result.validation.leaveOneScaleOut
    var text =
      "Validation: fitted on the \(last.fittedRows) smaller rows, it predicts the \(last.heldOutRows == 1 ? "largest" : "\(last.heldOutRows) largest") within \(NumberFormat.percent(last.relativeError, decimals: 2)) on average"
    if leaveOut.isFinite {
      text += "; leaving one scale out, \(NumberFormat.percent(leaveOut, decimals: 2))"
    }
    return wrapped(text + ".")
  }

  private func influenceText() -> String? {
    // Where every row lies on the law, none of them moves anything.
    guard !fit.isExact, let path = result.influence?.path, let last = path.last else { return nil }
    // The two parameters that the worst rows move furthest, in standard errors.
    let moves = fit.freeParameters.compactMap { name -> (text: String, size: Double)? in
      guard let index = fit.law.index(of: name) else { return nil }
      let error = fit.standardError(of: name)
      let before = fit.estimate[index]
      let after = last.estimate[index]
      guard error > 0, error.isFinite else { return nil }
      let size = abs(after - before) / error
      return (
        "\(name) moves from \(NumberFormat.significant(before, 4)) to \(NumberFormat.significant(after, 4)) (\(NumberFormat.significant(size, 2)) standard errors)",
        size
      )
    }.sorted { $0.size > $1.size }
    guard !moves.isEmpty else { return nil }
    let rows = path.map { $0.label.split(separator: ":").last.map(String.init) ?? $0.label }
    return wrapped(
      "Influence: without the \(path.count == 1 ? "worst row (line" : "\(path.count) worst rows (lines") \(rows.joined(separator: ", "))) \(moves.prefix(2).map(\.text).joined(separator: " and "))."
    )
  }

  private func wrapped(_ text: String) -> String {
    terminal.wrap(text)
  }
}
