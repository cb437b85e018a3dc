import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

/// Iso-FLOP fits on grids on which one parabola through everything misleads.
@Suite struct ValleyShapeTests {
  static let hoffmann = [1.69, 406.4, 410.7, 0.34, 0.28]
  /// β/(α + β).
  static let exponent = 0.28 / 0.62

  /// Runs along budgets about a centre that drifts, from the paper's formula; C = factor·N^power·D.
  static func table(
    budgets: Int, sizes: Int, half: Double, shift: Double, drift: Double, noise: Double,
    seed: UInt64 = 0, factor: Double = 6, power: Double = 1
  ) -> Observations {
    var generator = SplittableRandom(seed: seed + 5)
    let (e, a, b, alpha, beta) = (1.69, 406.4, 410.7, 0.34, 0.28)
    var columns: [String: [Double]] = ["N": [], "D": [], "C": []]
    var losses: [Double] = []
    for index in 0..<budgets {
      let step = Double(index) / Double(budgets - 1)
      let compute = 6e18 * expD(step * 2.5 * logD(10))
      let best =
        logD(alpha * a / (power * beta * b) * expD(beta * logD(compute / factor)))
        / (alpha + power * beta)
      for run in 0..<sizes {
        let x =
          best + shift + drift * 2.5 * (step - 0.5) - half + 2 * half * Double(run)
          / Double(sizes - 1)
        let tokens = compute / (factor * expD(power * x))
        let loss = e + a * expD(-alpha * x) + b * expD(-beta * logD(tokens))
        columns["N"]?.append(expD(x))
        columns["D"]?.append(tokens)
        columns["C"]?.append(compute)
        losses.append(loss * (1 + noise * generator.nextNormal()))
      }
    }
    return Observations(columns: columns, response: losses)
  }

  /// Wide, off-centre and drifting grids without noise: the truth to 0.002, where one parabola is
  /// off by up to 0.012 (NumPy's polyfit: −0.0027, +0.0124, −0.0083).
  @Test(arguments: [
    (6, 7, 2.5, 0.0, 0.4), (5, 9, 2.0, -0.8, 0.3), (7, 9, 4.5, 1.0, 0.6), (4, 5, 1.0, 0.0, 0.2),
  ])
  func noiseFreeGridsGiveTheTruth(
    budgets: Int, sizes: Int, half: Double, shift: Double, drift: Double
  ) throws {
    let table = Self.table(
      budgets: budgets, sizes: sizes, half: half, shift: shift, drift: drift, noise: 0)
    for valley in [ValleyShape.local, .asymmetric] {
      let found = try isoFLOPFit(table, options: IsoFLOPOptions(valley: valley, resamples: 100))
      #expect(abs(found.estimate[0] - Self.exponent) < 1e-3, "\(valley)")
      #expect(found.valleys.allSatisfy { $0.isUsed })
      let a = try #require(found.parameter("a"))
      #expect(a.low - 1e-6 <= Self.exponent && Self.exponent <= a.high + 1e-6)
    }
    let bias = try isoFLOPBias(observations: table, at: 1e21, surface: Self.hoffmann)
    #expect(abs(bias.exponentBias) < 1e-3)
  }

  /// C = 9·N^0.975·D: a and b are β/(α + 0.975β) = 0.456770 and 1 − 0.975a = 0.554649; at 1e22
  /// SciPy's minimize_scalar finds N* 5.76906e9, D* 3.37816e11.
  @Test func honoursTheTablesCompute() throws {
    let table = Self.table(
      budgets: 6, sizes: 7, half: 1.6, shift: 0.3, drift: 0.2, noise: 0, factor: 9, power: 0.975)
    let found = try isoFLOPFit(table, options: IsoFLOPOptions(resamples: 50))
    #expect(abs(found.estimate[0] - 0.456_770) < 1e-3)
    #expect(abs(found.estimate[2] - 0.554_649) < 1e-3)
    let plan = found.plan(compute: 1e22)
    #expect(agree(plan.size.value, 5.769_06e9, 0.01))
    #expect(agree(plan.tokens.value, 3.378_16e11, 0.01))
    let bias = try isoFLOPBias(observations: table, at: 1e22, surface: Self.hoffmann)
    #expect(abs(bias.sizeRatio - 1) < 0.005)
    let flops = FlopsPerToken(table)
    #expect(agree(flops.coefficient, 9, 1e-6) && agree(flops.exponent, 0.975, 1e-9))
    #expect(flops.sentence?.contains("falling with size") == true)
    let fitted = try fit(Chinchilla(), to: table, options: FitOptions(interval: .none))
    let law = try fitted.plan(compute: 1e22)
    #expect(agree(law.size.value, 5.769_06e9, 2e-3))
    #expect(agree(law.tokens.value, 3.378_16e11, 2e-3))
    #expect(agree(law.sizeExponent.value, 0.456_770, 1e-3))
    #expect(
      agree(
        try fitted.forecast(at: ["N": 1e9, "D": 2e10]).columns["C"] ?? 0,
        9 * expD(0.975 * logD(1e9)) * 2e10, 1e-6))
    let readings = try isoFLOPAlternatives(
      table, options: IsoFLOPOptions(), at: 1e21, surface: fitted.estimate)
    #expect(readings.count == 5)
    #expect(readings.allSatisfy { abs($0.a - 0.456_770) < 0.02 })
  }

  /// 60 tables with noise on a wide drifting grid; nominal 90 %: fewer than 47 would be a 1-in-1000
  /// event at 90 %.
  @Test func coverageOnADriftingGrid() throws {
    var covered = 0
    for seed in 0..<60 {
      let table = Self.table(
        budgets: 5, sizes: 9, half: 2, shift: -0.8, drift: 0.3, noise: 0.003, seed: UInt64(seed))
      let found = try isoFLOPFit(table, options: IsoFLOPOptions(resamples: 200))
      let a = try #require(found.parameter("a"))
      if a.low <= Self.exponent, Self.exponent <= a.high { covered += 1 }
    }
    #expect(covered >= 47, "covered \(covered) of 60")
  }
}

private func logD(_ x: Double) -> Double { log(x) }
private func expD(_ x: Double) -> Double { exp(x) }
