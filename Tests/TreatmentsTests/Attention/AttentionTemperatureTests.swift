import Cards
import Foundation
import LanguageModels
import Statistics
import Tensors
import Testing
import Treatments

@Suite struct AttentionTemperatureTests {
  private func treated(_ options: [String: OptionValue]) throws -> LanguageModel<Double> {
    let arm = Arm(
      name: "tempered",
      choices: [try TreatmentCatalog.choice(named: "attention-temperature", options)])
    let model = try arm.model(TreatmentFixtures.baselines[0].model, seed: 1, of: Double.self)
    model.spread()
    return model
  }

  private func plain(queriesTimes factor: Double = 1) throws -> LanguageModel<Double> {
    let model = try LanguageModel<Double>(TreatmentFixtures.baselines[0].model, seed: 1)
    model.spread()
    for layer in 0..<2 {
      let weight = try #require(
        model.parameters["layers.\(layer).attention.qkv.weight"]
      ).tensor
      for row in 0..<weight.rowCount {
        for column in 0..<32 { weight.values[row * weight.columnCount + column] *= factor }
      }
    }
    return model
  }

  @Test func aTemperatureDividesQueriesOfATrainedModelAlone() throws {
    let tokens = TreatmentFixtures.tokens(16)
    let model = try treated(["temperature": 0.8])
    #expect(
      model.logits(tokens, isTraining: true).values
        == (try plain().logits(tokens, isTraining: true).values))
    let expected = try plain(queriesTimes: 1.25).logits(tokens).values
    for (one, other) in zip(model.logits(tokens).values, expected) {
      #expect(abs(one - other) <= 1e-10)
    }
    let always = try treated(["temperature": 0.8, "during": "training"])
    for (one, other) in zip(always.logits(tokens, isTraining: true).values, expected) {
      #expect(abs(one - other) <= 1e-10)
    }
  }

  private static func softmax(_ scores: [[Double]], temperature: Double) -> [[Double]] {
    scores.map { row in
      let highest = row.max() ?? 0
      let weights = row.map { exp(($0 - highest) / temperature) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }

  private static func normal(_ rows: Int, _ columns: Int, _ seed: UInt64) -> [[Double]] {
    var random = SplittableRandom(seed: seed)
    return (0..<rows).map { _ in (0..<columns).map { _ in random.nextNormal() } }
  }

  private static func gain(_ scores: [[Double]], temperature: Double = 1) -> Double {
    LengthCollapse.highFrequencyGain(softmax(scores, temperature: temperature), iterations: 60)
  }

  /// numpy: P = eye(3) - 1/3; linalg.norm(P @ A @ P, 2)
  @Test func theGainIsASpectralNorm() {
    let gain = LengthCollapse.highFrequencyGain([
      [0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5],
    ])
    #expect(abs(gain - 0.36224989991992) <= 1e-12)
    // A permutation keeps all frequencies at every length, an even map none.
    for count in [5, 64] {
      let permutation = (0..<count).map { row in
        (0..<count).map { $0 == (row * 3 + 1) % count ? 1.0 : 0 }
      }
      #expect(abs(LengthCollapse.highFrequencyGain(permutation) - 1) <= 1e-9)
      let even = [[Double]](
        repeating: [Double](repeating: 1 / Double(count), count: count), count: count)
      #expect(LengthCollapse.highFrequencyGain(even) <= 1e-12)
    }
  }

  /// Independent scores: the gain falls from 0.39 at 32 tokens to 0.12 at 512; scores of rank 32
  /// fall from 0.52 to 0.26; half the temperature lifts every one.
  @Test func longerInputsLoseHighFrequenciesAndLowerTemperaturesKeepThem() {
    func product(_ count: Int) -> [[Double]] {
      let (queries, keys) = (Self.normal(count, 32, 5), Self.normal(count, 32, 6))
      return queries.map { query in
        keys.map { key in
          zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } / 32.0.squareRoot()
        }
      }
    }
    let (short, long) = (Self.normal(32, 32, 3), Self.normal(256, 256, 4))
    let (shortProduct, longProduct) = (product(32), product(256))
    let gains = [short, long, shortProduct, longProduct].map { Self.gain($0) }
    #expect(abs(gains[0] - 0.39) < 0.08 && abs(gains[2] - 0.52) < 0.15)
    #expect(gains[1] < 0.6 * gains[0] && gains[3] < 0.85 * gains[2])
    for (scores, gain) in zip([short, long, shortProduct, longProduct], gains) {
      #expect(Self.gain(scores, temperature: 0.5) > 1.3 * gain)
    }
  }

  /// numpy: n = E / norms; G = n @ n.T; (G.sum() - 3) / 6
  @Test func theMeanCosineIsThatOfAllPairs() {
    let cosine = LengthCollapse.meanPairwiseCosine([[1, 0, 0], [1, 1, 0], [0, 1, 2]])
    #expect(abs(cosine - 0.3411115157344617) <= 1e-14)
  }
}
