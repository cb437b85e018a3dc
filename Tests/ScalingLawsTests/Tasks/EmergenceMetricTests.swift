import Foundation
import ScalingLaws
import Statistics
import Testing

@Suite struct EmergenceMetricTests {
  /// Answers of five tokens, each right with probability p, counted against the formulas.
  @Test(arguments: [0.5, 0.8, 0.95])
  func simulatedAnswersMatchTheFormulas(p: Double) {
    var random = SplittableRandom(seed: 8)
    let trials = 40_000
    var exact = 0
    var wrong = 0
    for _ in 0..<trials {
      let errors = (0..<5).filter { _ in random.nextUniform() >= p }.count
      wrong += errors
      exact += errors == 0 ? 1 : 0
    }
    let rate = EmergenceMetric.exactMatch(tokenProbability: p, length: 5)
    let error = (rate * (1 - rate) / Double(trials)).squareRoot()
    #expect(abs(Double(exact) / Double(trials) - rate) < 4 * error)
    let distance = EmergenceMetric.tokenEditDistance(tokenProbability: p, length: 5)
    let spread = (5 * p * (1 - p) / Double(trials)).squareRoot()
    #expect(abs(Double(wrong) / Double(trials) - distance) < 4 * spread)
  }

  @Test func lengthSharpensExactMatchButNotEditDistance() {
    // Halving the loss with each model: p climbs smoothly.
    let p = (0..<8).map { EmergenceMetric.tokenProbability(loss: 2 * pow(0.5, Double($0))) }
    func score(_ length: Int) -> Double {
      emergenceScore(
        p.map { EmergenceMetric.exactMatch(tokenProbability: $0, length: length) })
    }
    #expect(score(20) > score(1) + 1)
    for length in [1, 5, 20] {
      let smooth = emergenceScore(
        p.map { -EmergenceMetric.tokenEditDistance(tokenProbability: $0, length: length) })
      #expect(abs(smooth - score(1)) < 1e-9)
    }
  }

  @Test func theScoreHasItsSignFromTheOrderOfExtremes() {
    // Steps 0.1, 0.1, 0.6: range 0.8 over the median step 0.1.
    #expect(abs(emergenceScore([0, 0.1, 0.2, 0.8]) - 8) < 1e-12)
    #expect(abs(emergenceScore([0.8, 0.2, 0.1, 0]) + 8) < 1e-12)
    #expect(emergenceScore([0, 0, 0, 1]) == .infinity)
    #expect(emergenceScore([1, 1]).isNaN)
  }

  @Test func rareMatchesNeedManyItems() {
    let p = 0.1
    #expect(abs(EmergenceMetric.itemsForOneMatch(tokenProbability: p, length: 4) - 1e4) < 1e-6)
    // ln 0.05/ln(1 − 10⁻⁴) = 29955.8.
    #expect(EmergenceMetric.itemsToSeeMatch(tokenProbability: p, length: 4) == 29_956)
    #expect(EmergenceMetric.itemsToSeeMatch(tokenProbability: 0, length: 4) == .infinity)
    #expect(EmergenceMetric.itemsToSeeMatch(tokenProbability: 1, length: 4) == 1)
    let bound = EmergenceMetric.upperRateWithoutMatch(items: 1000)
    #expect(abs(bound - (1 - pow(0.05, 1e-3))) < 1e-12)
    #expect(abs(bound - 3.0 / 1000) < 1e-5)
  }
}
