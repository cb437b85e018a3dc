internal import Optimization
internal import RealModule

/// A valley y = c₀ + c₁·f(x − x₀) + c₂·g(x − x₀), fitted by least squares.
///
/// With the exponents α and β of its two sides, f = (e^{βu} − e^{−αu})/(α + β) and
/// g = 2·((e^{−αu} − 1)/α + (e^{βu} − 1)/β)/(α + β): together with the constant they span
/// E + A·e^{−αu} + B·e^{βu}, what E + A·N^(−α) + B·D^(−β) is along a budget. Both exponents zero
/// make f = u and g = u², the parabola of approach 2 [L2].
struct ValleyCurve {
  let centre: Double
  /// α, of the side of small models.
  let left: Double
  /// β, of the side of large models.
  let right: Double
  let coefficients: [Double]
  /// The inverse of the normal equations' matrix: the coefficients' covariance at unit noise.
  private let covariance: SymmetricMatrix

  init?(x: [Double], y: [Double], left: Double = 0, right: Double = 0) {
    guard !x.isEmpty else { return nil }
    let middle = x.reduce(0, +) / Double(x.count)
    var gram = SymmetricMatrix(order: 3)
    var moment = [0.0, 0.0, 0.0]
    for index in x.indices {
      let terms = Self.basis(x[index] - middle, left, right)
      for row in 0..<3 {
        moment[row] += terms[row] * y[index]
        for column in 0..<3 { gram[row, column] += terms[row] * terms[column] }
      }
    }
    guard let factor = gram.choleskyFactor(tolerance: 1e-10) else { return nil }
    centre = middle
    self.left = left
    self.right = right
    coefficients = factor.solve(moment)
    covariance = factor.inverse()
  }

  private static func basis(_ u: Double, _ left: Double, _ right: Double) -> [Double] {
    guard left > 0, right > 0 else { return [1, u, u * u] }
    let fall = Double.expMinusOne(-left * u)
    let rise = Double.expMinusOne(right * u)
    return [1, (rise - fall) / (left + right), 2 * (fall / left + rise / right) / (left + right)]
  }

  var curvature: Double { coefficients[2] }

  /// The lowest point; NaN where the curve has none.
  var vertex: Double {
    let (c1, c2) = (coefficients[1], coefficients[2])
    guard left > 0, right > 0 else {
      return c2 > 0 ? centre - c1 / (2 * c2) : .nan
    }
    let (a, b) = (2 * c2 - left * c1, 2 * c2 + right * c1)
    guard a > 0, b > 0 else { return .nan }
    return centre + Double.log(a / b) / (left + right)
  }

  /// The variance of the lowest point at unit noise, to first order.
  var vertexVariance: Double {
    let (c1, c2) = (coefficients[1], coefficients[2])
    let gradient: [Double]
    if left > 0, right > 0 {
      let (a, b) = (2 * c2 - left * c1, 2 * c2 + right * c1)
      let sum = left + right
      gradient = [0, (-left / a - right / b) / sum, 2 * (1 / a - 1 / b) / sum]
    } else {
      gradient = [0, -1 / (2 * c2), c1 / (2 * c2 * c2)]
    }
    return (0..<3).reduce(0) { sum, row in
      sum + (0..<3).reduce(0) { $0 + gradient[row] * covariance[row, $1] * gradient[$1] }
    }
  }

  func value(at x: Double) -> Double {
    let terms = Self.basis(x - centre, left, right)
    return (0..<3).reduce(0) { $0 + coefficients[$1] * terms[$1] }
  }

  /// The diagonal of the hat matrix at a point that was fitted.
  func leverage(at x: Double) -> Double {
    let terms = Self.basis(x - centre, left, right)
    return (0..<3).reduce(0) { sum, row in
      sum + (0..<3).reduce(0) { $0 + terms[row] * covariance[row, $1] * terms[$1] }
    }
  }
}

