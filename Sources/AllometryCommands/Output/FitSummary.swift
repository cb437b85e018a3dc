internal import Reports
internal import ScalingLaws

/// A fit as a person reads it in a terminal.
struct FitSummary {
  let result: FittedTable
  private var fit: Fit { result.fit }
  private let style: TextTable.Style = Console.isTerminal ? .ansi : .plain

  init(_ result: FittedTable) { self.result = result }

  func text() -> String {
    var parts = [heading()]
    if let ranking = result.ranking { parts.append(rankingText(ranking)) }
    parts.append(parameterText())
    let facts = [optimumText(), regimeText(), validationText(), influenceText()].compactMap { $0 }
    if !facts.isEmpty { parts.append(facts.joined(separator: "\n") + "\n") }
    let remarks =
      Console.notes(result.notes).map(wrapped) + fit.warnings.map { wrapped("Warning: \($0)") }
    if !remarks.isEmpty { parts.append(remarks.joined(separator: "\n") + "\n") }
    return parts.joined(separator: "\n")
  }

  private func heading() -> String {
    let group = result.title.isEmpty ? "" : " (\(result.title))"
    let sources = fit.law.card.citations.map { "[\($0)]" }.joined(separator: " ")
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
    var table = TextTable(
      columns: [
        .init("law"), .init("p", alignment: .trailing),
        .init("held-out error", alignment: .trailing),
        .init("scale-out error", alignment: .trailing), .init("AIC", alignment: .trailing),
        .init("BIC", alignment: .trailing),
      ], widthLimit: Console.width)
    for entry in ranking.entries {
      let criteria = entry.fit.informationCriteria
      table.rows.append([
        entry.fit.law.name, "\(entry.fit.freeParameters.count)",
        NumberFormat.percent(entry.validation.meanError, decimals: 2),
        NumberFormat.percent(entry.validation.leaveOneScaleOut, decimals: 2),
        NumberFormat.fixed(criteria.aic, 1), NumberFormat.fixed(criteria.bic, 1),
      ])
    }
    var text = table.render(style: style) + wrapped(ranking.verdict) + "\n"
    for skipped in ranking.skipped {
      text += wrapped("Not fitted: \(skipped.law): \(skipped.reason)") + "\n"
    }
    return text
  }

  private func parameterText() -> String {
    let level = NumberFormat.percent(fit.level, decimals: 0)
    var table = TextTable(
      columns: [
        .init("parameter"), .init("value", alignment: .trailing),
        .init("\(level) interval", alignment: .trailing),
        .init("std. error", alignment: .trailing), .init("unit"),
      ], widthLimit: Console.width)
    for (index, parameter) in fit.law.parameters.enumerated() {
      let value = fit.estimate[index]
      guard fit.freeParameters.contains(parameter.name) else {
        table.rows.append([
          parameter.name, NumberFormat.significant(value, 5), "held", "", parameter.unit,
        ])
        continue
      }
      let interval = fit.interval(of: parameter.name)
      let ends = [interval?.low ?? .nan, interval?.high ?? .nan]
      table.rows.append([
        parameter.name, NumberFormat.significant(value, 5),
        ends.allSatisfy(\.isFinite)
          ? "\(NumberFormat.significant(ends[0], 4)) to \(NumberFormat.significant(ends[1], 4))"
          : "–",
        NumberFormat.significant(fit.standardError(of: parameter.name), 3), parameter.unit,
      ])
    }
    var text = table.render(style: style)
    if let uncertainty = fit.uncertainty {
      text += "Intervals: \(uncertainty.method), \(uncertainty.draws.count) refits.\n"
    }
    return text
  }

  private func optimumText() -> String? {
    // Where size or data never varied there is no trade-off to tell.
    guard
      ["N", "D"].allSatisfy({ name in
        fit.ranges[name].map { $0.lowerBound < $0.upperBound } ?? true
      }),
      let compute = fit.ranges["C"]?.upperBound, compute.isFinite,
      let plan = try? fit.plan(compute: compute), plan.sizeExponent.value.isFinite
    else { return nil }
    func text(_ x: Estimated) -> String { NumberFormat.withInterval(x.value, x.low, x.high) }
    return wrapped(
      "Compute-optimal: N* grows as C^a, a = \(text(plan.sizeExponent)); at \(NumberFormat.flops(compute)) FLOPs, the largest run, \(text(plan.tokensPerParameter)) tokens per parameter."
    )
  }

  /// Which regime the exponent of a power law over a floor suggests [31].
  private func regimeText() -> String? {
    guard fit.law is PowerConstant, let interval = fit.interval(of: "alpha"),
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
    guard let path = result.influence?.path, let last = path.last else { return nil }
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

  /// Breaks a sentence at the width of the terminal.
  private func wrapped(_ text: String) -> String {
    Console.wrap(text, width: Console.width)
  }
}

extension Console {
  /// Notes for a person; columns that were renamed share a line.
  static func notes(_ notes: [String]) -> [String] {
    let prefix = "column "
    let renamed = notes.filter { $0.hasPrefix(prefix) && $0.contains(" read as ") }
      .map { String($0.dropFirst(prefix.count)) }
    let others = notes.filter { !($0.hasPrefix(prefix) && $0.contains(" read as ")) }
    return (renamed.isEmpty ? [] : ["Columns: \(renamed.joined(separator: ", "))."])
      + others.map { "Note: \($0)" }
  }

  /// Breaks text at spaces so that no line is longer than `width`.
  static func wrap(_ text: String, width: Int) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = "  " + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    lines.append(line)
    return lines.joined(separator: "\n")
  }
}
