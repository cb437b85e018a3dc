/// Keeps words on a plot apart: remembers where words stand and finds free places.
struct LabelPlacer {
  /// A rectangle in pixels, y downwards.
  struct Box: Sendable {
    var left: Double
    var top: Double
    var width: Double
    var height: Double

    func overlaps(_ other: Box) -> Bool {
      left < other.left + other.width && other.left < left + width
        && top < other.top + other.height && other.top < top + height
    }

    func contains(_ x: Double, _ y: Double) -> Bool {
      x > left && x < left + width && y > top && y < top + height
    }

    func isInside(_ other: Box) -> Bool {
      left >= other.left && top >= other.top && left + width <= other.left + other.width
        && top + height <= other.top + other.height
    }
  }

  /// Where words may stand.
  let bounds: Box
  let fontSize: Double
  /// Places that words should rather not cover.
  var dots: [MarchingSquares.Point] = []
  private var taken: [Box] = []

  init(bounds: Box, fontSize: Double) {
    self.bounds = bounds
    self.fontSize = fontSize
  }

  /// The box of a line of text whose left end and vertical centre are given.
  func box(_ text: String, left: Double, middle: Double) -> Box {
    Box(
      left: left, top: middle - fontSize * 0.62,
      width: TextMeasure.width(text, fontSize: fontSize), height: fontSize * 1.24)
  }

  /// Takes the free candidate that covers the fewest dots; nil if words stand in all of them.
  mutating func place(_ candidates: [Box]) -> Box? {
    let free = candidates.filter { box in
      box.isInside(bounds) && !taken.contains { $0.overlaps(box) }
    }
    let best = free.enumerated().min { a, b in
      (covered(a.element), a.offset) < (covered(b.element), b.offset)
    }
    guard let box = best?.element else { return nil }
    taken.append(box)
    return box
  }

  private func covered(_ box: Box) -> Int { dots.count { box.contains($0.x, $0.y) } }

  /// Heights as near as possible (least squares) to those wanted, in order, `spacing` apart and
  /// within the limits; the limits must have room for all.
  static func spread(_ wanted: [Double], spacing: Double, within limits: ClosedRange<Double>)
    -> [Double]
  {
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    // With the spacing taken off, the problem is isotonic regression: pool what decreases.
    var blocks: [(sum: Double, count: Int)] = []
    for (rank, index) in order.enumerated() {
      blocks.append((wanted[index] - Double(rank) * spacing, 1))
      while blocks.count > 1 {
        let (a, b) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
        guard a.sum / Double(a.count) > b.sum / Double(b.count) else { break }
        blocks.removeLast(2)
        blocks.append((a.sum + b.sum, a.count + b.count))
      }
    }
    let highest = limits.upperBound - Double(wanted.count - 1) * spacing
    let levels = blocks.flatMap { block in
      let mean = block.sum / Double(block.count)
      let level = min(max(mean, limits.lowerBound), max(limits.lowerBound, highest))
      return [Double](repeating: level, count: block.count)
    }
    var result = wanted
    for (rank, index) in order.enumerated() {
      result[index] = levels[rank] + Double(rank) * spacing
    }
    return result
  }
}
