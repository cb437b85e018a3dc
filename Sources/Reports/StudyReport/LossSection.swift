internal import Foundation
internal import Quantities
internal import Verdicts

extension StudyPage {
  /// Losses of all runs against what they cost.
  func lossSection() -> ReportSection? {
    guard armNames.contains(where: { !finished($0).isEmpty }) else { return nil }
    var blocks: [ReportBlock] = [.figure(lossFigure())]
    // One size has nothing to be drawn against.
    if Set(armNames.flatMap { finished($0).map(\.rung) }).count > 1 {
      blocks.append(.figure(sizeFigure()))
    }
    return ReportSection("Loss of all runs", blocks)
  }

  private func points(
    _ arm: String, at scale: (StudyRow) -> Double, branch: Int? = nil
  ) -> [ChartPoint] {
    finished(arm).filter { branch == nil || $0.branch == branch }.map { run in
      ChartPoint(
        x: scale(run), y: run.loss ?? .nan,
        title:
          "\(arm), \(run.size), seed \(run.seed): loss \(StudyWording.loss(run.loss)) after \(NumberFormat.scale(Double(run.tokens))) tokens",
        isHollow: run.branch < lastBranch)
    }
  }

  private func lossFigure() -> Figure {
    let losses = armNames.flatMap { finished($0).compactMap(\.loss) }
    var layers: [ChartLayer] = []
    var drawn: [ArmLaw] = []
    var curveEnds: [Double] = []
    for arm in armNames {
      guard let law = law(arm, .trainingCompute) else { continue }
      drawn.append(law)
      let largest = finished(arm).map(\.compute).max() ?? .infinity
      layers += curve(law.points, beyond: largest, color: color(arm), isBanded: showsBands)
      curveEnds += law.points.compactMap(\.estimate.value)
    }
    for arm in armNames where !finished(arm).isEmpty {
      layers.append(
        .points(PointLayer(points(arm, at: \.compute), color: color(arm), label: arm)))
    }
    let targets = Set(arms.compactMap { axis($0, .trainingCompute)?.target })
    for target in targets.sorted() where !drawn.isEmpty {
      layers.append(
        .rule(RuleLayer(.vertical, at: target, label: "target \(NumberFormat.flops(target))")))
    }
    let lines =
      drawn.isEmpty
      ? "No law could be fitted to so few runs."
      : "Lines are the fitted laws, dashed beyond the largest run\(showsBands && hasBand(drawn) ? ", with \(levelText) bands" : "")."
    let hollow = hasBranches ? " Hollow dots are shorter lengths of the same runs." : ""
    return Figure(
      Chart(
        title: "Loss against training compute",
        x: Axis(
          label: "Training compute (FLOPs)", scale: .log10,
          domain: drawn.isEmpty
            ? closeDomain(armNames.flatMap { finished($0).map(\.compute) }) : nil,
          format: .power),
        y: Axis(
          label: "Loss on held-out data (nats per token)", scale: .log10,
          domain: lossDomain(losses + curveEnds)),
        layers: layers),
      caption:
        "Each dot is one run; runs of the same size differ by their seed. \(lines)\(hollow)\(lostText)",
      method: lawMethod(drawn))
  }

  /// The mean size and loss of some runs.
  private static func centre(_ runs: [StudyRow]) -> (x: Double, y: Double) {
    let count = Double(runs.count)
    let sizes = runs.reduce(0) { $0 + $1.activeSize }
    let losses = runs.reduce(0) { $0 + ($1.loss ?? .nan) }
    return (sizes / count, losses / count)
  }

  private func law(_ arm: String, _ scale: AxisVerdict.Axis) -> ArmLaw? {
    laws.first { $0.arm == arm && $0.curve?.axis == scale && !$0.points.isEmpty }
  }

  /// Room around losses and curves; bands may be cut off, they would flatten the rest.
  private func lossDomain(_ values: [Double]) -> ClosedRange<Double>? {
    let usable = values.filter { $0.isFinite && $0 > 0 }
    guard let low = usable.min(), let high = usable.max(), low < high else { return nil }
    let pad = max(pow(high / low, 0.06), 1.005)
    return low / pad...high * pad
  }

  /// More than two translucent bands hide each other and what they belong to.
  private var showsBands: Bool { armNames.count < 3 }

  private func hasBand(_ laws: [ArmLaw]) -> Bool {
    laws.contains { $0.points.contains { $0.estimate.hasInterval } }
  }

