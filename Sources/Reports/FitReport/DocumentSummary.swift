internal import Quantities
public import ScalingLaws

/// A saved fit as a person reads it, for procedures.
public struct DocumentSummary {
  let document: FitDocument
  let doubts: [String]
  let terminal: Terminal

  /// A document for a terminal, its notes headed by what is hardly plausible about the table.
  public init(_ document: FitDocument, doubts: [String], terminal: Terminal) {
    self.document = document
    self.doubts = doubts
    self.terminal = terminal
  }

  /// Parameters, then what they say of the largest budget.
  public func text() -> String {
    var table = terminal.table([
      "parameter", .number("value"),
      .number("\(NumberFormat.percent(document.interval.level, decimals: 0)) interval"),
    ])
    let order = document.draws?.parameters ?? document.parameters.keys.sorted()
    for name in order {
      guard let parameter = document.parameters[name] else { continue }
      let interval = [parameter.low, parameter.high].compactMap { $0 }
      table.rows.append([
        name, NumberFormat.significant(parameter.value, 5),
        interval.count == 2
          ? "\(NumberFormat.significant(interval[0], 4)) to \(NumberFormat.significant(interval[1], 4))"
          : "–",
      ])
    }
    let opening = terminal.opening(notes: document.notes, doubts: doubts)
    var lines = [
      opening + terminal.wrap("\(document.law): \(document.formula)"),
      terminal.wrap(
        "\(document.rows) rows of \(document.table ?? "the table"); intervals: \(document.interval.method), \(document.interval.resamples) refits"
      ),
      "", terminal.render(table),
    ]
    if let allocation = document.allocation {
      let plan = allocation.plan(compute: allocation.computeRange.upperBound)
      lines.append(
        terminal.wrap(
          "At \(NumberFormat.flops(plan.compute)) FLOPs, the largest budget: N* \(NumberFormat.scale(plan.size.value)), D* \(NumberFormat.scale(plan.tokens.value)), \(NumberFormat.withInterval(plan.tokensPerParameter.value, plan.tokensPerParameter.low, plan.tokensPerParameter.high)) tokens per parameter."
        ))
    }
    if let readings = document.readings, readings.count > 1 {
      lines += ["", "Other readings of the same runs:", readingTable(readings)]
    }
    if let sentence = document.flopsPerToken?.sentence {
      lines.append(terminal.wrap("Note: \(sentence)."))
    }
    lines += Terminal.remarks(Array(document.notes.dropFirst(doubts.count))).map {
      terminal.wrap($0)
    }
    lines += document.warnings.map { terminal.wrap("Warning: \($0)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func readingTable(_ rows: [AllocationAlternative]) -> String {
    var table = terminal.table([
      "reading", .number("a"), .number("b"),
      .number("N*"), .number("D*"),
    ])
    for row in rows {
      table.rows.append([
        row.method, NumberFormat.fixed(row.a, 4), NumberFormat.fixed(row.b, 4),
        NumberFormat.scale(row.size), NumberFormat.scale(row.tokens),
      ])
    }
    return terminal.render(table)
  }
}
