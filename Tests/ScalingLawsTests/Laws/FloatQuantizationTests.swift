import ScalingLaws
import Testing

@Suite struct FloatQuantizationTests {
  /// The paper's 1730T, 27T and 0.4T at N = 10⁹ and blocks of 128.
  @Test(arguments: [(8.0, 7.0, 1729.5, 0.05), (4, 3, 27.33, 0.005), (2, 1, 0.3928, 0.00005)])
  func criticalTokensAreThePublishedOnes(
    exponentBits: Double, mantissaBits: Double, trillions: Double, tolerance: Double
  ) {
    let tokens = FloatQuantization.criticalTokens(
      parameters: 1e9, exponentBits: exponentBits, mantissaBits: mantissaBits, block: 128)
    #expect(abs(tokens / 1e12 - trillions) < tolerance)
    func loss(_ tokens: Double) -> Double {
      FloatQuantization().prediction(
        FloatQuantization.published, at: [1e9, tokens, exponentBits, mantissaBits, 128])
    }
    let step = 1e-3
    let slope = (loss(tokens * (1 + step)) - loss(tokens * (1 - step))) / (2 * step)
    let elsewhere = (loss(tokens * 2 * (1 + step)) - loss(tokens * 2 * (1 - step))) / (2 * step)
    #expect(abs(slope) < 1e-5 * abs(elsewhere))
    #expect(elsewhere > 0)
  }

  /// The real-valued layout with the smallest penalty at P = E + M + 1 bits [136].
  ///
  /// E* = δ·P/(δ + ν) − ½ and M* = ν·P/(δ + ν) − ½.
  private static func optimalLayout(
    bits: Double
  ) -> (exponentBits: Double, mantissaBits: Double) {
    let point = FloatQuantization.published
    let share = point[6] / (point[6] + point[7])
    return (share * bits - 0.5, (1 - share) * bits - 0.5)
  }

  /// The paper's layouts: FP4 E2M1, FP8 E4M3, FP16 E8M7.
  @Test(arguments: [(4, 2, 1), (8, 4, 3), (16, 8, 7)])
  func layoutsAreThePublishedOnes(bits: Int, exponentBits: Int, mantissaBits: Int) throws {
    let integers = try #require(FloatQuantization.integerLayout(bits: bits))
    #expect(integers == (exponentBits, mantissaBits))
    let real = Self.optimalLayout(bits: Double(bits))
    #expect(real.exponentBits.rounded() == Double(exponentBits))
    #expect(abs(real.exponentBits + real.mantissaBits + 1 - Double(bits)) < 1e-12)
  }

  /// The search has to agree with rounding E*, except where E* is halfway between integers.
  @Test(arguments: 3...24)
  func integerSearchAgreesWithRounding(bits: Int) throws {
    let found = try #require(FloatQuantization.integerLayout(bits: bits))
    let best = Self.optimalLayout(bits: Double(bits)).exponentBits
    #expect(abs(Double(found.exponentBits) - best) < 0.55)
    #expect(FloatQuantization.integerLayout(bits: 1) == nil)
  }

  @Test func recoversPlantedParametersInAnyUnit() throws {
    let names = ["n", "d", "eps", "alpha", "beta", "gamma", "delta", "nu"]
    let planted = PlantedLaw(
      law: FloatQuantization(),
      truth: Dictionary(uniqueKeysWithValues: zip(names, FloatQuantization.published)),
      columns: PlantedLaw.grid([
        ("N", [4.1e7, 8.5e7, 1.54e8, 6.79e8]), ("D", [1e10, 3e10, 1e11]),
        ("exponent_bits", [1, 2, 4]), ("mantissa_bits", [1, 3, 5]), ("block", [32, 512]),
      ]))
    #expect(try planted.recoveryError() < 1e-3)
    #expect(try planted.recoveryError(scaling: ["N": 1e-6, "D": 1e-9]) < 1e-6)
  }
}
