extension StudyPage {
  /// Training losses along the tokens, all arms together, the largest size first.
  func curveSection() -> ReportSection? {
    let rungs = Set(reading.curves.map(\.rung)).sorted(by: >)
    let figures = rungs.map { (rung: $0, figures: curveFigures($0)) }
      .filter { !$0.figures.isEmpty }
    guard let first = figures.first else { return nil }
    var blocks: [ReportBlock] = first.figures.map { .figure($0) }
    let rest = figures.dropFirst()
    if !rest.isEmpty {
      blocks.append(
        .details(
          summary: "The smaller sizes", rest.flatMap { $0.figures.map { .figure($0) } }))
    }
    return ReportSection("Training curves", blocks)
  }

  /// A curve with means over stretches of the run: the noise of single batches hides the arms.
  private struct Smooth {
    var tokens: [Double] = []
    var losses: [Double] = []

    init(_ curve: StudyReading.TrainingCurve, cells: Int) {
      let points = zip(curve.tokens, curve.losses).filter { $0.isFinite && $1.isFinite }
      guard !points.isEmpty else { return }
      let count = min(cells, points.count)
      for cell in 0..<count {
        let range = (cell * points.count / count)..<((cell + 1) * points.count / count)
        let part = points[range]
        tokens.append(part.reduce(0) { $0 + $1.0 } / Double(part.count))
        losses.append(part.reduce(0) { $0 + $1.1 } / Double(part.count))
      }
    }

    /// The loss at a number of tokens; NaN outside of the curve.
    func loss(at place: Double) -> Double {
      guard let after = tokens.firstIndex(where: { $0 >= place }) else { return .nan }
      if tokens[after] == place { return losses[after] }
      guard after > 0 else { return .nan }
      let share = (place - tokens[after - 1]) / (tokens[after] - tokens[after - 1])
      return losses[after - 1] + share * (losses[after] - losses[after - 1])
    }
  }

  private static let cells = 120

  private func curveFigures(_ rung: Int) -> [Figure] {
    let size = reading.runs.first { $0.rung == rung }?.size ?? "size \(rung + 1)"
    let curves = reading.curves.filter { $0.rung == rung && armNames.contains($0.arm) }
      .map { (arm: $0.arm, seed: $0.seed, smooth: Smooth($0, cells: Self.cells)) }
      .filter { $0.smooth.tokens.count > 1 }
    guard !curves.isEmpty else { return [] }
    var named: Set<String> = []
    let layers = curves.map { curve -> ChartLayer in
      // One name for all seeds of an arm.
      let isFirst = named.insert(curve.arm).inserted
      return .line(
        LineLayer(
          xs: curve.smooth.tokens, ys: curve.smooth.losses, color: color(curve.arm),
          label: isFirst ? curve.arm : nil, width: 1.4))
    }
    // The first tenth falls from ln(vocabulary) and would flatten the rest.
    let late = curves.flatMap { $0.smooth.losses.dropFirst($0.smooth.losses.count / 10) }
    let (low, high) = (late.min() ?? 0, late.max() ?? 1)
    let pad = 0.05 * max(high - low, 0.01)
    let seeds = Set(curves.map(\.seed)).count
    var figures = [
      Figure(
        Chart(
          title: "Training loss at \(size)",
          x: Axis(label: "Tokens seen", format: .scale),
          y: Axis(label: "Training loss (nats per token)", domain: low - pad...high + pad),
          layers: layers),
        caption:
          "One line a run\(seeds > 1 ? ", \(seeds) seeds" : ""); the first tenth of training may lie above the figure.",
        method: "Means of the loss over \(Self.cells) stretches of each run.")
    ]
    if let gap = gapFigure(size, curves.map { ($0.arm, $0.seed, $0.smooth) }) {
      figures.append(gap)
    }
    return figures
  }

  /// How the difference comes about: treatment less baseline at the same tokens, seed by seed.
  private func gapFigure(
    _ size: String, _ curves: [(arm: String, seed: UInt64, smooth: Smooth)]
  ) -> Figure? {
    var layers: [ChartLayer] = [.rule(RuleLayer(.horizontal, at: 0, isDashed: false))]
    var late: [Double] = [0]
    for arm in reading.arms {
      var isFirst = true
      for curve in curves where curve.arm == arm.name {
        guard
          let partner = curves.first(where: {
            $0.arm == reading.baseline && $0.seed == curve.seed
          })
        else { continue }
        let gaps = zip(curve.smooth.tokens, curve.smooth.losses).map {
          $1 - partner.smooth.loss(at: $0)
        }
        late += gaps.dropFirst(gaps.count / 10).filter(\.isFinite)
        layers.append(
          .line(
            LineLayer(
              xs: curve.smooth.tokens, ys: gaps, color: color(arm.name),
              label: isFirst ? arm.name : nil, width: 1.4)))
        isFirst = false
      }
    }
    guard layers.count > 1, let low = late.min(), let high = late.max(), low < high else {
      return nil
    }
    let pad = 0.08 * (high - low)
    return Figure(
      Chart(
        title: "How the difference develops at \(size)",
        x: Axis(label: "Tokens seen", format: .scale),
        y: Axis(
          label: "Training loss less \(reading.baseline)'s (nats per token)",
          domain: low - pad...high + pad), layers: layers),
      caption: "Below 0 the treatment is ahead at the same number of tokens. One line a seed.",
      method: "Differences of the smoothed curves of runs with the same seed and order of data.")
  }
}
