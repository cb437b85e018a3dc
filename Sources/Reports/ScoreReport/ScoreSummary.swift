internal import Quantities
internal import ScalingLaws

/// Scores as a person reads them in a terminal.
public struct ScoreSummary {
  private let scored: ScoredFits
  private let terminal: Terminal

  /// Scores for a terminal.
  public init(_ scored: ScoredFits, terminal: Terminal) {
    self.scored = scored
    self.terminal = terminal
  }

  /// The ranking, then each fit, the best first.
  public func text() -> String {
    var parts: [String] = []
    if scored.parts.count > 1 { parts.append(ranking()) }
    for entry in scored.ranking.entries {
      parts.append(one(scored.parts[entry.index]))
    }
    let notes = Terminal.remarks(Array(scored.notes.dropFirst(scored.doubts.count))).map {
      terminal.wrap($0)
    }
    if !notes.isEmpty { parts.append(notes.joined(separator: "\n") + "\n") }
    return terminal.opening(notes: scored.notes, doubts: scored.doubts)
      + parts.joined(separator: "\n")
  }

  private func percent(_ share: Double, _ decimals: Int = 0) -> String {
    NumberFormat.percent(share, decimals: decimals)
  }

  private func ranking() -> String {
    let isRelative = scored.parts.allSatisfy { $0.score.isRelative }
    var table = terminal.table([
      "fit", "law", .number("mean error"),
      .number("bias"), .number("inside"),
      "against the best",
    ])
    for entry in scored.ranking.entries {
      let score = entry.score
      let verdict =
        switch entry.pValue {
        case nil: "the best"
        case .some(let p) where p.isNaN: "one run only"
        case .some(let p) where p < 0.05:
          p < 0.001 ? "worse (p < 0.001)" : "worse (p = \(NumberFormat.significant(p, 2)))"
        case .some(let p): "not told apart (p = \(NumberFormat.significant(p, 2)))"
        }
      table.rows.append([
        scored.parts[entry.index].name, score.law,
        isRelative
          ? percent(score.meanRelativeError, 2) : NumberFormat.significant(score.meanError, 3),
        isRelative
          ? percent(score.relativeBias.value, 2) : NumberFormat.significant(score.bias.value, 2),
        score.coverage.rows > 0 ? percent(score.coverage.share.value) : "–", verdict,
      ])
    }
    return terminal.render(table)
  }

  private func one(_ part: ScoreReport.Part) -> String {
    let score = part.score
    var lines = [
      terminal.wrap(
        "\(part.name), law \(score.law), on \(score.runs.count) rows of \(scored.source):"), "",
    ]
    var table = terminal.table(["quantity", .number("value")])
    table.rows.append(["mean error", NumberFormat.significant(score.meanError, 3)])
    if score.isRelative {
      table.rows.append(["mean relative error", percent(score.meanRelativeError, 2)])
      table.rows.append(["median relative error", percent(score.medianRelativeError, 2)])
      let bias = score.relativeBias
      let interval =
        bias.low.isFinite
        ? " [\(NumberFormat.fixed(bias.low * 100, 2)), \(NumberFormat.fixed(bias.high * 100, 2))]"
        : ""
      table.rows.append(["bias, plus is too high", percent(bias.value, 2) + interval])
    } else {
      table.rows.append([
        "bias, plus is too high",
        score.bias.text(digits: 3),
      ])
    }
    if score.coverage.rows > 0 {
      let level = percent(score.level)
      func share(_ x: Coverage) -> String {
        "\(x.inside) of \(x.rows), \(percent(x.share.value)) [\(NumberFormat.fixed(x.share.low * 100, 0)), \(NumberFormat.fixed(x.share.high * 100, 0))]"
      }
      table.rows.append(["inside the \(level) single-run interval", share(score.coverage)])
      table.rows.append(["inside the \(level) interval of the mean", share(score.lawCoverage)])
      table.rows.append([
        "errors over their standard deviation", NumberFormat.significant(score.errorSpread, 3),
      ])
    }
    lines.append(terminal.render(table))
    lines.append(terminal.wrap(score.calibration))
    lines.append("")
    lines.append(bandText(score))
    lines.append(offText(score))
    return lines.joined(separator: "\n")
  }

  private func bandText(_ score: FitScore) -> String {
    guard let column = score.scaleColumn, !score.bands.isEmpty else { return "" }
    var table = terminal.table([
      "by \(column)", .number("rows"),
      .number("mean error"), .number("bias"),
      .number("inside"),
    ])
    for band in score.bands {
      func error(_ x: Double) -> String {
        score.isRelative ? percent(x, 2) : NumberFormat.significant(x, 3)
      }
      table.rows.append([
        band.name, "\(band.rows)", error(band.meanError), error(band.bias),
        score.coverage.rows > 0 ? "\(band.inside)" : "–",
      ])
    }
    return terminal.render(table)
  }

  private func offText(_ score: FitScore) -> String {
    guard score.coverage.rows > 0 else { return "" }
    let off = score.off()
    let expected = NumberFormat.significant(score.expectedOff(), 2)
    guard !off.isEmpty else {
      return terminal.wrap(
        "No row is off by more than 2 standard deviations (\(expected) expected).") + "\n"
    }
    var table = terminal.table([
      "row", .number("measured"),
      .number("predicted"), .number("single run"),
      .number("off by"),
    ])
    for run in off.prefix(10) {
      let place = run.row.split(separator: ":").last.map { "line \($0)" } ?? run.row
      table.rows.append([
        run.run.map { "\($0) (\(place))" } ?? place, NumberFormat.significant(run.observed, 4),
        NumberFormat.significant(run.law.value, 4),
        "\(NumberFormat.significant(run.single.low, 4)) to \(NumberFormat.significant(run.single.high, 4))",
        "\(run.standardErrors > 0 ? "+" : "")\(NumberFormat.significant(run.standardErrors, 2)) s.d.",
      ])
    }
    let more = off.count > 10 ? " (the worst 10 of \(off.count))" : ""
    return terminal.wrap(
      "Off by more than 2 standard deviations of a single run\(more), \(expected) expected; plus is a prediction above the outcome:"
    ) + "\n" + terminal.render(table)
  }
}
