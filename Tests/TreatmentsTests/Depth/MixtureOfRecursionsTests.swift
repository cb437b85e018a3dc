import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct MixtureOfRecursionsTests {
  private static let baseline = TreatedModels.baseline(layers: 5)
  private static let tokens = TreatmentFixtures.tokens(2 * TreatmentFixtures.context)

  private func model(_ options: [String: OptionValue] = [:]) throws -> LanguageModel<Double> {
    try TreatedModels.make(
      "mixture-of-recursions",
      options.merging(["recursions": 3]) { own, _ in own }, on: Self.baseline)
  }

  /// All tokens, weights of one and the block without its input: the plain recursion.
  @Test(arguments: [false, true])
  func withAllTokensItIsPlainRecursion(isTraining: Bool) throws {
    let routed = try model(["capacities": "full", "weighting": "none", "adds-stream": false])
    let plain = try TreatedModels.make("recursion", ["recursions": 3], on: Self.baseline)
    let found = routed.logits(Self.tokens, batch: 2, isTraining: isTraining).values
    let expected = plain.logits(Self.tokens, batch: 2, isTraining: isTraining).values
    #expect(TreatedModels.difference(found, expected) < 1e-10)
  }

  /// Each pass takes its share of the tokens of the pass before, and leaves the others' bits.
  @Test func unchosenTokensPassUnchanged() throws {
    let model = try model()
    let (pass, stream) = TreatedModels.rows(TreatmentFixtures.context, isTraining: true)
    // Nothing after the block, so that the result can be compared with what came in.
    let controller = try #require(model.depthController as? RoutedRecursion<Double>)
    let routing = controller.routing
    #expect((0..<3).map { routing.capacity(of: 24, pass: $0) } == [24, 16, 8])
    _ = controller.record(stream, through: model, in: pass)
    var before: Set<Int> = Set(0..<24)
    for index in 0..<3 {
      let decision = try #require(pass.routings["recursion.router.\(index)"])
      let kept = Set(decision.chosen.array.indices.filter { decision.chosen.values[$0] == 0 })
      #expect(kept.count == [24, 16, 8][index])
      #expect(kept.isSubset(of: before))
      let least = kept.map { decision.affinities.values[$0] }.min() ?? 0
      let rest = before.subtracting(kept).map { decision.affinities.values[$0] }.max() ?? 0
      #expect(least >= rest)
      before = kept
    }
  }

  /// x + w·u for the rows of a selection, and the same bits for the others.
  @Test func aPassWithoutTokensIsNoPass() throws {
    // Scores far below the threshold: on held-out text only the first pass, which takes all, is run.
    let once = try model(["adds-stream": false])
    for index in 1..<3 {
      let router = try #require(once.parameters["recursion.router.\(index).weight"]).tensor
      router.buffer.update(repeating: 0)
    }
    // σ(0) is one half, which is not above one half.
    let found = once.logits(Self.tokens, batch: 2).values
    let single = try TreatedModels.make(
      "mixture-of-recursions", ["recursions": 1, "adds-stream": false],
      on: TreatedModels.baseline(layers: 3))
    let expected = single.logits(Self.tokens, batch: 2).values
    #expect(found == expected)
  }

  /// Attention in pass r looks at c_r² T² / 2 pairs; the passes' arithmetic is that of sequences of
  /// the tokens that they take.
  @Test func passesCostWhatTheirTokensCost() throws {
    let length = 24
    let costs = try TreatedModels.arm("mixture-of-recursions", ["recursions": 3]).costs(
      Self.baseline, length: length)
    let plain = try TreatedModels.arm("recursion", ["recursions": 3]).costs(
      Self.baseline, length: length)
    func layer(_ tokens: Int) -> Double {
      let t = Double(tokens)
      return 2 * t * Double(32 * 96 + 32 * 32 + 3 * 32 * 96) + 4 * 32 * t * (t + 1) / 2
    }
    let saved = (layer(24) - layer(16)) + (layer(24) - layer(8))
    let routers = 2.0 * 3 * 32
    let expected = plain.forwardOperationsPerToken - saved / Double(length) + routers
    #expect(abs(costs.forwardOperationsPerToken - expected) < 1e-6)
  }

  /// Token-choice: x + w·Blockⁱ(x), with tokens of one depth alone the plain recursion of that depth.
  @Test(arguments: [1, 2, 3])
  func oneDepthForAllIsPlainRecursion(depth: Int) throws {
    let routed = try model(
      ["routing": "token-choice", "weighting": "none", "adds-stream": false])
    let router = try #require(routed.parameters["recursion.router.0.weight"]).tensor
    // All scores are equal or grow with a column of ones: the lowest depth wins ties, so deeper ones
    // are chosen by a large weight on a stream that is all positive there.
    router.buffer.update(repeating: 0)
    let embedding = routed.embedding
    for row in 0..<embedding.shape[0] { embedding.values[row * 32] = 50 }
    router.values[depth - 1] = 1
    let plain = try TreatedModels.make(
      "recursion", ["recursions": .number(Double(depth)), "keep": "parameters"],
      on: TreatedModels.baseline(layers: 3))
    for row in 0..<embedding.shape[0] { plain.embedding.values[row * 32] = 50 }
    let (found, pass) = routed.logits(Self.tokens, batch: 2)
    let depths = try #require(pass.routings["recursion.router.0"]).chosen.array
    #expect(depths.allSatisfy { $0 == Int32(depth - 1) })
    let expected = plain.logits(Self.tokens, batch: 2).values
    #expect(TreatedModels.difference(found, expected) < 1e-9)
  }

  /// The terms of the loss: the selection's cross-entropy for each pass, and the squares of scores.
  @Test func termsOfTheLossAreThoseOfTheRouters() throws {
    let model = try model(["selection-coefficient": 0.5, "z-loss": 0.25])
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 2, length: 24)
    pass.tokens.assign(Self.tokens)
    _ = model.logits(pass)
    #expect(pass.auxiliaryLosses.count == 6)
    var active = [Bool](repeating: true, count: 48)
    for index in 0..<3 {
      let decision = try #require(pass.routings["recursion.router.\(index)"])
      var (entropy, count, squares) = (0.0, 0.0, 0.0)
      for row in 0..<48 {
        let probability = decision.affinities.values[row]
        let score = logarithm(probability / (1 - probability))
        squares += score * score / 48
        guard active[row] else { continue }
        let isKept = decision.chosen.values[row] == 0
        entropy -= logarithm(isKept ? probability : 1 - probability)
        count += 1
        active[row] = isKept
      }
      #expect(abs(pass.auxiliaryLosses[2 * index].values[0] - 0.5 * entropy / count) < 1e-9)
      #expect(abs(pass.auxiliaryLosses[2 * index + 1].values[0] - 0.25 * squares) < 1e-9)
    }
  }
}
