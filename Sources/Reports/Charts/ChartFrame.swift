/// Where the parts of a chart go: margins, ticks, the key and the labels at line ends.
struct ChartFrame {
  struct KeyEntry {
    enum Swatch {
      case dot, hollowDot, line, dashedLine, area, ramp, divergingRamp
    }

    var swatch: Swatch
    var color: ChartColor
    var text: String
    var left = 0.0
    var row = 0
  }

  /// The name of a line, written at its end.
  struct EndLabel {
    var text: String
    var color: ChartColor
    var end: MarchingSquares.Point
    /// Where the name stands, in pixels of the plot; differs from `end.y` to avoid others.
    var middle: Double
  }

  let width: Double
  let height: Double
  let fontSize: Double
  let plot: LabelPlacer.Box
  /// Horizontal places, in pixels of the plot.
  let x: PlotScale
  /// Vertical places, in pixels of the plot, downwards.
  let y: PlotScale
  let xTicks: [Tick]
  let yTicks: [Tick]
  let key: [KeyEntry]
  let keyTop: Double
  let gutter: [EndLabel]
  /// Names of lines that end in the middle of the plot.
  let inner: [EndLabel]
  let lineHeight: Double

  init(chart: Chart, layout: Chart.Layout, showsTitle: Bool) {
    let isNarrow = layout == .narrow
    width = isNarrow ? 360 : 760
    fontSize = isNarrow ? 12 : 13
    lineHeight = (fontSize * 1.35).rounded()
    let xDomain = chart.xDomain(room: Self.barTextRoom(chart, width: width, fontSize: fontSize))
    let yDomain = chart.yDomain()

    var plotHeight = isNarrow ? 240.0 : 340
    if case .category(let names) = chart.y.scale {
      plotHeight = min(2_000, max(60, Double(names.count) * Self.rowHeight(chart, isNarrow)))
    }
    y =
      chart.y.isCategory
      ? PlotScale(axis: chart.y, domain: yDomain, start: 0, end: plotHeight)
      : PlotScale(axis: chart.y, domain: yDomain, start: plotHeight, end: 0)
    let (wide, size) = (width, fontSize)
    yTicks = Ticks.ticks(
      chart.y, domain: yDomain, length: plotHeight, isHorizontal: false, fontSize: fontSize
    ).map { tick in
      Tick(
        value: tick.value,
        label: tick.label.map { TextMeasure.truncated($0, fontSize: size, limit: wide * 0.36) })
    }
    let tickWidths = yTicks.compactMap(\.label).map { TextMeasure.width($0, fontSize: size) }
    let left = ((tickWidths.max() ?? 0) + 10).rounded(.up)

    // Names go beside the right edge; where they would take too much, into the key.
    let lines = Self.endLabels(chart, xDomain: xDomain, y: y)
    let outer = lines.filter { $0.end.x >= 0.8 }
    let textWidth = outer.map { TextMeasure.width($0.text, fontSize: size) }.max() ?? 0
    let isCrowded =
      Set(lines.map(\.text)).count > 6 || Double(outer.count) * lineHeight > plotHeight
      || textWidth + 14 > wide * 0.28
    let right = isCrowded || outer.isEmpty ? 16 : (textWidth + 18).rounded(.up)

    var entries = Self.keyEntries(chart, includesLines: isCrowded)
    var (cursor, row) = (0.0, 0)
    for index in entries.indices {
      let text = TextMeasure.truncated(entries[index].text, fontSize: size, limit: wide - 60)
      let extent = TextMeasure.width(text, fontSize: size) + 24
      if cursor > 0, cursor + extent > wide - 8 {
        row += 1
        cursor = 0
      }
      entries[index].text = text
      entries[index].left = cursor + 4
      entries[index].row = row
      cursor += extent + 16
    }
    key = entries

    keyTop = 4 + (showsTitle ? lineHeight + 6 : 0)
    let keyHeight = entries.isEmpty ? 0 : Double(row + 1) * lineHeight + 6
    let hasYLabel = !chart.y.label.isEmpty
    let top = keyTop + keyHeight + (hasYLabel ? lineHeight + 4 : 8)
    let plotWidth = width - left - right
    plot = LabelPlacer.Box(left: left, top: top, width: plotWidth, height: plotHeight)
    height = top + plotHeight + lineHeight + 8 + (chart.x.label.isEmpty ? 0 : lineHeight + 4)

    x = PlotScale(axis: chart.x, domain: xDomain, length: plotWidth)
    xTicks = Ticks.ticks(
      chart.x, domain: xDomain, length: plotWidth, isHorizontal: true, fontSize: fontSize)

    func inPixels(_ label: EndLabel) -> EndLabel {
      var label = label
      label.end.x *= plotWidth
      return label
    }
    inner = isCrowded ? [] : lines.filter { $0.end.x < 0.8 }.map(inPixels)
    var beside = isCrowded ? [] : outer.map(inPixels)
    if !beside.isEmpty {
      let half = lineHeight / 2
      let middles = LabelPlacer.spread(
        beside.map(\.end.y), spacing: lineHeight,
        within: min(half, plotHeight / 2)...max(plotHeight - half, plotHeight / 2))
      for index in beside.indices { beside[index].middle = middles[index] }
    }
    gutter = beside
  }

