/// Draws a chart: frame, axes and key here, layers in the extensions.
struct ChartRenderer {
  typealias Point = MarchingSquares.Point

  let chart: Chart
  let layout: Chart.Layout
  let isStandalone: Bool
  let frame: ChartFrame
  /// Marks, in pixels of the plot; clipped.
  var marks = ""
  /// Dots, in pixels of the plot; above the marks and not clipped, so that a dot whose centre is on
  /// an edge of the plot is whole.
  var dots = ""
  /// Words, in pixels of the drawing.
  var words = ""
  /// Free places for words, in pixels of the plot.
  var placer: LabelPlacer

  init(chart: Chart, layout: Chart.Layout, isStandalone: Bool) {
    self.chart = chart
    self.layout = layout
    self.isStandalone = isStandalone
    frame = ChartFrame(chart: chart, layout: layout, showsTitle: isStandalone)
    placer = LabelPlacer(
      bounds: .init(left: 1, top: 1, width: frame.plot.width - 2, height: frame.plot.height - 2),
      fontSize: frame.fontSize)
  }

  func svg() -> String {
    var drawing = self
    drawing.drawLayers()
    drawing.drawLineLabels()
    let (width, height) = (PathData.number(frame.width), PathData.number(frame.height))
    var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart "
    text += layout == .wide ? "wide" : "narrow"
    text += "\" viewBox=\"0 0 \(width) \(height)\" width=\"100%\" role=\"img\""
    text += " font-size=\"\(PathData.number(frame.fontSize))\">"
    text += "<title>\(MarkupText.escape(chart.title))</title>"
    text += "<desc>\(MarkupText.escape(FormulaMarkup.plain(chart.method)))</desc>"
    if isStandalone {
      text += "<style>\(ChartStyle.standalone)</style>"
      text += "<rect class=\"paper\" width=\"\(width)\" height=\"\(height)\"/>"
      let title = TextMeasure.truncated(
        chart.title, fontSize: frame.fontSize * 1.1, limit: frame.width - 8)
      text += Self.word(title, 4, frame.lineHeight, style: "head")
    }
    text += key() + axes()
    let plot = frame.plot
    text += "<svg x=\"\(px(plot.left))\" y=\"\(px(plot.top))\" width=\"\(px(plot.width))\""
    text += " height=\"\(px(plot.height))\" overflow=\"hidden\">\(drawing.marks)</svg>"
    text += frameLine()
    if !drawing.dots.isEmpty {
      text += "<g transform=\"translate(\(px(plot.left)) \(px(plot.top)))\">\(drawing.dots)</g>"
    }
    return text + drawing.words + "</svg>"
  }

  // MARK: Elements

  func px(_ value: Double) -> String { PathData.number(value) }

  static func word(
    _ text: String, _ x: Double, _ baseline: Double, anchor: String = "start", style: String
  ) -> String {
    let place = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
    return "<text x=\"\(PathData.number(x))\" y=\"\(PathData.number(baseline))\"\(place)"
      + " class=\"\(style)\">\(MarkupText.escape(text))</text>"
  }

  /// Words in a box of the plot that ``LabelPlacer`` has found.
  mutating func write(_ text: String, in box: LabelPlacer.Box, color: ChartColor) {
    let baseline = box.top + box.height / 2 + frame.fontSize * 0.35
    words += Self.word(
      text, frame.plot.left + box.left, frame.plot.top + baseline,
      style: "halo \(color.cssClass)")
  }

  func segment(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) -> String {
    "<path class=\"\(style)\" d=\"M\(px(x1)) \(px(y1))L\(px(x2)) \(px(y2))\"/>"
  }

  // MARK: Axes

