/// A smooth curve through points, built of cubics with given slopes at the knots.
///
/// Iso-FLOP curves are read off such interpolants: Akima's for a smooth valley that one outlier
/// does not make oscillate, the monotone one where no new extremum may appear.
public struct CubicInterpolation: Sendable {
  /// How the slopes at the knots are chosen.
  public enum Method: Sendable, Hashable {
    /// Akima (1970): weights that ignore a slope which differs from its neighbours.
    case akima
    /// Fritsch and Butland (1984), known as PCHIP: monotone wherever the data are.
    case monotone
  }

  /// The abscissae in ascending order.
  public let knots: [Double]
  /// The ordinates.
  public let values: [Double]
  /// The derivative at each knot.
  public let slopes: [Double]

  /// Creates the interpolant of points in any order.
  ///
  /// - Throws: `StatisticsError` for fewer than two points, non-finite numbers or a repeated
  ///   abscissa.
  public init(x: [Double], y: [Double], method: Method) throws(StatisticsError) {
    guard x.count > 1 else { throw .tooFewPoints(found: x.count, needed: 2) }
    try checkColumn(x, "abscissa", x.count)
    try checkColumn(y, "ordinate", x.count)
    let order = x.indices.sorted { x[$0] < x[$1] }
    for (previous, next) in zip(order, order.dropFirst()) where x[previous] == x[next] {
      throw .invalidValue(what: "repeated abscissa", index: next, value: x[next])
    }
    knots = order.map { x[$0] }
    values = order.map { y[$0] }
    slopes =
      switch method {
      case .akima: Self.akimaSlopes(knots, values)
      case .monotone: Self.monotoneSlopes(knots, values)
      }
  }

  /// The curve at x; nil outside the knots, where an interpolant knows nothing.
  public func value(at x: Double) -> Double? {
    segment(x).map { i in
      let h = knots[i + 1] - knots[i]
      let t = (x - knots[i]) / h
      let u = 1 - t
      return u * u * ((1 + 2 * t) * values[i] + t * h * slopes[i])
        + t * t * ((3 - 2 * t) * values[i + 1] - u * h * slopes[i + 1])
    }
  }

  /// The derivative of the curve at x; nil outside the knots.
  public func derivative(at x: Double) -> Double? {
    segment(x).map { i in
      let h = knots[i + 1] - knots[i]
      let t = (x - knots[i]) / h
      return 6 * t * (1 - t) * (values[i + 1] - values[i]) / h
        + (1 - t) * (1 - 3 * t) * slopes[i] + t * (3 * t - 2) * slopes[i + 1]
    }
  }

  /// The lowest point of the curve.
  ///
  /// `isInterior` is false where it lies on the first or last knot, that is where the data do not
  /// bracket a minimum.
  public func minimum() -> (x: Double, value: Double, isInterior: Bool) {
    var best = (x: knots[0], value: values[0])
    func consider(_ x: Double, _ value: Double) { if value < best.value { best = (x, value) } }
    for i in 0..<(knots.count - 1) {
      consider(knots[i + 1], values[i + 1])
      let h = knots[i + 1] - knots[i]
      let secant = (values[i + 1] - values[i]) / h
      // The derivative in t is quadratic: a t² + b t + slopes[i].
      let a = 3 * (slopes[i] + slopes[i + 1] - 2 * secant)
      let b = 2 * (3 * secant - 2 * slopes[i] - slopes[i + 1])
      for t in realRoots(a, b, slopes[i]) where t > 0 && t < 1 {
        let x = knots[i] + t * h
        if let value = value(at: x) { consider(x, value) }
      }
    }
    return (best.x, best.value, best.x > knots[0] && best.x < knots[knots.count - 1])
  }

  private func segment(_ x: Double) -> Int? {
    guard x >= knots[0], x <= knots[knots.count - 1] else { return nil }
    var low = 0
    var high = knots.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if knots[middle] <= x { low = middle } else { high = middle }
    }
    return low
  }

  private static func secants(_ x: [Double], _ y: [Double]) -> [Double] {
    (1..<x.count).map { (i: Int) -> Double in
      let rise: Double = y[i] - y[i - 1]
      return rise / (x[i] - x[i - 1])
    }
  }

  private static func akimaSlopes(_ x: [Double], _ y: [Double]) -> [Double] {
    let inner = secants(x, y)
    let n = inner.count
    if n == 1 { return [inner[0], inner[0]] }
    // Two secants are continued beyond each end as if the second difference were constant.
    let first = 2 * inner[0] - inner[1]
    let last = 2 * inner[n - 1] - inner[n - 2]
    let m = [2 * first - inner[0], first] + inner + [last, 2 * last - inner[n - 1]]
    let changes: [Double] = zip(m, m.dropFirst()).map { abs($1 - $0) }
    let largest = zip(changes, changes.dropFirst(2)).map { $0 + $1 }.max() ?? 0
    return x.indices.map { i in
      let before = changes[i]
      let after = changes[i + 2]
      // Where the weights vanish the slope is ambiguous; the mean is Akima's choice.
      guard before + after > 1e-9 * largest else { return (m[i] + m[i + 3]) / 2 }
      return (after * m[i + 1] + before * m[i + 2]) / (before + after)
    }
  }

  private static func monotoneSlopes(_ x: [Double], _ y: [Double]) -> [Double] {
    let m = secants(x, y)
    if m.count == 1 { return [m[0], m[0]] }
    let h: [Double] = zip(x, x.dropFirst()).map { $1 - $0 }
    var slopes = [Double](repeating: 0, count: x.count)
    for i in 1..<m.count where m[i - 1] * m[i] > 0 {
      let left = 2 * h[i] + h[i - 1]
      let right = h[i] + 2 * h[i - 1]
      slopes[i] = (left + right) / (left / m[i - 1] + right / m[i])
    }
    let n = m.count
    slopes[0] = monotoneEnd(h[0], h[1], m[0], m[1])
    slopes[n] = monotoneEnd(h[n - 1], h[n - 2], m[n - 1], m[n - 2])
    return slopes
  }

  /// A three-point slope at an end, limited so that the curve keeps the data's direction.
  private static func monotoneEnd(
    _ h0: Double, _ h1: Double, _ m0: Double, _ m1: Double
  ) -> Double {
    let slope = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    if slope * m0 <= 0 { return 0 }
    if m0 * m1 <= 0, abs(slope) > 3 * abs(m0) { return 3 * m0 }
    return slope
  }
}

/// The real roots of a t² + b t + c.
func realRoots(_ a: Double, _ b: Double, _ c: Double) -> [Double] {
  if a == 0 { return b == 0 ? [] : [-c / b] }
  let discriminant = b * b - 4 * a * c
  guard discriminant >= 0 else { return [] }
  // The stable form: the root of larger magnitude first, the other from the product.
  let q = -0.5 * (b + (b < 0 ? -1 : 1) * discriminant.squareRoot())
  return q == 0 ? [0] : [q / a, c / q]
}
