import Quantities
import ScalingLaws
import Testing

@Suite struct EncoderDecoderTests {
  private let planted = PlantedLaw(
    law: EncoderDecoder(), truth: ["L_inf": 1.2, "alpha": 900, "p_e": 0.18, "p_d": 0.30],
    columns: PlantedLaw.grid([
      ("encoder_N", [2.5e7, 5e7, 1e8, 2e8, 4e8]), ("decoder_N", [3e7, 6e7, 1.2e8, 2.4e8, 4.8e8]),
    ]))

  @Test func recoversPlantedExponents() throws {
    #expect(try planted.recoveryError() < 1e-5)
    #expect(try planted.recoveryError(scaling: ["encoder_N": 1e-6]) < 1e-8)
  }

  @Test func intervalsHoldTheTruthUnderNoise() throws {
    let found = try fit(
      EncoderDecoder(), to: planted.observations(relativeNoise: 0.002),
      options: FitOptions(objective: .squaredLog, level: 0.98, resamples: 300))
    for (name, truth) in [("p_e", 0.18), ("p_d", 0.30)] {
      let interval = try #require(found.interval(of: name))
      #expect(interval.low < truth && truth < interval.high, "\(name): \(interval)")
    }
  }

  /// Shares p_e/(p_e + p_d) = 0.375 and 0.625; no other split of the total does better.
  @Test func theBestSplitFollowsTheExponents() {
    let split = EncoderDecoder.optimalSplit(of: 8e8, point: planted.point)
    #expect(abs(split.encoder - 3e8) < 1)
    #expect(abs(split.decoder - 5e8) < 1)
    func loss(_ encoder: Double) -> Double {
      planted.law.prediction(planted.point, at: [encoder, 8e8 - encoder])
    }
    #expect(loss(3e8) < loss(2.9e8))
    #expect(loss(3e8) < loss(3.1e8))
  }

  @Test func aLawOfTheSumAloneIsRejected() throws {
    let test = try EncoderDecoder().testNestedForms(planted.observations(relativeNoise: 0.005))
    #expect(test.pValue < 1e-3)
    #expect(test.statistic > 10)
  }

  @Test func aLawOfTheSumIsKeptWhereItIsTrue() throws {
    let sum = PlantedLaw(
      law: EncoderDecoder(form: .sum), truth: ["L_inf": 1.2, "alpha": 900, "p": 0.36],
      columns: planted.columns)
    let values = try (0..<20).map { seed in
      try EncoderDecoder().testNestedForms(
        sum.observations(relativeNoise: 0.005, seed: UInt64(seed))
      ).pValue
    }
    // 20 p-values that are uniform under the null: more than four below 0.05 has p = 0.003.
    #expect(values.filter { $0 < 0.05 }.count <= 4, "\(values)")
    #expect((values.max() ?? 0) > 0.5)
  }

  @Test func theWideFormContainsBoth() {
    let product = planted.law.prediction(planted.point, at: [1e8, 3e8])
    let wide = EncoderDecoder(form: .shares)
    #expect(abs(wide.prediction([1.2, 900, 0.48, 0.18, 0.30], at: [1e8, 3e8]) - product) < 1e-12)
    let sum = EncoderDecoder(form: .sum).prediction([1.2, 900, 0.48], at: [1e8, 3e8])
    #expect(abs(wide.prediction([1.2, 900, 0.48, 0, 0], at: [1e8, 3e8]) - sum) < 1e-12)
  }

  @Test func fewRowsAreRefused() {
    let rows = planted.observations().selecting([0, 1, 2, 3, 4])
    #expect(throws: FitError.self) { try EncoderDecoder().testNestedForms(rows) }
  }
}
