import Foundation
import ScalingLaws
import Testing

@Suite struct DataConstrainedTests {
  private typealias Law = DataConstrained

  @Test func newTokensCountInFullAndRepeatedOnesSaturate() {
    #expect(Law.effectiveTokens(tokens: 1e9, unique: 4e9, repeats: 15) == 1e9)
    #expect(Law.effectiveTokens(tokens: 4e9, unique: 4e9, repeats: 15) == 4e9)
    let limit = Law.effectiveTokens(tokens: 4e15, unique: 4e9, repeats: 15)
    #expect(abs(limit / (4e9 * 16) - 1) < 1e-12)
    // The first repeated token is worth a new one.
    let slope = (Law.effectiveTokens(tokens: 4e9 * 1.0001, unique: 4e9, repeats: 15) - 4e9) / 4e5
    #expect(abs(slope - 1) < 1e-5)
  }

  @Test func withoutRepetitionItIsTheTiedSurface() {
    // A = B makes N_opt(U) = U, so that neither size nor data is in excess.
    let law = DataConstrained()
    let loss = law.prediction([1.87, 521, 521, 0.35, 15, 5], at: [1e9, 2e10, 2e10])
    let expected = 1.87 + 521 * (pow(1e9, -0.35) + pow(2e10, -0.35))
    #expect(abs(loss - expected) < 1e-12)
  }

  @Test func sizeBeyondTheOptimumSaturates() {
    // N_opt/U = 0.0510 for A = 521, B = 1488, alpha = 0.3526596 ([L6], D/N = 19.6).
    let optimum = DataConstrained.optimalSize(unique: 1, A: 521, B: 1488, alpha: 0.352_659_6)
    #expect(abs(optimum - 0.0510) < 5e-4)
    let p = [1.87, 521, 1488, 0.352_659_6, 15.4, 5.31]
    let unique = 1e9
    let n = 3e8
    let u = optimum * unique
    let size = u * (1 + 5.31 * (1 - exp(-(n / u - 1) / 5.31)))
    let data = DataConstrained.effectiveTokens(tokens: 8e9, unique: unique, repeats: 15.4)
    let expected = 1.87 + 521 * pow(size, -0.352_659_6) + 1488 * pow(data, -0.352_659_6)
    #expect(abs(DataConstrained().prediction(p, at: [n, 8e9, unique]) - expected) < 1e-10)
  }

  @Test func recoversPlantedRepetitions() throws {
    var columns: [String: [Double]] = ["N": [], "D": [], "U": []]
    for n in [2e7, 1e8, 5e8, 2.5e9] {
      for unique in [1e8, 1e9, 1e10] {
        for epochs in [1.0, 4, 16, 64, 200] {
          columns["N"]?.append(n)
          columns["U"]?.append(unique)
          columns["D"]?.append(unique * epochs)
        }
      }
    }
    let truth = [1.87, 521, 1488, 0.352_659_6, 15.387_756, 5.309_743]
    let table = Planted.observations(DataConstrained(), truth, columns: columns)
    let found = try fit(DataConstrained(), to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-3)
  }
}

@Suite struct RepeatedDataTests {
  private let truth = [1.8, 40, 0.2, 9, 120, 1.3]

  @Test func withoutARepeatedShareItIsTheControl() {
    for repeats in [1.0, 100, 1e4] {
      let loss = RepeatedData().prediction(truth, at: [1e8, repeats, 0])
      #expect(loss == RepeatedData().prediction(truth, at: [1e8, 7, 0]))
      #expect(abs(loss - (1.8 + 40 * pow(1e8, -0.2))) < 1e-12)
    }
  }

  @Test func damageIsGreatestAtThePeakAndFadesOnBothSides() {
    func loss(_ repeats: Double) -> Double {
      RepeatedData().prediction(truth, at: [1e8, repeats, 0.1])
    }
    #expect(loss(120) > loss(30) && loss(120) > loss(500))
    #expect(loss(1e9) - RepeatedData().prediction(truth, at: [1e8, 1, 0]) < 1e-9)
  }

  @Test func recoversThePlantedBump() throws {
    var columns: [String: [Double]] = ["N": [], "repeats": [], "repeated_share": []]
    for n in [1e6, 1e7, 1e8, 1e9] {
      for repeats in [1.0, 10, 40, 200, 1000, 1e4] {
        for share in [0, 0.1, 0.5] {
          columns["N"]?.append(n)
          columns["repeats"]?.append(repeats)
          columns["repeated_share"]?.append(share)
        }
      }
    }
    let table = Planted.observations(RepeatedData(), truth, columns: columns)
    let found = try fit(RepeatedData(), to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-4)
  }
}

