import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct AdaptiveStoppingTests {
  private let bootstrap = ProblemBootstrap(resamples: 200)

  /// Two answers at one rate: the gambler's ruin [81].
  @Test func leadsFollowTheGamblersRuin() throws {
    let p = 0.6
    let arm = PlantedAttempts(
      problems: 150, attempts: 400, rate: { _ in p }, wrongAnswers: 1, seed: 2
    ).arm()
    let found = try AdaptiveStopping(
      arm, rules: [.aheadBy(1), .aheadBy(2), .aheadBy(3), .aheadBy(4)], draws: 60,
      bootstrap: bootstrap)
    for (index, outcome) in found.rules.enumerated() {
      var odds = 1.0
      for _ in 0...index { odds *= (1 - p) / p }
      let success = 1 / (1 + odds)
      let samples = Double(index + 1) * (2 * success - 1) / (2 * p - 1)
      #expect(abs(outcome.accuracy.value - success) < 0.02, "\(outcome.accuracy) \(success)")
      #expect(abs(outcome.samples.value / samples - 1) < 0.04, "\(outcome.samples) \(samples)")
      #expect(outcome.exhausted < 0.01)
    }
    // A lead of one is one sample.
    #expect(found.rules[0].samples.value == 1)
    #expect(abs(found.rules[0].gain.value) < 1e-12)
    // More than one sample is worth more at once if it may stop early, even where problems are alike.
    #expect(found.rules[3].gain.low > 0)
  }

  /// Votes of the leader that the posterior asks for, by exact sums of fair coins.
  @Test func posteriorTables() throws {
    let votes = StoppingRule.posterior(0.95).requiredVotes(upTo: 40)
    // One answer seen: 1 − 2^−(v + 1) > 0.95 from v = 4.
    #expect(votes[0] == 4)
    for second in 0...20 {
      func probability(_ first: Int) -> Double {
        let trials = first + second + 1
        var term = 1.0
        for _ in 0..<trials { term /= 2 }
        var sum = 0.0
        for heads in 0...first {
          sum += term
          term *= Double(trials - heads) / Double(heads + 1)
        }
        return sum
      }
      #expect(probability(votes[second]) > 0.95)
      #expect(probability(votes[second] - 1) <= 0.95)
    }
  }

  /// Rules save more where easy problems can be left early than where all problems are alike.
  @Test func rulesGainWhereProblemsDiffer() throws {
    func gains(_ rate: @escaping @Sendable (inout SplittableRandom) -> Double) throws
      -> [AdaptiveStopping.Outcome]
    {
      let arm = PlantedAttempts(
        problems: 200, attempts: 100, rate: rate, wrongAnswers: 1, seed: 3
      ).arm()
      return try AdaptiveStopping(
        arm, rules: [.aheadBy(3), .posterior(0.95)], draws: 40, bootstrap: bootstrap
      ).rules
    }
    let mixed = try gains { $0.nextUniform() < 0.5 ? 0.98 : 0.62 }
    let alike = try gains { _ in 0.7 }
    for (one, other) in zip(mixed, alike) {
      #expect(one.gain.low > 0, "\(one)")
      #expect(other.accuracy.value > 0.85)
      #expect(one.gain.value > 0.01)
    }
    // Certain problems leave nothing to gain.
    let certain = try gains { _ in 1 }
    for outcome in certain { #expect(abs(outcome.gain.value) < 1e-12) }
  }

  @Test func fixedNumbersAreMajorityVotes() throws {
    let arm = PlantedAttempts(problems: 40, attempts: 20, unparseable: 0.2).arm()
    let found = try AdaptiveStopping(arm, rules: [], draws: 800, bootstrap: bootstrap)
    let exact = try MajorityVote().curves(of: arm, samples: found.fixedSamples).matrix.means
    for (column, value) in exact.enumerated() {
      #expect(abs(found.fixedAccuracy[column].value - value) < 0.01)
    }
  }

  @Test func exhaustionIsSaid() throws {
    let arm = PlantedAttempts(problems: 20, attempts: 6, rate: { _ in 0.5 }).arm()
    let found = try AdaptiveStopping(arm, rules: [.aheadBy(5)], draws: 50, bootstrap: bootstrap)
    #expect(found.rules[0].exhausted > 0.5)
    #expect(found.warnings.count == 1)
    #expect(throws: SelectionError.self) {
      try AdaptiveStopping(arm, rules: [.aheadBy(0)], bootstrap: bootstrap)
    }
    #expect(throws: SelectionError.tooFewAttempts(asked: 7, most: 6)) {
      try AdaptiveStopping(arm, rules: [.firstPass(limit: 7)], bootstrap: bootstrap)
    }
    let usual = try AdaptiveStopping(arm, draws: 20, bootstrap: bootstrap)
    #expect(usual.rules.last?.rule == .firstPass(limit: 6))
  }
}
