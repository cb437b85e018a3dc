import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct ParallelScalingTests {
  private static let tokens = TreatmentFixtures.tokens(2 * TreatmentFixtures.context)

  /// With the same prefix in all streams they agree, whatever the weights: the model of one stream.
  @Test(arguments: [nil, 2])
  func equalPrefixesMakeEqualStreams(keyValueHeads: Int?) throws {
    let baseline = TreatedModels.baseline(keyValueHeads: keyValueHeads)
    let one = try TreatedModels.make(
      "parallel-scaling", ["streams": 1, "prefix": 5], on: baseline)
    let three = try TreatedModels.make(
      "parallel-scaling", ["streams": 3, "prefix": 5], on: baseline)
    for parameter in three.parameters.parameters where parameter.name.contains(".prefix.") {
      let single = try #require(one.parameters[parameter.name]).tensor.array
      parameter.tensor.set(single + single + single)
    }
    let found = three.logits(Self.tokens, batch: 2).values
    #expect(TreatedModels.difference(found, one.logits(Self.tokens, batch: 2).values) < 1e-11)
    let different = try TreatedModels.make(
      "parallel-scaling", ["streams": 3, "prefix": 5], on: baseline)
    #expect(
      TreatedModels.difference(different.logits(Self.tokens, batch: 2).values, found) > 1e-3)
  }

  /// One softmax over the scores of the prefix and of the tokens so far.
  @Test func attentionIsToPrefixAndTokensAtOnce() throws {
    let model = try TreatedModels.make("parallel-scaling", ["streams": 1, "prefix": 3])
    let attention = try #require(model.blocks[0].tokenMixer as? Attention<Double>)
    let (pass, input) = TreatedModels.rows(6)
    let mixed = attention.record(input, addingTo: nil, in: pass, slot: 0).array
    // Written out from the projections, head by head.
    let projected = try #require(pass.attentions["layers.0.attention"]).queries.tensor
    let keys = try #require(model.parameters["layers.0.attention.prefix.keys"]).tensor
    let values = try #require(model.parameters["layers.0.attention.prefix.values"]).tensor
    var heads = [Double](repeating: 0, count: 6 * 32)
    for row in 0..<6 {
      for head in 0..<4 {
        var (total, sums) = (0.0, [Double](repeating: 0, count: 8))
        func see(_ key: (Int) -> Double, _ value: (Int) -> Double) {
          var score = 0.0
          for index in 0..<8 { score += projected.values[row * 96 + head * 8 + index] * key(index) }
          let weight = exponential(score / 8.0.squareRoot())
          total += weight
          for index in 0..<8 { sums[index] += weight * value(index) }
        }
        for place in 0...row {
          see(
            { projected.values[place * 96 + 32 + head * 8 + $0] },
            { projected.values[place * 96 + 64 + head * 8 + $0] })
        }
        for place in 0..<3 {
          see(
            { keys.values[place * 32 + head * 8 + $0] },
            { values.values[place * 32 + head * 8 + $0] })
        }
        for index in 0..<8 { heads[row * 32 + head * 8 + index] = sums[index] / total }
      }
    }
    let output = attention.output.weight.array
    var expected = [Double](repeating: 0, count: 6 * 32)
    for row in 0..<6 {
      for column in 0..<32 {
        for inner in 0..<32 {
          expected[row * 32 + column] += heads[row * 32 + inner] * output[inner * 32 + column]
        }
      }
    }
    #expect(TreatedModels.difference(mixed, expected) < 1e-11)
  }

  /// Weights sum to one, and none is below ε/P.
  @Test func weightsAreSmoothed() throws {
    let model = try TreatedModels.make("parallel-scaling", ["streams": 4, "smoothing": 0.2])
    let streams = try #require(model.depthController as? ParallelStreams<Double>)
    let (pass, first) = TreatedModels.rows(6, seed: 1)
    var results = [first]
    for seed in 2...4 {
      let other = pass.tape.input([6, 32])
      other.set(TreatedModels.rows(6, seed: UInt64(seed)).input.array.map { 20 * $0 })
      results.append(other)
    }
    let weights = try #require(streams.weights(results, on: pass.tape)?.array)
    for row in 0..<6 {
      let own = weights[row * 4..<row * 4 + 4]
      #expect(abs(own.reduce(0, +) - 1) < 1e-12)
      #expect(own.allSatisfy { $0 >= 0.05 - 1e-12 })
    }
    #expect(weights.max() ?? 0 > 0.8)
  }

  @Test func streamsWithoutPrefixAreRefused() {
    #expect(throws: TreatmentError.self) {
      try TreatmentCatalog.choice(named: "parallel-scaling", ["prefix": 0])
    }
  }
}
