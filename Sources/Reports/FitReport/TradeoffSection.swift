import Foundation
internal import Quantities
internal import ScalingLaws

extension FitReading {
  /// Size against data: lines of equal outcome and the efficient frontier.
  func tradeoffSection() -> ReportSection? {
    guard !frontier.isEmpty, let plan else { return nil }
    var blocks: [ReportBlock] = [
      .paragraph(
        "Training compute is taken as \(fit.flopsPerToken.formula). At every C one division between a larger model and more tokens gives the best \(responseName); these divisions form the efficient frontier. Along it N* grows as C to the power \(Wording.estimated(plan.sizeExponent)); 0.5 would mean to grow size and tokens alike."
      ), .figure(frontierFigure()),
    ]
    if let contours = contourFigure() { blocks.append(.figure(contours)) }
    return ReportSection("Size or data", blocks)
  }

  /// The part of the frontier within the fitted compute, and the part beyond it.
  private var stretches: (inside: [ComputePlan], beyond: [ComputePlan]) {
    let largest = fit.ranges["C"]?.upperBound ?? .infinity
    let inside = frontier.filter { $0.compute.value <= largest }
    return (inside, Array(frontier.dropFirst(max(inside.count - 1, 0))))
  }

  private func lines(
    _ x: (ComputePlan) -> Double, _ y: (ComputePlan) -> Double, label: String
  ) -> [ChartLayer] {
    let (inside, beyond) = stretches
    var layers: [ChartLayer] = []
    if inside.count > 1 {
      layers.append(
        .line(
          LineLayer(
            xs: inside.map(x), ys: inside.map(y), color: .series(1),
            label: beyond.count > 1 ? nil : label)))
    }
    if beyond.count > 1 {
      layers.append(
        .line(
          LineLayer(
            xs: beyond.map(x), ys: beyond.map(y), color: .series(1), label: label, isDashed: true)))
    }
    return layers
  }

  /// N that spends 20 tokens per parameter at a compute.
  private func sizeAtTwentyTokens(_ compute: Double) -> Double {
    let flops = fit.flopsPerToken
    return pow(compute / (20 * flops.coefficient), 1 / (1 + flops.exponent))
  }

  private func frontierFigure() -> Figure {
    let rows = fit.observations
    let xs = frontier.map(\.compute.value)
    var seen = frontier.map(\.size.value)
    if let size = rows.columns["N"] { seen += used.map { size[$0] } }
    let low = (seen.min() ?? 1) / 2
    let high = (seen.max() ?? 1) * 2
    // An interval that is open at one end is drawn to the edge of the plot.
    func inside(_ value: Double) -> Double { value.isNaN ? low : min(max(value, low), high) }
    var layers: [ChartLayer] = []
    if hasIntervals {
      layers.append(
        .band(
          BandLayer(
            xs: xs, low: frontier.map { inside($0.size.low) },
            high: frontier.map { inside($0.size.high) }, color: .series(1))))
    }
    layers += lines({ $0.compute.value }, { $0.size.value }, label: "N*")
    layers.append(
      .line(
        LineLayer(
          xs: xs, ys: xs.map(sizeAtTwentyTokens), color: .muted,
          label: "20 tokens/parameter", isDashed: true)))
    if let size = rows.columns["N"], let compute {
      layers.append(
        .points(
          PointLayer(
            used.map { ChartPoint(x: compute[$0], y: size[$0], title: title($0)) },
            color: .series(0), radius: used.count > 150 ? 1.8 : 2.6, label: "runs")))
    }
    if let plan {
      layers.append(
        .points(
          PointLayer(
            [
              ChartPoint(
                x: plan.compute.value, y: plan.size.value, low: inside(plan.size.low),
                high: inside(plan.size.high))
            ], color: .series(1), radius: 5, label: "budget")))
    }
    return Figure(
      Chart(
        title: "The best model size for each compute", x: axis("C"),
        y: Axis(
          label: "Model size N (parameters)", scale: .log10, domain: low...high, format: .scale),
        layers: layers),
      caption:
        "The line is N*, dashed beyond the largest run. The grey line spends 20 tokens per parameter, for orientation. A frontier that leaves the cloud of runs is an extrapolation in size as well as in compute.",
      method:
        "Minimum of the law over N at fixed \(fit.flopsPerToken.formula) for the estimate"
        + (hasIntervals ? " and each refit; band and bar: \(levelText) interval." : "."),
      data: FigureData(
        columns: ["compute", "size", "size_low", "size_high", "tokens", responseName],
        numbers: frontier.map {
          [
            $0.compute.value, $0.size.value, finite($0.size.low), finite($0.size.high),
            $0.tokens.value, $0.outcome.value,
          ]
        }))
  }

