import Optimization
import Statistics
import Testing

@Suite struct LinearAlgebraTests {
  private func random(order: Int, seed: UInt64) -> SymmetricMatrix {
    var generator = SplittableRandom(seed: seed)
    let factor = (0..<order * order).map { _ in generator.nextNormal() }
    var matrix = SymmetricMatrix(order: order)
    for i in 0..<order {
      for j in 0..<order {
        for k in 0..<order { matrix[i, j] += factor[i * order + k] * factor[j * order + k] }
      }
    }
    return matrix
  }

  @Test(arguments: [1, 2, 5, 12]) func choleskySolvesWhatItFactors(_ order: Int) throws {
    let matrix = random(order: order, seed: UInt64(order))
    let x = (0..<order).map { Double($0) - 1.5 }
    let b = (0..<order).map { i in (0..<order).reduce(0) { $0 + matrix[i, $1] * x[$1] } }
    let factor = try #require(matrix.choleskyFactor())
    for (found, expected) in zip(factor.solve(b), x) { #expect(abs(found - expected) < 1e-7) }
    let inverse = factor.inverse()
    for i in 0..<order {
      for j in 0..<order {
        let element = (0..<order).reduce(0) { $0 + matrix[i, $1] * inverse[$1, j] }
        #expect(abs(element - (i == j ? 1 : 0)) < 1e-7)
      }
    }
  }

  @Test func anIndefiniteMatrixHasNoFactor() {
    var matrix = SymmetricMatrix(order: 2)
    matrix[0, 0] = 1
    matrix[0, 1] = 2
    matrix[1, 0] = 2
    matrix[1, 1] = 1
    #expect(matrix.choleskyFactor() == nil)
  }

  @Test(arguments: [2, 5, 9]) func eigenvectorsDiagonalize(_ order: Int) {
    let matrix = random(order: order, seed: 40 + UInt64(order))
    let system = matrix.eigenSystem()
    #expect(system.values == system.values.sorted())
    for (value, vector) in zip(system.values, system.vectors) {
      for i in 0..<order {
        let image = (0..<order).reduce(0) { $0 + matrix[i, $1] * vector[$1] }
        #expect(abs(image - value * vector[i]) < 1e-9 * max(system.values[order - 1], 1))
      }
    }
  }

  /// Every choice of active coefficients, solved and checked: the definition of the problem.
  private func bruteForce(_ columns: [[Double]], _ target: [Double]) -> Double {
    var best = target.reduce(0) { $0 + $1 * $1 }
    for mask in 1..<(1 << columns.count) {
      let active = columns.indices.filter { mask >> $0 & 1 == 1 }
      var gram = SymmetricMatrix(order: active.count)
      for (i, a) in active.enumerated() {
        for (j, b) in active.enumerated() {
          gram[i, j] = zip(columns[a], columns[b]).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
      let moment = active.map { zip(columns[$0], target).reduce(0) { $0 + $1.0 * $1.1 } }
      guard let x = gram.choleskyFactor()?.solve(moment), x.allSatisfy({ $0 >= 0 }) else {
        continue
      }
      var cost = 0.0
      for row in target.indices {
        let prediction = active.indices.reduce(0) { $0 + x[$1] * columns[active[$1]][row] }
        cost += (prediction - target[row]) * (prediction - target[row])
      }
      best = min(best, cost)
    }
    return best
  }

  @Test(arguments: Array(0..<40)) func nonnegativeLeastSquaresIsOptimal(_ seed: Int) throws {
    var generator = SplittableRandom(seed: UInt64(seed))
    let columns = (0..<4).map { _ in (0..<9).map { _ in generator.nextNormal() } }
    let target = (0..<9).map { _ in generator.nextNormal() }
    let x = try #require(
      nonnegativeLeastSquares(
        columns: columns, target: target, nonnegative: [true, true, true, true]))
    #expect(x.allSatisfy { $0 >= 0 })
    var cost = 0.0
    for row in target.indices {
      let prediction = x.indices.reduce(0) { $0 + x[$1] * columns[$1][row] }
      cost += (prediction - target[row]) * (prediction - target[row])
    }
    #expect(abs(cost - bruteForce(columns, target)) < 1e-9)
  }
}
