internal import Optimization
internal import RealModule

/// A bounded metric as a sigmoid of a linear combination: l + (u − l)·σ(a + b·x) [L13].
struct SigmoidRegression: Sendable {
  /// a, then b.
  let coefficients: [Double]
  /// l and u.
  let range: ClosedRange<Double>

  /// Fits by least squares of the metric, which approaches the ends of the range, damped
  /// Gauss–Newton from the regression of the logit; one array of predictors a row.
  init(predictors: [[Double]], response: [Double], range: ClosedRange<Double>) {
    self.range = range
    let width = range.upperBound - range.lowerBound
    let rows = predictors.map { [1] + $0 }
    let order = (predictors.first?.count ?? 0) + 1
    // A hundredth of the room keeps the logit of values at the ends finite.
    let logits = response.map { value -> Double in
      let share = min(max((value - range.lowerBound) / width, 0.01), 0.99)
      return Double.log(share / (1 - share))
    }
    // Columns are scaled, so that one small ridge means the same for each of them.
    let scales = (0..<order).map { column in
      max(
        (rows.reduce(0) { $0 + $1[column] * $1[column] } / Double(max(rows.count, 1))).squareRoot(),
        1e-300)
    }
    let scaled = rows.map { row in zip(row, scales).map { $0 / $1 } }
    func solve(_ jacobian: [[Double]], _ target: [Double], _ damping: Double) -> [Double]? {
      var gram = SymmetricMatrix(order: order)
      var right = [Double](repeating: 0, count: order)
      for (row, value) in zip(jacobian, target) {
        for a in 0..<order {
          right[a] += row[a] * value
          for b in 0..<order { gram[a, b] += row[a] * row[b] }
        }
      }
      let trace = (0..<order).reduce(0) { $0 + gram[$1, $1] }
      for a in 0..<order { gram[a, a] += damping * gram[a, a] + 1e-10 * trace }
      return gram.choleskyFactor()?.solve(right)
    }
    func share(_ point: [Double], _ row: [Double]) -> Double {
      1 / (1 + Double.exp(-zip(point, row).reduce(0) { $0 + $1.0 * $1.1 }))
    }
    func cost(_ point: [Double]) -> Double {
      zip(scaled, response).reduce(0) { sum, pair in
        let error = pair.1 - range.lowerBound - width * share(point, pair.0)
        return sum + error * error
      }
    }
    var point = solve(scaled, logits, 0) ?? [Double](repeating: 0, count: order)
    var best = cost(point)
    var damping = 1e-3
    for _ in 0..<200 {
      var jacobian: [[Double]] = []
      var errors: [Double] = []
      for (row, value) in zip(scaled, response) {
        let s = share(point, row)
        jacobian.append(row.map { $0 * width * s * (1 - s) })
        errors.append(value - range.lowerBound - width * s)
      }
      guard let step = solve(jacobian, errors, damping) else { break }
      let trial = zip(point, step).map { $0 + $1 }
      let value = cost(trial)
      if value < best {
        let gain = best - value
        point = trial
        best = value
        damping = max(damping / 4, 1e-12)
        if gain <= 1e-14 * best { break }
      } else {
        damping *= 8
        if damping > 1e10 { break }
      }
    }
    coefficients = zip(point, scales).map { $0 / $1 }
  }

  func predict(_ predictors: [Double]) -> Double {
    let height =
      coefficients[0] + zip(coefficients.dropFirst(), predictors).reduce(0) { $0 + $1.0 * $1.1 }
    return range.lowerBound + (range.upperBound - range.lowerBound) / (1 + Double.exp(-height))
  }
}