  /// The outcomes that equal factors of compute reach along the frontier, and worse ones that
  /// badly divided runs reach: even steps would leave the good end empty.
  private var levels: [Double] {
    let outcomes = stride(from: 0, to: frontier.count - 1, by: 5).map { frontier[$0].outcome.value }
    var result = outcomes.compactMap { Double(NumberFormat.significant($0, 3)) }
    if !card.response.higherIsBetter, let worst = result.max(), worst > 0 {
      result += [1.2, 1.5, 2].compactMap { Double(NumberFormat.significant(worst * $0, 2)) }
    }
    return Array(Set(result)).sorted()
  }

  /// Infinite ends are left empty in tables of numbers.
  private func finite(_ value: Double) -> Double { value.isFinite ? value : .nan }

  private var levelStep: String {
    let xs = frontier.map(\.compute.value)
    guard xs.count > 5, xs[0] > 0 else { return "lines are at equal factors of compute." }
    return
      "lines it crosses are a factor \(NumberFormat.significant(xs[5] / xs[0], 2)) of compute apart."
  }

  private func contourFigure() -> Figure? {
    guard let sizes = fit.ranges["N"], let tokens = fit.ranges["D"], sizes.lowerBound > 0,
      tokens.lowerBound > 0, let plan
    else { return nil }
    let n =
      min(sizes.lowerBound, plan.size.value)
      / 1.5...max(sizes.upperBound, plan.size.value) * 3
    let d =
      min(tokens.lowerBound, plan.tokens.value)
      / 1.5...max(tokens.upperBound, plan.tokens.value) * 3
    guard let grid = try? fit.outcomeGrid(sizes: n, tokens: d, steps: 36, holding: others) else {
      return nil
    }
    let values = grid.tokens.indices.map { row in grid.sizes.indices.map { grid.outcome[$0][row] } }
    var layers: [ChartLayer] = [
      .contour(
        ContourLayer(xs: grid.sizes, ys: grid.tokens, values: values, levels: levels))
    ]
    let ends = [n.lowerBound, n.upperBound]
    layers.append(
      .line(
        LineLayer(
          xs: Wording.grid(ends[0], ends[1], 40),
          ys: Wording.grid(ends[0], ends[1], 40).map { 20 * $0 }, color: .muted,
          label: "20 tokens/parameter", isDashed: true)))
    layers += lines({ $0.size.value }, { $0.tokens.value }, label: "frontier")
    if let size = fit.observations.columns["N"], let token = fit.observations.columns["D"] {
      layers.append(
        .points(
          PointLayer(
            used.map { ChartPoint(x: size[$0], y: token[$0], title: title($0)) },
            color: .series(0), radius: used.count > 150 ? 1.8 : 2.6, label: "runs")))
    }
    layers.append(
      .points(
        PointLayer(
          [ChartPoint(x: plan.size.value, y: plan.tokens.value)], color: .series(1), radius: 5,
          label: "budget")))
    var horizontal = axis("N")
    var vertical = axis("D")
    horizontal.domain = n
    vertical.domain = d
    return Figure(
      Chart(
        title: "Lines of equal \(responseName) over size and data", x: horizontal, y: vertical,
        layers: layers),
      caption:
        "All points of a thin grey line reach the same \(responseName). The frontier crosses each where it costs least compute; \(levelStep)",
      method: "Law \(fit.law.name) at its estimate on a grid of 36 by 36.")
  }
}
