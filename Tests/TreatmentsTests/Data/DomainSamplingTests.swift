import Cards
import LanguageModels
import Statistics
import Tensors
import Testing
import Training
import Treatments

struct DomainSamplingTests {
  /// Domains of 99 and 1 in a hundred.
  static func data() throws -> Dataset {
    func language(_ seed: Double) -> DatasetDescription.Source {
      .language(name: "markov", knobs: ["tokens": 20, "order": 1, "seed": seed])
    }
    return try Dataset(
      DatasetDescription(
        .domains([
          .init(name: "large", source: language(2), tokens: 1980, share: 99),
          .init(name: "small", source: language(3), tokens: 200, share: 1),
        ])))
  }

  static func source(_ options: [String: OptionValue]) throws -> any BatchSource {
    try ControlTests.arm("domain-sampling", options).source(
      of: try data(), recipe: TreatmentFixtures.recipe)
  }

  @Test func temperaturesLevelShares() {
    #expect(DomainSampling.shares([3, 1], temperature: 1) == [0.75, 0.25])
    // √0.8 and √0.2 are as 2 to 1.
    let root = DomainSampling.shares([0.8, 0.2], temperature: 2)
    #expect(abs(root[0] - 2.0 / 3) < 1e-15 && abs(root[1] - 1.0 / 3) < 1e-15)
    let high = DomainSampling.shares([0.99, 0.01], temperature: 1e6)
    #expect(abs(high[0] - 0.5) < 1e-5)
  }

  @Test func cooldownFallsAtItsSwitch() throws {
    func cooled(_ linear: Bool, _ fraction: Double) throws -> Double {
      try DomainSampling(
        try OptionValues(["linear": .flag(linear), "switch": 0.4], for: DomainSampling.card)
      ).cooled(at: fraction)
    }
    for (fraction, step, line) in [(0, 5.0, 5.0), (0.1, 5, 4), (0.3, 5, 2), (0.4, 1, 1), (1, 1, 1)]
    {
      #expect(try cooled(false, fraction) == step)
      #expect(abs(try cooled(true, fraction) - line) < 1e-12)
    }
  }

  /// Two domains of 99 and 1 in a hundred, balanced evenly, with gradients of mean ±1 and unit noise:
  /// both rules estimate the same mean, sampling with a variance of 2, weighting with 50.5.
  @Test func weightingVariesMoreThanSampling() throws {
    let natural = try DomainBatches(Self.domains(), recipe: TreatmentFixtures.recipe)
    for (rule, expected) in [("temperature", 2.0), ("scalarization", 50.505)] {
      let source = try Self.source(["rule": .word(rule), "temperature": 1_000_000])
      var random = SplittableRandom(seed: 1)
      var (sum, squares) = (0.0, 0.0)
      let count = 200_000
      for index in 0..<count {
        let domain: Int
        var weight = 1.0
        if let weighted = source as? ScalarizedDomains {
          domain = natural.domain(of: index)
          weight = weighted.weights[domain]
        } else {
          domain = try #require(source as? DomainBatches).domain(of: index)
        }
        let gradient = weight * ((domain == 0 ? 1 : -1) + random.nextNormal())
        sum += gradient
        squares += gradient * gradient
      }
      let mean = sum / Double(count)
      let variance = squares / Double(count) - mean * mean
      #expect(abs(mean) < 4 * (expected / Double(count)).squareRoot())
      #expect(abs(variance / expected - 1) < 0.08, "\(rule): \(variance)")
    }
  }

  private static func domains() throws -> [Dataset.Domain] {
    guard case .domains(let domains) = try data().content else { return [] }
    return domains
  }

