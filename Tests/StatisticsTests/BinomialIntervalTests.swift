import Statistics
import Testing

@Suite struct BinomialIntervalTests {
  /// Expected values: `scipy.stats.binomtest(k, n).proportion_ci(level, "wilson" | "exact")`.
  @Test(arguments: [
    (3, 10, 0.95, 0.10779126740630102, 0.6032218525388546, 0.06673951117773447, 0.652452850060008),
    (0, 20, 0.9, 0.0, 0.11915783736096448, 0.0, 0.13910834066837535),
    (50, 50, 0.95, 0.9286524008666412, 1.0, 0.9288782635357954, 1.0),
    (
      1300, 5153, 0.99, 0.23702085447231305, 0.26817669319102594, 0.23683395823411466,
      0.26818755714734194
    ),
  ])
  func agreesWithSciPy(
    _ successes: Int, _ trials: Int, _ level: Double, _ wilsonLow: Double, _ wilsonHigh: Double,
    _ exactLow: Double, _ exactHigh: Double
  ) {
    let wilson = BinomialInterval.wilson(successes: successes, trials: trials, level: level)
    let exact = BinomialInterval.clopperPearson(successes: successes, trials: trials, level: level)
    #expect(abs(wilson.low - wilsonLow) < 1e-12)
    #expect(abs(wilson.high - wilsonHigh) < 1e-12)
    #expect(abs(exact.low - exactLow) < 1e-12)
    #expect(abs(exact.high - exactHigh) < 1e-12)
  }

  /// Summing over all outcomes gives the coverage exactly, without simulation.
  @Test(arguments: [0.02, 0.2, 0.5, 0.83]) func clopperPearsonNeverUndercovers(_ p: Double) {
    let distribution = Binomial(trials: 40, probability: p)
    var covered = 0.0
    for k in 0...40
    where BinomialInterval.clopperPearson(successes: k, trials: 40, level: 0.9).contains(p) {
      covered += distribution.cdf(k) - distribution.cdf(k - 1)
    }
    #expect(covered >= 0.9)
  }

  @Test func theBoundWithoutSuccessIsNearTheRuleOfThree() {
    let exact = BinomialInterval.upperBoundWithoutSuccess(trials: 300)
    #expect(abs(exact / (3 / 300) - 1) < 0.02)
    // The definition: at the bound, no success in n trials has probability 5 %.
    #expect(abs(Binomial(trials: 300, probability: exact).cdf(0) - 0.05) < 1e-14)
  }
}
