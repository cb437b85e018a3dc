import LanguageModels
import Tensors
import Testing
import Training
import Treatments

/// What every treatment of the catalogue promises, whatever it does.
@Suite struct EveryTreatmentTests {
  /// At its null setting a treatment is its baseline: the same logits, loss and recipe.
  @Test(arguments: TreatmentFixtures.nullCases)
  func theNullSettingIsTheBaseline(_ test: TreatedCase) throws {
    let null = try #require(test.card.null)
    let tokens = TreatmentFixtures.tokens(2 * TreatmentFixtures.context)
    let baseline = try Arm(name: "baseline").model(test.baseline, seed: 3, of: Double.self)
    baseline.spread()
    let shared = Set(baseline.parameters.parameters.map(\.name))
    for step in [0, 5, 9] {
      let moment = TrainingMoment(step: step, steps: 10)
      let model = try test.model(as: Double.self, at: moment, spreading: shared.contains)
      for (suffix, value) in null.parameters {
        let own = model.parameters.parameters.filter {
          !shared.contains($0.name) && ($0.name == suffix || $0.name.hasSuffix(".\(suffix)"))
        }
        #expect(!own.isEmpty, "no parameter's name ends in \(suffix)")
        for parameter in own { parameter.tensor.buffer.update(repeating: value) }
      }
      for isTraining in [false, true] {
        let expected = baseline.logits(tokens, batch: 2, isTraining: isTraining).values
        let found = model.logits(tokens, batch: 2, isTraining: isTraining).values
        if null.tolerance == 0 {
          #expect(found == expected)
        } else {
          let difference = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
          #expect(difference <= null.tolerance)
        }
      }
      #expect(
        abs(Self.loss(model, tokens) - Self.loss(baseline, tokens)) <= null.tolerance)
    }
    let recipe = TreatmentFixtures.recipe
    #expect(try test.arm.recipe(recipe, for: test.baseline) == recipe)
    let data = try TreatmentFixtures.dataset(for: test.card)
    #expect(
      Self.batch(try test.arm.source(of: data, recipe: recipe), recipe)
        == Self.batch(try data.source(recipe), recipe))
  }

  /// The loss of training, with all that layers add to it.
  private static func loss(_ model: LanguageModel<Double>, _ tokens: [Int32]) -> Double {
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 2, length: tokens.count / 2)
    pass.tokens.assign(tokens)
    let targets = tape.indices([tokens.count])
    targets.assign(TreatmentFixtures.tokens(tokens.count, seed: 8))
    return model.loss(pass, targets: targets).values[0]
  }

  private static func batch(_ source: any BatchSource, _ recipe: TrainingRecipe) -> [Int32] {
    var tokens = [Int32](repeating: -7, count: recipe.tokensPerStep)
    var targets = tokens
    tokens.withUnsafeMutableBufferPointer { tokens in
      targets.withUnsafeMutableBufferPointer { targets in
        source.fill(
          tokens: tokens, targets: targets, sequences: recipe.batchSize,
          length: recipe.sequenceLength)
      }
    }
    return tokens + targets
  }

  /// Starting values are a function of the seed: the same for the same, others for another.
  @Test(arguments: TreatmentFixtures.cases)
  func theSameSeedStartsWithTheSameBits(_ test: TreatedCase) throws {
    let one = try test.arm.model(test.baseline, seed: 11, of: Float.self)
    let two = try test.arm.model(test.baseline, seed: 11, of: Float.self)
    #expect(one.parameters.parameters.map(\.name) == two.parameters.parameters.map(\.name))
    #expect(
      one.parameters.parameters.map(\.tensor.array) == two.parameters.parameters.map(\.tensor.array)
    )
    #expect(
      one.parameters.buffers.map(\.tensor.array) == two.parameters.buffers.map(\.tensor.array))
    let other = try test.arm.model(test.baseline, seed: 12, of: Float.self)
    #expect(
      one.parameters.parameters.map(\.tensor.array)
        != other.parameters.parameters.map(\.tensor.array))
  }

  /// Decoding token by token gives the logits of one pass over all tokens.
  @Test(arguments: TreatmentFixtures.cases.filter(\.card.decodes), [[19], [1, 8, 3, 1, 8]])
  func decodingEqualsOnePass(_ test: TreatedCase, chunks: [Int]) throws {
    let model = try test.model(as: Double.self)
    let count = chunks.reduce(0, +)
    let sequences = [
      TreatmentFixtures.tokens(count, seed: 1), TreatmentFixtures.tokens(count, seed: 2),
    ]
    let whole = model.logits(sequences[0] + sequences[1], batch: 2).values
    let session = try DecodingSession(model, batch: 2, pool: .inline)
    let vocabulary = TreatmentFixtures.vocabulary
    var start = 0
    for chunk in chunks {
      let logits = Array(session.append(sequences.map { Array($0[start..<(start + chunk)]) }))
      start += chunk
      for sequence in 0..<2 {
        let row = (sequence * count + start - 1) * vocabulary
        for index in 0..<vocabulary {
          let expected = whole[row + index]
          #expect(
            abs(logits[sequence * vocabulary + index] - expected) <= 1e-9 * (1 + abs(expected)))
        }
      }
    }
  }

  /// A treated recipe is one that a trainer takes.
  @Test(arguments: TreatmentFixtures.cases)
  func theRecipeIsValid(_ test: TreatedCase) throws {
    let recipe = try test.arm.recipe(TreatmentFixtures.recipe, for: test.baseline)
    #expect(throws: Never.self) { try recipe.validate() }
    let model = try test.arm.model(test.baseline, seed: 1, of: Float.self)
    #expect(throws: Never.self) { try LanguageModelObjective(model).check(recipe) }
  }
}
