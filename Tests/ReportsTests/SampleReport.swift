import Foundation
import Quantities
import Reports

/// A page with every kind of layer and block, for the tests and for looking at.
enum SampleReport {
  /// A small deterministic sequence in −1 to 1 that stands in for scatter.
  static func scatter(_ index: Int) -> Double { sin(Double(index) * 12.9898) }

  static func loss(_ n: Double, _ d: Double) -> Double {
    1.69 + 406.4 / pow(n, 0.34) + 410.7 / pow(d, 0.28)
  }

  static func grid(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    (0..<count).map { low * pow(high / low, Double($0) / Double(count - 1)) }
  }

  static let fit: Chart = {
    let compute = grid(1e18, 3e23, 60)
    let curve = compute.map { 1.7 + 2.3e3 * pow($0, -0.16) }
    let points = (0..<40).map { index -> ChartPoint in
      let c = 1.5e18 * pow(2e4, Double(index) / 39)
      let y = (1.7 + 2.3e3 * pow(c, -0.16)) * (1 + 0.02 * scatter(index))
      return ChartPoint(
        x: c, y: y, low: y * 0.985, high: y * 1.015, title: "run \(index)", isHollow: index > 33)
    }
    return Chart(
      title: "Loss falls as a power of compute",
      method: "Huber fit of E + A·C^(−α) on log residuals; band: 90 % bootstrap over runs.",
      x: Axis(label: "Training compute (FLOPs)", scale: .log10, format: .power),
      y: Axis(label: "Loss (nats per token)", scale: .log10),
      layers: [
        .band(
          BandLayer(
            xs: compute, low: curve.enumerated().map { $1 * (1 - 0.0006 * Double($0)) },
            high: curve.enumerated().map { $1 * (1 + 0.0006 * Double($0)) })),
        .line(LineLayer(xs: Array(compute[..<45]), ys: Array(curve[..<45]))),
        .line(
          LineLayer(
            xs: Array(compute[44...]), ys: Array(curve[44...]), label: "forecast", isDashed: true)),
        .points(
          PointLayer(points.filter { !$0.isHollow }, label: "runs")),
        .points(
          PointLayer(points.filter(\.isHollow), color: .series(1), label: "held out")),
        .rule(RuleLayer(.vertical, at: 5.76e22, label: "Your budget 5.76e22")),
        .rule(RuleLayer(.horizontal, at: 1.9, label: "target 1.9")),
        .text(TextLayer([TextLabel(x: 2e20, y: 2.9, "learning-rate bug fixed")])),
      ])
  }()

  static let contour: Chart = {
    let ns = grid(7e7, 7e10, 50)
    let ds = grid(1e9, 2e12, 50)
    return Chart(
      title: "Loss over model size and data",
      method: "Chinchilla law with the published parameters; lines of equal loss.",
      x: Axis(label: "Parameters", scale: .log10, format: .scale),
      y: Axis(label: "Training tokens", scale: .log10, format: .scale),
      layers: [
        .contour(ContourLayer(xs: ns, ys: ds, values: ds.map { d in ns.map { loss($0, d) } })),
        .line(
          LineLayer(
            xs: ns, ys: ns.map { 20 * $0 }, color: .series(1), label: "20 tokens/parameter")),
        .points(
          PointLayer(
            [ChartPoint(x: 7e10, y: 1.4e12, title: "Chinchilla")], color: .series(2),
            radius: 5)),
        .text(TextLayer([TextLabel(x: 7e10, y: 1.4e12, "Chinchilla 70B")], color: .series(2))),
      ])
  }()

  static let isoflop: Chart = {
    let layers = (0..<9).map { index -> ChartLayer in
      let budget = 6e18 * pow(3, Double(index))
      let optimum = 0.6e-1 * pow(budget, 0.5)
      let ns = grid(optimum / 5, optimum * 5, 40)
      return .line(
        LineLayer(
          xs: ns, ys: ns.map { loss($0, budget / 6 / $0) }, color: .ramp(Double(index) / 8),
          label: NumberFormat.flops(budget)))
    }
    return Chart(
      title: "IsoFLOP curves", method: "Nine budgets; loss by model size at equal compute.",
      x: Axis(label: "Parameters", scale: .log10, format: .scale),
      y: Axis(label: "Loss (nats per token)"), layers: layers)
  }()

  static let endings: Chart = {
    let xs = grid(10, 80, 30)
    let names = ["baseline", "treatment", "two experts", "muon", "long name of a method"]
    let layers = names.enumerated().map { index, name -> ChartLayer in
      .line(
        LineLayer(
          xs: xs, ys: xs.map { 0.2 + 0.01 * Double(index) + 1 / $0 }, color: .series(index),
          label: name))
    }
    return Chart(
      title: "Five curves that end close together", method: "1/x plus an offset.",
      x: Axis(label: "Width", scale: .log10), y: Axis(label: "Excess loss", format: .percent),
      layers: layers)
  }()

