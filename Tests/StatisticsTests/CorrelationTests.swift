import Statistics
import Testing

/// Expected values: `scipy.stats.pearsonr`, `spearmanr`, `kendalltau` (τ_b), `rankdata`.
@Suite struct CorrelationTests {
  static let tiedX: [Double] = [1, 2, 2, 3, 5, 8, 8, 8, 9, 12]
  static let tiedY: [Double] = [2.5, 1, 3, 3, 4, 4, 7, 6, 9, 5]
  static let plainX: [Double] = [0.1, 0.5, -2, 3.3, 4, 1, 7]
  static let plainY: [Double] = [3, 2, 8, -1, 0.5, 1.7, -5]

  @Test(arguments: [
    (Correlation.pearson, 0.7412140433105734, -0.9521265832539757),
    (.spearman, 0.8638143493027595, -0.9642857142857145),
    (.kendall, 0.7383045377557884, -0.9047619047619049),
  ])
  func agreesWithSciPy(_ correlation: Correlation, _ tied: Double, _ plain: Double) {
    #expect(abs(correlation(Self.tiedX, Self.tiedY) - tied) < 1e-14)
    #expect(abs(correlation(Self.plainX, Self.plainY) - plain) < 1e-14)
  }

  @Test func ranksShareTies() {
    #expect(averageRanks(Self.tiedX) == [1, 2.5, 2.5, 4, 5, 7, 7, 7, 9, 10])
    #expect(averageRanks(Self.tiedY) == [2, 1, 3.5, 3.5, 5.5, 5.5, 9, 8, 10, 7])
  }

  @Test(arguments: Correlation.allCases) func constantsAreUndefined(_ correlation: Correlation) {
    #expect(correlation([1, 2, 3], [0.1, 0.1, 0.1]).isNaN)
    #expect(correlation([], []).isNaN)
    #expect(correlation([1], [1]).isNaN)
  }

  @Test(arguments: [Correlation.spearman, .kendall])
  func ranksIgnoreMonotoneMaps(_ correlation: Correlation) {
    let cubed = Self.plainX.map { $0 * $0 * $0 }
    #expect(correlation(cubed, Self.plainY) == correlation(Self.plainX, Self.plainY))
    #expect(abs(correlation(cubed, Self.plainX) - 1) < 1e-15)
  }
}
