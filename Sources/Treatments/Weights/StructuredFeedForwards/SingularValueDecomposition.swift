/// A matrix W = U S Vᵀ, as the starting values of factorised layers need it.
///
/// Singular vectors of the smaller side are eigenvectors of W Wᵀ (or Wᵀ W); those of the other side
/// follow by multiplication with W, so that U S Vᵀ is W to rounding whatever the condition of W.
public struct SingularValueDecomposition {
  /// The singular values, largest first: min(rows, columns) of them.
  public let values: [Double]

  private let rows: Int
  private let columns: Int
  /// Singular vectors of the smaller side as rows, and W (or Wᵀ) multiplied by them, also as rows.
  private let basis: [Double]
  private let images: [Double]
  private var isWide: Bool { rows <= columns }
  private var small: Int { min(rows, columns) }
  private var large: Int { max(rows, columns) }

  /// Decomposes a matrix, row by row.
  public init(_ matrix: [Double], rows: Int, columns: Int) {
    precondition(matrix.count == rows * columns, "\(matrix.count) numbers for \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    let small = min(rows, columns)
    let large = max(rows, columns)
    // The rows of `wide` are the smaller side's.
    let wide = rows <= columns ? matrix : Self.transposed(matrix, rows: rows, columns: columns)
    let gram = Self.product(
      wide, Self.transposed(wide, rows: small, columns: large), small, large, small)
    let eigen = SymmetricEigenvectors(gram, count: small)
    let order = (0..<small).sorted { (-eigen.values[$0], $0) < (-eigen.values[$1], $1) }
    var basis: [Double] = []
    basis.reserveCapacity(small * small)
    for index in order { basis += eigen.vectors[index * small..<(index + 1) * small] }
    let images = Self.product(basis, wide, small, small, large)
    values = (0..<small).map { row in
      images[row * large..<(row + 1) * large].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    self.basis = basis
    self.images = images
  }

  /// The factors of the best approximation of some rank, at most the smaller side, each with half of
  /// the singular values: U √S, `[rows, rank]`, and √S Vᵀ, `[rank, columns]`.
  public func halves(rank: Int) -> (left: [Double], right: [Double]) {
    precondition(rank >= 0 && rank <= small, "rank \(rank) of \(rows) × \(columns)")
    var basis = Array(basis.prefix(rank * small))
    var images = Array(images.prefix(rank * large))
    for row in 0..<rank {
      let root = values[row].squareRoot()
      for index in 0..<small { basis[row * small + index] *= root }
      // A direction that W maps to zero stays zero.
      let inverse = root > 0 ? 1 / root : 0
      for index in 0..<large { images[row * large + index] *= inverse }
    }
    return isWide
      ? (Self.transposed(basis, rows: rank, columns: small), images)
      : (Self.transposed(images, rows: rank, columns: large), basis)
  }

  /// U Vᵀ: the nearest matrix with orthonormal rows or columns, whichever are fewer.
  public func orthonormal() -> [Double] {
    var images = images
    for row in 0..<small {
      let inverse = values[row] > 0 ? 1 / values[row] : 0
      for index in 0..<large { images[row * large + index] *= inverse }
    }
    var wide = Self.product(
      Self.transposed(basis, rows: small, columns: small), images, small, small, large)
    // Small singular values cost digits through W Wᵀ; X ← (3 X − X Xᵀ X)/2 squares what is missing.
    for _ in 0..<2 {
      let gram = Self.product(
        wide, Self.transposed(wide, rows: small, columns: large), small, large, small)
      let correction = Self.product(gram, wide, small, small, large)
      for index in wide.indices { wide[index] = 1.5 * wide[index] - 0.5 * correction[index] }
    }
    return isWide ? wide : Self.transposed(wide, rows: small, columns: large)
  }

  /// The product of an `[m, k]` and a `[k, n]` matrix.
  static func product(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    var result = Array(repeating: 0.0, count: m * n)
    result.withUnsafeMutableBufferPointer { result in
      b.withUnsafeBufferPointer { b in
        for row in 0..<m {
          for index in 0..<k {
            let factor = a[row * k + index]
            for column in 0..<n { result[row * n + column] += factor * b[index * n + column] }
          }
        }
      }
    }
    return result
  }

  static func transposed(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
    var result = Array(repeating: 0.0, count: matrix.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = matrix[row * columns + column] }
    }
    return result
  }
}
