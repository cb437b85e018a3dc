import Statistics
import Testing

/// The identities of the catalogue's check [46], [190].
@Suite struct BigBenchStatisticsTests {
  @Test(arguments: [2, 3, 5, 9, 17]) func lineHasLinearityOfItsSteps(_ count: Int) {
    let line = (0..<count).map { 0.25 * Double($0) }
    #expect(abs(BigBenchStatistics.linearity(line) - Double(count - 1)) < 1e-12)
    #expect(abs(BigBenchStatistics.linearity(line.reversed()) + Double(count - 1)) < 1e-12)
    #expect(abs(BigBenchStatistics.breakthroughness(line) - Double(count - 1)) < 1e-12)
    #expect(emergenceScore(line) == BigBenchStatistics.breakthroughness(line))
  }

  @Test(arguments: [5, 10, 26]) func stepBreaksThrough(_ count: Int) {
    let step = (0..<count).map { $0 < count - 1 ? 0.0 : 0.5 }
    #expect(
      abs(BigBenchStatistics.linearity(step) - Double(count - 1).squareRoot()) < 1e-12)
    #expect(emergenceScore(step) == .infinity)
    #expect(emergenceScore(step.reversed()) == -.infinity)
    #expect(BigBenchStatistics.breakthroughness(step, floor: 0.01) == 50)
  }

  @Test func constantSeriesHasNoSpan() {
    #expect(BigBenchStatistics.signedSpan([0.3, 0.3, 0.3]) == 0)
    #expect(BigBenchStatistics.linearity([0.3, 0.3]).isNaN)
    #expect(BigBenchStatistics.breakthroughness([0.3, 0.3], floor: 0.01) == 0)
    #expect(BigBenchStatistics.signedSpan([]).isNaN)
  }

  /// By hand: steps 1, −2, 4: mean square 7, median square 4, span from index 2 to 3.
  @Test func smallSeriesByHand() {
    let scores: [Double] = [2, 3, 1, 5]
    #expect(BigBenchStatistics.signedSpan(scores) == 4)
    #expect(abs(BigBenchStatistics.linearity(scores) - 4 / 7.0.squareRoot()) < 1e-15)
    #expect(emergenceScore(scores) == 2)
  }

  @Test func normalizedScore() {
    #expect(BigBenchStatistics.normalizedScore(0.25, low: 0.25, high: 0.75) == 0)
    #expect(BigBenchStatistics.normalizedScore(0.75, low: 0.25, high: 0.75) == 100)
    #expect(BigBenchStatistics.normalizedScore(0.125, low: 0.25, high: 0.75) == -25)
  }
}
