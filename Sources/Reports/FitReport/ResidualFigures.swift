internal import Quantities
internal import ScalingLaws

extension FitReading {
  func residualSection() -> ReportSection? {
    guard used.count > 1 else { return nil }
    let (column, values) = main
    return ReportSection(
      "What the law misses",
      [
        .paragraph(
          "A law that fits leaves a shapeless cloud around zero. A curve or a fan in it says that the law bends differently from the runs there, and beyond them."
        ),
        .figure(residualFigure(against: values, axis: axis(column), name: column)),
        .figure(
          residualFigure(
            against: fit.predictions, axis: Self.predicted(responseAxis), name: "the fitted value"
          )),
      ])
  }

  private static func predicted(_ axis: Axis) -> Axis {
    var result = axis
    result.label = axis.label + ", by the law"
    return result
  }

  private func residualFigure(against x: [Double], axis: Axis, name: String) -> Figure {
    let scatter = fit.residualScatter
    let ends = [departure(residual: 2 * scatter), departure(residual: -2 * scatter)]
    let drawn = x.filter { $0.isFinite && (!axis.isLogarithmic || $0 > 0) }
    var layers: [ChartLayer] = []
    if let low = drawn.min(), let high = drawn.max(), low < high, ends.allSatisfy(\.isFinite) {
      layers.append(
        .band(
          BandLayer(
            xs: [low, high], low: [ends[0], ends[0]], high: [ends[1], ends[1]], color: .muted,
            label: "twice the law's scatter")))
    }
    layers.append(.rule(RuleLayer(.horizontal, at: 0, color: .ink, isDashed: false)))
    layers += points(x: x) { departure($0) }
    let worst = (part.influence?.rows ?? []).prefix(5).map(\.row)
    layers.append(
      .text(
        TextLayer(
          worst.map {
            TextLabel(x: x[$0], y: departure($0), rowName($0))
          })))
    let amount =
      fit.objective.residual == .log
      ? Wording.percent(scatter) : NumberFormat.significant(scatter, 2)
    return Figure(
      Chart(
        title: "Residuals against \(name)", x: axis, y: departureAxis, layers: layers),
      caption:
        "Above zero the run did \(card.response.higherIsBetter ? "better" : "worse") than the law says. The scatter (standard deviation) of a row is \(amount)\(worst.isEmpty ? "" : "; the worst rows are named").",
      method:
        "Residuals of the objective \(fit.objective.name), rows as fitted; scatter with the divisor n − p."
    )
  }
}
