internal import RealModule

/// The restricted likelihood of crossed random effects, as a function of the ratios of their
/// variances to the error's.
///
/// With `Λ² = diag(ratios)` the covariance is `σ²(I + ZΛ²Zᵀ)`, whose inverse and determinant follow
/// from the Cholesky factor of `I + ΛZᵀZΛ`, which is as large as there are levels.
struct RestrictedLikelihood {
  private let rows: Int
  private let gramX: [[Double]]
  private let momentsX: [Double]
  private let square: Double
  private let gramZ: [[Double]]
  private let crossed: [[Double]]
  private let momentsZ: [Double]
  /// The factor of each level.
  private let owner: [Int]
  private let factors: Int

  /// What the likelihood has at its maximum over everything but the ratios.
  struct Solution {
    var coefficients: [Double]
    var residualVariance: Double
    var deviance: Double
  }

  /// - Parameters:
  ///   - predictors: the fixed effects, independent of each other.
  ///   - residuals: the response less its least squares fit, which loses no digits later.
  ///   - groups: for each factor the level of each row, from 0.
  init(predictors: [[Double]], residuals: [Double], groups: [[Int]]) {
    rows = residuals.count
    factors = groups.count
    func dot(_ a: [Double], _ b: [Double]) -> Double {
      var sum = 0.0
      for i in a.indices { sum += a[i] * b[i] }
      return sum
    }
    gramX = predictors.map { a in predictors.map { dot(a, $0) } }
    momentsX = predictors.map { dot($0, residuals) }
    square = dot(residuals, residuals)
    var owner: [Int] = []
    var offsets: [Int] = []
    for (factor, group) in groups.enumerated() {
      offsets.append(owner.count)
      owner += Array(repeating: factor, count: (group.max() ?? -1) + 1)
    }
    var gram = [[Double]](repeating: Array(repeating: 0, count: owner.count), count: owner.count)
    var crossed = [[Double]](
      repeating: Array(repeating: 0, count: predictors.count), count: owner.count)
    var moments = [Double](repeating: 0, count: owner.count)
    for row in residuals.indices {
      let levels = groups.indices.map { offsets[$0] + groups[$0][row] }
      for a in levels {
        for b in levels { gram[a][b] += 1 }
        for (column, predictor) in predictors.enumerated() { crossed[a][column] += predictor[row] }
        moments[a] += residuals[row]
      }
    }
    gramZ = gram
    self.crossed = crossed
    momentsZ = moments
    self.owner = owner
  }

  /// The fixed effects, error variance and deviance for given ratios of variances.
  func solution(_ ratios: [Double]) -> Solution {
    let p = gramX.count
    let roots = owner.map { ratios[$0].squareRoot() }
    let q = owner.count
    var logDeterminant = 0.0
    var reducedX = gramX
    var reducedMoments = momentsX
    var reducedSquare = square
    if q > 0 {
      var matrix = [[Double]](repeating: Array(repeating: 0, count: q), count: q)
      for i in 0..<q {
        for j in 0...i { matrix[i][j] = roots[i] * gramZ[i][j] * roots[j] + (i == j ? 1 : 0) }
      }
      // Cholesky, with [ΛZᵀX, ΛZᵀy] solved beside it.
      var half = (0..<q).map { i in
        crossed[i].map { roots[i] * $0 } + [roots[i] * momentsZ[i]]
      }
      for i in 0..<q {
        for j in 0...i {
          var sum = matrix[i][j]
          for k in 0..<j { sum -= matrix[i][k] * matrix[j][k] }
          matrix[i][j] = i == j ? max(sum, 1e-300).squareRoot() : sum / matrix[j][j]
        }
        for column in 0...p {
          var sum = half[i][column]
          for k in 0..<i { sum -= matrix[i][k] * half[k][column] }
          half[i][column] = sum / matrix[i][i]
        }
        logDeterminant += 2 * .log(matrix[i][i])
      }
      for row in half {
        for i in 0..<p {
          for j in 0..<p { reducedX[i][j] -= row[i] * row[j] }
          reducedMoments[i] -= row[i] * row[p]
        }
        reducedSquare -= row[p] * row[p]
      }
    }
    let (inverse, logX) = inverted(reducedX)
    let coefficients = (0..<p).map { i in
      (0..<p).reduce(0) { $0 + inverse[i][$1] * reducedMoments[$1] }
    }
    let explained = zip(coefficients, reducedMoments).reduce(0) { $0 + $1.0 * $1.1 }
    let freedom = Double(rows - p)
    // Rounding may not make a sum of squares vanish.
    let squares = max(reducedSquare - explained, 1e-13 * square, 1e-300)
    let variance = squares / freedom
    return Solution(
      coefficients: coefficients, residualVariance: variance,
      deviance: freedom * .log(variance) + logDeterminant + logX)
  }

  /// Above this ratio of variances the error counts as none.
  private static let largestRatio = 1e8

