import Quantities
import ScalingLaws
import Statistics
import Testing

@Suite struct IsoFLOPTests {
  static let budgets = [6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21, 3e21]
  static let factors = [0.25, 0.4, 0.63, 1, 1.6, 2.5, 4]

  /// A symmetric narrow grid about the optimum of a surface with α = β has no bias: losses are
  /// even in ln N about it.
  @Test(arguments: ValleyShape.allCases)
  func exactOnASymmetricGrid(valley: ValleyShape) throws {
    let tied = [1.7, 500.0, 1500, 0.35, 0.35]
    let table = Surfaces.isoFLOP(tied, budgets: Self.budgets, factors: [0.25, 0.5, 1, 2, 4])
    let found = try isoFLOPFit(table, options: IsoFLOPOptions(valley: valley, resamples: 0))
    let truth = try GivenLaw(law: Chinchilla(), estimate: tied).plan(compute: 1e24)
    #expect(abs(found.estimate[0] - 0.5) < 1e-8)
    #expect(abs(found.estimate[0] + found.estimate[2] - 1) < 1e-10)
    #expect(agree(found.plan(compute: 1e24).size.value, truth.size.value, 1e-6))
    #expect(agree(found.plan(compute: 1e24).tokens.value, truth.tokens.value, 1e-6))
    #expect(found.warnings.isEmpty)
    #expect(found.valleys.count == Self.budgets.count)
  }

  /// Wide and off-centre grids bias approach 2 even without noise, a known weakness. Expected
  /// numbers by NumPy: polyfit of degree 2 on the exact losses of the surface.
  @Test func biasedOnAnOffCentreGrid() throws {
    let p = Surfaces.replication
    let centred = Surfaces.isoFLOP(p, budgets: Self.budgets, factors: [0.71, 0.84, 1, 1.19, 1.41])
    let whole = IsoFLOPOptions(valley: .parabola, resamples: 0)
    let narrow = try isoFLOPBias(observations: centred, options: whole, at: 1e24)
    #expect(abs(narrow.sizeRatio - 1) < 0.01)
    let low = Surfaces.isoFLOP(
      p, budgets: Self.budgets, factors: [0.02, 0.05, 0.12, 0.3, 0.7, 1.6])
    let biased = try isoFLOPBias(observations: low, options: whole, at: 1e24)
    #expect(abs(biased.sizeRatio - 0.874_360) < 1e-5)
    #expect(abs(biased.exponentBias) < 1e-5)
    #expect(abs(biased.trueExponent - 0.5139) < 1e-3)
    // On noise-free losses the measured bias is the error of the fit itself.
    let fitted = try isoFLOPFit(low, options: whole)
    #expect(abs(fitted.estimate[0] - biased.exponent) < 1e-5)
    #expect(biased.sentence.contains("even without noise"))
  }

  /// A grid whose centre drifts with the budget biases the exponent; NumPy: +0.00943514 in a and
  /// a factor 1.0917 in N* at 1e24.
  @Test func aDriftingGridBiasesTheExponent() throws {
    let p = Surfaces.replication
    var columns: [String: [Double]] = ["N": [], "C": [], "D": []]
    var losses: [Double] = []
    // (C/1e20)^0.15 at the budgets, by NumPy.
    let drifts = [
      0.655_843_6, 0.707_945_8, 0.834_776_4, 0.926_246_0, 1, 1.179_146, 1.308_346, 1.412_538,
      1.665_595,
    ]
    for (budget, drift) in zip(Self.budgets, drifts) {
      let part = Surfaces.isoFLOP(
        p, budgets: [budget], factors: [0.25, 0.5, 1, 2, 4, 8, 16].map { $0 * drift })
      for name in ["N", "C", "D"] { columns[name]? += part.columns[name] ?? [] }
      losses += part.response
    }
    let table = Observations(columns: columns, response: losses)
    let bias = try isoFLOPBias(
      observations: table, options: IsoFLOPOptions(valley: .parabola), at: 1e24, surface: p)
    #expect(abs(bias.exponentBias - 0.009_435_1) < 1e-5)
    #expect(abs(bias.sizeRatio - 1.091_701) < 2e-4)
  }

