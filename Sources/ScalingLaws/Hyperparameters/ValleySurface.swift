internal import Optimization
internal import Statistics

/// A polynomial through ln loss over the logarithms of one to three hyper-parameters.
struct ValleySurface {
  /// The powers of each term: one exponent a hyper-parameter.
  let powers: [[Int]]
  let coefficients: [Double]
  /// The sum of squared residuals by squared weights: runs far from the valley, whose residuals are
  /// misfit and no noise, would fill a sum by the weights themselves.
  let residualSum: Double
  /// The sum of squared weights less its share for the coefficients.
  let freedom: Double
  /// The middle of the points, which was subtracted from them.
  private let middle: [Double]
  /// The factor of the weighted normal matrix, and the scales of its terms.
  private let factor: CholeskyFactor
  private let scales: [Double]
  /// Σ w²·t·tᵀ, which the covariance has in its middle.
  private let squares: SymmetricMatrix
  /// The box of the points with a weight that counts.
  let box: [ClosedRange<Double>]

  /// The powers of all terms up to a degree; products are left out where hyper-parameters were
  /// varied one at a time.
  private static func powers(axes: Int, degree: Int, crossed: Bool) -> [[Int]] {
    var result: [[Int]] = [[]]
    for _ in 0..<axes {
      result = result.flatMap { head in
        (0...(degree - head.reduce(0, +))).map { head + [$0] }
      }
    }
    return crossed ? result : result.filter { $0.filter { $0 > 0 }.count <= 1 }
  }

  static func terms(axes: Int, degree: Int) -> Int {
    powers(axes: axes, degree: degree, crossed: true).count
  }

  init?(points: [[Double]], values: [Double], weights: [Double], degree: Int) {
    guard let axes = points.first?.count, axes > 0 else { return nil }
    let used = weights.indices.filter { weights[$0] > 0 }
    let middle = (0..<axes).map { axis in mean(used.map { points[$0][axis] }) }
    let heavy = used.filter { weights[$0] > 0.1 }
    guard !heavy.isEmpty else { return nil }
    self.middle = middle
    box = (0..<axes).map { axis in
      let values = heavy.map { points[$0][axis] }
      return (values.min() ?? 0)...(values.max() ?? 0)
    }
    for crossed in axes > 1 ? [true, false] : [true] {
      let powers = Self.powers(axes: axes, degree: degree, crossed: crossed)
      guard used.count >= powers.count else { continue }
      let design = used.map { row in Self.terms(points[row], middle, powers) }
      let scales = powers.indices.map { term in
        max(design.reduce(0) { $0 + $1[term] * $1[term] }.squareRoot(), 1e-300)
      }
      var normal = SymmetricMatrix(order: powers.count)
      var squares = SymmetricMatrix(order: powers.count)
      var moments = [Double](repeating: 0, count: powers.count)
      for (row, terms) in zip(used, design) {
        let weight = weights[row]
        for i in powers.indices {
          moments[i] += weight * terms[i] / scales[i] * values[row]
          for j in powers.indices {
            let product = terms[i] * terms[j] / (scales[i] * scales[j])
            normal[i, j] += weight * product
            squares[i, j] += weight * weight * product
          }
        }
      }
      guard let factor = normal.choleskyFactor(tolerance: 1e-9) else { continue }
      let solution = zip(factor.solve(moments), scales).map { $0 / $1 }
      self.powers = powers
      coefficients = solution
      self.factor = factor
      self.scales = scales
      self.squares = squares
      residualSum = zip(used, design).reduce(0) { sum, row in
        let residual = values[row.0] - zip(row.1, solution).reduce(0) { $0 + $1.0 * $1.1 }
        return sum + weights[row.0] * weights[row.0] * residual * residual
      }
      let total = used.reduce(0) { $0 + weights[$1] * weights[$1] }
      freedom = total * (1 - Double(powers.count) / Double(used.count))
      return
    }
    return nil
  }

  private static func terms(_ x: [Double], _ middle: [Double], _ powers: [[Int]]) -> [Double] {
    powers.map { exponents in
      var product = 1.0
      for (axis, exponent) in exponents.enumerated() {
        for _ in 0..<exponent { product *= x[axis] - middle[axis] }
      }
      return product
    }
  }

