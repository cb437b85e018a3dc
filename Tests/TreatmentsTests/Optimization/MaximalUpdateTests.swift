import Cards
import LanguageModels
import Statistics
import Tensors
import Testing
import Training
import Treatments

struct MaximalUpdateTests {
  static func model(_ width: Int, _ options: [String: OptionValue]) throws -> ModelConfiguration {
    try ControlTests.arm("maximal-update", options).configuration(
      .llama(width: width, layers: 2, heads: width / 16, vocabulary: 20, context: 16))
  }

  /// η/m and λ√m for hidden matrices, η and no decay for the rest: with m = 4 a quarter and twice.
  @Test func ratesAndDecays() throws {
    let model = try Self.model(128, ["base-width": 32])
    let hidden = UpdateRule(.hidden(fanIn: 128), in: model)
    #expect(hidden.learningRateScale == 0.25 && hidden.weightDecayScale == 2)
    for role in [ParameterRole.embedding, .readout(fanIn: 128), .vector] {
      let rule = UpdateRule(role, in: model)
      #expect(rule.learningRateScale == 1 && rule.weightDecayScale == 0)
    }
    let plain = try Self.model(128, ["base-width": 32, "scales-weight-decay": false])
    #expect(UpdateRule(.hidden(fanIn: 128), in: plain).weightDecayScale == 1)
    #expect(UpdateRule(.embedding, in: plain).weightDecayScale == 1)
    // The consistency of the rule: √(η/λ)·m^0.75 stays.
    let size =
      (hidden.learningRateScale / hidden.weightDecayScale).squareRoot() * 4.0.squareRoot()
      * 4.0.squareRoot().squareRoot()
    #expect(abs(size - 1) < 1e-15)
  }

  /// Hidden matrices start with 1/m of the variance.
  @Test func startingValues() throws {
    let small = StartingDeviations(try Self.model(32, ["base-width": 32]))
    let large = StartingDeviations(try Self.model(128, ["base-width": 32]))
    #expect(large.hidden == small.hidden / 2 && large.residual == small.residual / 2)
    #expect(large.embedding == small.embedding)
  }

  /// AdamW without a signal settles at coordinates of √(η/2λ), whatever the gradient's scale; a matrix
  /// of such noise has a norm of 2√d times that.
  @Test(arguments: [(0.01, 0.1, 0.2236), (0.04, 0.1, 0.4472), (0.01, 0.4, 0.1118)])
  func stationarySizeOfAdamW(rate: Double, decay: Double, expected: Double) throws {
    let parameters = ParameterSet<Float>(seed: 1)
    let matrix = parameters.declare(
      "noise", [64, 64], role: .hidden(fanIn: 64), startingAs: .constant(0))
    let optimizer = try Optimizer(
      .adamW(AdamWSettings(learningRate: rate, beta2: 0.999, weightDecay: decay)),
      for: parameters, pool: .inline, rule: { _ in UpdateRule() })
    var random = SplittableRandom(seed: 2)
    for _ in 0..<Int(3 / (rate * decay)) {
      parameters.clearGradients()
      let gradient = try #require(matrix.gradientDestination()).pointer
      for index in 0..<matrix.count { gradient[index] = Float(7 * random.nextNormal()) }
      optimizer.step()
    }
    let values = matrix.array.map(Double.init)
    let size = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    #expect(abs(size / expected - 1) < 0.03)
    let norm = SingularValueDecomposition(values, rows: 64, columns: 64).values[0]
    #expect(abs(norm / (expected * 2 * 64.0.squareRoot()) - 1) < 0.08)
  }

  @Test func optimisersWithoutARuleAreRefused() throws {
    let model = ModelConfiguration.llama(
      width: 64, layers: 2, heads: 4, vocabulary: 20, context: 16)
    func adjusted(_ optimizer: OptimizerSettings, scales: Bool) throws {
      _ = try ControlTests.arm("maximal-update", ["scales-weight-decay": .flag(scales)])
        .recipe(TrainingRecipe(optimizer: optimizer), for: model)
    }
    for scales in [false, true] {
      #expect(throws: Never.self) { try adjusted(.adamW(AdamWSettings()), scales: scales) }
      #expect(throws: Never.self) { try adjusted(.lion(LionSettings()), scales: scales) }
      #expect(throws: TreatmentError.self) { try adjusted(.sgd(SGDSettings()), scales: scales) }
    }
    #expect(throws: Never.self) { try adjusted(.muon(MuonSettings()), scales: false) }
    #expect(throws: TreatmentError.self) { try adjusted(.muon(MuonSettings()), scales: true) }
  }

  @Test func headsOfSeveralWidthsNeedABase() throws {
    var model = ModelConfiguration.llama(
      width: 64, layers: 2, heads: 4, vocabulary: 20, context: 16)
    model.layers[1].tokenMixer = .attention(
      AttentionConfiguration(headCount: 2, headWidth: 32, hasBias: false))
    #expect(throws: TreatmentError.self) {
      try ControlTests.arm("maximal-update").configuration(model)
    }
    #expect(
      try ControlTests.arm("maximal-update", ["base-head-width": 16]).configuration(model)
        .parametrization
        == .maximalUpdate(baseWidth: 64, baseHeadWidth: 16, scalesWeightDecay: true))
  }
}
