internal import ScalingLaws

/// The report of one or several fits: what was fitted, what the law says, how far to trust it.
public struct FitReport: Sendable {
  var parts: [FittedTable]
  /// The training compute to plan for, in FLOPs; nil for ten times the largest of the data.
  var compute: Double?
  /// When it is made and by which version; nil says nothing of it.
  var origin: ReportOrigin?

  /// A report.
  ///
  /// - Parameters:
  ///   - parts: the fits, one a group of rows.
  ///   - compute: the training compute to plan for, in FLOPs; nil for ten times the largest of
  ///     the data.
  ///   - origin: when it is made and by which version.
  public init(parts: [FittedTable], compute: Double?, origin: ReportOrigin? = nil) {
    self.parts = parts.map { $0.remarkingDoubts().thinned(to: Self.shownRows) }
    self.compute = compute
    self.origin = origin
  }

  /// The most rows that figures show; more would drown the page and its reader.
  static let shownRows = 5000

  /// The report as one HTML file that needs nothing else.
  ///
  /// It stays under two megabytes: with many parts or rows, figures embed fewer of their numbers,
  /// and where that is not enough only the main figure of each part is drawn.
  public func html() -> String {
    let readings = parts.map { FitReading($0, compute: compute) }
    let isAlone = parts.count == 1
    let full = page(readings, sections: readings.map { $0.sections(isAlone: isAlone) }).html()
    guard full.utf8.count > 2_000_000, !isAlone else { return full }
    return page(readings, sections: readings.map { $0.mainSections() }).html()
  }

  private func page(_ readings: [FitReading], sections: [[ReportSection]]) -> ReportPage {
    guard readings.count != 1 else {
      let reading = readings[0]
      return ReportPage(
        title: reading.heading, subtitle: reading.subtitle, summary: reading.summary(),
        sections: sections[0], footer: Self.footer, origin: origin)
    }
    var result = [overview(readings)]
    for (reading, own) in zip(readings, sections) {
      let name = reading.part.title.isEmpty ? reading.part.source : reading.part.title
      if readings.count <= 2 {
        result += own.map { ReportSection("\(name): \($0.title)", $0.blocks) }
      } else {
        // A table of contents with a dozen entries for each group would help nobody.
        let open = [reading.overviewTitle, reading.figureTitle]
        let first = own.filter { open.contains($0.title) }.flatMap(\.blocks)
        let rest = own.filter { !open.contains($0.title) }.map {
          ReportBlock.details(summary: $0.title, $0.blocks)
        }
        result.append(ReportSection(name, first + rest))
      }
    }
    return ReportPage(
      title: "Scaling laws of \(readings.count) groups of runs",
      subtitle: Set(parts.map(\.source)).sorted().joined(separator: ", "),
      summary: readings.map { $0.line() }, sections: result, footer: Self.footer, origin: origin)
  }

  private static let footer =
    "Made by Allometry. Intervals, warnings and held-out errors are part of every number above."

  private func overview(_ readings: [FitReading]) -> ReportSection {
    let laws = Set(readings.map { $0.fit.law.name })
    let parameters = laws.count == 1 ? readings.first?.fit.law.parameters.map(\.name) ?? [] : []
    let columns: [TextTable.Column] =
      [
        .init("Group"), .init("Law"), .number("Rows"),
        .number("Held-out error"), .number("Warnings"),
      ] + parameters.map { .number(FormulaMarkup.inline($0)) }
    let rows = readings.map { reading -> [String] in
      let fit = reading.fit
      let values = parameters.map { name in
        fit.interval(of: name).map(Wording.estimated) ?? Wording.missing
      }
      let error = reading.part.validation.last.map { Wording.percent($0.relativeError) }
      return [
        reading.name, fit.law.name, "\(reading.used.count)", error ?? Wording.missing,
        "\(fit.warnings.count)",
      ] + values
    }
    return ReportSection(
      "All groups",
      [
        .table(
          ReportTable(
            columns: columns, rows: rows,
            note:
              "Each group is fitted by itself; brackets hold the interval of each value. Held-out error: the mean relative error on the rows beyond those fitted, in the last window."
          ))
      ])
  }
}