/// Valleys of one shape through all budgets: each has its own place, height and width, and all have
/// the exponents of their two sides in common.
///
/// Along every budget E + A·N^(−α) + B·D^(−β) is such a valley, but so are surfaces whose A, B or E
/// change from budget to budget, so that this reads optima where approach 3 would be biased.
struct SharedValleys {
  let left: Double
  let right: Double
  let curves: [ValleyCurve]
  /// The residual variance with the divisor rows − 3·budgets − 2.
  let noise: Double
  /// rows − 3·budgets − 2, at least 1.
  let freedom: Int

  /// Fits the shape by least squares, with each budget's own coefficients eliminated.
  ///
  /// - Parameter budgets: ln N and loss of each budget's runs, at least three sizes each.
  init?(_ budgets: [(x: [Double], y: [Double])]) {
    let rows = budgets.reduce(0) { $0 + $1.x.count }
    func curves(_ shape: (Double, Double)) -> [ValleyCurve]? {
      var result: [ValleyCurve] = []
      for budget in budgets {
        guard
          let curve = ValleyCurve(
            x: budget.x, y: budget.y, left: Double.exp(shape.0), right: Double.exp(shape.1))
        else { return nil }
        result.append(curve)
      }
      return result
    }
    func residuals(_ shape: (Double, Double)) -> [Double]? {
      curves(shape).map { curves in
        zip(curves, budgets).flatMap { curve, budget in
          zip(budget.x, budget.y).map { $1 - curve.value(at: $0) }
        }
      }
    }
    func squares(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    var best: (shape: (Double, Double), residuals: [Double], cost: Double)?
    // Fewer degrees of freedom than these cannot tell a shape: the usual one is assumed.
    let usual = (Double.log(0.35), Double.log(0.3))
    let isFree = rows - 3 * budgets.count - 2 >= 2
    let grid = isFree ? [0.03, 0.1, 0.2, 0.35, 0.6, 1, 1.6].map { Double.log($0) } : []
    let starts = isFree ? grid.flatMap { a in grid.map { (a, $0) } } : [usual]
    for start in starts {
      guard let found = residuals(start) else { continue }
      let cost = squares(found)
      if cost < best?.cost ?? .infinity { best = (start, found, cost) }
    }
    guard var (shape, current, cost) = best else { return nil }
    var damping = 1e-3
    for _ in 0..<(isFree ? 60 : 0) {
      let step = 1e-5
      guard let up0 = residuals((shape.0 + step, shape.1)),
        let down0 = residuals((shape.0 - step, shape.1)),
        let up1 = residuals((shape.0, shape.1 + step)),
        let down1 = residuals((shape.0, shape.1 - step))
      else { break }
      let j0 = zip(up0, down0).map { ($0 - $1) / (2 * step) }
      let j1 = zip(up1, down1).map { ($0 - $1) / (2 * step) }
      let (a, b, d) = (squares(j0), zip(j0, j1).reduce(0) { $0 + $1.0 * $1.1 }, squares(j1))
      let g0 = zip(j0, current).reduce(0) { $0 + $1.0 * $1.1 }
      let g1 = zip(j1, current).reduce(0) { $0 + $1.0 * $1.1 }
      var isBetter = false
      for _ in 0..<12 {
        let (ad, dd) = (a * (1 + damping), d * (1 + damping))
        let determinant = ad * dd - b * b
        guard determinant > 0 else { break }
        let next = (
          min(max(shape.0 - (dd * g0 - b * g1) / determinant, -4.6), 1),
          min(max(shape.1 - (ad * g1 - b * g0) / determinant, -4.6), 1)
        )
        if let found = residuals(next), squares(found) < cost {
          let moved = abs(next.0 - shape.0) + abs(next.1 - shape.1)
          let gained = cost - squares(found)
          isBetter = moved > 1e-9 && gained > 1e-14 * cost
          (shape, current, cost) = (next, found, squares(found))
          damping = max(damping / 5, 1e-9)
          break
        }
        damping *= 4
      }
      if !isBetter { break }
    }
    guard let fitted = curves(shape) else { return nil }
    left = Double.exp(shape.0)
    right = Double.exp(shape.1)
    self.curves = fitted
    freedom = max(rows - 3 * budgets.count - 2, 1)
    noise = cost / Double(freedom)
  }
}
