internal import Foundation
internal import Quantities
internal import Verdicts

extension StudyPage {
  /// One pair of runs that differ in the arm alone.
  struct Pair {
    var rung: Int
    var branch: Int
    var seed: UInt64
    /// Treatment less baseline, in nats per token.
    var difference: Double
    /// The same in per cent of the baseline's loss.
    var percent: Double
    /// Training FLOPs of the treatment's run.
    var operations: Double
  }

  /// The pairs of an arm, by rung, branch and seed.
  func pairs(_ arm: String) -> [Pair] {
    let baseline = finished(baseline)
    return finished(arm).compactMap { run in
      guard let loss = run.loss,
        let partner = baseline.first(where: {
          $0.rung == run.rung && $0.branch == run.branch && $0.seed == run.seed
        }), let reference = partner.loss, reference > 0
      else { return nil }
      return Pair(
        rung: run.rung, branch: run.branch, seed: run.seed, difference: loss - reference,
        percent: 100 * (loss - reference) / reference, operations: run.compute)
    }
  }

  /// What treatments change at each rung, without any law.
  func differenceSection() -> ReportSection? {
    guard let figure = differenceFigure() else { return nil }
    return ReportSection("Difference at each size", [.figure(figure)])
  }

  private func differenceFigure() -> Figure? {
    var layers: [ChartLayer] = [
      .rule(RuleLayer(.horizontal, at: 0, label: "no difference", isDashed: false))
    ]
    var rows: [[FigureData.Cell]] = []
    var hasPairs = false
    let count = Double(arms.count)
    // Seeds stand beside their mean, a share of the axis away.
    let scales = arms.flatMap { rungs($0).map(\.treatment.trainingOperations) }.filter { $0 > 0 }
    let span = max((scales.max() ?? 1) / (scales.min() ?? 1), 3)
    let aside = pow(span, 0.018)
    for (index, arm) in arms.enumerated() {
      let color = color(arm.arm)
      // Side by side: arms have the same rungs, and bars on top of each other cannot be read.
      let shift = pow(span, (Double(index) - (count - 1) / 2) * 0.04)
      let pairs = self.pairs(arm.arm)
      for pair in pairs {
        rows.append([
          .text(arm.arm), .text("seed \(pair.seed)"), .number(Double(pair.rung)),
          .number(pair.operations), .number(pair.difference), .number(pair.percent), "", "",
        ])
      }
      let seeds = pairs.map { pair in
        ChartPoint(
          x: pair.operations * shift * aside, y: pair.percent,
          title: "seed \(pair.seed): \(NumberFormat.significant(pair.difference, 3)) nats")
      }
      let means = rungs(arm).filter { $0.differencePercent.value != nil }
      for rung in means {
        let (value, low, high) = rung.differencePercent.numbers
        rows.append([
          .text(arm.arm), "mean", .number(Double(rung.rung)),
          .number(rung.treatment.trainingOperations),
          .number(rung.difference.value ?? .nan), .number(value), .number(low), .number(high),
        ])
      }
      guard !means.isEmpty || !seeds.isEmpty else { continue }
      hasPairs = true
      layers.append(
        .points(
          PointLayer(
            means.map { rung in
              let (value, low, high) = rung.differencePercent.numbers
              return ChartPoint(
                x: rung.treatment.trainingOperations * shift, y: value,
                low: low.isFinite ? low : nil, high: high.isFinite ? high : nil,
                title: "\(label(rung)): \(StudyWording.percent(rung.differencePercent))",
                isHollow: rung.branch < lastBranch)
            }, color: color, radius: 4.5,
            label: "\(arms.count > 1 ? "\(arm.arm), " : "")mean of the seeds")))
      layers.append(.points(PointLayer(seeds, color: color, radius: 2.4)))
    }
    guard hasPairs else { return nil }
    return Figure(
      Chart(
        title: "Change of the loss against \(baseline)",
        x: Axis(
          label: "Training compute (FLOPs)", scale: .log10, domain: closeDomain(scales),
          format: .power),
        y: Axis(
          label: "Change of the loss (%); below 0 is better", domain: differenceDomain(),
          format: .custom { NumberFormat.significant($0, 4) }), layers: layers),
      caption:
        "Each small dot is one pair: two runs with the same seed, data and size. Large dots are their means; bars are \(levelText) intervals\(noiseText).",
      method:
        "Treatment minus baseline at the budgets as run, in per cent of the baseline's loss; the data beside it have nats per token too.",
      data: FigureData(
        columns: [
          "arm", "what", "rung", "flops", "nats_per_token", "per_cent", "per_cent_low",
          "per_cent_high",
        ], rows: rows))
  }

  private var noiseText: String {
    let sources = Set(arms.flatMap { rungs($0).map(\.noise) }).subtracting([.none])
    return sources.isEmpty ? "" : " (from \(Wording.list(sources.map(\.rawValue).sorted())))"
  }

  /// Means, seeds and zero; intervals as far as they do not flatten them.
  private func differenceDomain() -> ClosedRange<Double>? {
    let means = arms.flatMap { rungs($0).map(\.differencePercent) }
    let values =
      means.compactMap(\.value) + arms.flatMap { pairs($0.arm).map(\.percent) } + [0]
    guard let low = values.min(), let high = values.max(), low < high else { return nil }
    let room = 0.5 * (high - low)
    let limits = low - room...high + room
    let ends = means.flatMap { [$0.low, $0.high].compactMap(\.self) }
      .map { min(max($0, limits.lowerBound), limits.upperBound) }
    let (bottom, top) = (min(low, ends.min() ?? low), max(high, ends.max() ?? high))
    let pad = 0.06 * (top - bottom)
    return bottom - pad...top + pad
  }
}