  private func axes() -> String {
    let plot = frame.plot
    let bottom = plot.top + plot.height
    var (grid, ticks, text) = ("", "", "")
    // A category owns an area: a line through its middle would say nothing.
    for tick in frame.xTicks {
      let x = plot.left + frame.x.position(tick.value)
      if let label = tick.label {
        if !chart.x.isCategory { grid += "M\(px(x)) \(px(plot.top))v\(px(plot.height))" }
        text += Self.word(
          label, x, bottom + frame.lineHeight + 2, anchor: "middle", style: "tick")
      }
      if !chart.x.isCategory {
        ticks += "M\(px(x)) \(px(bottom))v\(tick.label == nil ? "3" : "5")"
      }
    }
    for tick in frame.yTicks {
      let y = plot.top + frame.y.position(tick.value)
      if let label = tick.label {
        if !chart.y.isCategory { grid += "M\(px(plot.left)) \(px(y))h\(px(plot.width))" }
        text += Self.word(
          label, plot.left - 8, y + frame.fontSize * 0.35, anchor: "end", style: "tick")
      }
      if !chart.y.isCategory {
        ticks += "M\(px(plot.left)) \(px(y))h\(tick.label == nil ? "-3" : "-5")"
      }
    }
    var result = "<path class=\"grid\" d=\"\(grid)\"/><path class=\"mark\" d=\"\(ticks)\"/>" + text
    let limit = frame.width - 8
    if !chart.y.label.isEmpty {
      let label = TextMeasure.truncated(chart.y.label, fontSize: frame.fontSize, limit: limit)
      result += Self.word(label, 4, frame.yLabelBaseline, style: "name")
    }
    if !chart.x.label.isEmpty {
      let label = TextMeasure.truncated(chart.x.label, fontSize: frame.fontSize, limit: limit)
      // Centred under the plot, but never outside the drawing.
      let half = TextMeasure.width(label, fontSize: frame.fontSize) / 2
      let middle = min(frame.width - 4 - half, max(4 + half, plot.left + plot.width / 2))
      result += Self.word(
        label, middle, bottom + 2 * frame.lineHeight + 8, anchor: "middle", style: "name")
    }
    return result
  }

  private func frameLine() -> String {
    let plot = frame.plot
    let bottom = plot.top + plot.height
    return "<path class=\"mark\" d=\"M\(px(plot.left)) \(px(plot.top))V\(px(bottom))"
      + "H\(px(plot.left + plot.width))\"/>"
  }

  // MARK: Key

  private func key() -> String {
    frame.key.map { entry in
      let middle = frame.keyTop + (Double(entry.row) + 0.5) * frame.lineHeight
      let style = entry.color.cssClass
      let (left, centre) = (entry.left, entry.left + 8)
      let swatch: String
      switch entry.swatch {
      case .dot:
        swatch =
          "<circle class=\"dot \(style)\" cx=\"\(px(centre))\" cy=\"\(px(middle))\" r=\"4\"/>"
      case .hollowDot:
        swatch =
          "<circle class=\"hollow \(style)\" cx=\"\(px(centre))\" cy=\"\(px(middle))\" r=\"3.6\"/>"
      case .line:
        swatch = segment(left, middle, left + 16, middle, style: "line \(style)")
      case .dashedLine:
        swatch = segment(left, middle, left + 16, middle, style: "line dash \(style)")
      case .area:
        swatch =
          "<path class=\"bar \(style)\" d=\"M\(px(left + 2)) \(px(middle - 6))h12v12h-12z\"/>"
      case .ramp: swatch = ramp([0.1, 0.4, 0.7, 0.9], left, middle)
      case .divergingRamp: swatch = ramp([-0.9, -0.4, 0.4, 0.9], left, middle)
      }
      let baseline = middle + frame.fontSize * 0.35
      return swatch + Self.word(entry.text, left + 20, baseline, style: "key")
    }.joined()
  }

  /// Four shades; negative ones are below the midpoint.
  private func ramp(_ shades: [Double], _ left: Double, _ middle: Double) -> String {
    shades.enumerated().map { step, shade in
      let style = shade < 0 ? "heat below" : "heat"
      return "<path class=\"\(style)\" fill-opacity=\"\(px(abs(shade)))\""
        + " d=\"M\(px(left + 4 * Double(step))) \(px(middle - 6))h4v12h-4z\"/>"
    }.joined()
  }
}
