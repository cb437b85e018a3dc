import Quantities
import ScalingLaws
import Statistics
import Testing

@Suite struct ForecastTests {
  /// Planted noise of 1 % in the logarithm, and refits that move the floor by a normal 0.02.
  static let fitted: GivenLaw = {
    var law = Surfaces.given
    law.scatter = 0.01
    var generator = SplittableRandom(seed: 5)
    law.draws = (0..<4000).map { _ in
      var p = Surfaces.replication
      p[0] += 0.02 * generator.nextNormal()
      return p
    }
    return law
  }()

  @Test func intervalsOfLawAndRun() throws {
    let forecast = try Self.fitted.forecast(at: ["N": 7e9, "D": 1.4e11])
    let exact = Surfaces.loss(Surfaces.replication, 7e9, 1.4e11)
    #expect(agree(forecast.law.value, exact, 1e-13))
    // 5 % and 95 % points of a normal lie 1.6449 standard deviations out.
    #expect(abs((forecast.law.high - forecast.law.low) / (2 * 1.6449 * 0.02) - 1) < 0.05)
    let spread = (0.02 * 0.02 + 0.01 * exact * 0.01 * exact).squareRoot()
    #expect(abs((forecast.run.high - forecast.run.low) / (2 * 1.6449 * spread) - 1) < 0.05)
    #expect(try Self.fitted.forecast(at: ["N": 7e9, "D": 1.4e11]) == forecast)
  }

  @Test func columnsAreDerived() throws {
    let direct = try Self.fitted.forecast(at: ["N": 7e9, "D": 1.4e11])
    let derived = try Self.fitted.forecast(at: ["N": 7e9, "C": 6 * 7e9 * 1.4e11])
    #expect(agree(direct.law.value, derived.law.value, 1e-13))
    #expect(agree(direct.columns["C"] ?? 0, 5.88e21, 1e-12))
    #expect(throws: FitError.self) { try Self.fitted.forecast(at: ["N": 7e9]) }
    #expect(throws: FitError.self) { try Self.fitted.forecast(at: ["N": -7e9, "D": 1]) }
  }

  @Test func scatterAlone() throws {
    var law = Self.fitted
    law.draws = []
    let forecast = try law.forecast(at: ["N": 7e9, "D": 1.4e11])
    #expect(forecast.law.low.isNaN)
    // exp(±1.644854·0.01) about the prediction.
    #expect(agree(forecast.run.high / forecast.law.value, 1.016_584_5, 1e-6))
    #expect(agree(forecast.run.low / forecast.law.value, 1 / 1.016_584_5, 1e-6))
  }

  @Test func reachAndSentence() throws {
    let inside = try Self.fitted.forecast(at: ["N": 1e9, "D": 2e10])
    #expect(inside.reach.allSatisfy { !$0.isOutside })
    #expect(inside.sentence.contains("within the fitted table"))
    let outside = try Self.fitted.forecast(at: ["N": 1.6e12, "D": 1e8])
    let size = try #require(outside.reach.first { $0.column == "N" })
    let tokens = try #require(outside.reach.first { $0.column == "D" })
    #expect(agree(size.decades, 2, 1e-9))
    #expect(agree(tokens.factor, 10, 1e-9))
    #expect(outside.sentence.contains("N is 100 times above the largest in the table"))
    #expect(outside.sentence.contains("D is 10 times below the smallest in the table"))
    #expect(outside.sentence.contains("N = 1.6e12"))
  }

  @Test func smallestSufficientInvertsTheLaw() throws {
    let law = Self.fitted
    let target = Surfaces.loss(Surfaces.replication, 3e9, 6e10)
    let size = try law.smallest("N", reaching: target, holding: ["D": 6e10])
    #expect(agree(size.value, 3e9, 1e-9))
    #expect(size.low < 3e9 && size.high > 3e9)
    let compute = try law.smallest("C", reaching: target, holding: ["N": 3e9])
    #expect(agree(compute.value, 6 * 3e9 * 6e10, 1e-9))
    let optimal = try law.smallest("C", reaching: target)
    #expect(agree(optimal.value, try law.plan(reaching: target).compute.value, 1e-12))
    #expect(optimal.value < compute.value)
    #expect(try law.smallest("N", reaching: 1, holding: ["D": 6e10]).value == .infinity)
    #expect(throws: FitError.self) {
      try law.smallest("U", reaching: 2, holding: ["N": 1e9, "D": 1e10])
    }
    // E + A·C^(−α): C = ((L − E)/A)^(−1/α), by hand: (0.5/50)^(−4) = 10⁸.
    let power = GivenLaw(
      law: try PowerConstant().setting("x", to: "C"), estimate: [1, 50, 0.25],
      ranges: ["C": 1e3...1e6])
    #expect(agree(try power.smallest("C", reaching: 1.5).value, 1e8, 1e-9))
  }

  @Test func aFreshFitIsAFittedLaw() throws {
    let table = Surfaces.grid(
      Surfaces.replication, sizes: [1e8, 3e8, 1e9, 3e9], tokens: [2e9, 1e10, 5e10, 2e11],
      noise: 0.002, seed: 3)
    let fitted = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 200))
    #expect(fitted.draws.count > 190)
    #expect(fitted.ranges["N"] == 1e8...3e9)
    #expect(fitted.ranges["C"] == 1.2e18...3.6e21)
    let forecast = try fitted.forecast(at: ["N": 7e9, "D": 4e11])
    let truth = Surfaces.loss(Surfaces.replication, 7e9, 4e11)
    #expect(agree(forecast.law.value, truth, 0.02))
    #expect(forecast.run.high - forecast.run.low > forecast.law.high - forecast.law.low)
    let alpha = fitted.derived { $0[3] }
    #expect(alpha.low < alpha.value && alpha.value < alpha.high)
  }
}

@Suite struct PlainNumberTests {
  /// Sentences must not print a number that reads as another: digits by hand.
  @Test(arguments: [
    (1e10, "1e10"), (7.32e10, "7.32e10"), (0.5, "0.5"), (999_999, "1e6"), (1.4e11, "1.4e11"),
    (12_345, "12300"), (0.00123, "0.00123"), (2.5e-7, "2.5e-7"), (3, "3"),
  ])
  func columnsInSentences(value: Double, text: String) throws {
    let power = GivenLaw(
      law: try PowerConstant().setting("x", to: "C"), estimate: [1, 50, 0.25],
      ranges: ["C": 1e3...1e6])
    #expect(try power.forecast(at: ["C": value]).sentence.contains("C = \(text), law"))
  }
}
