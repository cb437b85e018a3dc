import Foundation
import Quantities
import RunTables
import SamplingLaws
import Testing

@Suite struct SaturationTests {
  @Test(arguments: [
    (0.5, 0.05, 0.001, 63), (0.5, 0.05, 0.02, 5), (0.5, 0.4, 0.001, 11), (0.5, 0.4, 0.02, 5),
    (1, 0.05, 0.001, 77), (1, 0.05, 0.02, 18), (1, 0.4, 0.001, 12), (1, 0.4, 0.02, 6),
    (1, 0.3, 0.01, 10), (0.8, 0.1, 0.005, 27),
  ]) func goldenValues(ceiling: Double, chance: Double, gain: Double, expected: Int) {
    let curve = SaturationCurve(ceiling: ceiling, chance: chance)
    #expect(curve.saturation(gain: gain) == expected)
  }

  @Test func theGainCrossesTheThresholdAtSaturation() {
    for ceiling in [0.1, 0.5, 1] {
      for chance in [1e-4, 0.01, 0.3, 0.5, 0.999, 1] {
        for gain in [1e-6, 1e-3, 0.05, 0.25, 0.5] {
          let curve = SaturationCurve(ceiling: ceiling, chance: chance)
          let n = curve.saturation(gain: gain)
          #expect(curve.gain(Double(n)) <= gain)
          if n > 0 { #expect(curve.gain(Double(n - 1)) > gain) }
          let step = curve.value(Double(n + 1)) - curve.value(Double(n))
          #expect(abs(step - curve.gain(Double(n))) < 1e-12)
        }
      }
    }
    #expect(SaturationCurve(chance: 0).saturation(gain: 0.01) == 0)
  }

  @Test func plantedCurvesAreRecovered() throws {
    // A share of 0.3 never solved, all others with p = 0.1: the curve is exact there.
    let sharp = 1e5
    let world = PlantedWorld(
      problems: 2000, attempts: 64, components: [.init(a: 0.1 * sharp, b: 0.9 * sharp)],
      unsolvable: 0.3)
    let fit = try #require(
      Saturation(
        world.table(seed: 6).arms[0], leastGain: 0.01,
        bootstrap: ProblemBootstrap(resamples: 200)))
    #expect(fit.ceiling.low < 0.7 && 0.7 < fit.ceiling.high)
    #expect(fit.chance.low < 0.1 && 0.1 < fit.chance.high)
    #expect(abs(fit.leastSquaresCurve.ceiling - 0.7) < 0.03)
    #expect(abs(fit.leastSquaresCurve.chance - 0.1) < 0.005)
    // n* = ⌈ln(0.01/0.07)/ln 0.9⌉ = 19.
    #expect(fit.saturation.low <= 19 && 19 <= fit.saturation.high)
    #expect(abs(fit.perProblem.hopeless - 0.3) < 0.05)
    #expect(fit.heterogeneity < 4)
    #expect(fit.warnings.isEmpty)
    // Exact points give the curve back.
    let exact = SaturationCurve(ceiling: 0.6, chance: 0.07)
    let k = [1.0, 2, 4, 8, 16, 32]
    let back = Saturation.leastSquares(k: k, coverage: k.map { exact.value($0) })
    #expect(abs(back.ceiling - 0.6) < 1e-6 && abs(back.chance - 0.07) < 1e-6)
  }

  @Test func differingProblemsAreFlagged() throws {
    let world = PlantedWorld(problems: 400, attempts: 256, components: [.init(a: 0.3, b: 2)])
    let fit = try #require(
      Saturation(world.table(seed: 1).arms[0], bootstrap: ProblemBootstrap(resamples: 100)))
    #expect(fit.heterogeneity > 100)
    #expect(fit.warnings.contains { $0.contains("differ in difficulty") })
    let truth = PlantedTruth(world)
    let last = try #require(fit.points.last)
    // One p promises too much early; the saturating curve stops too early and too low far out.
    let early = try #require(fit.points.first { $0.k == 16 })
    #expect(early.onePooled > early.observed + 0.2)
    #expect(fit.likelihoodCurve.value(1e5) < truth.coverage(1e5) - 0.1)
    #expect(abs(last.beta - last.observed) < 0.02)
    #expect(fit.betaSaturation > 0)
  }

  @Test func saturationOfADistributionIsWhereTheMeanGainFalls() throws {
    let world = PlantedWorld(problems: 2000, attempts: 128)
    let fit = try #require(
      Saturation(world.table(seed: 2).arms[0], bootstrap: ProblemBootstrap(resamples: 20)))
    let truth = PlantedTruth(world)
    var n = 0.0
    while truth.coverage(n + 1) - truth.coverage(n) > 0.005 { n += 1 }
    #expect(abs(Double(fit.betaSaturation) - n) <= 2)
  }
}