  func value(_ x: [Double]) -> Double {
    zip(Self.terms(x, middle, powers), coefficients).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Gradient and second derivatives at a point for any coefficients.
  func slopes(
    _ x: [Double], _ coefficients: [Double]
  ) -> (gradient: [Double], curvature: SymmetricMatrix) {
    let axes = x.count
    var gradient = [Double](repeating: 0, count: axes)
    var curvature = SymmetricMatrix(order: axes)
    func term(_ exponents: [Int]) -> Double { Self.terms(x, middle, [exponents])[0] }
    for (coefficient, exponents) in zip(coefficients, powers) {
      for i in 0..<axes where exponents[i] > 0 {
        var once = exponents
        once[i] -= 1
        let first = coefficient * Double(exponents[i])
        gradient[i] += first * term(once)
        for j in 0..<axes where once[j] > 0 {
          var twice = once
          twice[j] -= 1
          curvature[i, j] += first * Double(once[j]) * term(twice)
        }
      }
    }
    return (gradient, curvature)
  }

  /// The lowest point inside the box of the points: the best of a grid, then Newton's steps along the
  /// axes that are not at an end.
  func minimum() -> [Double] {
    let axes = box.count
    let steps = axes == 1 ? 64 : axes == 2 ? 20 : 9
    var best = box.map(\.lowerBound)
    var least = Double.infinity
    var index = [Int](repeating: 0, count: axes)
    grid: while true {
      let x = zip(box, index).map {
        $0.lowerBound + ($0.upperBound - $0.lowerBound) * Double($1) / Double(steps)
      }
      let height = value(x)
      if height < least { (best, least) = (x, height) }
      for axis in 0..<axes {
        index[axis] += 1
        if index[axis] <= steps { continue grid }
        index[axis] = 0
      }
      break
    }
    for _ in 0..<30 {
      let (gradient, curvature) = slopes(best, coefficients)
      let free = (0..<axes).filter { axis in
        !(best[axis] <= box[axis].lowerBound && gradient[axis] > 0)
          && !(best[axis] >= box[axis].upperBound && gradient[axis] < 0)
      }
      var matrix = SymmetricMatrix(order: free.count)
      for (row, i) in free.enumerated() {
        for (column, j) in free.enumerated() { matrix[row, column] = curvature[i, j] }
      }
      guard !free.isEmpty, let factor = matrix.choleskyFactor() else { break }
      let step = factor.solve(free.map { -gradient[$0] })
      for (axis, change) in zip(free, step) {
        best[axis] = min(max(best[axis] + change, box[axis].lowerBound), box[axis].upperBound)
      }
      if step.allSatisfy({ abs($0) < 1e-12 }) { break }
    }
    return best
  }

  /// The optimum if the noise of the runs had been another: coefficients are moved by their
  /// covariance and the optimum follows them.
  ///
  /// - Returns: ±∞ along an axis where the valley opens or leaves `limits`.
  func moved(
    from optimum: [Double], deviation: Double, limits: [ClosedRange<Double>],
    _ generator: inout SplittableRandom
  ) -> [Double] {
    // The covariance of weighted least squares is G⁻¹·(Σ w² t tᵀ)·G⁻¹ times the variance.
    let middle = squares.choleskyFactor()
    let normals = coefficients.map { _ in deviation * generator.nextNormal() }
    let pushed = middle.map { $0.times(normals) } ?? normals.map { _ in 0 }
    let drawn = zip(coefficients, zip(factor.solve(pushed), scales)).map { $0 + $1.0 / $1.1 }
    var x = optimum
    for _ in 0..<3 {
      let (gradient, curvature) = slopes(x, drawn)
      guard let factor = curvature.choleskyFactor() else {
        return gradient.map { $0 > 0 ? -.infinity : .infinity }
      }
      for (axis, change) in factor.solve(gradient).enumerated() { x[axis] -= change }
      let isOutside = zip(x, limits).contains { $0 < $1.lowerBound || $0 > $1.upperBound }
      if isOutside { break }
    }
    return zip(x, limits).map {
      $0 < $1.lowerBound ? -.infinity : $0 > $1.upperBound ? .infinity : $0
    }
  }
}