  /// On all data at once, three quarters of one kind, weights give the step of even sampling.
  @Test func weightsAreSamplingOnAFullBatch() throws {
    let a = TreatmentFixtures.tokens(25, seed: 1)
    let b = TreatmentFixtures.tokens(25, seed: 2)
    let model = TreatmentFixtures.baselines[0].model
    func step(_ rows: [[Int32]], _ weights: [Float]?) throws -> [[Float]] {
      let trained = try LanguageModel<Float>(model, seed: 3)
      var recipe = TreatmentFixtures.recipe
      recipe.optimizer = .sgd(SGDSettings(learningRate: 0.5, momentum: 0))
      recipe.schedule = Schedule(warmup: 0, .constant)
      recipe.budget = .steps(1)
      recipe.clipNorm = nil
      let trainer = try Trainer(
        LanguageModelObjective(trained), recipe: recipe, source: FixedRows(rows, weights),
        pool: .inline)
      _ = try trainer.run()
      return trained.parameters.parameters.map(\.tensor.array)
    }
    let weighted = try step([a, b, a, a], [2.0 / 3, 2, 2.0 / 3, 2.0 / 3])
    let sampled = try step([a, b, b, a], nil)
    let natural = try step([a, b, a, a], nil)
    func difference(_ x: [[Float]], _ y: [[Float]]) -> Float {
      zip(x, y).flatMap { zip($0, $1).map { abs($0 - $1) } }.max() ?? .infinity
    }
    #expect(difference(weighted, sampled) < 1e-6)
    #expect(difference(natural, sampled) > 1e-3)
    // Weights of one are no weights, to the bit.
    #expect(try step([a, b, a, a], [1, 1, 1, 1]) == natural)
  }

  /// Weights are those of the sequences that come, also after a resume.
  @Test func weightsGoWithTheirSequences() throws {
    let recipe = TreatmentFixtures.recipe
    let options: [String: OptionValue] = ["rule": "scalarization", "temperature": 5]
    let source = try #require(try Self.source(options) as? ScalarizedDomains)
    let shares = DomainSampling.shares([0.99, 0.01], temperature: 5)
    #expect(abs(source.weights[0] - shares[0] / 0.99) < 1e-12)
    #expect(abs(source.weights[1] - shares[1] / 0.01) < 1e-12)
    let domains = try DomainBatches(Self.domains(), recipe: recipe)
    for step in 0..<50 {
      let again = try #require(try Self.source(options) as? ScalarizedDomains)
      again.position = source.position
      let batch = Batch(source, recipe)
      let resumed = Batch(again, recipe)
      #expect(resumed.weights == batch.weights && resumed.tokens == batch.tokens)
      for row in 0..<recipe.batchSize {
        let weight = Float(source.weights[domains.domain(of: step * recipe.batchSize + row)])
        #expect(
          batch.weights[row * recipe.sequenceLength..<(row + 1) * recipe.sequenceLength]
            .allSatisfy { $0 == weight })
      }
    }
  }

  @Test func otherDataAreRefused() throws {
    let data = try TreatmentFixtures.dataset(for: NullControl.card)
    #expect(throws: TreatmentError.self) {
      try ControlTests.arm("domain-sampling").source(of: data, recipe: TreatmentFixtures.recipe)
    }
    func depends(_ rule: String) throws -> Bool {
      try ControlTests.arm("domain-sampling", ["rule": .word(rule)]).treatments[0]
        .dependsOnRunLength
    }
    #expect(try depends("cooldown"))
    #expect(try !depends("temperature") && !depends("scalarization"))
  }
}

/// The same rows at every step, with a weight each.
private final class FixedRows: BatchSource {
  var position = 0
  private let rows: [[Int32]]
  private let weights: [Float]?

  init(_ rows: [[Int32]], _ weights: [Float]?) {
    self.rows = rows
    self.weights = weights
  }

  var weighsTargets: Bool { weights != nil }

  func writeWeights(
    _ places: UnsafeMutableBufferPointer<Float>, sequences: Int, length: Int
  ) {
    for index in places.indices { places[index] = weights?[index / length] ?? 1 }
  }

  func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    for row in 0..<sequences {
      for index in 0..<length {
        tokens[row * length + index] = rows[row][index]
        targets[row * length + index] = rows[row][index + 1]
      }
    }
    position += 1
  }
}
