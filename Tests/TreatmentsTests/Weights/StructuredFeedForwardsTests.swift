import Cards
import LanguageModels
import Tensors
import Testing
import Training
import Treatments

struct StructuredFeedForwardsTests {
  static let llama = ModelConfiguration.llama(
    width: 32, layers: 2, heads: 2, vocabulary: 20, context: 16)
  static let gpt2 = ModelConfiguration.gpt2(
    width: 32, layers: 2, heads: 2, vocabulary: 20, context: 16)

  static func arm(_ options: [String: OptionValue]) throws -> Arm {
    Arm(
      name: "structured",
      treatments: [
        try StructuredFeedForwards(try OptionValues(options, for: StructuredFeedForwards.card))
      ])
  }

  /// The logits of some tokens.
  static func logits(
    _ model: LanguageModel<Double>, isTraining: Bool = false
  ) -> (Tensor<Double>, ForwardPass<Double>) {
    let pass = ForwardPass(
      tape: Tape<Double>(pool: .inline, isDifferentiable: isTraining), batch: 1, length: 16)
    pass.tokens.assign((0..<16).map { Int32($0 * 7 % 20) })
    return (model.logits(pass), pass)
  }

  static func difference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test(arguments: [llama, gpt2]) func fullRankIsTheDenseModel(
    _ model: ModelConfiguration
  ) throws {
    let dense = try LanguageModel<Double>(model, seed: 3)
    let full: LanguageModel<Double> = try Self.arm(["rank-share": 1, "first-layer": true])
      .model(model, seed: 3)
    #expect(Self.difference(Self.logits(dense).0.array, Self.logits(full).0.array) < 1e-12)
    let half: LanguageModel<Double> = try Self.arm(["first-layer": true]).model(model, seed: 3)
    #expect(Self.difference(Self.logits(dense).0.array, Self.logits(half).0.array) > 1e-4)
  }

