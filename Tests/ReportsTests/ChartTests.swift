import Foundation
import Reports
import Testing

@Suite struct ChartTests {
  static let cases = SampleReport.charts.flatMap { chart in
    Chart.Layout.allCases.map { (chart, $0) }
  }

  @Test(arguments: cases)
  func drawingIsWellFormedAndNamed(chart: Chart, layout: Chart.Layout) {
    for svg in [chart.svg(layout), chart.inlineSVG(layout)] {
      let reader = SVGReader(svg)
      #expect(reader.isWellFormed)
      #expect(reader.title == chart.title)
      #expect(reader.summary == chart.method)
      #expect(svg.contains("role=\"img\""))
      #expect(!svg.contains("nan") && !svg.contains("inf\""))
      #expect(!svg.contains("<script"))
    }
    #expect(chart.svg(layout).contains("prefers-color-scheme:dark"))
    #expect(!chart.inlineSVG(layout).contains("<style"))
  }

  @Test(arguments: cases)
  func wordsNeitherOverlapNorLeaveTheDrawing(chart: Chart, layout: Chart.Layout) {
    let reader = SVGReader(chart.svg(layout))
    #expect(reader.words.count > 4)
    for (index, word) in reader.words.enumerated() {
      #expect(word.left >= 0 && word.right <= reader.width + 0.5, "\(chart.title): \(word)")
      #expect(word.top >= 0 && word.bottom <= reader.height + 0.5, "\(chart.title): \(word)")
      for other in reader.words[(index + 1)...] {
        #expect(!word.overlaps(other), "\(chart.title): \(word.text) / \(other.text)")
      }
    }
  }

  @Test(arguments: cases)
  func sameChartSameText(chart: Chart, layout: Chart.Layout) {
    #expect(chart.svg(layout) == chart.svg(layout))
  }

  @Test func everyLayerIsDrawn() {
    let fit = SampleReport.fit.svg()
    for part in [
      "class=\"band s1\"", "class=\"line s1\"", "class=\"line dash s1\"", "class=\"dot s1\"",
      "class=\"hollow s2\"", "class=\"error s1\"", "class=\"rule dash muted\"",
      "<title>run 3</title>",
      ">Your budget 5.76e22<", ">learning-rate bug fixed<", ">forecast<", ">held out<",
    ] {
      #expect(fit.contains(part), "\(part)")
    }
    #expect(SampleReport.contour.svg().contains("class=\"contour muted\""))
    #expect(SampleReport.contour.svg().contains(">2.6<"))
    #expect(SampleReport.bars.svg().contains("class=\"bar s1\""))
    #expect(SampleReport.bars.svg().contains("class=\"whisker\""))
    #expect(SampleReport.heat.svg().contains("class=\"heat below\""))
    #expect(SampleReport.dense.svg().contains("class=\"dots s1\""))
  }

  @Test func hostileTextIsEscaped() {
    let evil = "<script>alert(1)</script>\" onload=\"x\u{0}&'"
    let chart = Chart(
      title: evil, method: evil, x: Axis(label: evil), y: Axis(label: evil),
      layers: [
        .line(LineLayer(xs: [1, 2, 3], ys: [1, 2, 3], label: evil)),
        .points(PointLayer([ChartPoint(x: 1, y: 1, title: evil)], label: evil)),
        .rule(RuleLayer(.vertical, at: 2, label: evil)),
        .text(TextLayer([TextLabel(x: 2, y: 2, evil)])),
      ])
    let svg = chart.svg()
    #expect(!svg.contains("<script"))
    #expect(!svg.contains("\" onload"))
    #expect(SVGReader(svg).isWellFormed)
    #expect(SVGReader(svg).title.contains("<script>alert(1)</script>\" onload="))
  }

  @Test(arguments: [
    [], [Double.nan, .infinity], [3, 3, 3], [-1, 0, 1], [1e-300, 1e300], [0, 0],
  ])
  func strangeDataStillDraws(values: [Double]) {
    for scale in [Axis.Scale.linear, .log10] {
      let axis = Axis(label: "a", scale: scale)
      let chart = Chart(
        title: "strange", x: axis, y: axis,
        layers: [
          .points(PointLayer(values.map { ChartPoint(x: $0, y: $0, low: $0, high: .nan) })),
          .line(LineLayer(xs: values, ys: values, label: "line")),
          .band(BandLayer(xs: values, low: values, high: values)),
          .rule(RuleLayer(.horizontal, at: .nan, label: "nowhere")),
          .contour(ContourLayer(xs: values, ys: values, values: [])),
          .heat(HeatLayer(xEdges: values, yEdges: values, values: [[.nan]])),
          .bars(BarLayer(values.map { Bar(category: 0, value: $0, text: "x") })),
        ])
      let svg = chart.svg(.narrow)
      #expect(SVGReader(svg).isWellFormed)
      #expect(!svg.contains("nan"))
    }
  }

  @Test func linesAreCutAtMissingValuesAndThinned() throws {
    let xs = (0..<1_000).map(Double.init)
    let straight = Chart(
      title: "t", x: Axis(label: ""), y: Axis(label: ""),
      layers: [.line(LineLayer(xs: xs, ys: xs))])
    func path(_ svg: String) throws -> String {
      let part = try #require(svg.components(separatedBy: "class=\"line s1\" d=\"").last)
      return String(part.prefix { $0 != "\"" })
    }
    // A straight line needs its two ends, whatever the number of points.
    #expect(try path(straight.svg()).filter { $0 == "l" }.count == 1)
    var broken = xs
    broken[500] = .nan
    let gap = Chart(
      title: "t", x: Axis(label: ""), y: Axis(label: ""),
      layers: [.line(LineLayer(xs: xs, ys: broken))])
    #expect(try path(gap.svg()).filter { $0 == "M" }.count == 2)
  }

  @Test func marksAreWhereTheValuesAre() throws {
    let chart = Chart(
      title: "t", x: Axis(label: "", scale: .log10, domain: 1...100),
      y: Axis(label: "", domain: 0...1), layers: [.points(PointLayer([ChartPoint(x: 10, y: 0.25)]))]
    )
    let reader = SVGReader(chart.svg())
    let circle = try #require(reader.attributes.first { $0["cx"] != nil })
    let plot = try #require(reader.attributes.first { $0["overflow"] == "hidden" })
    let width = try #require(Double(plot["width"] ?? ""))
    let height = try #require(Double(plot["height"] ?? ""))
    #expect(abs((Double(circle["cx"] ?? "") ?? 0) - width / 2) <= 0.1)
    #expect(abs((Double(circle["cy"] ?? "") ?? 0) - height * 0.75) <= 0.1)
  }

  @Test func nothingIsDrawnOutsideAGivenDomain() {
    let chart = Chart(
      title: "t", x: Axis(label: "", domain: 0...1), y: Axis(label: "", domain: 0...1),
      layers: [.points(PointLayer([ChartPoint(x: 2, y: 0.5), ChartPoint(x: 0.5, y: -1)]))])
    #expect(!chart.svg().contains("<circle"))
  }

  @Test func moreThanSixSeriesGetAKey() {
    func chart(_ count: Int) -> Chart {
      Chart(
        title: "t", x: Axis(label: ""), y: Axis(label: ""),
        layers: (0..<count).map {
          .line(
            LineLayer(
              xs: [0, 1], ys: [0, Double($0)], color: .series($0), label: "line \($0)"))
        })
    }
    #expect(chart(6).svg().contains("class=\"series s6\""))
    #expect(!chart(7).svg().contains("class=\"series"))
    #expect(chart(7).svg().contains("class=\"key\""))
  }
}