  /// The ratios that minimise the deviance, zero at least: one factor after the other until none
  /// moves. The deviance is smooth in the root of a ratio, so that zero is an ordinary point.
  func minimised() -> [Double] {
    var roots = [Double](repeating: 0, count: factors)
    func deviance(_ factor: Int, _ root: Double) -> Double {
      var moved = roots
      moved[factor] = root
      return solution(moved.map { $0 * $0 }).deviance
    }
    let largest = Self.largestRatio.squareRoot()
    for sweep in 0..<60 {
      var change = 0.0
      for factor in 0..<factors {
        let before = roots[factor]
        var bracket = (0.0, largest)
        // The first rounds look everywhere, the later ones around what was found.
        if sweep < 2 || before == 0 {
          let grid = [0] + (0...20).map { 0.01 * .pow(10, Double($0) * 0.3) }
          let values = grid.map { deviance(factor, $0) }
          let best = values.indices.min { values[$0] < values[$1] } ?? 0
          bracket = (grid[max(best - 1, 0)], grid[min(best + 1, grid.count - 1)])
        } else {
          bracket = (before * 0.7, before * 1.4)
        }
        roots[factor] = Self.minimum(bracket) { deviance(factor, $0) }
        // A variance that gains nothing on zero is zero.
        if deviance(factor, 0) <= deviance(factor, roots[factor]) + 1e-10 { roots[factor] = 0 }
        change = max(change, abs(roots[factor] - before) / max(before, 1e-3))
      }
      // A minimum is known to the root of the rounding of the deviance.
      if change < 1e-6 || (factors == 1 && sweep > 0) { break }
    }
    return roots.map { $0 * $0 }
  }

  /// The minimum of a function with one valley in a bracket: parabolas where they behave, golden
  /// sections where they do not (Brent).
  private static func minimum(
    _ bracket: (low: Double, high: Double), _ function: (Double) -> Double
  ) -> Double {
    let golden = (3 - 5.0.squareRoot()) / 2
    var (low, high) = bracket
    var x = low + golden * (high - low)
    var (w, v) = (x, x)
    var fx = function(x)
    var (fw, fv) = (fx, fx)
    var (step, before) = (0.0, 0.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      let tolerance = 1e-9 * abs(x) + 1e-12
      if abs(x - middle) <= 2 * tolerance - (high - low) / 2 { break }
      var isParabolic = false
      if abs(before) > tolerance {
        let r = (x - w) * (fx - fv)
        var q = (x - v) * (fx - fw)
        var p = (x - v) * q - (x - w) * r
        q = 2 * (q - r)
        if q > 0 { p = -p }
        q = abs(q)
        let last = before
        before = step
        if abs(p) < abs(q * last / 2), p > q * (low - x), p < q * (high - x) {
          step = p / q
          isParabolic = true
          let u = x + step
          if u - low < 2 * tolerance || high - u < 2 * tolerance {
            step = middle >= x ? tolerance : -tolerance
          }
        }
      }
      if !isParabolic {
        before = x >= middle ? low - x : high - x
        step = golden * before
      }
      let u = x + (abs(step) >= tolerance ? step : step > 0 ? tolerance : -tolerance)
      let fu = function(u)
      if fu <= fx {
        if u >= x { low = x } else { high = x }
        (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu)
      } else {
        if u < x { low = u } else { high = u }
        if fu <= fw || w == x {
          (v, fv, w, fw) = (w, fw, u, fu)
        } else if fu <= fv || v == x || v == w {
          (v, fv) = (u, fu)
        }
      }
    }
    return x
  }
}

/// The inverse of a small positive definite matrix, and the logarithm of its determinant.
func inverted(_ matrix: [[Double]]) -> (inverse: [[Double]], logDeterminant: Double) {
  let n = matrix.count
  var lower = matrix
  var logDeterminant = 0.0
  for i in 0..<n {
    for j in 0...i {
      var sum = matrix[i][j]
      for k in 0..<j { sum -= lower[i][k] * lower[j][k] }
      lower[i][j] = i == j ? max(sum, 1e-300).squareRoot() : sum / lower[j][j]
    }
    logDeterminant += 2 * .log(lower[i][i])
  }
  var inverse = [[Double]](repeating: Array(repeating: 0, count: n), count: n)
  for column in 0..<n {
    var x = [Double](repeating: 0, count: n)
    for i in 0..<n {
      var sum = i == column ? 1.0 : 0
      for k in 0..<i { sum -= lower[i][k] * x[k] }
      x[i] = sum / lower[i][i]
    }
    for i in (0..<n).reversed() {
      var sum = x[i]
      for k in (i + 1)..<max(n, i + 1) { sum -= lower[k][i] * x[k] }
      x[i] = sum / lower[i][i]
    }
    for i in 0..<n { inverse[i][column] = x[i] }
  }
  return (inverse, logDeterminant)
}
