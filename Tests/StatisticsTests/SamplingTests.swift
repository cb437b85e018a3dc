import Statistics
import Testing

/// Moments against the closed forms, with a tolerance of five standard errors.
@Suite struct SamplingTests {
  static let count = 40_000

  private func check(_ sample: [Double], mean expected: Double, variance: Double) {
    let n = Double(sample.count)
    #expect(abs(mean(sample) - expected) < 5 * (variance / n).squareRoot())
    let found = standardDeviation(sample) * standardDeviation(sample)
    #expect(abs(found / variance - 1) < 0.12)
  }

  @Test(arguments: [0.2, 1, 3.7, 120]) func gamma(_ shape: Double) {
    var random = SplittableRandom(seed: 1)
    check(
      (0..<Self.count).map { _ in random.nextGamma(shape: shape) }, mean: shape, variance: shape)
  }

  /// The scale of Student's t has E[1/s²] = 1 and Var[1/s²] = 2/ν, for any ν and in time.
  @Test func studentScale() {
    var random = SplittableRandom(seed: 4)
    for freedom in [3, 1e6] {
      let squares = (0..<Self.count).map { _ in
        let scale = random.nextStudentScale(degreesOfFreedom: freedom)
        return 1 / (scale * scale)
      }
      check(squares, mean: 1, variance: 2 / freedom)
    }
    for freedom in [1e20, 1e300, .infinity] {
      #expect(abs(random.nextStudentScale(degreesOfFreedom: freedom) - 1) < 1e-9)
    }
  }

  /// P(X ≤ x) of the draws is uniform: Kolmogorov's distance stays below its 99.9 % point.
  @Test(arguments: [0.3, 2.5]) func gammaFollowsItsDistribution(_ shape: Double) {
    var random = SplittableRandom(seed: 2)
    let sample = (0..<Self.count)
      .map { _ in regularizedLowerGamma(shape: shape, random.nextGamma(shape: shape)) }.sorted()
    let n = Double(Self.count)
    let distance = sample.enumerated().map { abs($1 - (Double($0) + 0.5) / n) }.max() ?? 1
    #expect(distance < 1.95 / n.squareRoot())
  }

  @Test(arguments: [(0.5, 0.5), (2, 7), (30, 4)]) func beta(_ a: Double, _ b: Double) {
    var random = SplittableRandom(seed: 3)
    let total = a + b
    check(
      (0..<Self.count).map { _ in random.nextBeta(a, b) }, mean: a / total,
      variance: a * b / (total * total * (total + 1)))
  }

  @Test func dirichlet() {
    var random = SplittableRandom(seed: 4)
    let concentrations = [0.5, 2, 4.5]
    let points = (0..<Self.count).map { _ in random.nextDirichlet(concentrations) }
    for point in points.prefix(100) { #expect(abs(point.reduce(0, +) - 1) < 1e-14) }
    for (index, a) in concentrations.enumerated() {
      check(points.map { $0[index] }, mean: a / 7, variance: a * (7 - a) / (49 * 8))
    }
    // Concentrations near zero put all mass on a corner instead of dividing zero by zero.
    #expect(random.nextDirichlet([1e-308, 1e-308]).reduce(0, +) == 1)
  }

  @Test(arguments: [(5, 0.3), (24, 0.5), (1000, 0.02), (100_000, 0.7)])
  func binomial(_ trials: Int, _ p: Double) {
    var random = SplittableRandom(seed: 5)
    let sample = (0..<Self.count).map { _ in
      Double(random.nextBinomial(trials: trials, probability: p))
    }
    check(sample, mean: Double(trials) * p, variance: Double(trials) * p * (1 - p))
    // The share below the median agrees with the exact distribution.
    let middle = Int(Double(trials) * p)
    let expected = Binomial(trials: trials, probability: p).cdf(middle)
    let share = Double(sample.count { $0 <= Double(middle) }) / Double(sample.count)
    #expect(abs(share - expected) < 5 * 0.5 / Double(Self.count).squareRoot())
  }

  @Test func certainOutcomes() {
    var random = SplittableRandom(seed: 6)
    #expect(random.nextBinomial(trials: 1000, probability: 0) == 0)
    #expect(random.nextBinomial(trials: 1000, probability: 1) == 1000)
    #expect(random.nextBinomial(trials: 0, probability: 0.4) == 0)
  }
}