@Suite struct DataFilteringTests {
  /// The product over epochs written out, with b negative as in the source's code.
  private func direct(
    _ n: Double, pool: Double, a: Double, b: Double, tau: Double, d: Double, inside: Bool
  ) -> Double {
    var y = a * pow(min(n, pool), -b) + (inside ? d : 0)
    var epoch = 1
    while Double(epoch) * pool < n {
      let start = Double(epoch) * pool
      y *= pow(min(n, start + pool) / start, -b * pow(0.5, Double(epoch) / tau))
      epoch += 1
    }
    return inside ? y : y + d
  }

  @Test(arguments: [0.3, 1, 1.5, 2, 7.25], [true, false])
  func equalsTheProductOverEpochs(_ epochs: Double, _ inside: Bool) throws {
    let law = try DataFiltering().setting("floor", to: inside ? "inside" : "outside")
    let found = law.prediction([0.1, 3, 0.12, 3.5], at: [epochs * 1e7, 1e7])
    let expected = direct(
      epochs * 1e7, pool: 1e7, a: 3, b: 0.12, tau: 3.5, d: 0.1, inside: inside)
    #expect(abs(found - expected) < 1e-12)
  }

  @Test(arguments: [1.0, 2, 5])
  func isContinuousAtTheEndsOfEpochs(_ epochs: Double) {
    let p = [0.1, 3, 0.12, 2]
    let before = DataFiltering().prediction(p, at: [epochs * 1e7 * (1 - 1e-12), 1e7])
    let after = DataFiltering().prediction(p, at: [epochs * 1e7 * (1 + 1e-12), 1e7])
    #expect(abs(before - after) < 1e-10)
  }

  @Test func withoutForgettingItIsAPowerLaw() {
    let found = DataFiltering().prediction([0, 3, 0.12, 1e6], at: [9e7, 1e7])
    #expect(abs(found / (3 * pow(9e7, -0.12)) - 1) < 1e-5)
  }

  @Test(arguments: ["inside", "outside"])
  func recoversUtilityAndHalfLife(_ floor: String) throws {
    let law = try DataFiltering().setting("floor", to: floor)
    let truth = [0.1, 3, 0.15, 2.5]
    let columns = Planted.grid("U", [1e6, 8e6], "D", Planted.geometric(2e5, 3e8, 14))
    let table = Planted.observations(law, truth, columns: columns)
    let found = try fit(law, to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-4)
  }

  @Test func theBestMixtureGrowsWithCompute() {
    let pools = [
      DataPool(name: "rest", utility: 0.12, halfLife: 8),
      DataPool(name: "best", utility: 0.20, halfLife: 2),
    ]
    func names(_ samples: Double) -> [String] {
      DataPool.bestMixture(
        of: pools, poolSize: 1e7, samples: samples, amplitude: 0.9, reference: 1e5,
        irreducible: 0.1
      ).pools.map(\.name)
    }
    #expect(names(1e7) == ["best"])
    #expect(names(3e9) == ["best", "rest"])
    // The flip is where both choices predict the same error.
    func advantage(_ samples: Double) -> Double {
      DataPool.error(
        mixing: [pools[1]], poolSize: 1e7, samples: samples, amplitude: 0.9, reference: 1e5,
        irreducible: 0)
        - DataPool.error(
          mixing: pools, poolSize: 1e7, samples: samples, amplitude: 0.9, reference: 1e5,
          irreducible: 0)
    }
    var low = 1e7
    var high = 3e9
    for _ in 0..<60 {
      let middle = (low * high).squareRoot()
      if advantage(middle) < 0 { low = middle } else { high = middle }
    }
    #expect(names(low * 0.99) == ["best"])
    #expect(names(high * 1.01) == ["best", "rest"])
  }

  @Test func oneEpochOfAMixtureHasTheMeanUtility() {
    let pools = [
      DataPool(name: "a", utility: 0.3, halfLife: 2),
      DataPool(name: "b", utility: 0.1, halfLife: 9),
    ]
    let found = DataPool.error(
      mixing: pools, poolSize: 1e6, samples: 1.5e6, amplitude: 2, irreducible: 0.05)
    #expect(abs(found - (0.05 + 2 * pow(1.5e6, -0.2))) < 1e-12)
    let single = DataPool.error(
      mixing: [pools[0]], poolSize: 1e6, samples: 5.5e6, amplitude: 2, irreducible: 0.05)
    let law = DataFiltering().prediction([0.05, 2, 0.3, 2], at: [5.5e6, 1e6])
    #expect(abs(single - law) < 1e-12)
    #expect(
      DataPool.bestMixture(
        of: [], poolSize: 1, samples: 1, amplitude: 1, irreducible: 0
      ).pools.isEmpty)
  }
}
