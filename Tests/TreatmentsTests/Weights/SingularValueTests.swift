import Statistics
import Testing
import Treatments

struct SingularValueTests {
  /// numpy.linalg.svd([[3, 1, 2], [0, 2, -1]], compute_uv=False)
  @Test func valuesOfASmallMatrix() {
    let values = SingularValueDecomposition([3, 1, 2, 0, 2, -1], rows: 2, columns: 3).values
    #expect(abs(values[0] - 14.0.squareRoot()) < 1e-14)
    #expect(abs(values[1] - 5.0.squareRoot()) < 1e-14)
  }

  @Test(arguments: [(7, 7), (5, 12), (12, 5), (40, 64), (1, 3), (3, 1)])
  func allRanksReproduceTheMatrix(rows: Int, columns: Int) {
    let matrix = normal(rows * columns)
    let decomposition = SingularValueDecomposition(matrix, rows: rows, columns: columns)
    let rank = min(rows, columns)
    let (left, right) = decomposition.halves(rank: rank)
    let product = multiply(left, right, rows, rank, columns)
    #expect(zip(product, matrix).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(decomposition.values == decomposition.values.sorted(by: >))
  }

  /// Eckart and Young: what a best approximation leaves are the other singular values. Halves have
  /// equal norms a direction.
  @Test func halvesAreTheBestApproximation() {
    let matrix = normal(24 * 16)
    let decomposition = SingularValueDecomposition(matrix, rows: 24, columns: 16)
    let (left, right) = decomposition.halves(rank: 6)
    let rest = zip(multiply(left, right, 24, 6, 16), matrix).map { $0 - $1 }
    let expected = decomposition.values.dropFirst(6).reduce(0) { $0 + $1 * $1 }
    #expect(abs(rest.reduce(0) { $0 + $1 * $1 } - expected) < 1e-10)
    for direction in 0..<6 {
      let column = (0..<24).reduce(0) { $0 + left[$1 * 6 + direction] * left[$1 * 6 + direction] }
      let row = (0..<16).reduce(0) { $0 + right[direction * 16 + $1] * right[direction * 16 + $1] }
      #expect(abs(column - decomposition.values[direction]) < 1e-12)
      #expect(abs(row - decomposition.values[direction]) < 1e-12)
    }
  }

  @Test(arguments: [(8, 8), (6, 20), (20, 6)])
  func orthonormalRowsOrColumns(rows: Int, columns: Int) {
    let matrix = SingularValueDecomposition(
      normal(rows * columns), rows: rows, columns: columns
    ).orthonormal()
    let values = SingularValueDecomposition(matrix, rows: rows, columns: columns).values
    #expect(values.allSatisfy { abs($0 - 1) < 1e-12 })
  }

  private func normal(_ count: Int) -> [Double] {
    var random = SplittableRandom(seed: 11)
    return (0..<count).map { _ in random.nextNormal() }
  }

  private func multiply(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    (0..<m * n).map { place in
      (0..<k).reduce(0) { $0 + a[place / n * k + $1] * b[$1 * n + place % n] }
    }
  }
}