  private func lawMethod(_ laws: [ArmLaw]) -> String {
    guard let law = laws.first else { return "Exact training FLOPs by the accountant." }
    return
      "Law \(law.law): \(FormulaMarkup.inline("loss = \(law.formula)")), fitted to each arm by itself. FLOPs are counted exactly, not as 6·N·D."
  }

  /// Runs that the figure cannot show.
  private var lostText: String {
    let texts = armNames.compactMap { arm -> String? in
      let count = lost(arm).count
      return count > 0 ? "\(count) of \(arm)" : nil
    }
    return texts.isEmpty
      ? "" : " Not shown, because they ended without a loss: \(Wording.list(texts))."
  }

  /// A curve with its band: drawn through up to the largest run, dashed beyond it.
  func curve(
    _ points: [LawCurve.Point], beyond largest: Double, color: ChartColor,
    label: String? = nil, isBanded: Bool = true
  ) -> [ChartLayer] {
    let known = points.filter { $0.estimate.value != nil }.sorted { $0.scale < $1.scale }
    var layers: [ChartLayer] = []
    let banded = known.filter { $0.estimate.low != nil && $0.estimate.high != nil }
    if isBanded, banded.count > 1 {
      layers.append(
        .band(
          BandLayer(
            xs: banded.map(\.scale), low: banded.map(\.estimate.numbers.low),
            high: banded.map(\.estimate.numbers.high), color: color)))
    }
    let inside = known.filter { $0.scale <= largest * (1 + 1e-9) }
    let outside = known.filter { $0.scale >= (inside.last?.scale ?? 0) }
    for (part, isDashed) in [(inside, false), (outside, true)] where part.count > 1 {
      layers.append(
        .line(
          LineLayer(
            xs: part.map(\.scale), ys: part.map(\.estimate.numbers.value), color: color,
            label: isDashed || outside.count < 2 ? label : nil, isDashed: isDashed)))
    }
    return layers
  }

  private func sizeFigure() -> Figure {
    var layers: [ChartLayer] = []
    var drawn: [ArmLaw] = []
    var values: [Double] = []
    for arm in armNames {
      let runs = finished(arm).filter { $0.branch == lastBranch && $0.activeSize > 0 }
      values += runs.compactMap(\.loss)
      if let law = law(arm, .activeParameters) {
        drawn.append(law)
        let largest = runs.map(\.activeSize).max() ?? .infinity
        layers += curve(law.points, beyond: largest, color: color(arm), isBanded: showsBands)
        values += law.points.compactMap(\.estimate.value)
      } else {
        let means = Dictionary(grouping: runs, by: \.rung).sorted { $0.key < $1.key }.map(\.value)
          .map(Self.centre)
        guard means.count > 1 else { continue }
        layers.append(
          .line(
            LineLayer(xs: means.map(\.x), ys: means.map(\.y), color: color(arm), width: 1.2)))
      }
    }
    for arm in armNames {
      let dots = points(arm, at: \.activeSize, branch: lastBranch)
      guard !dots.isEmpty else { continue }
      layers.append(.points(PointLayer(dots, color: color(arm), label: arm)))
    }
    let targets = Set(
      arms.compactMap { axis($0, .activeParameters) }
        .filter { $0.targetIsGiven || !drawn.isEmpty }.map(\.target))
    for target in targets.sorted() {
      layers.append(
        .rule(RuleLayer(.vertical, at: target, label: "target \(NumberFormat.scale(target))")))
    }
    let lines =
      drawn.isEmpty
      ? "Thin lines join the means of each size; they are no fit."
      : "Lines are laws of size alone, dashed beyond the largest run."
    return Figure(
      Chart(
        title: "Loss against active parameters",
        x: Axis(
          label: "Active parameters, embeddings included", scale: .log10, format: .scale),
        y: Axis(
          label: "Loss on held-out data (nats per token)", scale: .log10,
          domain: lossDomain(values)), layers: layers),
      caption:
        "The same runs by the parameters that each token passes through\(hasBranches ? ", at the longest length" : ""). \(lines)",
      method: drawn.first.map {
        "Law \($0.law): \(FormulaMarkup.inline("loss = \($0.formula)")), for each arm by itself."
      }
        ?? "Parameters as the accountant counts them.")
  }
}

extension ArmLaw {
  /// The law for pictures; none where it cannot be drawn.
  var points: [LawCurve.Point] { curve?.points ?? [] }
}
