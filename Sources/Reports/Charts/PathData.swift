/// Path data of SVG with a tenth of a pixel as its unit, written as short as possible.
///
/// Coordinates are kept as whole tenths, so relative steps cannot add up rounding errors.
enum PathData {
  typealias Point = MarchingSquares.Point

  /// A number with one decimal: 12.34 is "12.3", 0.5 is ".5", 3 is "3".
  static func number(_ value: Double) -> String { tenths(toTenths(value)) }

  static func polyline(_ points: [Point]) -> String {
    runs(points).map { run in steps(simplified(run)) }.joined()
  }

  static func area(upper: [Point], lower: [Point]) -> String {
    // Both edges must break at the same place.
    let broken = zip(upper, lower).map { isUsable($0) && isUsable($1) }
    var result = ""
    var start = 0
    while start < broken.count {
      guard broken[start] else {
        start += 1
        continue
      }
      var end = start
      while end < broken.count, broken[end] { end += 1 }
      if end - start > 1 {
        let there = simplified(Array(upper[start..<end]))
        let back = simplified(Array(lower[start..<end]))
        result += steps(there + back.reversed()) + "z"
      }
      start = end
    }
    return result
  }

  /// Dots: zero-length strokes, which round line caps turn into discs.
  static func dots(_ points: [Point]) -> String {
    var result = ""
    var (lastX, lastY) = (0, 0)
    var seen: Set<[Int]> = []
    // Neighbours in the text are neighbours on paper: the steps stay short.
    for point in points.filter(isUsable).sorted(by: { ($0.x, $0.y) < ($1.x, $1.y) }) {
      let (x, y) = (toTenths(point.x), toTenths(point.y))
      guard seen.insert([x, y]).inserted else { continue }
      result += result.isEmpty ? "M" : "m"
      result += pair(x - lastX, y - lastY) + "h0"
      (lastX, lastY) = (x, y)
    }
    return result
  }

  /// The line without points that lie within a fifth of a pixel of it (Douglas and Peucker 1973).
  static func simplified(_ points: [Point], tolerance: Double = 0.2) -> [Point] {
    guard points.count > 2 else { return points }
    var keep = [Bool](repeating: false, count: points.count)
    keep[0] = true
    keep[points.count - 1] = true
    var stack = [(0, points.count - 1)]
    while let (first, last) = stack.popLast() {
      var worst = tolerance
      var index = -1
      for middle in (first + 1)..<max(first + 1, last) {
        let distance = distance(points[middle], points[first], points[last])
        if distance > worst {
          worst = distance
          index = middle
        }
      }
      if index >= 0 {
        keep[index] = true
        stack.append((first, index))
        stack.append((index, last))
      }
    }
    return zip(points, keep).filter(\.1).map(\.0)
  }

  static func isUsable(_ point: Point) -> Bool { point.x.isFinite && point.y.isFinite }

  // MARK: Parts

  private static func runs(_ points: [Point]) -> [[Point]] {
    points.split { !isUsable($0) }.map(Array.init).filter { $0.count > 1 }
  }

  private static func steps(_ points: [Point]) -> String {
    var result = ""
    var (lastX, lastY) = (0, 0)
    for (index, point) in points.enumerated() {
      let (x, y) = (toTenths(point.x), toTenths(point.y))
      result += index == 0 ? "M" + pair(x, y) : "l" + pair(x - lastX, y - lastY)
      (lastX, lastY) = (x, y)
    }
    return result
  }

  private static func pair(_ x: Int, _ y: Int) -> String {
    let second = tenths(y)
    return tenths(x) + (second.hasPrefix("-") ? "" : " ") + second
  }

  private static func toTenths(_ value: Double) -> Int {
    // Far outside the plot exact places do not matter, but the conversion must not trap.
    value.isFinite ? Int(min(1e6, max(-1e6, value * 10)).rounded()) : 0
  }

  private static func tenths(_ value: Int) -> String {
    let (whole, rest) = (abs(value) / 10, abs(value) % 10)
    let sign = value < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return whole == 0 ? "\(sign).\(rest)" : "\(sign)\(whole).\(rest)"
  }

  private static func distance(_ p: Point, _ a: Point, _ b: Point) -> Double {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = dx * dx + dy * dy
    // Distance to the segment, not to the line: a curve may turn back on itself.
    let t = length > 0 ? min(1, max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length)) : 0
    let (ex, ey) = (p.x - a.x - t * dx, p.y - a.y - t * dy)
    return (ex * ex + ey * ey).squareRoot()
  }
}
