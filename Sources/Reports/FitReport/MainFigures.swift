import Foundation
internal import Quantities
internal import ScalingLaws
internal import Statistics

extension FitReading {
  var figureTitle: String { "The law and the runs" }

  func mainFigureSection() -> ReportSection? {
    var figures: [Figure]
    switch shape {
    case .tradeoff: figures = [tradeoffFigure()]
    case .single: figures = [singleFigure()]
    case .curve: figures = curveFigures()
    case .several: figures = card.columns.map { columnFigure($0.name) }
    }
    if shape == .tradeoff { figures += otherColumns().map { columnFigure($0) } }
    return ReportSection(figureTitle, figures.map { .figure($0) })
  }

  /// Columns of a law that divides compute, besides N, D and C.
  private func otherColumns() -> [String] {
    card.columns.map(\.name).filter { !["N", "D", "C"].contains($0) }
  }

  /// The rows as dots coloured by group; rows without weight are hollow.
  func points(
    x: [Double], y: (Int) -> Double, hollow: (Int) -> Bool = { _ in false }
  ) -> [ChartLayer] {
    let weights = fit.observations.weights
    return groups.map { group in
      .points(
        PointLayer(
          group.rows.map { row in
            ChartPoint(
              x: x[row], y: y(row), title: title(row), isHollow: weights[row] == 0 || hollow(row))
          }, color: group.color, label: group.label))
    }
  }

  private var bandMethod: String {
    hasIntervals
      ? "Band: \(levelText) interval of the law over \(fit.draws.count) refits (\(fit.uncertainty?.method ?? ""))."
      : "No band: no refits were asked for."
  }

  /// The axis of outcomes with ends taken from rows and curve, so that a wide band is cut off
  /// and does not flatten the rest.
  private func outcomeAxis(including curve: [Double], band: [Double]) -> Axis {
    var axis = responseAxis
    let values = (fit.observations.response + curve).filter(\.isFinite)
    guard var low = values.min(), var high = values.max(), low < high else { return axis }
    let room = 0.25 * (high - low)
    let ends = band.filter { $0.isFinite && $0 > low - room && $0 < high + room }
    (low, high) = (min(low, ends.min() ?? low), max(high, ends.max() ?? high))
    if axis.isLogarithmic {
      let pad = pow(high / low, 0.04)
      axis.domain = low / pad...high * pad
    } else {
      axis.domain = low - 0.05 * (high - low)...high + 0.05 * (high - low)
    }
    return axis
  }

  // MARK: Laws of N and D

  private func tradeoffFigure() -> Figure {
    let xs = frontier.map(\.compute.value)
    let ys = frontier.map(\.outcome.value)
    let largest = fit.ranges["C"]?.upperBound ?? .infinity
    var layers: [ChartLayer] = []
    if hasIntervals {
      layers.append(
        .band(
          BandLayer(
            xs: xs, low: frontier.map(\.outcome.low), high: frontier.map(\.outcome.high),
            color: .ink)))
    }
    layers += isoSizeLines()
    let inside = xs.indices.filter { xs[$0] <= largest }
    let beyond = xs.indices.filter { xs[$0] >= (inside.last.map { xs[$0] } ?? 0) }
    layers.append(
      .line(
        LineLayer(
          xs: inside.map { xs[$0] }, ys: inside.map { ys[$0] }, color: .ink,
          label: beyond.count > 1 ? nil : "law")))
    if beyond.count > 1 {
      layers.append(
        .line(
          LineLayer(
            xs: beyond.map { xs[$0] }, ys: beyond.map { ys[$0] }, color: .ink, label: "law",
            isDashed: true)))
    }
    if let compute { layers += points(x: compute) { fit.observations.response[$0] } }
    if let plan {
      layers.append(
        .rule(
          RuleLayer(
            .vertical, at: plan.compute.value,
            label: "budget \(Wording.number(plan.compute.value))")))
    }
    let held = others.isEmpty ? "" : " The law is drawn at \(heldText), the table's median."
    let lines =
      others.isEmpty
      ? " Thin lines are the law at fixed sizes: no run can fall far below the thick one unless the law is wrong."
      : " Runs with other values of \(Wording.list(others.keys.sorted())) may lie on either side."
    return Figure(
      Chart(
        title: "\(Wording.sentence(responseName)) against compute", x: axis("C"),
        y: outcomeAxis(
          including: ys, band: frontier.flatMap { [$0.outcome.low, $0.outcome.high] }),
        layers: layers),
      caption:
        "Dots are runs, coloured by model size\(isSomeRowHollow ? "; hollow ones were not fitted" : ""). The thick line is the law at the best division of compute between size and tokens, dashed beyond the largest run.\(lines)",
      method: "Law \(fit.law.name) at its estimate. \(bandMethod)\(held)")
  }

  private var isSomeRowHollow: Bool { used.count < fit.observations.count }

  /// The law at the middle size of each colour, over the compute that its rows span.
  private func isoSizeLines() -> [ChartLayer] {
    guard let compute, let size = fit.observations.columns["N"], others.isEmpty else { return [] }
    let flops = fit.flopsPerToken
    return groups.filter { $0.label != nil && $0.rows.count > 1 }.compactMap { group in
      let middle = median(group.rows.map { size[$0] })
      let near = group.rows.filter { abs(log(size[$0] / middle)) < 0.5 }.map { compute[$0] }
      guard let low = near.min(), let high = near.max(), high > 1.5 * low else { return nil }
      let xs = Wording.grid(low, high, 24)
      let ys = xs.map { c in
        (try? fit.prediction(at: ["N": middle, "D": c / flops.perToken(middle), "C": c])) ?? .nan
      }
      return .line(LineLayer(xs: xs, ys: ys, color: group.color, width: 1))
    }
  }