  /// Three approaches on one planted surface: a within the intervals, approach 2 after its bias.
  @Test func threeApproachesAgree() throws {
    let p = Surfaces.replication
    let table = Surfaces.isoFLOP(
      p, budgets: Self.budgets, factors: Self.factors, noise: 0.001, seed: 11)
    let second = try isoFLOPFit(table)
    let bias = try isoFLOPBias(observations: table, at: 1e23)
    let a = try #require(second.parameter("a"))
    #expect(a.low - bias.exponentBias < 0.5139 && 0.5139 < a.high - bias.exponentBias)
    #expect(a.high - a.low < 0.1)
    let third = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 300))
    let exponent = try third.plan(compute: 1e23).sizeExponent
    #expect(exponent.low < 0.5139 && 0.5139 < exponent.high)
    let first = try envelopeFit(EnvelopeTests.curves(p, noise: 0))
    let envelope = try #require(first.parameter("a"))
    #expect(envelope.low < 0.5139 && 0.5139 < envelope.high)
    #expect(abs(envelope.value - 0.5139) < 0.02)
  }

  @Test func coverage() throws {
    // 60 tables; nominal 90 %: fewer than 47 or all 60 would be a 1-in-1000 event at 90 %.
    let tied = [1.7, 500.0, 1500, 0.35, 0.35]
    var covered = 0
    for seed in 0..<60 {
      let table = Surfaces.isoFLOP(
        tied, budgets: [1e19, 1e20, 1e21], factors: [0.25, 0.5, 0.71, 1, 1.41, 2, 4], noise: 0.003,
        seed: UInt64(seed))
      let found = try isoFLOPFit(table, options: IsoFLOPOptions(resamples: 300))
      let a = try #require(found.parameter("a"))
      if a.low <= 0.5, 0.5 <= a.high { covered += 1 }
    }
    #expect(covered >= 47, "covered \(covered) of 60")
  }

  /// Budgets whose optimum is off by a normal 0.1 in ln N, beyond the noise of their runs.
  @Test func coverageWithScatterBetweenBudgets() throws {
    let tied = [1.7, 500.0, 1500, 0.35, 0.35]
    var covered = 0
    for seed in 0..<60 {
      var generator = SplittableRandom(seed: UInt64(seed) + 777)
      var table = Surfaces.isoFLOP(
        tied, budgets: [1e19, 3e19, 1e20, 3e20, 1e21, 3e21],
        factors: [0.25, 0.5, 0.71, 1, 1.41, 2, 4], noise: 0.001, seed: UInt64(seed))
      let shifts = (0..<6).map { _ in 1 + 0.1 * generator.nextNormal() }
      table.columns["N"] = table.columns["N"]?.enumerated().map {
        $0.element * shifts[$0.offset / 7]
      }
      let found = try isoFLOPFit(table, options: IsoFLOPOptions(resamples: 300))
      let a = try #require(found.parameter("a"))
      if a.low <= 0.5, 0.5 <= a.high { covered += 1 }
    }
    #expect(covered >= 47, "covered \(covered) of 60")
  }

  @Test func flagsBudgets() throws {
    let p = Surfaces.replication
    var table = Surfaces.isoFLOP(p, budgets: [1e19, 1e20, 1e21], factors: Self.factors)
    let outside = Surfaces.isoFLOP(p, budgets: [1e22], factors: [0.05, 0.08, 0.12, 0.2, 0.3])
    let few = Surfaces.isoFLOP(p, budgets: [1e23], factors: [0.5, 1])
    for extra in [outside, few] {
      for name in ["N", "C", "D"] {
        table.columns[name] = (table.columns[name] ?? []) + (extra.columns[name] ?? [])
      }
      table = Observations(columns: table.columns, response: table.response + extra.response)
    }
    let found = try isoFLOPFit(table, options: IsoFLOPOptions(resamples: 50))
    #expect(found.valleys.map(\.isUsed) == [true, true, true, false, false])
    #expect(found.warnings.count == 2)
    #expect(found.computeRange.upperBound < 1.1e21)
    let kept = try isoFLOPFit(
      table, options: IsoFLOPOptions(usesUnbracketed: true, resamples: 50))
    #expect(kept.valleys.map(\.isUsed) == [true, true, true, true, false])
    #expect(throws: FitError.self) { try isoFLOPFit(few) }
    #expect(throws: FitError.self) {
      try isoFLOPFit(Observations(columns: ["N": [1]], response: [1]))
    }
  }

  /// Computes that miss their budget by less than the tolerance, and budgets given by name.
  @Test func groupsBudgets() throws {
    var table = Surfaces.isoFLOP(
      Surfaces.replication, budgets: [1e19, 1e20, 1e21], factors: Self.factors)
    table.columns["C"] = table.columns["C"]?.enumerated().map {
      $0.element * (1 + 0.001 * Double($0.offset % 7))
    }
    let grouped = try isoFLOPFit(table, options: IsoFLOPOptions(resamples: 0))
    #expect(grouped.valleys.count == 3)
    let named = try isoFLOPFit(
      table, options: IsoFLOPOptions(budgets: [1e19, 1e20, 1e21], resamples: 0))
    #expect(named.valleys.map(\.compute) == [1e19, 1e20, 1e21])
    #expect(abs(named.estimate[0] - grouped.estimate[0]) < 1e-3)
  }

  @Test func resultsRepeat() throws {
    let table = Surfaces.isoFLOP(
      Surfaces.replication, budgets: Self.budgets, factors: Self.factors, noise: 0.002)
    #expect(try isoFLOPFit(table) == isoFLOPFit(table))
  }
}

