/// A tall matrix by columns, factored as QR with Householder reflections: its error grows with the
/// condition number, not with its square as through the normal equations.
struct HouseholderQR {
  /// The upper triangle, `r[column][row]`.
  private(set) var r: [[Double]]
  /// The first p entries of Qᵀy.
  private(set) var rotatedResponse: [Double]

  /// Factors the columns and rotates the response with them.
  ///
  /// - Throws: `rankDeficient` at a column that those before it span up to rounding.
  init(columns: [[Double]], response: [Double]) throws(StatisticsError) {
    var a = columns
    var y = response
    let rows = response.count
    for j in a.indices {
      let original = norm(a[j][...])
      let length = norm(a[j][j...])
      guard length > 1e-12 * original, length > 0 else {
        throw .rankDeficient(column: j)
      }
      let alpha = a[j][j] > 0 ? -length : length
      var v = Array(a[j][j...])
      v[0] -= alpha
      let square = v.reduce(0) { $0 + $1 * $1 }
      func reflect(_ target: inout [Double]) {
        var dot = 0.0
        for i in j..<rows { dot += v[i - j] * target[i] }
        let factor = 2 * dot / square
        for i in j..<rows { target[i] -= factor * v[i - j] }
      }
      for k in j..<a.count { reflect(&a[k]) }
      reflect(&y)
    }
    r = a.indices.map { Array(a[$0][0...$0]) }
    rotatedResponse = Array(y[..<a.count])
  }

  /// The solution of `R x = Qᵀy`.
  func solution() -> [Double] {
    var x = rotatedResponse
    for j in x.indices.reversed() {
      x[j] /= r[j][j]
      for i in 0..<j { x[i] -= r[j][i] * x[j] }
    }
    return x
  }

  /// `(XᵀX)⁻¹ = R⁻¹R⁻ᵀ`, rows of rows.
  func inverseGram() -> [[Double]] {
    let p = r.count
    var inverse = [[Double]](repeating: Array(repeating: 0, count: p), count: p)
    for column in 0..<p {
      inverse[column][column] = 1 / r[column][column]
      for row in (0..<column).reversed() {
        var sum = 0.0
        for k in (row + 1)...column { sum += r[k][row] * inverse[k][column] }
        inverse[row][column] = -sum / r[row][row]
      }
    }
    return (0..<p).map { i in
      (0..<p).map { j in
        (max(i, j)..<p).reduce(0) { $0 + inverse[i][$1] * inverse[j][$1] }
      }
    }
  }
}

/// The Euclidean length.
func norm(_ values: ArraySlice<Double>) -> Double {
  let largest = values.reduce(0) { max($0, abs($1)) }
  guard largest > 0, largest.isFinite else { return largest }
  return largest * values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}

/// The singular values of a matrix given by columns, by one-sided Jacobi rotations, which find
/// small ones with relative accuracy.
func singularValues(columns: [[Double]]) -> [Double] {
  var a = columns
  for _ in 0..<60 {
    var rotated = false
    for i in a.indices {
      for j in (i + 1)..<max(a.count, i + 1) {
        var alpha = 0.0
        var beta = 0.0
        var gamma = 0.0
        for k in a[i].indices {
          alpha += a[i][k] * a[i][k]
          beta += a[j][k] * a[j][k]
          gamma += a[i][k] * a[j][k]
        }
        if abs(gamma) <= 1e-15 * (alpha * beta).squareRoot() { continue }
        rotated = true
        let zeta = (beta - alpha) / (2 * gamma)
        let t = (zeta >= 0 ? 1.0 : -1.0) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
        let c = 1 / (1 + t * t).squareRoot()
        for k in a[i].indices {
          let x = a[i][k]
          a[i][k] = c * (x - t * a[j][k])
          a[j][k] = c * (t * x + a[j][k])
        }
      }
    }
    if !rotated { break }
  }
  return a.map { norm($0[...]) }.sorted(by: >)
}
