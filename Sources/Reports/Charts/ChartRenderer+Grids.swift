internal import Quantities

extension ChartRenderer {
  // MARK: Contours

  mutating func draw(_ layer: ContourLayer) {
    let levels = layer.resolvedLevels
    let labels = Ticks.labels(levels, layer.format)
    // Interpolating in pixels is interpolating in the logarithm along a log axis.
    let xs = layer.xs.map { frame.x.position($0) }
    let ys = layer.ys.map { frame.y.position($0) }
    guard xs.allSatisfy(\.isFinite), ys.allSatisfy(\.isFinite) else { return }
    for (level, label) in zip(levels, labels) {
      let lines = MarchingSquares.isolines(xs: xs, ys: ys, values: layer.values, level: level)
      let data = lines.map { PathData.polyline($0) }.joined()
      guard !data.isEmpty else { continue }
      marks += "<path class=\"contour \(layer.color.cssClass)\" d=\"\(data)\"/>"
      let longest = lines.max { length($0) < length($1) } ?? []
      let extent = TextMeasure.width(label, fontSize: frame.fontSize)
      guard length(longest) > 1.6 * extent else { continue }
      let candidates = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9].map { share in
        let at = point(along: longest, share)
        return placer.box(label, left: at.x - extent / 2, middle: at.y)
      }
      guard let box = placer.place(candidates) else { continue }
      // A halo alone lets the line show through between the letters.
      words += "<rect class=\"paper\" x=\"\(px(frame.plot.left + box.left))\""
      words += " y=\"\(px(frame.plot.top + box.top + 2))\" width=\"\(px(box.width))\""
      words += " height=\"\(px(box.height - 4))\"/>"
      write(label, in: box, color: layer.color)
    }
  }

  private func length(_ line: [Point]) -> Double {
    zip(line, line.dropFirst()).reduce(0) { $0 + distance($1.0, $1.1) }
  }

  private func point(along line: [Point], _ share: Double) -> Point {
    var rest = length(line) * share
    for (a, b) in zip(line, line.dropFirst()) {
      let step = distance(a, b)
      if step >= rest, step > 0 {
        let t = rest / step
        return Point(x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y))
      }
      rest -= step
    }
    return line.last ?? Point(x: 0, y: 0)
  }

  private func distance(_ a: Point, _ b: Point) -> Double {
    ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }

  // MARK: Cells

  mutating func draw(_ layer: HeatLayer) {
    let xs = layer.xEdges.map { frame.x.position($0) }
    let ys = layer.yEdges.map { frame.y.position($0) }
    let texts = layer.values.map { Ticks.labels($0, layer.roundedFormat) }
    // Words in every cell or in none: some without would look like missing values.
    let widest = texts.joined().map { TextMeasure.width($0, fontSize: frame.fontSize) }.max() ?? 0
    let narrowest = zip(xs, xs.dropFirst()).map { abs($1 - $0) }.min() ?? 0
    let lowest = zip(ys, ys.dropFirst()).map { abs($1 - $0) }.min() ?? 0
    let isWritten = widest + 6 < narrowest && frame.lineHeight < lowest
    for (row, values) in layer.values.enumerated() where row + 1 < ys.count {
      for (column, value) in values.enumerated() where column + 1 < xs.count {
        let (left, right) = (min(xs[column], xs[column + 1]), max(xs[column], xs[column + 1]))
        let (top, bottom) = (min(ys[row], ys[row + 1]), max(ys[row], ys[row + 1]))
        // A cell beyond the end of a log axis has no place.
        guard value.isFinite, left.isFinite, right.isFinite, top.isFinite, bottom.isFinite
        else { continue }
        let (opacity, isBelow) = layer.shade(value)
        let shade = opacity.formattedHundredths
        marks += "<path class=\"heat\(isBelow ? " below" : "")\" fill-opacity=\"\(shade)\""
        marks += " d=\"M\(px(left)) \(px(top))H\(px(right))V\(px(bottom))H\(px(left))z\"/>"
        let text = texts[row][column]
        let extent = TextMeasure.width(text, fontSize: frame.fontSize)
        if isWritten {
          let box = placer.box(
            text, left: (left + right - extent) / 2, middle: (top + bottom) / 2)
          guard placer.place([box]) != nil else { continue }
          words += Self.word(
            text, frame.plot.left + (left + right) / 2,
            frame.plot.top + (top + bottom) / 2 + frame.fontSize * 0.35, anchor: "middle",
            style: opacity > 0.72 ? "onheat" : "key")
        }
      }
    }
  }

  // MARK: Bars

  /// Bars of the layer `index` of `count`: each category's place is shared among the layers.
  mutating func draw(_ layer: BarLayer, index: Int, of count: Int) {
    let zero = frame.x.isLog ? 0 : frame.x.position(0)
    let foot = min(frame.plot.width, max(0, zero))
    let place = abs(frame.y.position(1) - frame.y.position(0))
    let thickness = min(22, place * 0.72 / Double(max(1, count)))
    let style = layer.color.cssClass
    var whiskers = ""
    for bar in layer.bars {
      let end = frame.x.position(bar.value)
      let offset = (Double(index) - Double(count - 1) / 2) * thickness
      let middle = frame.y.position(Double(bar.category)) + offset
      guard end.isFinite, middle.isFinite else { continue }
      let half = thickness / 2 - (count > 1 ? 0.5 : 0)
      marks += "<path class=\"bar \(style)\" d=\"M\(px(foot)) \(px(middle - half))"
      marks += "H\(px(end))V\(px(middle + half))H\(px(foot))z\"/>"
      let low = bar.low.map { frame.x.position($0) } ?? end
      let high = bar.high.map { frame.x.position($0) } ?? end
      if bar.low != nil || bar.high != nil, low.isFinite, high.isFinite {
        let cap = min(4, half)
        whiskers += "M\(px(low)) \(px(middle))H\(px(high))"
        whiskers += "M\(px(low)) \(px(middle - cap))v\(px(2 * cap))"
        whiskers += "M\(px(high)) \(px(middle - cap))v\(px(2 * cap))"
      }
      guard let text = bar.text, !text.isEmpty else { continue }
      let extent = TextMeasure.width(text, fontSize: frame.fontSize)
      let (left, right) = (min(foot, end, low, high), max(foot, end, low, high))
      let after = placer.box(text, left: right + 6, middle: middle)
      let before = placer.box(text, left: left - 6 - extent, middle: middle)
      if let box = placer.place(end < foot ? [before, after] : [after, before]) {
        write(text, in: box, color: .ink)
      }
    }
    if !whiskers.isEmpty { marks += "<path class=\"whisker\" d=\"\(whiskers)\"/>" }
  }
}

extension Double {
  /// Two decimals, as an opacity is written.
  fileprivate var formattedHundredths: String { NumberFormat.fixed(self, 2) }
}