  // MARK: Laws of one column

  private func singleFigure() -> Figure {
    let (column, values) = main
    let horizontal = axis(column)
    let low = used.map { values[$0] }.min() ?? 1
    let high = used.map { values[$0] }.max() ?? 1
    let place = singleForecast()?.columns[column] ?? high
    let xs =
      horizontal.isLogarithmic
      ? Wording.grid(min(low, place), max(high, place), 60)
      : (0..<60).map { low + (max(high, place) - low) * Double($0) / 59 }
    let curve = xs.map { x in
      fit.derived { (try? fit.prediction(at: [column: x], point: $0)) ?? .nan }
    }
    let ys = curve.map(\.value)
    var layers: [ChartLayer] = []
    if hasIntervals {
      layers.append(.band(BandLayer(xs: xs, low: curve.map(\.low), high: curve.map(\.high))))
    }
    let split = xs.lastIndex { $0 <= high } ?? 0
    layers.append(
      .line(LineLayer(xs: Array(xs[...split]), ys: Array(ys[...split]))))
    if split < xs.count - 1 {
      layers.append(
        .line(LineLayer(xs: Array(xs[split...]), ys: Array(ys[split...]), isDashed: true)))
      layers.append(
        .rule(RuleLayer(.vertical, at: place, label: "forecast at \(Wording.number(place))")))
    }
    layers += points(x: values) { fit.observations.response[$0] }
    return Figure(
      Chart(
        title: "\(Wording.sentence(responseName)) against \(column)", x: horizontal,
        y: outcomeAxis(including: ys, band: curve.flatMap { [$0.low, $0.high] }), layers: layers),
      caption:
        "Dots are runs\(isSomeRowHollow ? "; hollow ones were not fitted" : ""), the line is the law, dashed beyond the largest run.",
      method: "Law \(fit.law.name) at its estimate. \(bandMethod)")
  }

  // MARK: Laws of several columns

  /// Outcomes against one column, with the law wherever the other columns take few values, else
  /// with its prediction for each row.
  func columnFigure(_ column: String) -> Figure {
    let rows = fit.observations
    let values = rows.columns[column] ?? (column == "C" ? compute : nil) ?? []
    guard values.count == rows.count else {
      return Figure(Chart(title: column, x: axis(column), y: responseAxis))
    }
    let rest = card.columns.map(\.name).filter { $0 != column }
    let leveled = rest.map { Self.levels(rows.columns[$0] ?? []) }
    let combinations = Dictionary(grouping: rows.response.indices) { row in
      leveled.map { $0.indices.contains(row) ? $0[row] : .nan }
    }.sorted { $0.value[0] < $1.value[0] }
    var layers: [ChartLayer] = []
    let caption: String
    if combinations.count <= 8, rest.count <= 2 {
      let ordered = combinations.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      for (index, (key, members)) in ordered.enumerated() {
        let color = ChartColor.ramp(Double(index) / Double(max(ordered.count - 1, 1)))
        layers += law(against: column, over: members.map { values[$0] }, at: zip(rest, key), color)
        layers.append(
          .points(
            PointLayer(
              members.map {
                ChartPoint(
                  x: values[$0], y: rows.response[$0], title: title($0),
                  isHollow: rows.weights[$0] == 0)
              }, color: color,
              label: zip(rest, key).map { "\($0) \(Wording.number($1))" }.joined(separator: ", "))))
      }
      caption =
        "Dots are runs, lines the law at the values in the key; rows within 6 % of a value share its colour."
    } else {
      layers = [
        .points(
          PointLayer(
            rows.response.indices.map {
              ChartPoint(x: values[$0], y: rows.response[$0], title: title($0))
            }, label: "measured")),
        .points(
          PointLayer(
            rows.response.indices.map {
              ChartPoint(x: values[$0], y: fit.predictions[$0], isHollow: true)
            }, color: .series(1), radius: 2.4, label: "law")),
      ]
      caption =
        "Each run and the law's prediction for it; the other columns differ from run to run."
    }
    return Figure(
      Chart(
        title: "\(Wording.sentence(responseName)) against \(column)", x: axis(column),
        y: responseAxis, layers: layers),
      caption: caption, method: "Law \(fit.law.name) at its estimate.")
  }

  /// Values with near neighbours, within 6 %, pooled at the middle one: sizes of one rung rarely
  /// agree to the parameter.
  private static func levels(_ values: [Double]) -> [Double] {
    var level: [Double: Double] = [:]
    var rung: [Double] = []
    func close() {
      for value in rung { level[value] = rung[rung.count / 2] }
      rung = []
    }
    for value in Set(values).sorted() {
      if let last = rung.last, !(last > 0 && value < 1.06 * last) { close() }
      rung.append(value)
    }
    close()
    return values.map { level[$0] ?? $0 }
  }

  private func law(
    against column: String, over values: [Double], at rest: Zip2Sequence<[String], [Double]>,
    _ color: ChartColor
  ) -> [ChartLayer] {
    guard let low = values.min(), let high = values.max(), high > low else { return [] }
    let isLog = axis(column).isLogarithmic
    let xs =
      isLog ? Wording.grid(low, high, 40) : (0..<40).map { low + (high - low) * Double($0) / 39 }
    var columns = Dictionary(Array(rest), uniquingKeysWith: { first, _ in first })
    let ys = xs.map { x in
      columns[column] = x
      return (try? fit.prediction(at: columns)) ?? .nan
    }
    return [.line(LineLayer(xs: xs, ys: ys, color: color))]
  }
}