@Suite struct EnvelopeTests {
  /// Loss curves of a surface at sizes a factor 1.5 apart.
  static func curves(_ p: [Double], noise: Double) -> Observations {
    var generator = SplittableRandom(seed: 9)
    var columns: [String: [Double]] = ["N": [], "C": []]
    var losses: [Double] = []
    var runs: [Int] = []
    var size = 2e7
    var run = 0
    while size < 2e10 {
      for step in 0..<60 {
        // Tokens from 1 to about 1,000 per parameter.
        let tokens = size * Self.power(1.125, step)
        columns["N"]?.append(size)
        columns["C"]?.append(6 * size * tokens)
        losses.append(Surfaces.loss(p, size, tokens) * (1 + noise * generator.nextNormal()))
        runs.append(run)
      }
      size *= 1.5
      run += 1
    }
    return Observations(columns: columns, response: losses, clusters: runs)
  }

  static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  @Test func readsTheExponent() throws {
    let found = try envelopeFit(Self.curves(Surfaces.replication, noise: 0))
    #expect(abs(found.estimate[0] - 0.5139) < 0.02)
    #expect(abs(found.estimate[0] + found.estimate[2] - 1) < 1e-9)
    let truth = try Surfaces.given.plan(compute: 1e21).size.value
    #expect(agree(found.plan(compute: 1e21).size.value, truth, 0.1))
    #expect(found.envelope.count > 500)
  }

  /// Runs above the frontier change nothing.
  @Test func suboptimalRunsChangeNothing() throws {
    let table = Self.curves(Surfaces.replication, noise: 0)
    let worse = Observations(
      columns: table.columns.mapValues { $0 + $0 },
      response: table.response + table.response.map { $0 * 1.05 },
      clusters: table.clusters + table.clusters.map { $0 + 1000 })
    let options = EnvelopeOptions(resamples: 0)
    #expect(
      try envelopeFit(table, options: options).estimate
        == envelopeFit(worse, options: options).estimate)
    #expect(throws: FitError.self) {
      try envelopeFit(table.selecting(Array(0..<60)))
    }
  }
}

@Suite struct ComputeFrontierTests {
  @Test func suboptimalRunsChangeNothing() {
    let compute = (0..<40).map { 1e18 * Double($0 + 1) * Double($0 + 1) }
    let outcome = compute.map { 1 / $0.squareRoot() }
    let frontier = ComputeFrontier(compute: compute, outcome: outcome, bins: 6)
    let crowded = ComputeFrontier(
      compute: compute + compute, outcome: outcome + outcome.map { $0 * 1.3 }, bins: 6)
    #expect(frontier == crowded)
    let law = frontier.powerLaw()
    #expect(agree(law?.exponent ?? 0, -0.5, 1e-9))
    #expect(agree(law?.prefactor ?? 0, 1, 1e-7))
    #expect(ComputeFrontier(compute: [], outcome: [], bins: 5).powerLaw() == nil)
  }
}
