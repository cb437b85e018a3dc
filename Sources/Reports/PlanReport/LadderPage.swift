internal import Quantities
public import ScalingLaws

/// A ladder of runs that predicts a loss, for a terminal and a page.
public struct LadderPage {
  private let design: LadderDesign
  private let law: String
  private let prior: String
  private let runsFile: String?

  /// A design.
  ///
  /// - Parameters:
  ///   - design: the ladders that were weighed.
  ///   - law: the name of the law that stands for what will be found.
  ///   - prior: where its parameters are from.
  ///   - runsFile: where the runs of the first ladder were written; nil for nowhere.
  public init(_ design: LadderDesign, law: String, prior: String, runsFile: String?) {
    self.design = design
    self.law = law
    self.prior = prior
    self.runsFile = runsFile
  }

  /// The ladders for a terminal.
  public func text(_ terminal: Terminal) -> String { terminal.text(blocks()) }

  /// The ladders, and the runs of the first, as a page.
  public func page(origin: ReportOrigin) -> ReportPage {
    ReportPage(
      title: "Ladder for \(NumberFormat.flops(design.target)) FLOPs",
      subtitle: "By \(law), \(prior)",
      sections: [ReportSection("Which ladder predicts it", blocks()), runs()],
      footer: "Made by Allometry. The numbers are those that allometry design prints.",
      origin: origin)
  }

  private func runs() -> ReportSection {
    let runs = (design.chosen ?? design.ladders.first)?.runs ?? []
    return ReportSection(
      "The runs of the first ladder",
      [
        .table(
          ReportTable(
            columns: [
              .number("N"), .number("D"),
              .number("FLOPs"), .number("Seed"),
            ],
            rows: runs.map {
              [
                NumberFormat.scale($0.size), NumberFormat.scale($0.tokens),
                NumberFormat.flops($0.compute), "\($0.seed)",
              ]
            }))
      ])
  }

  private func blocks() -> [ReportBlock] {
    func percent(_ x: Double) -> String { NumberFormat.significant(100 * x, 2) + " %" }
    var table = ReportTable(
      columns: [
        .number("sizes"), .number("lengths"),
        .number("seeds"), .number("runs"),
        .number("largest run"), .number("all FLOPs"),
        .number("of target"), .number("predicts within"),
      ], rows: [])
    for ladder in design.ladders {
      table.rows.append([
        "\(ladder.sizes)", "\(ladder.lengths.count)", "\(ladder.seeds)", "\(ladder.runs.count)",
        NumberFormat.flops(ladder.largestRun), NumberFormat.flops(ladder.cost),
        percent(ladder.cost / design.target),
        ladder.simulated.isFinite
          ? "± \(percent(ladder.simulated))" + (ladder.reaches ? "" : " (too wide)") : "no fit",
      ])
    }
    var blocks: [ReportBlock] = [
      .paragraph(
        "Ladders that predict the loss at \(NumberFormat.flops(design.target)) FLOPs (N* \(NumberFormat.scale(design.size)), D* \(NumberFormat.scale(design.tokens)), loss \(NumberFormat.significant(design.outcome, 4))) to within \(percent(design.within)) in \(percent(design.level)) of cases, if \(law) (\(prior)) is what will be found."
      ),
      .paragraph(
        "Noise taken: \(percent(design.seedNoise)) between seeds, \(percent(design.rungScatter)) between rungs. \(design.weighed) ladders under \(NumberFormat.flops(design.budget)) FLOPs were weighed."
      ), .table(table),
    ]
    if let first = design.chosen ?? design.ladders.first {
      if design.chosen == nil {
        blocks.append(
          .paragraph(
            "None reaches the aim within the budget; the most precise is first. A larger --budget or --within, or runs with less scatter, would."
          ))
      }
      let sizes = Set(first.runs.map(\.size)).sorted().map { NumberFormat.scale($0) }
      let lengths = first.lengths.map { NumberFormat.significant($0, 2) }.joined(separator: ", ")
      blocks.append(
        .paragraph(
          "The first ladder: N \(sizes.joined(separator: ", ")); each with \(lengths) times the tokens that are optimal for it\(first.seeds > 1 ? ", \(first.seeds) seeds each" : "").\(runsFile.map { " Written to \($0)." } ?? " --runs FILE.csv writes its runs.")"
        ))
      blocks.append(
        .paragraph(
          "The widths are those of least squares: fit the ladder with --objective squared-log. The default objective, which outliers do not move, is wider on clean runs."
        ))
      blocks.append(
        .paragraph(
          "The interval supposes that the law holds up to the target, \(NumberFormat.significant(design.target / first.largestRun, 2)) times beyond the largest run; no simulation covers another form."
        ))
    }
    return blocks
  }
}
