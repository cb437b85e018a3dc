import Foundation
import Optimization
import Quantities
import RunTables
import SamplingLaws
import Testing

@Suite struct BetaBinomialCoverageTests {
  static func counts(_ world: PlantedWorld, seed: UInt64) -> AttemptCounts {
    AttemptCounts(world.table(seed: seed).arms[0])
  }

  @Test func goldenValues() {
    let beta = DifficultyDistribution(a: 0.5, b: 2)
    #expect(abs(beta.coverage(1) - 0.2) < 1e-12)
    #expect(abs(beta.coverage(10) - 0.612235) < 1e-6)
    #expect(abs(beta.coverage(100) - 0.868214) < 1e-6)
    #expect(abs(beta.betaFailure(1e5) / beta.betaFailure(1e4) - 0.316253) < 1e-6)
    // The tail stays exact where ln Γ itself has no digits left for the difference.
    #expect(abs(beta.betaFailure(4e14) / beta.betaFailure(1e14) - 0.5) < 1e-9)
    #expect(abs(beta.betaFailure(1e14) * 1e7 - exp(lgamma(2.5))) < 1e-8)
    // a = b = 1 has coverage k/(k + 1); reliability 1/(k + 1).
    let flat = DifficultyDistribution(a: 1, b: 1, zeroMass: 0.25)
    for k in [1.0, 3, 50, 1e6] {
      #expect(abs(flat.coverage(k) - 0.75 * k / (k + 1)) < 1e-12)
      #expect(abs(flat.reliability(k) - 0.75 / (k + 1)) < 1e-12)
    }
    #expect(flat.ceiling == 0.75)
  }

  /// The likelihood written out with the C library's ln Γ.
  static func logLikelihood(_ counts: AttemptCounts, _ d: DifficultyDistribution) -> Double {
    func logBeta(_ x: Double, _ y: Double) -> Double { lgamma(x) + lgamma(y) - lgamma(x + y) }
    return zip(counts.attempts, counts.correct).reduce(0) { sum, pair in
      let (n, c) = (Double(pair.0), Double(pair.1))
      let choose = lgamma(n + 1) - lgamma(c + 1) - lgamma(n - c + 1)
      let mixed = exp(choose + logBeta(d.a + c, d.b + n - c) - logBeta(d.a, d.b))
      return sum + log((1 - d.zeroMass) * mixed + (c == 0 ? d.zeroMass : 0))
    }
  }

  @Test(arguments: [0.0, 0.2]) func fitIsTheMaximumOfTheLikelihood(mass: Double) throws {
    var counts = Self.counts(
      PlantedWorld(problems: 150, attempts: 40, unsolvable: mass), seed: 4)
    // A ragged table.
    for index in stride(from: 0, to: 150, by: 3) {
      counts.attempts[index] = 60
      counts.correct[index] = counts.correct[index] * 3 / 2
    }
    let fit = try #require(BetaBinomialCoverage(counts, simulations: 10))
    let top = Self.logLikelihood(counts, fit.distribution)
    let model = try #require(fit.models.first { $0.model == .betaWithCeiling })
    #expect(abs(model.logLikelihood - top) < 1e-8)
    for step in [-0.02, 0.02] {
      for unknown in 0..<3 {
        var moved = fit.distribution
        if unknown == 0 { moved.a *= exp(step) }
        if unknown == 1 { moved.b *= exp(step) }
        if unknown == 2 { moved.zeroMass = max(moved.zeroMass + step, 0) }
        #expect(Self.logLikelihood(counts, moved) <= top + 1e-9)
      }
    }
    // At the optimum a step of h lowers it by O(h²): the gradient vanishes.
    for shift in [(1e-3, 0.0), (0.0, 1e-3)] {
      var up = fit.distribution
      var down = fit.distribution
      up.a *= exp(shift.0)
      up.b *= exp(shift.1)
      down.a *= exp(-shift.0)
      down.b *= exp(-shift.1)
      let slope = Self.logLikelihood(counts, up) - Self.logLikelihood(counts, down)
      #expect(abs(slope / 2e-3) < 1e-3)
    }
  }

  @Test func plantedShapesAreRecovered() throws {
    let world = PlantedWorld(
      problems: 3000, attempts: 200, components: [.init(a: 0.4, b: 3)], unsolvable: 0.12)
    let fit = try #require(BetaBinomialCoverage(Self.counts(world, seed: 1), k: [1, 1000]))
    #expect(fit.tailExponent.low < 0.4 && 0.4 < fit.tailExponent.high)
    #expect(fit.b.low < 3 && 3 < fit.b.high)
    #expect(fit.ceiling.low < 0.88 && 0.88 < fit.ceiling.high)
    #expect(fit.ceiling.high - fit.ceiling.low < 0.1)
    let truth = PlantedTruth(world).coverage(1000)
    #expect(abs(fit.points[1].coverage.value - truth) < 0.02)
    #expect(fit.points[1].isExtrapolated && !fit.points[0].isExtrapolated)
    #expect(fit.goodnessOfFit.pValue > 0.02)
    #expect(fit.models.min { $0.aic < $1.aic }?.model == .betaWithCeiling)
  }

