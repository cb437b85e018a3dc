internal import Quantities
internal import ScalingLaws

extension FitReading {
  /// The laws that were compared, with the one to use.
  func rankingSection() -> ReportSection? {
    guard let ranking = part.ranking, !ranking.entries.isEmpty else { return nil }
    var blocks: [ReportBlock] = [.paragraph(ranking.verdict), .table(table(ranking))]
    if let figure = figure(ranking) { blocks.append(.figure(figure)) }
    if !ranking.skipped.isEmpty {
      blocks.append(
        .details(
          summary: "\(Wording.count(ranking.skipped.count, "law")) not fitted",
          ranking.skipped.map { .paragraph("\($0.law): \($0.reason)") }))
    }
    return ReportSection("Which law", blocks)
  }

  private func table(_ ranking: LawRanking) -> ReportTable {
    ReportTable(
      columns: [
        "Law", .number("Fitted"),
        .number("Error, mean of windows"),
        .number("Error, last window"),
        .number("Leave-one-out"), .number("AIC"),
        .number("BIC"), .number("Weight"),
      ],
      rows: ranking.entries.map { entry in
        let criteria = entry.fit.informationCriteria
        return [
          entry.fit.law.name, "\(entry.fit.freeParameters.count)",
          Wording.percent(entry.validation.meanError),
          entry.validation.last.map { Wording.percent($0.relativeError) } ?? Wording.missing,
          Wording.percent(entry.validation.leaveOneScaleOut),
          criteria.aic.isFinite ? NumberFormat.fixed(criteria.aic, 1) : Wording.missing,
          criteria.bic.isFinite ? NumberFormat.fixed(criteria.bic, 1) : Wording.missing,
          entry.sameAs.map { "as \($0)" } ?? NumberFormat.fixed(entry.weight, 2),
        ]
      }, emphasizedRows: [ranking.chosen],
      note:
        "Fitted: the number of parameters. Errors are relative, on the rows larger than those fitted: the mean over expanding windows, and the window with the most rows fitted. Leave-one-out: every scale predicted from the others. AIC and BIC compare laws on the rows that all of them were fitted to; they say less about larger runs. Weight: what the law counts for where all answer together."
    )
  }

  private func figure(_ ranking: LawRanking) -> Figure? {
    let shown = ranking.entries.indices.filter {
      let error = ranking.entries[$0].validation.meanError
      return error.isFinite && error < 10
    }
    guard !shown.isEmpty else { return nil }
    let all = shown.enumerated().map { place, index in
      let error = ranking.entries[index].validation.meanError
      return Bar(category: place, value: error, text: Wording.percent(error))
    }
    return Figure(
      Chart(
        title: "Error on larger runs than were fitted",
        x: Axis(label: "Mean relative error on held-out rows", format: .percent),
        y: .categories(
          shown.map {
            ranking.entries[$0].fit.law.name + ($0 == ranking.chosen ? " (used)" : "")
          }), layers: [.bars(BarLayer(all))]),
      caption:
        "Shorter is better. Among laws within a tenth of the best, the one with the fewest parameters is used.",
      method:
        "Every law is fitted again to the smaller runs of each window and predicts the larger.",
      data: FigureData(
        columns: ["law", "held_out_error"],
        rows: shown.map {
          [
            .text(ranking.entries[$0].fit.law.name),
            .number(ranking.entries[$0].validation.meanError),
          ]
        }))
  }
}
