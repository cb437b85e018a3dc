import Statistics
import Testing

@Suite struct ChanceLevelTests {
  /// The definition: Holm times the exact tail of the binomial.
  @Test func chanceLevelByHand() throws {
    let test = try ChanceLevelTest(
      correct: [30, 60], items: [100, 100], chance: 0.25, margin: 0)
    // scipy.stats.binomtest(30, 100, 0.25, alternative="greater").pvalue and with 60.
    #expect(relativeError(test.pValues[0], 0.14954104656657338) < 1e-12)
    #expect(relativeError(test.pValues[1], 1.3268346743587464e-13) < 1e-10)
    #expect(test.adjustedPValues[1] == 2 * test.pValues[1])
    #expect(test.isAboveChance)
  }

  @Test func guessingIsRarelyAboveChance() throws {
    var wrong = 0
    for repetition in 0..<400 {
      var random = SplittableRandom(seed: 21).split(repetition)
      let correct = (0..<6).map { _ in random.nextBinomial(trials: 500, probability: 0.25) }
      let test = try ChanceLevelTest(
        correct: correct, items: Array(repeating: 500, count: 6), chance: 0.25, margin: 0)
      if test.isAboveChance { wrong += 1 }
    }
    // 5 % of 400 is 20; five standard errors above are 42.
    #expect(wrong <= 42)
  }

  @Test func freeTextChanceIsZero() throws {
    #expect(
      try ChanceLevelTest(correct: [40], items: [100], chance: 0).isAboveChance)
    #expect(
      try !ChanceLevelTest(correct: [0, 1], items: [100, 100], chance: 0).isAboveChance)
  }

  @Test func badCountsAreNamed() {
    #expect(throws: StatisticsError.invalidValue(what: "correct", index: 1, value: 11)) {
      try ChanceLevelTest(correct: [1, 11], items: [10, 10], chance: 0.5)
    }
    #expect(throws: StatisticsError.invalidValue(what: "items", index: 0, value: 0)) {
      try ChanceLevelTest(correct: [0], items: [0], chance: 0.5)
    }
  }
}
