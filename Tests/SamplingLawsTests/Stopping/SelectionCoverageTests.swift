import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

/// Nominal 90 % intervals against planted populations.
struct SelectionCoverageTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    var problems: Int
    var attempts: Int
    /// Solve rates of equally likely types.
    var rates: [Double]
    var completeness = 0.95
    var soundness = 0.75
    var costWrong: Double

    var testDescription: String { "P=\(problems) N=\(attempts) V_f=\(costWrong)" }

    static func mixture(_ problems: Int, _ attempts: Int, _ wrong: Double) -> Setting {
      // 58 % easy ones, in fiftieths.
      Setting(
        problems: problems, attempts: attempts,
        rates: (0..<50).map { $0 < 29 ? 0.87 : 0.13 }, costWrong: wrong)
    }

    static func beta(_ problems: Int, _ attempts: Int, _ wrong: Double, _ a: Double, _ b: Double)
      -> Setting
    {
      Setting(
        problems: problems, attempts: attempts,
        rates: (0..<1000).map { Beta(a, b).quantile((Double($0) + 0.5) / 1000) },
        costWrong: wrong)
    }

    var model: ResamplingModel {
      ResamplingModel(
        types: rates.map { .init(prior: 1 / Double(rates.count), solveRate: $0) },
        completeness: completeness, soundness: soundness, costWrong: costWrong)
    }

    func arm(world: Int) -> OutcomeArm {
      let rates = rates
      return PlantedAttempts(
        problems: problems, attempts: attempts,
        rate: { rates[$0.nextIndex(below: rates.count)] }, completeness: completeness,
        soundness: soundness, seed: UInt64(1000 + world)
      ).arm()
    }
  }

  private func covered(_ interval: Estimated, _ truth: Double) -> Bool {
    interval.low <= truth + 1e-12 && truth <= interval.high + 1e-12
  }

  /// How many of the worlds' intervals cover the largest gain, the mean excess of the plain and of the
  /// corrected estimate, and how often the best number of samples is among the plausible ones.
  func measure(_ setting: Setting, worlds: Int, resamples: Int) throws
    -> (hits: Int, plain: Double, corrected: Double, plausible: Int)
  {
    let gains = [0] + setting.model.gains(upTo: setting.attempts)
    let truth = gains.max() ?? 0
    var hits = 0
    var plain = 0.0
    var corrected = 0.0
    var inside = 0
    let best = gains.firstIndex(of: truth) ?? 0
    for world in 0..<worlds {
      let found = try OptimalSamples(
        setting.arm(world: world), costs: ResamplingCosts(wrong: [setting.costWrong]),
        bootstrap: ProblemBootstrap(resamples: resamples, seed: UInt64(world))
      ).scenarios[0]
      if covered(found.gain, truth) { hits += 1 }
      if found.plausible.contains(best) { inside += 1 }
      plain += max(found.gains.map(\.value).max() ?? 0, 0) - truth
      corrected += found.gain.value - truth
    }
    return (hits, plain / Double(worlds), corrected / Double(worlds), inside)
  }

  @Test(arguments: [
    Setting.mixture(50, 20, 1), .mixture(100, 50, 1), .beta(100, 30, 1, 0.6, 0.6),
  ]) func gainsAtTheOptimum(setting: Setting) throws {
    let found = try measure(setting, worlds: 300, resamples: 200)
    #expect(255...285 ~= found.hits, "covered \(found.hits) of 300")
    #expect(found.plausible >= 270, "the best number is plausible in \(found.plausible) of 300")
    #expect(found.corrected < found.plain)
  }

  /// Majority vote of 5 and best of 4, against their exact population values.
  @Test(arguments: [40, 150]) func votesAndBests(problems: Int) throws {
    let setting = Setting.beta(problems, 16, 1, 0.8, 0.8)
    // One wrong answer: the vote of 5 is a binomial tail; the best of 4 comes from pairs of normals.
    let vote = mean(
      setting.rates.map { p in 1 - Binomial(trials: 5, probability: p).cdf(2) })
    let best = mean(setting.rates.map { p in Self.bestOfFour(p) })
    var hits = (vote: 0, best: 0)
    for world in 0..<300 {
      let rates = setting.rates
      let arm = PlantedAttempts(
        problems: problems, attempts: 16, rate: { rates[$0.nextIndex(below: rates.count)] },
        wrongAnswers: 1, separation: 1, seed: UInt64(5000 + world)
      ).arm()
      let bootstrap = ProblemBootstrap(resamples: 300, seed: UInt64(world))
      let votes = SelectionCurve(
        try MajorityVote().curves(of: arm, samples: [5]), bootstrap: bootstrap)
      let bests = SelectionCurve(
        try BestOfN().curves(of: arm, samples: [4]), bootstrap: bootstrap)
      if covered(votes.accuracy[0], vote) { hits.vote += 1 }
      if covered(bests.accuracy[0], best) { hits.best += 1 }
    }
    #expect(255...285 ~= hits.vote, "vote covered \(hits.vote) of 300")
    #expect(255...285 ~= hits.best, "best covered \(hits.best) of 300")
  }

  /// P(the highest of four scores is a right attempt's), right ones being one higher: the integral of
  /// 4 p φ(x − 1) F(x)³ with F = p Φ(x − 1) + (1 − p) Φ(x).
  private static func bestOfFour(_ p: Double) -> Double {
    let step = 0.02
    var sum = 0.0
    let right = Normal(mean: 1)
    for index in -350...400 {
      let x = Double(index) * step
      let below = p * right.cdf(x) + (1 - p) * Normal.standard.cdf(x)
      let density = right.cdf(x + step / 2) - right.cdf(x - step / 2)
      sum += 4 * p * density * below * below * below
    }
    return sum
  }
}
