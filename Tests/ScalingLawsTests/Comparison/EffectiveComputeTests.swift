import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

@Suite struct EffectiveComputeTests {
  /// Shared floor and exponent: m = (A_base/A_treat)^(1/α) at every scale, and so says the
  /// identity ((L_base − E)/(L_treat − E))^(1/α) of [21][105].
  @Test func constantMultiplierIdentities() throws {
    let scales = PlantedLadder.decades(17, 20, 6)
    let base = PlantedLadder(
      floor: 1.7, amplitude: 700, exponent: 0.16, scales: scales, seeds: 1, noise: 0)
    var better = base
    better.amplitude = 640
    var random = SplittableRandom(seed: 1)
    let result = try compare(
      baseline: base.runs(&random), treatment: better.runs(&random), law: PowerConstant(),
      options: ComparisonOptions(
        fit: FitOptions(objective: .squaredLog, interval: .none), refits: 0, validates: false))
    let expected = pow(700.0 / 640, 1 / 0.16)
    #expect(
      abs(
        EffectiveCompute.multiplier(baselineAmplitude: 700, treatmentAmplitude: 640, exponent: 0.16)
          - expected) < 1e-12)
    for rung in result.multiplier.rungs + [result.multiplier.target] {
      #expect(abs(rung.multiplier.value / expected - 1) < 1e-5)
      let identity = EffectiveCompute.multiplier(
        baselineLoss: base.loss(rung.scale), treatmentLoss: better.loss(rung.scale), floor: 1.7,
        exponent: 0.16)
      #expect(abs(identity / expected - 1) < 1e-10)
    }
    #expect(abs(result.multiplier.variation - 1) < 1e-5)
    #expect(!result.multiplier.isConstantRejected)
  }

  /// Along the compute-optimal path, amplitudes scaled alike leave a constant multiplier: the
  /// optimum is E + K·C^(−αβ/(α+β)) with K proportional to the factor.
  @Test(arguments: [ScalePath.automatic, .computeOptimal])
  func constantAlongTheOptimalPath(path: ScalePath) throws {
    var random = SplittableRandom(seed: 2)
    let base = PlantedGrid(noise: 0)
    let better = PlantedGrid(point: [1.7, 360, 369, 0.34, 0.28], noise: 0)
    let result = try compare(
      baseline: base.runs(&random), treatment: better.runs(&random), law: Chinchilla(),
      options: ComparisonOptions(
        fit: FitOptions(objective: .squaredLog, interval: .none), path: path, refits: 0,
        validates: false))
    let exponent = 0.34 * 0.28 / (0.34 + 0.28)
    let expected = pow(1 / 0.9, 1 / exponent)
    #expect(result.pair.scaleName == "C")
    for rung in result.multiplier.rungs {
      #expect(abs(rung.multiplier.value / expected - 1) < 1e-3)
    }
  }

  /// At a fixed ratio the loss of the two laws is that of the formula.
  @Test func fixedRatioUsesTheFormula() throws {
    var random = SplittableRandom(seed: 2)
    let base = PlantedGrid(noise: 0)
    let better = PlantedGrid(point: [1.65, 400, 410, 0.34, 0.28], noise: 0)
    let result = try compare(
      baseline: base.runs(&random), treatment: better.runs(&random), law: Chinchilla(),
      options: ComparisonOptions(
        fit: FitOptions(objective: .squaredLog, interval: .none), target: 1e22,
        path: .tokensPerParameter(20), refits: 0, validates: false))
    #expect(abs(result.pair.difference(at: 1e21).value + 0.05) < 1e-4)
    let scale = result.multiplier.target.scale
    let multiplier = result.multiplier.target.multiplier.value
    func loss(_ point: [Double], _ compute: Double) -> Double {
      let n = (compute / 120).squareRoot()
      return Chinchilla().prediction(point, at: [n, 20 * n])
    }
    #expect(
      abs(loss(base.point, multiplier * scale) - loss(better.point, scale)) < 1e-4)
  }

  /// A multiplier that falls with scale is told from a constant one.
  @Test func decayingMultiplierIsRejectedAsConstant() throws {
    var random = SplittableRandom(seed: 4)
    let (first, second) = CrossoverTests.pair(upTo: 18)
    let result = try compare(
      baseline: first.runs(&random), treatment: second.runs(&random), law: PowerLaw(),
      options: quickOptions())
    #expect(result.multiplier.isConstantRejected)
    // ln m = (α₂/α₁ − 1)·ln C + …
    #expect(result.multiplier.slope.low < 0.4 && 0.4 < result.multiplier.slope.high)
  }

  /// The interval of an amplitude-only treatment holds the planted multiplier nine times in ten.
  @Test func jointMultiplierCovers() throws {
    let scales = PlantedLadder.decades(17, 20, 6)
    let base = PlantedLadder(floor: 1.7, amplitude: 700, exponent: 0.16, scales: scales)
    var better = base
    better.amplitude = 640
    let expected = pow(700.0 / 640, 1 / 0.16)
    var covered = 0
    var chosen = 0
    for simulation in 0..<200 {
      var random = SplittableRandom(seed: 6).split(simulation)
      let result = try compare(
        baseline: base.runs(&random), treatment: better.runs(&random), law: PowerConstant(),
        options: quickOptions(resamples: 300, level: 0.9))
      guard result.joint?.choice.hypothesis == .amplitude,
        let worth = result.jointAnswer?.multiplier.target.multiplier
      else { continue }
      chosen += 1
      if worth.low <= expected, expected <= worth.high { covered += 1 }
    }
    #expect(chosen >= 160)
    #expect(Double(covered) >= 0.84 * Double(chosen))
  }
}
