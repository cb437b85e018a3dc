import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

@Suite struct LawMixtureTests {
  /// A law of constant prediction E over refits that are normal about it.
  private static func floor(_ value: Double, spread: Double, seed: UInt64) -> GivenLaw {
    var generator = SplittableRandom(seed: seed)
    let law = (try? PowerConstant().setting("x", to: "C")) ?? PowerConstant()
    return GivenLaw(
      law: law, estimate: [value, 1e-12, 1],
      draws: (0..<2000).map { _ in [value + spread * generator.nextNormal(), 1e-12, 1] },
      ranges: ["C": 1e18...1e21])
  }

  /// 60 % of a normal about 2 with deviation 0.1 and 40 % of one about 2.5 with 0.2: quantiles
  /// 1.86139 and 2.73007 by root finding on SciPy's distribution functions; mean 2.2.
  @Test func quantilesAreThoseOfTheMixture() throws {
    let mixture = try #require(
      LawMixture([
        (Self.floor(2, spread: 0.1, seed: 1), 3), (Self.floor(2.5, spread: 0.2, seed: 2), 2),
      ]))
    let forecast = try mixture.forecast(at: ["C": 1e20])
    #expect(agree(forecast.law.value, 2.2, 1e-9))
    #expect(abs(forecast.law.low - 1.86139) < 0.03)
    #expect(abs(forecast.law.high - 2.73007) < 0.07)
    let laws = try #require(forecast.laws)
    #expect(laws.map(\.weight) == [0.6, 0.4])
    #expect(abs(laws[1].prediction.value - 2.5) < 1e-9)
    // Between the laws: √(0.6·0.2² + 0.4·0.3²).
    #expect(agree(try #require(forecast.components?.laws), 0.06.squareRoot(), 1e-6))
    #expect(forecast.sentence.contains("together predict"))
  }

  @Test func oneLawIsNoMixture() {
    #expect(LawMixture([(Self.floor(2, spread: 0.1, seed: 1), 1)]) == nil)
    #expect(
      LawMixture([
        (Self.floor(2, spread: 0.1, seed: 1), 1), (Self.floor(3, spread: 0.1, seed: 1), 0),
      ]) == nil)
  }

  /// Chinchilla's published surface and its replication's disagree about the optimum; a plan by
  /// both lies between and holds both.
  @Test func aPlanHoldsWhatEveryLawSays() throws {
    func member(_ p: [Double], seed: UInt64) -> GivenLaw {
      var generator = SplittableRandom(seed: seed)
      var law = Surfaces.given
      law.estimate = p
      law.draws = (0..<100).map { _ in
        p.map { $0 * exp(0.001 * generator.nextNormal()) }
      }
      return law
    }
    let (first, second) = (
      member(Surfaces.chinchilla, seed: 1), member(Surfaces.replication, seed: 2)
    )
    let mixture = try #require(LawMixture([(first, 0.5), (second, 0.5)]))
    let plan = try mixture.plan(compute: 1e23)
    let alone = try [first, second].map { try $0.plan(compute: 1e23) }
    for single in alone {
      #expect(plan.size.low <= single.size.value && single.size.value <= plan.size.high)
      #expect(plan.outcome.low <= single.outcome.value)
      #expect(single.outcome.value <= plan.outcome.high)
    }
    let middle = (alone[0].size.value * alone[1].size.value).squareRoot()
    #expect(agree(plan.size.value, middle, 1e-9))
    #expect(plan.laws?.count == 2)
    #expect(agree(plan.compute.value, 1e23, 1e-12))
  }

  /// Limits hold for all laws together: under a cap that binds for both, each loses what its own
  /// surface says at the capped size, C/(6·N) tokens; under one that binds for one only, it is said.
  @Test func limitsAreWeighedByEveryLaw() throws {
    func member(_ p: [Double], seed: UInt64) -> GivenLaw {
      var generator = SplittableRandom(seed: seed)
      var law = Surfaces.given
      law.estimate = p
      law.draws = (0..<60).map { _ in p.map { $0 * exp(0.001 * generator.nextNormal()) } }
      return law
    }
    let (first, second) = (
      member(Surfaces.chinchilla, seed: 1), member(Surfaces.replication, seed: 2)
    )
    let mixture = try #require(LawMixture([(first, 0.75), (second, 0.25)]))
    let compute = 5.76e23
    func loss(_ p: [Double], _ n: Double) -> Double {
      p[0] + p[1] * pow(n, -p[3]) + p[2] * pow(compute / (6 * n), -p[4])
    }
    let both = try mixture.constrainedPlan(
      .compute(compute), limits: PlanLimits(caps: [.memory(40e9, bytesPerParameter: 2)]))
    #expect(agree(both.size.value, 20e9, 1e-9))
    #expect(agree(both.tokens.value, 4.8e12, 1e-9))
    let expected =
      0.75 * loss(Surfaces.chinchilla, 20e9) + 0.25 * loss(Surfaces.replication, 20e9)
    #expect(agree(both.outcome.value, expected, 1e-9))
    #expect(both.laws?.count == 2)
    #expect(both.binding.count == 1 && !both.binding[0].contains("only"))
    #expect(both.outcome.low <= loss(Surfaces.chinchilla, 20e9))
    #expect(both.outcome.high >= loss(Surfaces.replication, 20e9))
    // 40.3B and 73.2B are the optima: 60B binds for the second alone.
    let one = try mixture.constrainedPlan(
      .compute(compute),
      limits: PlanLimits(caps: [SizeCap(reason: "memory", parameters: 60e9)]))
    let alone = try first.plan(compute: compute).size.value
    #expect(agree(one.size.value, pow(alone, 0.75) * pow(60e9, 0.25), 1e-4))
    #expect(agree(6 * one.size.value * one.tokens.value, compute, 1e-9))
    #expect(one.binding.first?.hasSuffix("only") == true)
    // Without limits it is the plan without limits.
    let free = try mixture.constrainedPlan(.compute(compute), limits: PlanLimits())
    let plan = try mixture.plan(compute: compute)
    #expect(agree(free.size.value, plan.size.value, 1e-5))
    #expect(agree(free.outcome.value, plan.outcome.value, 1e-9))
    #expect(agree(free.size.low, plan.size.low, 1e-3))
  }

  /// The power law over a floor and the resolution-limited law are one formula written twice: they
  /// share one weight, and the weights add up to one.
  @Test func oneFormulaWrittenTwiceCountsOnce() throws {
    var generator = SplittableRandom(seed: 4)
    let d = Planted.geometric(1e8, 1e11, 18)
    let table = Observations(
      columns: ["D": d],
      response: d.map {
        (1.7 + 30 * pow($0, -0.2)) * exp(0.002 * generator.nextNormal())
      })
    let ranking = try rankLaws(
      [
        try PowerConstant().setting("x", to: "D"), ResolutionLimited(), PowerLaw(x: "D"),
      ], on: table, options: FitOptions())
    let total = ranking.entries.reduce(0) { $0 + $1.weight }
    #expect(agree(total, 1, 1e-12))
    let copies = ranking.entries.filter { $0.sameAs != nil }
    #expect(copies.count == 1)
    #expect(copies.allSatisfy { $0.weight == 0 })
    let chosen = ranking.entries[ranking.chosen]
    #expect(chosen.sameAs == nil && chosen.weight > 0.5)
  }

  /// A saved fit brings its alternatives back.
  @Test func alternativesAreSaved() throws {
    let table = Surfaces.grid(
      Surfaces.replication, sizes: [1e8, 3e8, 1e9, 3e9], tokens: [2e9, 1e10, 5e10, 2e11],
      noise: 0.002, seed: 3)
    let options = FitOptions(resamples: 40)
    var document = FitDocument(try fit(Chinchilla(), to: table, options: options))
    var other = FitDocument(try fit(Overtraining(), to: table, options: options))
    other.weight = 0.25
    document.weight = 0.75
    document.alternatives = [other]
    let data = Data(try document.json().utf8)
    let saved = try SavedFit(try FitDocument.decode(data, source: "fit.json"))
    let mixture = try #require(try LawMixture(saved))
    #expect(mixture.members.map(\.weight) == [0.75, 0.25])
    #expect(mixture.members[1].fitted.law.name == "overtraining")
    #expect(mixture.members[1].fitted.draws.count == 40)
    #expect(saved.draws.count == 40)
  }
}
