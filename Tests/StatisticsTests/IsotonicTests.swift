import Statistics
import Testing

@Suite struct IsotonicTests {
  static let values: [Double] = [3, 1, 2, 5, 4, 4, 8, 7, 6.5, 9]
  static let weights: [Double] = [1, 2, 1, 0.5, 3, 1, 1, 2, 1, 1]

  /// Expected values: `scipy.optimize.isotonic_regression`.
  @Test func agreesWithSciPy() {
    let plain: [Double] = [2, 2, 2, 13.0 / 3, 13.0 / 3, 13.0 / 3, 21.5 / 3, 21.5 / 3, 21.5 / 3, 9]
    let weighted: [Double] = [
      5.0 / 3, 5.0 / 3, 2, 37.0 / 9, 37.0 / 9, 37.0 / 9, 7.125, 7.125, 7.125, 9,
    ]
    for (found, expected) in zip(isotonicRegression(Self.values), plain) {
      #expect(abs(found - expected) < 1e-14)
    }
    for (found, expected) in zip(isotonicRegression(Self.values, weights: Self.weights), weighted) {
      #expect(abs(found - expected) < 1e-14)
    }
    for found in isotonicRegression(Self.values, weights: Self.weights, increasing: false) {
      #expect(abs(found - 14.0 / 3) < 1e-14)
    }
  }

  /// The optimum is a partition into runs, each at its weighted mean: try all 2ⁿ⁻¹ partitions.
  @Test(arguments: 0..<40) func matchesBruteForce(_ seed: Int) {
    var random = SplittableRandom(seed: 11).split(seed)
    let count = 1 + random.nextIndex(below: 7)
    let values = (0..<count).map { _ in random.nextNormal() }
    let weights = (0..<count).map { _ in 0.1 + random.nextUniform() }
    let increasing = seed % 2 == 0
    var best = Double.infinity
    for cuts in 0..<(1 << (count - 1)) {
      var candidate: [Double] = []
      var start = 0
      for end in 1...count where end == count || cuts >> (end - 1) & 1 == 1 {
        let weight = weights[start..<end].reduce(0, +)
        let level = (start..<end).reduce(0) { $0 + weights[$1] * values[$1] } / weight
        candidate += Array(repeating: level, count: end - start)
        start = end
      }
      let ordered = zip(candidate, candidate.dropFirst()).allSatisfy {
        increasing ? $0 <= $1 : $0 >= $1
      }
      if ordered { best = min(best, cost(candidate, values, weights)) }
    }
    let fitted = isotonicRegression(values, weights: weights, increasing: increasing)
    #expect(abs(cost(fitted, values, weights) - best) < 1e-12)
    for (a, b) in zip(fitted, fitted.dropFirst()) { #expect(increasing ? a <= b : a >= b) }
  }

  private func cost(_ fitted: [Double], _ values: [Double], _ weights: [Double]) -> Double {
    fitted.indices.reduce(0) {
      $0 + weights[$1] * (fitted[$1] - values[$1]) * (fitted[$1] - values[$1])
    }
  }

  @Test func emptyStaysEmpty() {
    #expect(isotonicRegression([]).isEmpty)
  }
}
