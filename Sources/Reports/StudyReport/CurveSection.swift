internal import Verdicts

extension StudyPage {
  /// Training losses along the tokens, all arms together, the largest size first.
  func curveSection() -> ReportSection? {
    let rungs = Set(study.curves.map(\.rung)).sorted(by: >)
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

    init(_ curve: StudyResults.TrainingCurve, cells: Int) {
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

    /// The difference to another curve at the same tokens; NaN where that has none.
    func less(_ other: Smooth) -> Smooth {
      var result = self
      result.losses = zip(tokens, losses).map { $1 - other.loss(at: $0) }
      return result
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

  /// What the seeds of an arm look like.
  private func seedText(_ seeds: Int) -> String {
    seeds > 1
      ? "A line is the mean of the \(seeds) seeds of an arm, its band reaches from the lowest to the highest."
      : "One seed of each arm."
  }

  /// The runs of an arm that differ by their seed: their mean, in a band from the lowest to the
  /// highest.
  private func seedLayers(_ curves: [Smooth], _ arm: String) -> [ChartLayer] {
    guard let longest = curves.max(by: { ($0.tokens.last ?? 0) < ($1.tokens.last ?? 0) }) else {
      return []
    }
    let values = longest.tokens.map { place in
      curves.map { $0.loss(at: place) }.filter(\.isFinite)
    }
    let line = ChartLayer.line(
      LineLayer(
        xs: longest.tokens,
        ys: values.map { $0.isEmpty ? .nan : $0.reduce(0, +) / Double($0.count) },
        color: color(arm), label: arm, width: 1.4))
    guard curves.count > 1 else { return [line] }
    let band = ChartLayer.band(
      BandLayer(
        xs: longest.tokens, low: values.map { $0.min() ?? .nan },
        high: values.map { $0.max() ?? .nan }, color: color(arm)))
    return [band, line]
  }

  private func curveFigures(_ rung: Int) -> [Figure] {
    let size = rows.first { $0.rung == rung }?.size ?? "size \(rung + 1)"
    let curves = study.curves.filter { $0.rung == rung && armNames.contains($0.arm) }
      .map { (arm: $0.arm, seed: $0.seed, smooth: Smooth($0, cells: Self.cells)) }
      .filter { $0.smooth.tokens.count > 1 }
    guard !curves.isEmpty else { return [] }
    let layers = armNames.flatMap { arm in
      seedLayers(curves.filter { $0.arm == arm }.map(\.smooth), arm)
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
        caption: "\(seedText(seeds)) The first tenth of training may lie above the figure.",
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
    var pairs = 0
    for arm in arms {
      let gaps = curves.filter { $0.arm == arm.arm }.compactMap { curve -> Smooth? in
        let partner = curves.first { $0.arm == baseline && $0.seed == curve.seed }
        return partner.map { curve.smooth.less($0.smooth) }
      }
      pairs = max(pairs, gaps.count)
      late += gaps.flatMap { $0.losses.dropFirst($0.losses.count / 10) }.filter(\.isFinite)
      layers += seedLayers(gaps, arm.arm)
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
          label: "Training loss minus \(baseline)'s (nats per token)",
          domain: low - pad...high + pad), layers: layers),
      caption:
        "Below 0 the treatment is ahead at the same number of tokens. \(seedText(pairs))",
      method: "Differences of the smoothed curves of runs with the same seed and order of data.")
  }
}
