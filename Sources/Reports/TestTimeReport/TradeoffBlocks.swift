internal import Foundation
internal import Quantities
internal import SamplingLaws
internal import ScalingLaws

/// Sizes of model against numbers of samples as a figure, two tables and a sentence.
struct TradeoffBlocks {
  let tradeoff: SizeSampleTradeoff
  let problems: Int
  /// The level of intervals: "90 %".
  let levelText: String
  let prefix: String

  init(_ tradeoff: SizeSampleTradeoff, problems: Int, levelText: String, prefix: String = "") {
    self.tradeoff = tradeoff
    self.problems = problems
    self.levelText = levelText
    self.prefix = prefix
  }

  var blocks: [ReportBlock] {
    var blocks: [ReportBlock] = [.figure(figure), .table(accuracyTable)]
    if !tradeoff.exchanges.isEmpty { blocks.append(.table(exchangeTable)) }
    if let surface = tradeoff.surface { blocks.append(.paragraph(Self.sentence(surface))) }
    return blocks
  }

  private var sizes: [String] {
    var sizes: [String] = []
    for cell in tradeoff.cells where !sizes.contains(cell.size) { sizes.append(cell.size) }
    return sizes
  }

  private var figure: Figure {
    var layers: [ChartLayer] = []
    // More than a few translucent bands hide each other and what they belong to.
    let hasBands = sizes.count < 3
    for (index, size) in sizes.enumerated() {
      let cells = tradeoff.cells.filter { $0.size == size }
      let xs = cells.map(\.operations)
      if hasBands {
        layers.append(
          .band(
            BandLayer(
              xs: xs, low: cells.map(\.accuracy.low), high: cells.map(\.accuracy.high),
              color: .series(index))))
      }
      layers.append(
        .line(
          LineLayer(xs: xs, ys: cells.map(\.accuracy.value), color: .series(index), label: size)))
      layers.append(
        .points(
          PointLayer(
            cells.map {
              ChartPoint(
                x: $0.operations, y: $0.accuracy.value,
                title: "\($0.size), \(Wording.count($0.samples, "sample"))",
                isHollow: !$0.isOnFrontier)
            }, color: .series(index))))
    }
    return Figure(
      Chart(
        title: "\(prefix)\(Self.title(tradeoff.selector)) against inference",
        x: Axis(label: "inference FLOPs a problem", scale: .log10, format: .power),
        y: Axis(label: "accuracy", format: .percent), layers: layers),
      caption:
        "A line for each size of model; along it the number of samples grows from \(tradeoff.samples.first ?? 1) to \(tradeoff.samples.last ?? 1). Full dots are on the frontier: nothing cheaper is as accurate.\(hasBands ? " Bands hold \(levelText) of resampled sets of problems." : "")",
      method: "\(problems) problems; \(Self.explanation(tradeoff.selector)).")
  }

  var accuracyTable: ReportTable {
    let sizes = self.sizes
    return ReportTable(
      caption: "\(prefix)\(Self.title(tradeoff.selector)) by size and number of samples",
      columns: [.number("Samples")]
        + sizes.map { .number($0) },
      rows: tradeoff.samples.map { count in
        ["\(count)"]
          + sizes.map { size in
            guard let cell = tradeoff.cells.first(where: { $0.size == size && $0.samples == count })
            else { return Wording.missing }
            return NumberFormat.percent(cell.accuracy.value) + (cell.isOnFrontier ? " *" : "")
          }
      }, note: "* on the frontier: nothing cheaper is as accurate.")
  }

  private var exchangeTable: ReportTable {
    ReportTable(
      caption: "How many samples of a small model equal one of a larger one",
      columns: [
        "Small", "Large", .number("Parameters"),
        .number("Samples"),
        .number("Arithmetic against the large one's"),
        .number("Worth it below"),
      ],
      rows: tradeoff.exchanges.map { exchange in
        [
          exchange.small, exchange.large,
          NumberFormat.significant(exchange.parameterRatio, 3) + "x",
          exchange.samples.map { Wording.estimated($0) }
            ?? "over \(tradeoff.samples.last ?? 1)",
          exchange.costRatio.map { Wording.estimated($0) + "x" } ?? Wording.missing,
          exchange.samples == nil
            ? "never"
            : exchange.breakEvenRatio.map { NumberFormat.significant($0, 2) + " : 1" } ?? "always",
        ]
      },
      note:
        "Worth it below: the ratio of tokens served to tokens trained on below which the small model with its samples costs less in training and inference together [20]. Brackets hold \(levelText) intervals over problems."
    )
  }

  private static func sentence(_ surface: SizeSampleTradeoff.Surface) -> String {
    "As a plane, logit accuracy = a + \(Wording.estimated(surface.perLogParameters)) ln N + \(Wording.estimated(surface.perLogSamples)) ln n: doubling the samples is worth \(NumberFormat.significant(pow(2, surface.exchangeRate.value), 3)) times the parameters. It misses the worst cell by \(NumberFormat.percent(surface.largestError)) of accuracy."
  }

  static func title(_ selector: String) -> String {
    switch selector {
    case "coverage": "Coverage"
    case "majority": "Majority vote"
    default: Wording.sentence(selector)
    }
  }

  private static func explanation(_ selector: String) -> String {
    switch selector {
    case "coverage": "coverage counts a problem as solved if any of the samples is right"
    case "majority": "the most frequent answer counts, ties being broken at random"
    default: "answers by \(selector)"
    }
  }
}
