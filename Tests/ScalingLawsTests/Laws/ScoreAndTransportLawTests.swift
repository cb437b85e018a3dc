import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

/// Laws of scores, of series and of transport distances, planted from the papers' formulas.
@Suite struct ScoreAndTransportLawTests {
  /// S = a·X^b with the exponents reported for compute, parameters and data [90].
  @Test(arguments: [(0.47, 0.02), (0.77, 0.11), (0.64, 0.03)])
  func alignmentScoresRise(a: Double, b: Double) throws {
    var generator = SplittableRandom(seed: 5)
    let sizes = (0..<14).map { pow(10, 0.25 * Double($0)) }
    let table = Observations(
      columns: ["C": sizes],
      response: sizes.map { a * pow($0, b) * exp(0.001 * generator.nextNormal()) })
    let fitted = try fit(ScorePower(), to: table, options: FitOptions(resamples: 100))
    let interval = try #require(fitted.interval(of: "b"))
    #expect(abs(interval.value - b) < 0.002)
    #expect(interval.high - interval.low < 0.01)
    let forecast = try fitted.forecast(at: ["C": 1e5])
    #expect(abs(forecast.law.value / (a * pow(1e5, b)) - 1) < 0.01)
    #expect(ScorePower().card.response.higherIsBetter)
  }

  /// L = (X_0/X)^α on each axis [79]; equal exponents in and out of distribution are kept, different
  /// ones told apart.
  @Test(arguments: [(0.08, 0.08, false), (0.08, 0.12, true)])
  func seriesInAndOutOfDistribution(first: Double, second: Double, differ: Bool) throws {
    var generator = SplittableRandom(seed: 6)
    func rows(_ scale: Double, _ exponent: Double) -> Observations {
      let sizes = (0..<8).map { 1e7 * pow(3, Double($0)) }
      return Observations(
        columns: ["D": sizes],
        response: sizes.map {
          pow(scale / $0, exponent) * exp(0.003 * generator.nextNormal())
        })
    }
    let result = try fitSharing(
      PowerLaw(x: "D"), groups: [("ID", rows(3e10, first)), ("OOD", rows(2e12, second))],
      shared: ["alpha"], options: FitOptions(interval: .none))
    let test = try #require(result.test)
    #expect((test.pValue < 1e-3) == differ, "p \(test.pValue)")
    if !differ {
      #expect(abs(try #require(result.parameter("alpha", group: "ID")).value - first) < 0.003)
    }
  }

  /// V = a1(n)·w + a0(n) at two sizes, and a straight line in ln n through them [8]: a fit to runs of
  /// the two sizes predicts a third as the paper's second stage does.
  @Test func twoSizesPredictAThird() throws {
    func small(_ w: Double) -> Double { 0.62 - 0.9 * w }
    func large(_ w: Double) -> Double { 0.71 - 0.7 * w }
    let distances = [0.05, 0.1, 0.2, 0.3, 0.4]
    let table = Observations(
      columns: [
        "D": distances.map { _ in 1000 } + distances.map { _ in 4000 },
        "distance": distances + distances,
      ], response: distances.map(small) + distances.map(large))
    let fitted = try fit(Projektor(), to: table, options: FitOptions(interval: .none))
    for (size, w) in [(16_000.0, 0.15), (2000, 0.25), (500, 0.33)] {
      // ln(n/n0)·V(n1) − ln(n/n1)·V(n0), over ln(n1/n0).
      let expected =
        (log(size / 1000) * large(w) - log(size / 4000) * small(w)) / log(4000.0 / 1000)
      #expect(abs(try fitted.prediction(at: ["D": size, "distance": w]) - expected) < 1e-7)
    }
  }

  /// Mean errors over six draws of an independent simulation (NumPy, hard-margin machine by dual
  /// coordinate descent; standard errors to 0.008): d = 100, perfect probe [27].
  @Test(arguments: [
    (1.0, 0.3, [0.462, 0.362, 0.264]), (2, 0.3, [0.436, 0.297, 0.195]),
    (10, 0.3, [0.049, 0.142, 0.068]), (10, 0.5, [0.045, 0.090, 0.057]),
  ])
  func prunedPerceptrons(examples: Double, kept: Double, expected: [Double]) {
    let world = PruningTestbed(examplesPerDimension: examples, kept: kept)
    for (keeping, error) in zip(PruningTestbed.Keeping.allCases, expected) {
      let found = mean(world.errors(keeping, draws: 6, seed: 3))
      #expect(abs(found - error) < 0.03, "\(keeping) at \(examples), \(kept): \(found)")
    }
  }

  /// Random pruning is the unpruned curve at f·α.
  @Test func randomPruningIsNoPruning() {
    let pruned = PruningTestbed(examplesPerDimension: 8, kept: 0.25)
    let whole = PruningTestbed(examplesPerDimension: 2, kept: 1)
    let a = mean(pruned.errors(.random, draws: 12, seed: 1))
    let b = mean(whole.errors(.random, draws: 12, seed: 2))
    #expect(abs(a - b) < 0.02)
  }

  /// A probe that knows nothing of the teacher ranks at random.
  @Test func aBlindProbeIsRandom() {
    var world = PruningTestbed(examplesPerDimension: 8, kept: 0.3, probeAngle: .pi / 2)
    let blind = mean(world.errors(.hard, draws: 10, seed: 1))
    world.probeAngle = 0
    let random = mean(world.errors(.random, draws: 10, seed: 1))
    #expect(abs(blind - random) < 0.03)
  }
}
