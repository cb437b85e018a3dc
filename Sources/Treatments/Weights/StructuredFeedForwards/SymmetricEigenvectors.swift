internal import Foundation

/// The eigenvalues of a symmetric matrix and an orthonormal basis of eigenvectors.
///
/// Householder's reflections make the matrix tridiagonal, implicitly shifted QL steps make it
/// diagonal (Golub and Van Loan, section 8.3): of the order of 9·n³ operations.
struct SymmetricEigenvectors {
  /// The eigenvalues in no particular order.
  private(set) var values: [Double]
  /// Row i is the eigenvector of `values[i]`, `[n, n]`.
  private(set) var vectors: [Double]

  private let count: Int

  /// Decomposes a symmetric matrix, `[count, count]`.
  init(_ matrix: [Double], count: Int) {
    self.count = count
    values = Array(repeating: 0, count: count)
    vectors = Array(repeating: 0, count: count * count)
    var offDiagonal = Array(repeating: 0.0, count: count)
    tridiagonalize(matrix, &offDiagonal)
    diagonalize(&offDiagonal)
  }

  /// Leaves the diagonal in `values` and the product of all reflections in `vectors`.
  private mutating func tridiagonalize(_ matrix: [Double], _ offDiagonal: inout [Double]) {
    let n = count
    var a = matrix
    var reflections: [[Double]] = []
    for column in 0..<max(n - 2, 0) {
      let start = column + 1
      var v = Array(repeating: 0.0, count: n)
      for row in start..<n { v[row] = a[row * n + column] }
      let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      offDiagonal[column] = v[start] > 0 ? -norm : norm
      v[start] -= offDiagonal[column]
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0 {
        for row in start..<n { v[row] /= length }
        reflect(&a, v, from: start)
      }
      reflections.append(v)
    }
    for row in 0..<n { values[row] = a[row * n + row] }
    if n > 1 { offDiagonal[n - 2] = a[(n - 1) * n + n - 2] }
    for row in 0..<n { vectors[row * n + row] = 1 }
    // vectors = (H₀ H₁ …)ᵀ, so that eigenvectors are rows and rotations work on whole rows.
    for v in reflections.reversed() {
      for row in 0..<n {
        var dot = 0.0
        for index in 0..<n { dot += v[index] * vectors[row * n + index] }
        if dot == 0 { continue }
        for index in 0..<n { vectors[row * n + index] -= 2 * dot * v[index] }
      }
    }
  }

  /// a ← H a H with H = 1 − 2 v vᵀ, on the rows and columns from `start` on.
  private func reflect(_ a: inout [Double], _ v: [Double], from start: Int) {
    let n = count
    var w = Array(repeating: 0.0, count: n)
    for row in start..<n {
      let factor = v[row]
      if factor == 0 { continue }
      for index in start..<n { w[index] += factor * a[row * n + index] }
    }
    let inner = zip(v, w).reduce(0) { $0 + $1.0 * $1.1 }
    for index in start..<n { w[index] = 2 * (w[index] - inner * v[index]) }
    for row in start..<n {
      let (x, y) = (v[row], w[row])
      for index in start..<n { a[row * n + index] -= x * w[index] + y * v[index] }
    }
  }

  private mutating func diagonalize(_ e: inout [Double]) {
    for first in 0..<count {
      while true {
        var last = first
        while last < count - 1 {
          let size = abs(values[last]) + abs(values[last + 1])
          if abs(e[last]) <= size * 0x1p-53 { break }
          last += 1
        }
        if last == first { break }
        step(first, last, &e)
      }
    }
  }

  /// One implicitly shifted QL step on the rows from `first` to `last`.
  private mutating func step(_ first: Int, _ last: Int, _ e: inout [Double]) {
    var g = (values[first + 1] - values[first]) / (2 * e[first])
    let root = hypot(g, 1)
    g = values[last] - values[first] + e[first] / (g + (g < 0 ? -root : root))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for index in (first..<last).reversed() {
      let f = sine * e[index]
      let b = cosine * e[index]
      let r = hypot(f, g)
      e[index + 1] = r
      if r == 0 {
        values[index + 1] -= shift
        e[last] = 0
        return
      }
      sine = f / r
      cosine = g / r
      g = values[index + 1] - shift
      let s = (values[index] - g) * sine + 2 * cosine * b
      shift = sine * s
      values[index + 1] = g + shift
      g = cosine * s - b
      rotate(index, sine, cosine)
    }
    values[first] -= shift
    e[first] = g
    e[last] = 0
  }

  private mutating func rotate(_ row: Int, _ sine: Double, _ cosine: Double) {
    let n = count
    vectors.withUnsafeMutableBufferPointer { buffer in
      let upper = UnsafeMutableBufferPointer(rebasing: buffer[row * n..<(row + 1) * n])
      let lower = UnsafeMutableBufferPointer(rebasing: buffer[(row + 1) * n..<(row + 2) * n])
      for index in 0..<n {
        let (x, y) = (upper[index], lower[index])
        lower[index] = sine * x + cosine * y
        upper[index] = cosine * x - sine * y
      }
    }
  }
}
