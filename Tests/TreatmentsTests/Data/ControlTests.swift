import Cards
import LanguageModels
import Tensors
import Testing
import Training
import Treatments

/// More parameters, and no change at all.
struct ControlTests {
  static let models = [
    ModelConfiguration.llama(width: 32, layers: 2, heads: 2, vocabulary: 20, context: 16),
    ModelConfiguration.gpt2(width: 48, layers: 3, heads: 4, vocabulary: 100, context: 32),
  ]

  static func arm(_ name: String, _ options: [String: OptionValue] = [:]) throws -> Arm {
    Arm(name: name, choices: [try TreatmentCatalog.choice(named: name, options)])
  }

  /// Nearer to the factor than half of what one more column, or layer, adds.
  @Test(arguments: models, [1.0, 1.1, 1.5, 4.0])
  func parametersAreAMultiple(_ baseline: ModelConfiguration, factor: Double) throws {
    for dimension in ["feed-forward", "layers"] {
      for counted in ["all", "non-embedding"] {
        let model = try Self.arm(
          "wider-model",
          [
            "factor": .number(factor), "dimension": .word(dimension), "counted": .word(counted),
          ]
        ).configuration(baseline)
        func count(_ model: ModelConfiguration) -> Double {
          let costs = ModelCosts(model)
          return Double(
            counted == "all" ? costs.parameterCount : costs.nonEmbeddingParameterCount)
        }
        var step = model
        if dimension == "layers" {
          step.layers.append(model.layers[0])
          #expect(model.layers.allSatisfy { $0 == baseline.layers[0] })
        } else {
          for index in step.layers.indices {
            guard case .feedForward(var feedForward) = step.layers[index].channelMixer else {
              continue
            }
            feedForward.width += 1
            step.layers[index].channelMixer = .feedForward(feedForward)
          }
          #expect(model.layers.count == baseline.layers.count)
        }
        let distance = abs(count(model) - factor * count(baseline))
        #expect(2 * distance <= count(step) - count(model))
      }
    }
  }

  /// The planted gain: another model at the baseline's costs, to the number.
  @Test(arguments: models, ["feed-forward", "layers"])
  func plantedGainsCostNothing(_ baseline: ModelConfiguration, dimension: String) throws {
    for factor in [1.07, 1.5, 2, 7.3] {
      let options: [String: OptionValue] = [
        "factor": .number(factor), "dimension": .word(dimension), "accounted-as-baseline": true,
      ]
      let arm = try Self.arm("wider-model", options)
      let costs = try arm.costs(baseline, length: 16)
      #expect(costs == RunCosts(baseline, length: 16))
      let charged = try Self.arm(
        "wider-model", options.merging(["accounted-as-baseline": false]) { $1 }
      )
      .costs(baseline, length: 16)
      let model: LanguageModel<Float> = try arm.model(baseline, seed: 1)
      #expect(charged.parameters == model.parameters.count)
      if dimension == "feed-forward" { #expect(charged.parameters > costs.parameters) }
    }
  }

  @Test func unequalLayersAreRefused() throws {
    var unequal = Self.models[0]
    unequal.layers[0].channelMixer = .feedForward(
      FeedForwardConfiguration(width: 8, activation: .gelu, hasBias: false))
    for dimension in ["feed-forward", "layers"] {
      #expect(throws: TreatmentError.self) {
        try Self.arm("wider-model", ["dimension": .word(dimension)]).configuration(unequal)
      }
    }
  }

  /// Constants stay, random matrices are drawn anew with the deviation that they had, and every salt
  /// and every seed gives others.
  @Test func anotherDrawOfTheSameDistribution() throws {
    let baseline = Self.models[1]
    let plain = try LanguageModel<Double>(baseline, seed: 4)
    let models = try [(1, 4), (2, 4), (1, 5)].map { salt, seed in
      try Self.arm("null", ["salt": .number(Double(salt))])
        .model(baseline, seed: UInt64(seed), of: Double.self)
    }
    for parameter in plain.parameters.parameters {
      let start = parameter.tensor.array
      let draws = try models.map { try #require($0.parameters[parameter.name]).tensor.array }
      guard case .normal(let deviation) = parameter.initialization else {
        #expect(draws.allSatisfy { $0 == start })
        continue
      }
      #expect(Set(draws + [start]).count == 4)
      let squares = draws[0].reduce(0) { $0 + $1 * $1 } / Double(start.count)
      #expect(abs(squares.squareRoot() / deviation - 1) < 5 / Double(2 * start.count).squareRoot())
      let product = zip(draws[0], start).reduce(0) { $0 + $1.0 * $1.1 } / Double(start.count)
      #expect(abs(product) < 5 * deviation * deviation / Double(start.count).squareRoot())
    }
    // The same draw in single precision.
    let single = try Self.arm("null").model(baseline, seed: 4, of: Float.self)
    let name = "layers.0.mlp.up.weight"
    #expect(
      try #require(single.parameters[name]).tensor.array
        == (try #require(models[0].parameters[name]).tensor.array.map { Float($0) }))
  }

  @Test func onlyTrainingDataAreAnotherDraw() throws {
    let data = try TreatmentFixtures.dataset(for: NullControl.card)
    let recipe = TreatmentFixtures.recipe
    func batch(_ source: any BatchSource) -> [Int32] { Batch(source, recipe).tokens }
    let plain = batch(try data.source(recipe))
    let one = batch(try Self.arm("null").source(of: data, recipe: recipe))
    let two = batch(try Self.arm("null", ["salt": 2]).source(of: data, recipe: recipe))
    #expect(Set([plain, one, two]).count == 3)
    #expect(
      batch(try Self.arm("null", ["data-order": false]).source(of: data, recipe: recipe)) == plain)
    // What a run is validated on follows from the recipe, which stays.
    #expect(try Self.arm("null").recipe(recipe, for: Self.models[0]) == recipe)
    #expect(throws: TreatmentError.self) {
      try Self.arm("null", ["data-order": false, "starting-values": false])
    }
  }
}

/// The next batch of a source.
struct Batch {
  var tokens: [Int32]
  var targets: [Int32]
  var weights: [Float]

  init(_ source: any BatchSource, _ recipe: TrainingRecipe) {
    var tokens = [Int32](repeating: -7, count: recipe.tokensPerStep)
    var targets = tokens
    var weights = [Float](repeating: -7, count: recipe.tokensPerStep)
    weights.withUnsafeMutableBufferPointer {
      source.writeWeights($0, sequences: recipe.batchSize, length: recipe.sequenceLength)
    }
    tokens.withUnsafeMutableBufferPointer { tokens in
      targets.withUnsafeMutableBufferPointer { targets in
        source.fill(
          tokens: tokens, targets: targets, sequences: recipe.batchSize,
          length: recipe.sequenceLength)
      }
    }
    (self.tokens, self.targets, self.weights) = (tokens, targets, weights)
  }
}
