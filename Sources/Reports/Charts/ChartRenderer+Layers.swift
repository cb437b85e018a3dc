internal import Quantities

extension ChartRenderer {
  /// Draws all layers; words that name single things are placed before words that can move.
  mutating func drawLayers() {
    collectDots()
    var barIndex = 0
    let barCount = chart.layers.count { if case .bars = $0 { true } else { false } }
    for layer in chart.layers {
      switch layer {
      case .points(let layer): draw(layer)
      case .line(let layer): draw(layer)
      case .band(let layer): draw(layer)
      case .rule(let layer): draw(layer)
      case .contour(let layer): draw(layer)
      case .heat(let layer): draw(layer)
      case .bars(let layer):
        draw(layer, index: barIndex, of: barCount)
        barIndex += 1
      case .text(let layer): draw(layer)
      }
    }
  }

  /// Above this many dots, words no longer look for a place without any.
  private static var dotLimit: Int { 600 }

  /// Dots and lines are what words should rather not cover.
  private mutating func collectDots() {
    for case .points(let layer) in chart.layers {
      placer.dots += layer.points.prefix(Self.dotLimit).map { place($0.x, $0.y) }
    }
    for case .line(let layer) in chart.layers {
      let points = zip(layer.xs, layer.ys).map { place($0, $1) }
      for (a, b) in zip(points, points.dropFirst())
      where PathData.isUsable(a) && PathData.isUsable(b) {
        // A dot every six pixels: no word is narrower than that.
        let steps = min(200, max(1, Int(saturating: max(abs(b.x - a.x), abs(b.y - a.y)) / 6)))
        for step in 0..<steps {
          let t = Double(step) / Double(steps)
          placer.dots.append(Point(x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y)))
        }
      }
    }
  }

  func place(_ x: Double, _ y: Double) -> Point {
    Point(x: frame.x.position(x), y: frame.y.position(y))
  }

  // MARK: Points

  private mutating func draw(_ layer: PointLayer) {
    let count = layer.points.count
    let radius = layer.radius ?? (count > 500 ? 1.6 : count > 150 ? 2.4 : 3.5)
    let style = layer.color.cssClass
    var bars = ""
    for point in layer.points {
      let low = place(point.x, point.low ?? point.y)
      let high = place(point.x, point.high ?? point.y)
      if point.low == nil && point.high == nil { continue }
      guard PathData.isUsable(low), PathData.isUsable(high) else { continue }
      bars += "M\(px(low.x)) \(px(low.y))V\(px(high.y))"
      bars += "M\(px(low.x - 3)) \(px(low.y))h6M\(px(low.x - 3)) \(px(high.y))h6"
    }
    if !bars.isEmpty { marks += "<path class=\"error \(style)\" d=\"\(bars)\"/>" }

    // Many dots become one path; few get an outline that keeps them apart, and a title each.
    // Only the wide layout has titles: there is no pointer to rest on a phone.
    let isDense = count > 400
    var dense: [Point] = []
    for point in layer.points {
      let centre = place(point.x, point.y)
      guard isInPlot(centre) else { continue }
      if isDense && !point.isHollow {
        dense.append(centre)
        continue
      }
      let kind = point.isHollow ? "hollow" : "dot"
      var circle = "<circle class=\"\(kind) \(style)\" cx=\"\(px(centre.x))\""
      circle += " cy=\"\(px(centre.y))\" r=\"\(px(radius))\""
      if let title = point.title, !isDense, layout == .wide {
        dots += circle + "><title>\(MarkupText.escape(title))</title></circle>"
      } else {
        dots += circle + "/>"
      }
    }
    if !dense.isEmpty {
      dots += "<path class=\"dots \(style)\" stroke-width=\"\(px(2 * radius))\""
      dots += " d=\"\(PathData.dots(dense))\"/>"
    }
  }

  private func isInPlot(_ point: Point) -> Bool {
    guard PathData.isUsable(point) else { return false }
    let (width, height) = (frame.plot.width, frame.plot.height)
    return point.x >= -0.5 && point.x <= width + 0.5 && point.y >= -0.5 && point.y <= height + 0.5
  }

  // MARK: Lines and areas

  private mutating func draw(_ layer: LineLayer) {
    let data = PathData.polyline(zip(layer.xs, layer.ys).map { place($0, $1) })
    guard !data.isEmpty else { return }
    let width = layer.width == 2 ? "" : " stroke-width=\"\(px(layer.width))\""
    let dash = layer.isDashed ? " dash" : ""
    marks += "<path class=\"line\(dash) \(layer.color.cssClass)\"\(width) d=\"\(data)\"/>"
  }

  private mutating func draw(_ layer: BandLayer) {
    let count = min(layer.xs.count, layer.low.count, layer.high.count)
    let upper = (0..<count).map { place(layer.xs[$0], layer.high[$0]) }
    let lower = (0..<count).map { place(layer.xs[$0], layer.low[$0]) }
    marks += "<path class=\"band \(layer.color.cssClass)\""
    marks += " d=\"\(PathData.area(upper: upper, lower: lower))\"/>"
  }

  private mutating func draw(_ layer: RuleLayer) {
    let (width, height) = (frame.plot.width, frame.plot.height)
    let style = "rule\(layer.isDashed ? " dash" : "") \(layer.color.cssClass)"
    var candidates: [LabelPlacer.Box] = []
    let text = TextMeasure.truncated(
      layer.label ?? "", fontSize: frame.fontSize, limit: width * 0.6)
    let (line, extent) = (frame.lineHeight, TextMeasure.width(text, fontSize: frame.fontSize))
    switch layer.orientation {
    case .vertical:
      let x = frame.x.position(layer.value)
      guard x.isFinite, x >= 0, x <= width else { return }
      marks += segment(x, 0, x, height, style: style)
      for row in 0..<12 {
        let middle = (Double(row) + 0.5) * line + 3
        candidates.append(placer.box(text, left: x + 6, middle: middle))
        candidates.append(placer.box(text, left: x - 6 - extent, middle: middle))
      }
    case .horizontal:
      let y = frame.y.position(layer.value)
      guard y.isFinite, y >= 0, y <= height else { return }
      marks += segment(0, y, width, y, style: style)
      for share in [1, 0, 0.75, 0.5, 0.25] {
        let left = 4 + share * (width - 8 - extent)
        candidates.append(placer.box(text, left: left, middle: y - line * 0.6))
        candidates.append(placer.box(text, left: left, middle: y + line * 0.6))
      }
    }
    if !text.isEmpty, let box = placer.place(candidates) {
      write(text, in: box, color: layer.color)
    }
  }

  // MARK: Words

  private mutating func draw(_ layer: TextLayer) {
    for label in layer.labels {
      let at = place(label.x, label.y)
      guard PathData.isUsable(at) else { continue }
      let text = TextMeasure.truncated(
        label.text, fontSize: frame.fontSize, limit: frame.plot.width * 0.7)
      if let box = placer.place(around(at, text)) { write(text, in: box, color: layer.color) }
    }
  }

  /// Places for words beside a point: right, left, above, below, then further away.
  private func around(_ at: Point, _ text: String) -> [LabelPlacer.Box] {
    let extent = TextMeasure.width(text, fontSize: frame.fontSize)
    return [1.0, 1.8].flatMap { reach in
      let line = frame.lineHeight * 0.9 * reach
      return [
        placer.box(text, left: at.x + 7, middle: at.y),
        placer.box(text, left: at.x - 7 - extent, middle: at.y),
        placer.box(text, left: at.x - extent / 2, middle: at.y - line),
        placer.box(text, left: at.x - extent / 2, middle: at.y + line),
        placer.box(text, left: at.x + 4, middle: at.y - line),
        placer.box(text, left: at.x + 4, middle: at.y + line),
        placer.box(text, left: at.x - 4 - extent, middle: at.y - line),
        placer.box(text, left: at.x - 4 - extent, middle: at.y + line),
      ]
    }
  }

  /// The names of lines: beside the right edge with a leader where they had to move, or at the
  /// end of a line that stops earlier.
  mutating func drawLineLabels() {
    let plot = frame.plot
    for label in frame.gutter {
      let right = plot.left + plot.width
      let from = plot.left + label.end.x
      if abs(label.middle - label.end.y) > 3 || right - from > 3 {
        words += segment(
          from + 2, plot.top + label.end.y, right + 8, plot.top + label.middle,
          style: "leader \(label.color.cssClass)")
      }
      words += Self.word(
        label.text, right + 11, plot.top + label.middle + frame.fontSize * 0.35,
        style: "series \(label.color.cssClass)")
    }
    for label in frame.inner {
      let text = TextMeasure.truncated(
        label.text, fontSize: frame.fontSize, limit: plot.width * 0.5)
      if let box = placer.place(around(label.end, text)) {
        write(text, in: box, color: label.color)
      }
    }
  }
}