  /// The fast path against the product of a block-diagonal matrix, a permutation matrix, another
  /// block-diagonal matrix and the other permutation matrix, written out.
  @Test(arguments: [(8, 12, 2), (12, 8, 4), (6, 6, 3), (6, 9, 1)])
  func shufflesArePermutationMatrices(inputs: Int, outputs: Int, blocks: Int) {
    let map = structured(inputs, outputs, .blockShuffle(blocks: blocks))
    let inner = min(inputs, outputs)
    let a = dense(map.first.array, map.first.shape)
    let b = dense(map.second.array, map.second.shape)
    // Column (λ, ρ) of the first permutation takes the entry (ρ, λ); the second undoes such an order.
    var before = Array(repeating: 0.0, count: inner * inner)
    for block in 0..<blocks {
      for index in 0..<inner / blocks {
        before[(index * blocks + block) * inner + block * (inner / blocks) + index] = 1
      }
    }
    var after = Array(repeating: 0.0, count: outputs * outputs)
    for block in 0..<blocks {
      for index in 0..<outputs / blocks {
        after[(block * (outputs / blocks) + index) * outputs + index * blocks + block] = 1
      }
    }
    let left = multiply(multiply(a, before, inputs, inner, inner), b, inputs, inner, outputs)
    let expected = multiply(left, after, inputs, outputs, outputs)
    // The identity as input gives the matrix itself.
    let tape = Tape<Double>(pool: .inline)
    let identity = tape.input([inputs, inputs])
    for row in 0..<inputs { identity.values[row * inputs + row] = 1 }
    let fast = map.record(identity, on: tape)
    #expect(Self.difference(fast.array, expected) < 1e-14)
    #expect(Self.difference(map.product(), expected) < 1e-14)
    if blocks == 1 {
      #expect(
        Self.difference(
          expected, multiply(map.first.array, map.second.array, inputs, inner, outputs)) < 1e-14)
    }
  }

  @Test func blockDenseIsABlockDiagonalTimesADenseMatrix() {
    let map = structured(8, 10, .blockDense(rank: 4, blocks: 2))
    #expect(map.first.shape == [2, 4, 2] && map.second.shape == [4, 10])
    let expected = multiply(
      dense(map.first.array, [2, 4, 2]), map.second.array, 8, 4, 10)
    #expect(Self.difference(map.product(), expected) < 1e-14)
    // Orthonormal columns of each block, orthonormal rows of the dense factor.
    let gram = multiply(map.second.array, transposed(map.second.array, 4, 10), 4, 10, 4)
    #expect(Self.difference(gram, (0..<16).map { $0 % 5 == 0 ? 1 : 0 }) < 1e-12)
  }

  /// r(m + n) against mn, and the blocks' counts.
  @Test func parametersOfStructures() {
    #expect(LinearStructure.lowRank(rank: 5).parameterCount(inputs: 12, outputs: 30) == 210)
    // 2 blocks of 6 × 6 and 2 of 6 × 15.
    #expect(LinearStructure.blockShuffle(blocks: 2).parameterCount(inputs: 12, outputs: 30) == 252)
    #expect(LinearStructure.blockShuffle(blocks: 2).parameterCount(inputs: 30, outputs: 12) == 252)
    // 2 blocks of 6 × 3 and 6 × 30.
    let blockDense = LinearStructure.blockDense(rank: 6, blocks: 2)
    #expect(blockDense.parameterCount(inputs: 12, outputs: 30) == 216)
    // The paper's 63% and 32% of layers four times as wide as the model.
    for (share, expected) in [(2, 0.625), (4, 0.3125)] {
      let low = LinearStructure.lowRank(rank: 64 / share).parameterCount(inputs: 64, outputs: 256)
      let shuffle = LinearStructure.blockShuffle(blocks: share).parameterCount(
        inputs: 64, outputs: 256)
      #expect(Double(low) / (64 * 256) == expected && low == shuffle)
    }
  }

  @Test(arguments: ["low-rank", "block-shuffle", "block-dense"])
  func guidedAtTheStartIsUnguided(kind: String) throws {
    let options: [String: OptionValue] = ["kind": .word(kind), "rank-share": 0.25]
    let plain: LanguageModel<Double> = try Self.arm(options).model(Self.gpt2, seed: 5)
    let guided: LanguageModel<Double> = try Self.arm(
      options.merging(["guided-share": 0.5]) { $1 }
    ).model(Self.gpt2, seed: 5)
    let expected = Self.logits(plain).0.array
    // Between the ends the two branches are the same map as well.
    for step in [0, 10, 40, 60] {
      for action in guided.stepActions { action(TrainingMoment(step: step, steps: 100)) }
      #expect(Self.difference(Self.logits(guided).0.array, expected) < 1e-12)
    }
  }

  @Test func theGuideFollowsAHalfCosine() {
    func share(_ step: Int) -> Double {
      StructuredFeedForwards.share(TrainingMoment(step: step, steps: 100), over: 0.5)
    }
    #expect(share(0) == 1 && share(50) == 0 && share(99) == 0)
    #expect(abs(share(25) - 0.5) < 1e-15)
    #expect(abs(share(12) - 0.8644843137107057) < 1e-15)  // (1 + cos(0.24 π)) / 2
  }

  /// While its share is above zero the guide has a gradient; afterwards it is neither recorded nor
  /// changed, and the numbers it holds do not matter.
  @Test func theGuideIsDropped() throws {
    let model: LanguageModel<Double> = try Self.arm(["guided-share": 0.5]).model(
      Self.gpt2, seed: 5)
    let name = "layers.1.mlp.up.guide"
    let guide = try #require(model.parameters[name]?.tensor)
    func gradients(at step: Int) -> (stage: Int, guide: Double, factor: Double) {
      let stage = model.stage?(TrainingMoment(step: step, steps: 100)) ?? -1
      let (logits, pass) = Self.logits(model, isTraining: true)
      model.parameters.clearGradients()
      pass.tape.backward(from: pass.tape.squareSum(logits))
      let factor = model.parameters["layers.1.mlp.up.second"]?.tensor.gradientArray ?? []
      return (
        stage, guide.gradient == nil ? -1 : guide.gradientArray.reduce(0) { $0 + abs($1) },
        factor.reduce(0) { $0 + abs($1) }
      )
    }
    let start = gradients(at: 0)
    #expect(start.stage == 0 && start.guide > 0 && start.factor == 0)
    let middle = gradients(at: 49)
    #expect(middle.stage == 0 && middle.guide > 0 && middle.factor > 0)
    let end = gradients(at: 50)
    #expect(end.stage == 1 && end.guide == -1 && end.factor > 0)
    let logits = Self.logits(model).0.array
    guide.buffer.update(repeating: .nan)
    #expect(Self.logits(model).0.array == logits)
  }

  /// The guide costs training only, for the share of the steps that record it.
  @Test(arguments: [llama, gpt2]) func costsOfTheGuide(_ configuration: ModelConfiguration) throws {
    let arm = try Self.arm(["guided-share": 0.4, "rank": 8])
    let costs = try arm.costs(configuration, length: 16)
    let model: LanguageModel<Double> = try arm.model(configuration, seed: 1)
    let guides = model.parameters.parameters.filter { $0.name.hasSuffix(".guide") }
      .reduce(0) { $0 + $1.tensor.count }
    #expect(costs.parameters == model.parameters.count - guides)
    func operations(at step: Int) -> Double {
      _ = model.stage?(TrainingMoment(step: step, steps: 10))
      let costs = Self.logits(model, isTraining: true).1.tape.costs
      return costs.reduce(0) { $0 + $1.cost.forward } / 16
    }
    #expect(costs.forwardOperationsPerToken == operations(at: 4))
    let average = (0..<10).reduce(0) { $0 + 3 * operations(at: $1) } / 10
    #expect(abs(costs.trainingOperationsPerToken / average - 1) < 1e-14)
    let plain = try Self.arm(["rank": 8]).costs(configuration, length: 16)
    #expect(costs.forwardOperationsPerToken == plain.forwardOperationsPerToken)
    #expect(costs.parameters == plain.parameters)
  }

  /// The loss falls over the guide's end, from where the guide stays as it is.
  @Test(arguments: ["low-rank", "block-shuffle"]) func aGuidedRunTrains(kind: String) throws {
    let arm = try Self.arm(["kind": .word(kind), "guided-share": 0.5])
    let model: LanguageModel<Float> = try arm.model(Self.llama, seed: 2)
    var recipe = TrainingRecipe(
      batchSize: 4, sequenceLength: 16, budget: .steps(40),
      optimizer: .adamW(AdamWSettings(learningRate: 1e-2)),
      schedule: Schedule(warmup: 4, .constant))
    recipe.validation.every = 40
    let guide = try #require(model.parameters["layers.1.mlp.gateUp.guide"]?.tensor)
    let trainer = try Trainer(
      LanguageModelObjective(model), recipe: recipe, source: CountingUp(), pool: .inline)
    var losses: [Double] = []
    var atHalf: [Float] = []
    _ = try trainer.run { event in
      if case .step(let progress) = event {
        losses.append(progress.crossEntropy)
        if progress.step == 20 { atHalf = guide.array }
      }
    }
    #expect(losses[0] > 2.9 && losses[39] < 1.5)
    #expect(guide.array == atHalf)
  }

  @Test func optionsThatDoNotFit() throws {
    #expect(throws: TreatmentError.self) { try Self.arm(["kind": "block-shuffle", "rank": 4]) }
    for options: [String: OptionValue] in [
      ["rank": 64], ["kind": "block-dense", "rank": 9], ["kind": "block-shuffle", "blocks": 3],
    ] {
      #expect(throws: TreatmentError.self) { try Self.arm(options).configuration(Self.gpt2) }
    }
    var experts = Self.gpt2
    for index in experts.layers.indices {
      experts.layers[index].channelMixer = .experts(
        ExpertsConfiguration(
          count: 2, chosen: 1,
          expert: FeedForwardConfiguration(width: 32, activation: .gelu, hasBias: false)))
    }
    #expect(throws: TreatmentError.self) { try Self.arm([:]).configuration(experts) }
  }

  @Test func onlyTheGuideDependsOnTheLengthOfTheRun() throws {
    #expect(try !Self.arm([:]).treatments[0].dependsOnRunLength)
    #expect(try Self.arm(["guided-share": 0.5]).treatments[0].dependsOnRunLength)
  }

  private func structured(
    _ inputs: Int, _ outputs: Int, _ structure: LinearStructure
  ) -> StructuredLinear<Double> {
    StructuredLinear(
      "map", dense: [], inputs, outputs, structure: structure, hasBias: false, isGuided: false,
      in: ParameterSet(seed: 9))
  }

  private func dense(_ blocks: [Double], _ shape: [Int]) -> [Double] {
    let (rows, columns) = (shape[0] * shape[1], shape[0] * shape[2])
    return (0..<rows * columns).map { place in
      let (row, column) = (place / columns, place % columns)
      let block = row / shape[1]
      return block == column / shape[2]
        ? blocks[row * shape[2] + column % shape[2]] : 0
    }
  }

  private func multiply(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    (0..<m * n).map { place in
      (0..<k).reduce(0) { $0 + a[place / n * k + $1] * b[$1 * n + place % n] }
    }
  }

  private func transposed(_ a: [Double], _ rows: Int, _ columns: Int) -> [Double] {
    (0..<rows * columns).map { a[$0 % rows * columns + $0 / rows] }
  }
}

/// Sequences that count up from any token, so that the next token follows from the last.
private final class CountingUp: BatchSource {
  var position = 0

  func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    for row in 0..<sequences {
      for index in 0..<length {
        let token = (position * 7 + index) % 20
        tokens[row * length + index] = Int32(token)
        targets[row * length + index] = Int32((token + 1) % 20)
      }
      position += 1
    }
  }
}
