internal import ScalingLaws

extension FitReading {
  func curveFigures() -> [Figure] {
    let rows = fit.observations
    let (column, values) = main
    var layers: [ChartLayer] = []
    for group in shownGroups {
      let ordered = group.rows.sorted { (values[$0], $0) < (values[$1], $1) }
      let thin = FigureData.thinned(ordered, to: 120)
      layers.append(
        .points(
          PointLayer(
            thin.map {
              ChartPoint(
                x: values[$0], y: rows.response[$0], title: title($0),
                isHollow: rows.weights[$0] == 0)
            }, color: group.color, radius: ordered.count > 40 ? 2 : 3, label: group.label)))
      layers.append(
        .line(
          LineLayer(
            xs: ordered.map { values[$0] }, ys: ordered.map { fit.predictions[$0] },
            color: group.color)))
    }
    var figures = [
      Figure(
        Chart(
          title: "\(Wording.sentence(responseName)) along training", x: axis(column),
          y: responseAxis, layers: layers),
        caption: "Dots are measured, lines are the law, one colour a run.\(omission)",
        method:
          "Law \(fit.law.name) at its estimate, evaluated at the measured steps and joined.",
        data: curveData())
    ]
    if let schedules = scheduleFigure() { figures.append(schedules) }
    return figures
  }

  /// The runs drawn: all where there are few, else eight from first to last.
  private var shownGroups: [ColorGroup] { FigureData.thinned(groups, to: 8) }

  private var omission: String {
    let total = groups.count
    return total > 8 ? " Eight of \(total) runs are drawn; all were fitted." : ""
  }

  private func curveData() -> FigureData {
    let rows = fit.observations
    let (column, values) = main
    return FigureData(
      columns: ["run", column, "measured", "law"],
      rows: rows.response.indices.map { row in
        [
          .number(Double(rows.clusters[row])), .number(values[row]), .number(rows.response[row]),
          .number(fit.predictions[row]),
        ]
      })
  }

  private func scheduleFigure() -> Figure? {
    let rows = fit.observations
    let layers = shownGroups.compactMap { group -> ChartLayer? in
      guard let row = group.rows.first, rows.schedules.indices.contains(rows.scheduleOfRow[row])
      else { return nil }
      let rates = rows.schedules[rows.scheduleOfRow[row]].rates
      guard rates.count > 1 else { return nil }
      let steps = FigureData.thinned(Array(rates.indices), to: 240)
      return .line(
        LineLayer(
          xs: steps.map(Double.init), ys: steps.map { rates[$0] }, color: group.color,
          label: group.label))
    }
    guard !layers.isEmpty else { return nil }
    return Figure(
      Chart(
        title: "Learning-rate schedules", x: Axis(label: "Step", format: .scale),
        y: Axis(label: "Learning rate"), layers: layers),
      caption: "What the law reads: its columns are areas under these curves.\(omission)",
      method: "The schedule of each run as the fit used it, at 240 steps.")
  }
}
