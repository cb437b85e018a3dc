/// A small symmetric matrix in row-major order, for normal equations of a few dozen unknowns.
public struct SymmetricMatrix: Sendable, Equatable {
  /// The number of rows.
  public let order: Int
  /// All `order · order` elements in row-major order; both triangles are kept.
  public var elements: [Double]

  /// Creates a matrix of zeros.
  public init(order: Int) {
    self.order = order
    elements = [Double](repeating: 0, count: order * order)
  }

  /// The element in a row and column.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * order + column] }
    set { elements[row * order + column] = newValue }
  }

  /// The Cholesky factor of the matrix, or nil where it is not numerically positive definite.
  ///
  /// A pivot below `tolerance` times its diagonal element counts as not positive.
  public func choleskyFactor(tolerance: Double = 1e-14) -> CholeskyFactor? {
    var lower = elements
    for column in 0..<order {
      var pivot = lower[column * order + column]
      let diagonal = pivot
      for k in 0..<column {
        let value = lower[column * order + k]
        pivot -= value * value
      }
      guard pivot > tolerance * diagonal, pivot.isFinite, pivot > 0 else { return nil }
      let root = pivot.squareRoot()
      lower[column * order + column] = root
      for row in column + 1..<max(order, column + 1) {
        var sum = lower[row * order + column]
        for k in 0..<column { sum -= lower[row * order + k] * lower[column * order + k] }
        lower[row * order + column] = sum / root
      }
    }
    return CholeskyFactor(order: order, lower: lower)
  }

  /// The eigenvalues, ascending, with their unit eigenvectors as rows (cyclic Jacobi rotations).
  public func eigenSystem() -> (values: [Double], vectors: [[Double]]) {
    var a = elements
    var v = [Double](repeating: 0, count: order * order)
    for i in 0..<order { v[i * order + i] = 1 }
    for _ in 0..<60 {
      var offDiagonal = 0.0
      for i in 0..<order {
        for j in 0..<i { offDiagonal += a[i * order + j] * a[i * order + j] }
      }
      let scale = (0..<order).reduce(0) { $0 + a[$1 * order + $1] * a[$1 * order + $1] }
      if offDiagonal <= 1e-30 * scale { break }
      for p in 0..<order {
        for q in p + 1..<max(order, p + 1) {
          let apq = a[p * order + q]
          if apq == 0 { continue }
          let theta = (a[q * order + q] - a[p * order + p]) / (2 * apq)
          let sign: Double = theta >= 0 ? 1 : -1
          let t = sign / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<order {
            let akp = a[k * order + p]
            let akq = a[k * order + q]
            a[k * order + p] = c * akp - s * akq
            a[k * order + q] = s * akp + c * akq
          }
          for k in 0..<order {
            let apk = a[p * order + k]
            let aqk = a[q * order + k]
            a[p * order + k] = c * apk - s * aqk
            a[q * order + k] = s * apk + c * aqk
          }
          for k in 0..<order {
            let vkp = v[k * order + p]
            let vkq = v[k * order + q]
            v[k * order + p] = c * vkp - s * vkq
            v[k * order + q] = s * vkp + c * vkq
          }
        }
      }
    }
    let ascending = (0..<order).sorted { a[$0 * order + $0] < a[$1 * order + $1] }
    return (
      ascending.map { a[$0 * order + $0] },
      ascending.map { column in (0..<order).map { v[$0 * order + column] } }
    )
  }
}

/// The lower triangle L of A = L·Lᵀ.
public struct CholeskyFactor: Sendable {
  let order: Int
  let lower: [Double]

  /// Solves A·x = b.
  public func solve(_ b: [Double]) -> [Double] { solveTransposed(solveLower(b)) }

  /// Solves L·x = b: coordinates in which A is the identity.
  public func solveLower(_ b: [Double]) -> [Double] {
    var x = b
    for row in 0..<order {
      var sum = x[row]
      for k in 0..<row { sum -= lower[row * order + k] * x[k] }
      x[row] = sum / lower[row * order + row]
    }
    return x
  }

  /// Solves Lᵀ·x = b: a standard normal b gives an x whose covariance is A⁻¹.
  public func solveTransposed(_ b: [Double]) -> [Double] {
    var x = b
    for row in stride(from: order - 1, through: 0, by: -1) {
      var sum = x[row]
      for k in row + 1..<max(order, row + 1) { sum -= lower[k * order + row] * x[k] }
      x[row] = sum / lower[row * order + row]
    }
    return x
  }

  /// L·x: a standard normal x gives a vector whose covariance is A.
  public func times(_ x: [Double]) -> [Double] {
    (0..<order).map { row in (0...row).reduce(0) { $0 + lower[row * order + $1] * x[$1] } }
  }

  /// The inverse of A.
  public func inverse() -> SymmetricMatrix {
    var result = SymmetricMatrix(order: order)
    for column in 0..<order {
      var unit = [Double](repeating: 0, count: order)
      unit[column] = 1
      let x = solve(unit)
      for row in 0..<order { result[row, column] = x[row] }
    }
    return result
  }
}