  static let bars: Chart = {
    let names = ["Chinchilla", "Farseer", "Coupled", "Power law with a constant", "Kaplan"]
    let errors = [0.011, 0.009, 0.014, 0.031, 0.052]
    return Chart(
      title: "Which law extrapolates best", method: "Relative error on the held-out runs.",
      x: Axis(label: "Relative error", format: .percent), y: .categories(names),
      layers: [
        .bars(
          BarLayer(
            errors.enumerated().map {
              Bar(
                category: $0, value: $1, low: $1 * 0.8, high: $1 * 1.3,
                text: NumberFormat.percent($1))
            }, label: "held out")),
        .bars(
          BarLayer(
            errors.enumerated().map { Bar(category: $0, value: $1 * 0.6) }, color: .series(1),
            label: "in sample")),
      ])
  }()

  static let heat: Chart = {
    let values = (0..<4).map { row in
      (0..<6).map { column in 0.12 * scatter(row * 7 + column) }
    }
    return Chart(
      title: "Residuals by size and budget", method: "Mean log residual of each cell.",
      x: .categories(["10M", "30M", "100M", "300M", "1B", "3B"], label: "Parameters"),
      y: .categories(["5 tokens", "20 tokens", "80 tokens", "320 tokens"], label: "Per parameter"),
      layers: [
        .heat(
          HeatLayer(
            xEdges: (0...6).map { Double($0) - 0.5 }, yEdges: (0...4).map { Double($0) - 0.5 },
            values: values, midpoint: 0, label: "Residual"))
      ])
  }()

  static let dense = scatterChart("Two thousand runs", count: 2_000)

  /// Pseudo-random dots with six-digit coordinates.
  static func scatterChart(_ title: String, count: Int) -> Chart {
    let points = (0..<count).map { index in
      ChartPoint(
        x: 1e18 * pow(1e6, 0.5 + 0.5 * sin(Double(index) * 78.233)),
        y: 2.5 + 0.7 * scatter(index * index % 7919))
    }
    return Chart(
      title: title, method: "Synthetic.",
      x: Axis(label: "Training compute (FLOPs)", scale: .log10, format: .power),
      y: Axis(label: "Loss (nats per token)"), layers: [.points(PointLayer(points))])
  }

  static let charts = [fit, contour, isoflop, endings, bars, heat, dense]

  static let page = ReportPage(
    title: "Scaling fit of runs.csv", subtitle: "240 runs, 5 laws, 2 minutes",
    summary: [
      "Farseer extrapolates best: 0.9% error on the six largest runs.",
      "At 5.76e23 FLOPs the optimum is 67B parameters and 1.4T tokens.",
    ],
    sections: [
      ReportSection(
        "Result",
        [
          .keyNumbers([
            KeyNumber(label: "Loss at the budget", value: "1.94", interval: "[1.92, 1.97], 90%"),
            KeyNumber(label: "Parameters", value: "67.3B", interval: "[51B, 88B]"),
            KeyNumber(label: "Tokens", value: "1.43T", interval: "[1.1T, 1.9T]"),
            KeyNumber(label: "Exponent of size", value: "0.347", interval: "[0.321, 0.374]"),
          ]),
          .warning("The forecast reaches 12 times beyond the largest run."),
          .figure(
            Figure(fit, caption: "The dashed part has no runs under it; hollow runs were held out.")
          ),
        ]),
      ReportSection(
        "Laws",
        [
          .table(
            ReportTable(
              caption: "Laws by error on held-out runs",
              columns: [
                .init("Law"), .init("Formula"), .init("Parameters", alignment: .trailing),
                .init("Held-out error", alignment: .trailing), .init("AIC", alignment: .trailing),
              ],
              rows: [
                [
                  "farseer", "exp(a·N^b + c) + exp(d·N^e + f)·D^(−exp(g·N^h + i))", "9", "0.9%",
                  "-412.1",
                ],
                ["chinchilla", "E + A/N^alpha + B/D^beta", "5", "1.1%", "-398.0"],
              ], emphasizedRows: [0], note: "Lower is better.")),
          .figure(Figure(bars)), .figure(Figure(endings)),
          .details(
            summary: "How the laws were compared",
            [.paragraph("The six largest runs were left out of every fit."), .figure(Figure(heat))]),
        ]),
      ReportSection("Plan", [.figure(Figure(contour)), .figure(Figure(isoflop))]),
      ReportSection("All runs", [.figure(Figure(dense))]),
    ], footer: "allometry fit runs.csv --report report.html")
}