  /// 90 % intervals of the coverage at 4 N and 100 N. The full measurement, 300 worlds at each of
  /// nine settings, found 88 to 94 %.
  @Test(arguments: [0.0, 0.15]) func extrapolationsCover(mass: Double) {
    let world = PlantedWorld(
      problems: 100, attempts: 64, components: [.init(a: 0.3, b: 2)], unsolvable: mass)
    let ks = [256.0, 6400]
    let truths = ks.map { PlantedTruth(world).coverage($0) }
    let hits = parallelMap(count: 120, threads: 2) { index -> [Int] in
      let counts = Self.counts(world, seed: UInt64(index))
      guard let fit = BetaBinomialCoverage(counts, k: ks, simulations: 0, threads: 1) else {
        return [0, 0]
      }
      return zip(fit.points, truths).map {
        $0.coverage.low <= $1 && $1 <= $0.coverage.high ? 1 : 0
      }
    }
    for column in ks.indices {
      let share = Double(hits.reduce(0) { $0 + $1[column] }) / 120
      // Three standard errors of 120 worlds are 0.08.
      #expect(share > 0.82 && share < 0.985, "k = \(ks[column]): \(share)")
    }
  }

  @Test func onePooledChanceIsVisiblyTooOptimistic() throws {
    let world = PlantedWorld(problems: 300, attempts: 100, components: [.init(a: 0.3, b: 2)])
    let counts = Self.counts(world, seed: 9)
    let fit = try #require(BetaBinomialCoverage(counts, simulations: 0))
    let pooled = Double(counts.correct.reduce(0, +)) / 30_000
    let curve = CoverageCurve(counts, bootstrap: ProblemBootstrap(resamples: 200))
    let point = try #require(curve.points.first { $0.k == 32 })
    #expect(1 - pow(1 - pooled, 32) > point.coverage.high + 0.2)
    #expect(fit.models[0].model == .onePooled && fit.models[0].excess > 1000)
  }

  @Test func equalProblemsNeedNoDistribution() throws {
    let sharp = 4000.0
    let world = PlantedWorld(
      problems: 200, attempts: 50, components: [.init(a: 0.2 * sharp, b: 0.8 * sharp)])
    let fit = try #require(BetaBinomialCoverage(Self.counts(world, seed: 3), k: [200]))
    #expect(fit.models.min { $0.aic < $1.aic }?.model == .onePooled)
    #expect(fit.warnings.contains { $0.contains("hardly determined") })
    #expect(fit.points[0].coverage.value > 0.999)
  }

  @Test func misfitIsNoticedAndFitIsNot() throws {
    let two = PlantedWorld(
      problems: 400, attempts: 64,
      components: [.init(a: 60, b: 140), .init(a: 160, b: 40)])
    let misfit = try #require(BetaBinomialCoverage(Self.counts(two, seed: 1)))
    #expect(misfit.goodnessOfFit.pValue < 0.02)
    if misfit.goodnessOfFit.pValue == 1 / Double(misfit.goodnessOfFit.simulations + 1) {
      #expect(misfit.goodnessOfFit.plainPValue.hasPrefix("p < 0.0"))
    }
    #expect(misfit.warnings.contains { $0.contains("do not look like") })
    // p-values of worlds that fit are spread over the unit interval.
    let plain = PlantedWorld(problems: 120, attempts: 30, unsolvable: 0.1)
    let values = parallelMap(count: 60, threads: 2) { index in
      BetaBinomialCoverage(
        Self.counts(plain, seed: UInt64(index)), k: [1], simulations: 60, threads: 1)?
        .goodnessOfFit.pValue ?? .nan
    }
    #expect(values.count { $0 < 0.1 } <= 14)
    #expect(values.count { $0 < 0.5 } >= 15 && values.count { $0 < 0.5 } <= 45)
    let bins = misfit.goodnessOfFit.bins
    #expect(abs(bins.reduce(0) { $0 + $1.expected } - 400) < 1e-6)
    #expect(bins.reduce(0) { $0 + $1.observed } == 400)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let counts = Self.counts(PlantedWorld(problems: 80, attempts: 20), seed: 2)
    let one = try #require(BetaBinomialCoverage(counts, seed: 7, threads: 1))
    let two = try #require(BetaBinomialCoverage(counts, seed: 7, threads: 2))
    #expect(one.points == two.points && one.goodnessOfFit == two.goodnessOfFit)
    let refits = BetaBinomialCoverage.refits(counts, bootstrap: ProblemBootstrap(resamples: 20))
    #expect(
      refits
        == BetaBinomialCoverage.refits(
          counts, bootstrap: ProblemBootstrap(resamples: 20, threads: 1)))
  }

  @Test func tablesWithoutASuccessOrAFailure() throws {
    #expect(BetaBinomialCoverage(AttemptCounts(attempts: [9, 9], correct: [0, 0])) == nil)
    let full = try #require(
      BetaBinomialCoverage(AttemptCounts(attempts: [9, 9, 9], correct: [9, 9, 9])))
    #expect(full.points.allSatisfy { $0.coverage.value > 0.99 })
  }
}
