import Foundation
import ScalingLaws
import Testing

@Suite struct PrecisionTests {
  @Test func fullPrecisionIsTheTiedSurface() {
    let p = Precision.published
    let loss = Precision().prediction(p, at: [1e8, 1e10, 500, 500, 500])
    let plain = p[0] + p[1] * pow(1e8, -p[3]) + p[2] * pow(1e10, -p[3])
    #expect(abs(loss / plain - 1) < 1e-12)
  }

  @Test func threeBitActivationsFail() {
    let p = Precision.published
    func loss(_ bits: Double) -> Double {
      Precision().prediction(p, at: [1e8, 1e10, 16, bits, 16])
    }
    // n_a·γ_a = 3.11 bits: below it the factor of N_eff is not positive and is clamped.
    #expect(loss(3) > 10 * loss(4))
    #expect(loss(3).isFinite)
    #expect(loss(2) == loss(1))
  }

  /// The root of the stationarity condition with the paper's three parts is 7.002 bits.
  @Test func theBestTrainingPrecisionIsSevenBits() throws {
    let p = Precision.published
    let bits = try #require(
      Precision.optimalBits(parts: [(p[4], p[5]), (p[6], p[7]), (p[8], p[9])]))
    #expect(abs(bits - 7.002) < 0.0005)
  }

  /// With three equal parts and no offsets the condition is eˣ = 1 + 3x, whose root is 1.9038.
  @Test func equalPartsReduceToOneEquation() throws {
    let bits = try #require(
      Precision.optimalBits(parts: [(2.5, 0), (2.5, 0), (2.5, 0)]))
    let x = bits / 2.5
    #expect(abs(exp(x) - 1 - 3 * x) < 1e-10)
    #expect(abs(x - 1.9038) < 0.00005)
  }

  /// The optimum is where the loss itself is least along N·P = constant.
  @Test func theBestPrecisionMinimisesTheLoss() throws {
    let p = Precision.published
    let best = try #require(
      Precision.optimalBits(parts: [(p[4], p[5]), (p[6], p[7]), (p[8], p[9])]))
    func loss(_ bits: Double) -> Double {
      Precision().prediction(p, at: [1e9 / bits, 1e10, bits, bits, bits])
    }
    #expect(loss(best) < loss(best * 1.001))
    #expect(loss(best) < loss(best * 0.999))
  }

  @Test func recoversPlantedPartsTogether() throws {
    var columns = PlantedLaw.grid([
      ("N", [3e7, 1e8, 2.2e8]), ("D", [1.5e9, 6e9, 2.6e10]), ("bits_weights", [3, 4, 6, 12]),
      ("bits_activations", [4, 6, 12]), ("bits_kv", [3, 4, 12]),
    ])
    columns["unused"] = columns["N"]
    let planted = PlantedLaw(
      law: Precision(),
      truth: [
        "E": 2.7648, "A": 4299, "B": 1.806e4, "alpha": 0.4965, "gamma_w": 2.6745, "n_w": 0.3037,
        "gamma_a": 2.2102, "n_a": 1.4072, "gamma_kv": 0.9578, "n_kv": 2.4185,
      ], columns: columns)
    #expect(try planted.recoveryError() < 1e-4)
  }

  @Test func oneColumnServesForAllParts() throws {
    let law = try Precision().setting("parts", to: "one")
    #expect(law.card.columns.map(\.name) == ["N", "D", "bits"])
    #expect(law.parameters.map(\.name) == ["E", "A", "B", "alpha", "gamma", "n"])
    let planted = PlantedLaw(
      law: law, truth: ["E": 2.7, "A": 4299, "B": 1.8e4, "alpha": 0.5, "gamma": 2.2, "n": 0.3],
      columns: PlantedLaw.grid([
        ("N", [3e7, 1e8, 2.2e8]), ("D", [1.5e9, 6e9, 2.6e10]), ("bits", [3, 4, 6, 8, 16]),
      ]))
    #expect(try planted.recoveryError() < 1e-4)
    #expect(throws: FitError.self) { try Precision().setting("parts", to: "two") }
    #expect(throws: FitError.self) { try Precision().setting("bits", to: "4") }
  }

  @Test func tooMuchTrainingHurtsAfterQuantisation() {
    let penalty = PostTrainingQuantization()
    let p = Precision.published
    let critical = penalty.criticalTokens(b: p[2], beta: p[3], parameters: 1e8, bits: 4)
    func loss(_ tokens: Double) -> Double {
      p[2] * pow(tokens, -p[3]) + penalty.penalty(parameters: 1e8, tokens: tokens, bits: 4)
    }
    let slope = (loss(critical * 1.0001) - loss(critical * 0.9999)) / 0.0002
    #expect(abs(slope) < 1e-6 * loss(critical))
    #expect(loss(critical * 2) > loss(critical))
    #expect(penalty.penalty(parameters: 1e8, tokens: 1e10, bits: 60) < 1e-30)
  }
}
