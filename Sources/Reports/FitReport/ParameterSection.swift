import Foundation
internal import Quantities
internal import ScalingLaws
internal import Statistics

extension FitReading {
  func parameterSection(figures: Bool = true) -> ReportSection {
    var blocks: [ReportBlock] = [.formula(equation)]
    if let sizeColumn { blocks.append(.paragraph("Here x is \(sizeColumn).")) }
    blocks.append(.table(table()))
    if figures, hasIntervals {
      blocks += [intervalFigure(), valleyFigure()].compactMap { $0 }.map { .figure($0) }
    }
    return ReportSection("Parameters", blocks)
  }

  private func table() -> ReportTable {
    let rows = fit.law.parameters.enumerated().map { index, parameter -> [String] in
      let isFree = fit.freeParameters.contains(parameter.name)
      if let bound = fit.boundReached(parameter.name), parameter.isLinear,
        parameter.domain == .positive
      {
        return [
          FormulaMarkup.inline(parameter.name), "at its bound",
          bound.high.map { "at most \(Wording.number($0))" } ?? Wording.missing, Wording.missing,
          parameter.unit, "not needed by this table",
        ]
      }
      let error = isFree && !fit.isExact ? fit.standardError(of: parameter.name) : .nan
      return [
        FormulaMarkup.inline(parameter.name), NumberFormat.significant(fit.estimate[index], 5),
        isFree
          ? fit.interval(of: parameter.name).map(Wording.interval) ?? Wording.missing
          : Wording.missing,
        error.isFinite ? Wording.number(error) : Wording.missing, parameter.unit,
        isFree ? "fitted" : "held",
      ]
    }
    let note =
      if fit.isExact {
        "The rows lie on the law exactly (to 1e-9): there is no scatter to measure intervals by."
      } else if let uncertainty = fit.uncertainty {
        "Intervals: \(uncertainty.method); standard errors from the spread of \(uncertainty.draws.count) refits."
      } else {
        "No intervals were measured; standard errors are from the curvature of the objective."
      }
    return ReportTable(
      columns: [
        "Parameter", .number("Value"),
        .number("\(levelText) interval"),
        .number("Standard error"), "Unit", "Status",
      ], rows: rows, note: note)
  }

  /// The intervals of all parameters on one axis, each as a multiple of its estimate.
  private func intervalFigure() -> Figure? {
    let entries = fit.freeParameters.compactMap {
      name -> (name: String, low: Double, high: Double)? in
      guard let x = fit.interval(of: name), x.low.isFinite, x.high.isFinite, x.value != 0,
        fit.boundReached(name) == nil
      else { return nil }
      let ends = [x.low / x.value, x.high / x.value].sorted()
      return (name, ends[0], ends[1])
    }
    guard !entries.isEmpty else { return nil }
    let low = entries.map(\.low).min() ?? 0
    let high = entries.map(\.high).max() ?? 0
    let isLog = low > 0 && high / low > 4
    var layers: [ChartLayer] = [.rule(RuleLayer(.vertical, at: 1, color: .muted))]
    for (index, entry) in entries.enumerated() {
      let place = Double(index)
      layers.append(
        .line(LineLayer(xs: [entry.low, entry.high], ys: [place, place], width: 4)))
    }
    layers.append(
      .points(
        PointLayer(
          entries.indices.map { ChartPoint(x: 1, y: Double($0), title: entries[$0].name) },
          color: .ink, radius: 4.5)))
    return Figure(
      Chart(
        title: "How well each parameter is known",
        x: Axis(
          label: "Multiple of the estimate", scale: isLog ? .log10 : .linear,
          format: .custom { NumberFormat.significant($0, 3) + "x" }),
        y: .categories(entries.map { FormulaMarkup.characters($0.name) }), layers: layers),
      caption:
        "Short bars are parameters that the runs determine. A long one is often traded against another (see below): then predictions can be sound where the parameter is not.",
      method: "\(levelText) intervals divided by the estimate.",
      data: FigureData(
        columns: ["parameter", "estimate", "low", "high"],
        rows: entries.map { entry in
          let value = fit.value(of: entry.name) ?? .nan
          let x = fit.interval(of: entry.name) ?? Estimated(value: value)
          return [.text(entry.name), .number(value), .number(x.low), .number(x.high)]
        }))
  }

  /// The refits in the plane of the two most correlated parameters.
  private func valleyFigure() -> Figure? {
    let draws = fit.draws.filter { $0.allSatisfy(\.isFinite) }
    guard draws.count >= 20 else { return nil }
    let free = fit.freeParameters.compactMap { fit.law.index(of: $0) }
    func isLog(_ index: Int) -> Bool {
      guard fit.law.parameters[index].domain == .positive else { return false }
      let sorted = draws.map { $0[index] }.sorted()
      return quantile(sorted: sorted, 0.05) > 0
        && quantile(sorted: sorted, 0.95) / quantile(sorted: sorted, 0.05) > 4
    }
    func values(_ index: Int) -> [Double] {
      let column = draws.map { $0[index] }
      return isLog(index) ? column.map { log(max($0, 1e-300)) } : column
    }
    var best: (a: Int, b: Int, r: Double)?
    for (slot, a) in free.enumerated() {
      for b in free[(slot + 1)...] {
        // Ranks, so that a few refits that ran away do not decide.
        let r = Correlation.spearman(values(a), values(b))
        if r.isFinite, abs(r) > abs(best?.r ?? 0) { best = (a, b, r) }
      }
    }
    guard let best else { return nil }
    let names = [best.a, best.b].map {
      FormulaMarkup.characters(fit.law.parameters[$0].name)
    }
    func axis(_ index: Int) -> Axis {
      let parameter = fit.law.parameters[index]
      let name = FormulaMarkup.characters(parameter.name)
      let label = parameter.unit.isEmpty ? name : "\(name) (\(parameter.unit))"
      let sorted = draws.map { $0[index] }.sorted()
      let value = fit.estimate[index]
      var low = min(quantile(sorted: sorted, 0.005), value)
      var high = max(quantile(sorted: sorted, 0.995), value)
      if isLog(index) {
        let pad = pow(high / low, 0.05)
        (low, high) = (low / pad, high * pad)
      } else {
        let pad = 0.05 * (high - low)
        (low, high) = (low - pad, high + pad)
      }
      return Axis(
        label: label, scale: isLog(index) ? .log10 : .linear,
        domain: low < high ? low...high : nil, format: high >= 1e5 ? .scale : .plain)
    }
    let shown = FigureData.thinned(draws, to: 700)
    return Figure(
      Chart(
        title: "\(names[0]) against \(names[1]) over the refits", x: axis(best.a),
        y: axis(best.b),
        layers: [
          .points(
            PointLayer(
              shown.map { ChartPoint(x: $0[best.a], y: $0[best.b]) }, radius: 1.8,
              label: "refits")),
          .points(
            PointLayer(
              [ChartPoint(x: fit.estimate[best.a], y: fit.estimate[best.b])], color: .series(1),
              radius: 6, label: "estimate")),
        ]),
      caption: abs(best.r) > 0.9
        ? "\(names[0]) and \(names[1]) lie along a valley: the runs fix a combination of the two far better than either. Compare neither alone with another study."
        : "The two parameters that depend most on each other; the cloud is compact, so each can be read by itself.",
      method:
        "The pair with the largest rank correlation (\(NumberFormat.fixed(best.r, 2))) of all fitted parameters; \(shown.count) of \(fit.draws.count) refits, outermost 0.5 % on each side cut off."
    )
  }
}