  /// Height of the first baseline of the axis label above the plot.
  var yLabelBaseline: Double { plot.top - 8 }

  /// Share of the width that the words after bars take.
  private static func barTextRoom(_ chart: Chart, width: Double, fontSize: Double) -> Double {
    let widths = chart.layers.flatMap { layer -> [Double] in
      guard case .bars(let bars) = layer else { return [] }
      return bars.bars.compactMap { bar in
        bar.text.map { TextMeasure.width($0, fontSize: fontSize) }
      }
    }
    // About a third of the drawing goes to the names of the categories.
    return widths.max().map { ($0 + 8) / (width * 0.62) } ?? 0
  }

  private static func rowHeight(_ chart: Chart, _ isNarrow: Bool) -> Double {
    let barLayers = chart.layers.count { if case .bars = $0 { true } else { false } }
    return Double(max(1, barLayers)) * 16 + (isNarrow ? 10 : 12)
  }

  /// The names of lines and the last place of each that is within the plot; `end.x` is a share
  /// of the width, because the width is not yet known.
  private static func endLabels(
    _ chart: Chart, xDomain: ClosedRange<Double>, y: PlotScale
  ) -> [EndLabel] {
    let x = PlotScale(axis: chart.x, domain: xDomain, length: 1)
    let heights = min(y.start, y.end)...max(y.start, y.end)
    return chart.layers.compactMap { layer in
      guard case .line(let line) = layer, let text = line.label, !text.isEmpty else { return nil }
      let places = zip(line.xs, line.ys).map { (x.position($0), y.position($1)) }
      let slack = 1e-6
      let visible = places.last {
        $0.0 >= -slack && $0.0 <= 1 + slack && heights.contains($0.1)
      }
      return visible.map {
        EndLabel(
          text: text, color: line.color, end: MarchingSquares.Point(x: $0.0, y: $0.1),
          middle: $0.1)
      }
    }
  }

  private static func keyEntries(_ chart: Chart, includesLines: Bool) -> [KeyEntry] {
    chart.layers.flatMap { layer -> [KeyEntry] in
      switch layer {
      case .points(let layer):
        guard let label = layer.label else { return [] }
        let allHollow = !layer.points.isEmpty && layer.points.allSatisfy(\.isHollow)
        return [KeyEntry(swatch: allHollow ? .hollowDot : .dot, color: layer.color, text: label)]
      case .line(let layer):
        guard includesLines, let label = layer.label, !label.isEmpty else { return [] }
        return [
          KeyEntry(swatch: layer.isDashed ? .dashedLine : .line, color: layer.color, text: label)
        ]
      case .band(let layer):
        return layer.label.map { [KeyEntry(swatch: .area, color: layer.color, text: $0)] } ?? []
      case .bars(let layer):
        return layer.label.map { [KeyEntry(swatch: .area, color: layer.color, text: $0)] } ?? []
      case .heat(let layer):
        guard let label = layer.label, let extent = layer.extent else { return [] }
        let ends = Ticks.labels([extent.lowerBound, extent.upperBound], layer.roundedFormat)
        return [
          KeyEntry(
            swatch: layer.midpoint == nil ? .ramp : .divergingRamp, color: .ink,
            text: "\(label): \(ends[0]) to \(ends[1])")
        ]
      case .rule, .contour, .text: return []
      }
    }
  }
}
