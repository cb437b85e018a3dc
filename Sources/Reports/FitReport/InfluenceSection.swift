import Foundation
internal import Quantities
internal import ScalingLaws

extension FitReading {
  private struct Move {
    var name: String
    /// Without the rows.
    var before: Double
    /// With all rows.
    var after: Double
    /// As a share of the value with all rows.
    var share: Double
    /// In standard errors of the full fit; NaN where there are none.
    var errors: Double
  }

  private var moves: [Move] {
    guard !fit.isExact, let last = part.influence?.path.last else { return [] }
    return fit.freeParameters.compactMap { name -> Move? in
      guard let index = fit.law.index(of: name) else { return nil }
      let (before, after) = (last.estimate[index], fit.estimate[index])
      guard before.isFinite, after.isFinite, after != 0 else { return nil }
      let error = fit.standardError(of: name)
      return Move(
        name: name, before: before, after: after, share: abs(after - before) / abs(after),
        errors: error > 0 && error.isFinite ? abs(after - before) / error : .nan)
    }
  }

  /// The parameters that the worst rows move by a standard error, exponents first.
  private var largeMoves: [Move] {
    moves.filter { $0.errors >= 1 || ($0.errors.isNaN && $0.share >= 0.1) }
      .sorted { (isShape($0), rank($0)) > (isShape($1), rank($1)) }
  }

  /// Exponents decide where the law goes beyond the data, so they are named first.
  private func isShape(_ move: Move) -> Int {
    fit.law.index(of: move.name).map { fit.law.parameters[$0].isLinear ? 0 : 1 } ?? 0
  }

  private func rank(_ move: Move) -> Double { move.errors.isNaN ? move.share : move.errors }

  private func text(_ move: Move) -> String {
    var digits = 3
    // Enough digits that the two numbers differ.
    func both() -> [String] {
      [move.before, move.after].map { Wording.number($0, digits: digits) }
    }
    while both()[0] == both()[1], digits < 6 { digits += 1 }
    var result = "\(FormulaMarkup.inline(move.name)) from \(both()[0]) to \(both()[1]) ("
    result += "\(Wording.percent(move.share)) of the value"
    if move.errors.isFinite {
      result += ", \(NumberFormat.significant(move.errors, 2)) standard errors"
    }
    return result + ")"
  }

  /// What the worst rows do, in a sentence; nil where influence was not measured.
  func influenceSentence() -> String? {
    // Where every row lies on the law, none of them moves anything.
    guard !fit.isExact, let influence = part.influence, !influence.path.isEmpty else { return nil }
    let count = influence.path.count
    let rows = count == 1 ? "row" : "rows"
    let share = "of the \(used.count)"
    let shown = largeMoves.prefix(4)
    guard !shown.isEmpty else {
      guard let most = moves.max(by: { rank($0) < rank($1) }) else { return nil }
      return
        "No few rows decide the result: the \(count) worst \(share) move no parameter by a standard error; the furthest is \(text(most))."
    }
    return
      "\(Wording.spelled(count)) \(rows) \(share) move\(count == 1 ? "s" : "") \(Wording.list(shown.map(text)))."
  }

  /// The same as a caution where a parameter moves by a standard error; nil elsewhere.
  func influenceWarning() -> String? {
    guard moves.contains(where: { $0.errors >= 1 }), let sentence = influenceSentence() else {
      return nil
    }
    return sentence + " Look at these rows before trusting those parameters."
  }

  func influenceSection() -> ReportSection? {
    guard let influence = part.influence, !influence.rows.isEmpty,
      let sentence = influenceSentence()
    else { return nil }
    var blocks: [ReportBlock] = [
      influenceWarning().map { .warning($0) } ?? .paragraph(sentence)
    ]
    let names = fit.freeParameters
    let slots = names.compactMap { fit.law.index(of: $0) }
    let columns = names.map { TextTable.Column.number(FormulaMarkup.inline($0)) }
    func values(_ estimate: [Double]) -> [String] {
      slots.map { Wording.number(estimate[$0], digits: 4) }
    }
    blocks.append(
      .table(
        ReportTable(
          caption: "The fit without each of the worst rows alone",
          columns: ["Without", .number("Residual")] + columns,
          rows: [["(all rows)", ""] + values(fit.estimate)]
            + influence.rows.map {
              [rowName($0.row), departureText(departure(residual: $0.residual))]
                + values($0.without)
            }, emphasizedRows: [0], note: "Residuals are measured against the law of all rows.")))
    blocks.append(
      .table(
        ReportTable(
          caption: "Dropping one after another",
          columns: [.number("Dropped"), "Last dropped"] + columns,
          rows: [["0", ""] + values(fit.estimate)]
            + influence.path.enumerated().map { index, step in
              ["\(index + 1)", rowName(step.dropped)] + values(step.estimate)
            }, emphasizedRows: [0],
          note:
            "After each row the law is fitted again and the worst of the rest is dropped, which finds rows that hide each other."
        )))
    if let figure = pathFigure(influence) { blocks.append(.figure(figure)) }
    return ReportSection("Rows that decide the result", blocks)
  }

  private func pathFigure(_ influence: Influence) -> Figure? {
    let slots = fit.freeParameters.compactMap {
      name -> (name: String, index: Int, error: Double)? in
      guard let index = fit.law.index(of: name) else { return nil }
      let error = fit.standardError(of: name)
      return error > 0 && error.isFinite ? (name, index, error) : nil
    }
    guard !slots.isEmpty, slots.count <= 8 else { return nil }
    let xs = (0...influence.path.count).map(Double.init)
    let layers = slots.enumerated().map { place, slot -> ChartLayer in
      let values = [fit.estimate] + influence.path.map(\.estimate)
      return .line(
        LineLayer(
          xs: xs, ys: values.map { ($0[slot.index] - fit.estimate[slot.index]) / slot.error },
          color: .series(place), label: FormulaMarkup.characters(slot.name)))
    }
    return Figure(
      Chart(
        title: "How far the parameters move as the worst rows are dropped",
        x: Axis(label: "Rows dropped", format: .custom { $0 == $0.rounded() ? "\(Int($0))" : "" }),
        y: Axis(label: "Change (standard errors of the full fit)"), layers: layers),
      caption: "A line that leaves the range −1 to 1 belongs to a parameter that few rows decide.",
      method:
        "Change of each refit from the fit of all rows, over the parameter's standard error.")
  }
}
