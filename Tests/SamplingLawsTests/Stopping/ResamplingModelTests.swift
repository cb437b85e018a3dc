import SamplingLaws
import Statistics
import Testing

struct ResamplingModelTests {
  /// The defaults of the published notebook.
  private func notebook(costWrong: Double, costPerSample: Double = 0) -> ResamplingModel {
    ResamplingModel(
      types: [.init(prior: 0.58, solveRate: 0.87), .init(prior: 0.42, solveRate: 0.13)],
      completeness: 1, soundness: 0.75, costWrong: costWrong, costPerSample: costPerSample)
  }

  @Test func goldenVectors() throws {
    let model = notebook(costWrong: 1)
    for (gain, expected) in zip(model.gains(upTo: 4), [0.4490, 0.4724, 0.4614, 0.4516]) {
      #expect(abs(gain - expected) < 5e-5)
    }
    #expect(model.optimalSamples == 2)
    #expect(notebook(costWrong: 0.7).optimalSamples == 3)
    #expect(abs(notebook(costWrong: 0.7).gain(3) - 0.5246) < 5e-5)
    #expect(notebook(costWrong: 2).optimalSamples == 1)
    #expect(abs(notebook(costWrong: 2).gain(1) - 0.3388) < 5e-5)
    #expect(abs(model.precision(model.types[0]) - 0.963989) < 1e-6)
    #expect(abs(model.precision(model.types[1]) - 0.374101) < 1e-6)
  }

  @Test func closedFormEqualsTheSum() throws {
    let model = ResamplingModel(
      types: [
        .init(prior: 0.3, solveRate: 0.9), .init(prior: 0.5, solveRate: 0.2),
        .init(prior: 0.2, solveRate: 0),
      ], completeness: 0.8, soundness: 0.9, rewardRight: 2, costWrong: 0.5, costPerSample: 0.01)
    let gains = model.gains(upTo: 400)
    for samples in [1, 2, 7, 50, 400] {
      #expect(abs(model.gain(samples) - gains[samples - 1]) < 1e-12)
    }
    #expect(abs(model.gain(nil) - gains[399]) < 1e-9)
    for type in model.types {
      let sum =
        model.rejection(type) + model.rightAcceptance(type) + model.wrongAcceptance(type)
      #expect(abs(sum - 1) < 1e-12)
    }
  }

  /// The rule by posterior precision stops where the sum is largest.
  @Test func stoppingRuleAgreesWithTheOptimum() throws {
    var random = SplittableRandom(seed: 3)
    var interior = 0
    for _ in 0..<300 {
      let prior = random.nextUniform()
      let model = ResamplingModel(
        types: [
          .init(prior: prior, solveRate: random.nextUniform()),
          .init(prior: 1 - prior, solveRate: random.nextUniform() * 0.3),
        ], completeness: 0.5 + random.nextUniform() / 2, soundness: random.nextUniform(),
        costWrong: 3 * random.nextUniform(), costPerSample: 0.05 * random.nextUniform())
      let gains = [0] + model.gains(upTo: 2000)
      let best = gains.indices.max { gains[$0] < gains[$1] } ?? 0
      guard let optimum = model.optimalSamples else {
        #expect(gains[2000] >= gains[best] - 1e-12)
        continue
      }
      #expect(abs(gains[optimum] - gains[best]) < 1e-12)
      if optimum > 0, optimum < 200 {
        interior += 1
        #expect(model.continues(rejections: optimum - 1))
        #expect(!model.continues(rejections: optimum))
      }
    }
    #expect(interior > 20, "\(interior) interior optima")
  }

  @Test func aSingleTypeHasNoInteriorOptimum() throws {
    var random = SplittableRandom(seed: 5)
    for _ in 0..<50 {
      let model = ResamplingModel(
        types: [.init(prior: 1, solveRate: random.nextUniform())], completeness: 0.9,
        soundness: random.nextUniform(), costWrong: 2 * random.nextUniform())
      #expect(model.optimalSamples == 0 || model.optimalSamples == nil)
    }
  }

  /// A sound verifier has no ceiling, and without costs more samples never hurt.
  @Test func aSoundVerifierHasNoCeiling() throws {
    var model = notebook(costWrong: 5)
    model.soundness = 1
    #expect(abs(model.unlimitedAccuracy - 1) < 1e-12)
    #expect(model.optimalSamples == nil)
    #expect(abs(model.gain(nil) - 1) < 1e-12)
    model.types.append(.init(prior: 0, solveRate: 0))
    #expect(model.optimalSamples == nil)
    let free = notebook(costWrong: 0)
    let gains = free.gains(upTo: 60)
    #expect(zip(gains, gains.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(free.optimalSamples == nil)
    #expect(abs(free.gain(nil) - free.unlimitedAccuracy) < 1e-12)
    #expect(abs(free.unlimitedAccuracy - (0.58 * 0.963989 + 0.42 * 0.374101)) < 1e-6)
  }
}
