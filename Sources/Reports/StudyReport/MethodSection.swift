internal import Foundation
internal import Quantities
internal import Verdicts

extension StudyPage {
  /// How it was done: methods under test, settings, learning rates, laws.
  func methodSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for method in study.statement?.methods ?? [] { blocks.append(card(method)) }
    if let table = factTable() { blocks.append(.table(table)) }
    blocks.append(.details(summary: "Learning rates", rateBlocks()))
    if !laws.isEmpty {
      blocks.append(.details(summary: "Fitted laws", [.table(lawTable())] + lawNotes()))
    }
    return blocks.isEmpty ? nil : ReportSection("How it was done", blocks)
  }

  private func card(_ method: StudyStatement.Method) -> ReportBlock {
    func closed(_ text: String) -> String { text.hasSuffix(".") ? text : text + "." }
    var text = "\(closed("\(method.name): \(method.title)")) \(closed(method.summary))"
    text += " It changes \(method.changes)."
    if !method.options.isEmpty {
      text += " Options here: \(method.options.joined(separator: ", "))."
    }
    if let reason = method.seesFuture {
      text += " While training, earlier outputs may depend on later tokens: \(reason)."
    }
    if !method.arms.isEmpty, arms.count > 1 { text += " Used by \(Wording.list(method.arms))." }
    if !method.claim.isEmpty { text += " The paper claims: \(closed(method.claim))" }
    if !method.citation.isEmpty { text += " Source: \(closed(method.citation))" }
    return .paragraph(text)
  }

  /// One table, so that the columns stand below each other.
  private func factTable() -> ReportTable? {
    var rows: [[String]] = []
    var headings: Set<Int> = []
    for group in StudyFacts(study: study).groups where !group.facts.isEmpty {
      headings.insert(rows.count)
      rows.append([group.title, ""])
      rows += group.facts.map { [$0.name, $0.value] }
    }
    guard !rows.isEmpty else { return nil }
    return ReportTable(
      columns: [.init("Setting"), .init("Value")], rows: rows, emphasizedRows: headings)
  }

  private func rateBlocks() -> [ReportBlock] {
    let rates = study.verdict.learningRates
    var blocks: [ReportBlock] = [.paragraph(rates.sentence)]
    guard !rates.sweeps.isEmpty else { return blocks }
    let rows = rates.sweeps.map { sweep -> [String] in
      let tried = zip(sweep.rates, sweep.losses).map { rate, loss in
        "\(NumberFormat.significant(rate, 3)): \(loss.map { NumberFormat.fixed($0, 4) } ?? "no loss")"
      }
      return [
        sweep.arm, sweep.size, tried.joined(separator: ", "),
        sweep.best.map { NumberFormat.significant($0, 3) } ?? Wording.missing,
        sweep.isAtEdge ? "at the edge of the sweep" : "",
      ]
    }
    blocks.append(
      .table(
        ReportTable(
          caption: "Sweeps",
          columns: [
            .init("Arm"), .init("Size"), .init("Rate: loss"),
            .init("Chosen", alignment: .trailing), .init("Flag"),
          ], rows: rows,
          note:
            "A best rate at the edge of what was tried may not be the best there is; the arm may look worse than it is."
        )))
    return blocks
  }

  private func lawTable() -> ReportTable {
    ReportTable(
      columns: [
        .init("Arm"), .init("Law"), .init("Parameters"), .init("Runs", alignment: .trailing),
        .init("Scatter", alignment: .trailing),
        .init("Error on the largest size", alignment: .trailing),
        .init("Loss at the target", alignment: .trailing),
      ],
      rows: laws.map { law in
        let parameters = parameters(law).map {
          "\(FormulaMarkup.inline($0.key)) = \(StudyWording.estimated($0.value))"
        }
        return [
          law.arm, "\(law.law): \(FormulaMarkup.inline(law.formula))",
          law.failure ?? parameters.joined(separator: ", "), "\(law.rows)",
          law.scatter.map { Wording.percent($0) } ?? Wording.missing,
          law.heldOutError.map { Wording.percent($0) } ?? Wording.missing,
          law.forecast.map { StudyWording.estimated($0) } ?? Wording.missing,
        ]
      },
      note:
        "Each arm is fitted by itself; brackets hold \(levelText) intervals. Scatter: the standard deviation of runs about the law. Error on the largest size: how wrong the law is about the largest size when it is fitted without it."
    )
  }

  /// The parameters of a law in the order in which its formula names them.
  private func parameters(_ law: ArmLaw) -> [(key: String, value: IntervalEstimate)] {
    func place(_ name: String) -> Int {
      law.formula.range(of: name).map {
        law.formula.distance(from: law.formula.startIndex, to: $0.lowerBound)
      } ?? .max
    }
    return law.parameters.sorted { (place($0.key), $0.key) < (place($1.key), $1.key) }
  }

  private func lawNotes() -> [ReportBlock] {
    var seen: Set<String> = []
    return laws.flatMap { law in law.warnings.map { "\(law.arm), \(law.law): \($0)" } }
      .filter { seen.insert($0).inserted }.map { .paragraph($0) }
  }

  /// What was not measured, runs without result, and the verdict for machines.
  func limitsSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    let missing = unmeasured
    if !missing.isEmpty {
      blocks.append(.paragraph("Not measured: \(missing.joined(separator: "; "))."))
    }
    if let table = lostTable() { blocks.append(.table(table)) }
    if !study.json.isEmpty {
      blocks.append(
        .attachment(
          title: "The verdict as JSON", file: MarkupText.slug(study.name) + "-verdict.json",
          type: "application/json", text: study.json))
    }
    return blocks.isEmpty ? nil : ReportSection("What was not measured, and the data", blocks)
  }

  /// Runs that were asked for and have no loss.
  private func lostTable() -> ReportTable? {
    let runs = self.rows.filter { $0.outcome?.status != .finished }
    guard !runs.isEmpty else { return nil }
    let shown = runs.prefix(40)
    return ReportTable(
      caption: "Runs without a loss",
      columns: [
        .init("Arm"), .init("Size"), .init("Seed", alignment: .trailing), .init("State"),
        .init("What happened"),
      ],
      rows: shown.map { run in
        [
          run.arm, hasBranches ? "\(run.size), length \(run.branch + 1)" : run.size,
          "\(run.seed)", run.outcome?.status.rawValue ?? "not run yet",
          run.outcome?.message ?? "",
        ]
      }, note: runs.count > shown.count ? "\(runs.count - shown.count) more are not shown." : "")
  }
}
