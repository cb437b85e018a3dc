import Cards
import Foundation
import LanguageModels
import Statistics
import Tensors
import Testing
import Treatments

@Suite struct SigmaReparametrizationTests {
  private func model(_ options: [String: OptionValue] = [:]) throws -> LanguageModel<Double> {
    let arm = Arm(
      name: "sigma", choices: [try TreatmentCatalog.choice(named: "sigma-reparam", options)])
    return try arm.model(TreatmentFixtures.baselines[0].model, seed: 1, of: Double.self)
  }

  /// Replays training passes until the power iteration has settled.
  private func settle(_ model: LanguageModel<Double>) {
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 1, length: 4)
    _ = model.logits(pass)
    for _ in 0..<3_000 { tape.replay() }
  }

  /// The largest singular value by the power method on WᵀW, from another start and to its end.
  private func spectralNorm(_ weight: Tensor<Double>) -> Double {
    let (rows, columns) = (weight.rowCount, weight.columnCount)
    var vector = (0..<columns).map { 1 + sin(Double($0)) }
    var norm = 0.0
    for _ in 0..<5_000 {
      let image = (0..<rows).map { row in
        (0..<columns).reduce(0.0) { $0 + weight.values[row * columns + $1] * vector[$1] }
      }
      vector = (0..<columns).map { column in
        (0..<rows).reduce(0.0) { $0 + weight.values[$1 * columns + column] * image[$1] }
      }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      norm = length.squareRoot()
      for index in 0..<columns { vector[index] /= length }
    }
    return norm
  }

  @Test func everyUsedMatrixHasTheNormOfItsScale() throws {
    let model = try model()
    settle(model)
    var seen = 0
    for block in model.blocks {
      let attention = try #require(block.tokenMixer as? Attention<Double>)
      let feedForward = try #require(block.channelMixer as? FeedForward<Double>)
      for linear in [attention.qkv, attention.output, feedForward.up, feedForward.down] {
        let transform = try #require(linear.transform as? SpectralNormalization<Double>)
        transform.scale.values[0] = -1.5
        let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
        #expect(abs(spectralNorm(transform.record(on: tape)) - 1.5) < 0.015)
        seen += 1
      }
    }
    #expect(seen == 8)
  }

  @Test func theScaleOfAMatrixDoesNotMatter() throws {
    let tokens = TreatmentFixtures.tokens(12)
    let model = try model()
    settle(model)
    let before = model.logits(tokens).values
    for parameter in model.parameters.parameters where parameter.name.hasSuffix("qkv.weight") {
      for index in 0..<parameter.tensor.count { parameter.tensor.values[index] *= 7 }
    }
    for (one, other) in zip(before, model.logits(tokens).values) {
      #expect(abs(one - other) <= 1e-11)
    }
  }

  @Test func optionsChooseTheMatrices() throws {
    func scales(_ options: [String: OptionValue]) throws -> Set<String> {
      Set(
        try model(options).parameters.parameters.map(\.name)
          .filter { $0.hasSuffix("spectralScale") && $0.hasPrefix("layers.0") })
    }
    #expect(
      try scales(["feed-forward": false])
        == ["layers.0.attention.qkv.spectralScale", "layers.0.attention.output.spectralScale"])
    #expect(
      try scales(["attention": false])
        == ["layers.0.mlp.gateUp.spectralScale", "layers.0.mlp.down.spectralScale"])
  }

  private func entropy(_ scores: [Double]) -> Double {
    let highest = scores.max() ?? 0
    let weights = scores.map { exp($0 - highest) }
    let sum = weights.reduce(0, +)
    return -weights.reduce(0) { $0 + ($1 > 0 ? $1 / sum * log($1 / sum) : 0) }
  }

  @Test func entropyIsNeverBelowItsBound() {
    var random = SplittableRandom(seed: 3)
    for count in [2, 5, 40] {
      for spread in [0.1, 1, 6] {
        for _ in 0..<50 {
          let scores = (0..<count).map { _ in spread * random.nextNormal() }
          let mean = scores.reduce(0, +) / Double(count)
          let norm = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
          let bound = AttentionEntropyBound.lowest(scoreNorm: norm, keyCount: count)
          #expect(entropy(scores) >= bound - 1e-12)
        }
        // One score above all others, which are equal, reaches it.
        let (keys, others) = (Double(count), Double(count - 1))
        let extreme =
          [spread * (others / keys).squareRoot()]
          + [Double](repeating: -spread / (keys * others).squareRoot(), count: count - 1)
        let bound = AttentionEntropyBound.lowest(scoreNorm: spread, keyCount: count)
        #expect(abs(entropy(extreme) - bound) <= 1e-12)
      }
      #expect(
        abs(AttentionEntropyBound.lowest(scoreNorm: 0, keyCount: count) - log(Double(count)))
          <= 1e-14)
    }
  }
}
