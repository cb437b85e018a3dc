import Cards
import LanguageModels
import Tensors
import Treatments

/// Small treated models and their numbers, for the tests of single methods.
enum TreatedModels {
  /// A baseline of some layers.
  static func baseline(layers: Int = 2, keyValueHeads: Int? = nil) -> ModelConfiguration {
    .llama(
      width: 32, layers: layers, heads: 4, keyValueHeads: keyValueHeads,
      vocabulary: TreatmentFixtures.vocabulary, context: TreatmentFixtures.context)
  }

  /// An arm of one treatment.
  static func arm(_ name: String, _ options: [String: OptionValue] = [:]) throws -> Arm {
    Arm(name: name, choices: [try TreatmentCatalog.choice(named: name, options)])
  }

  /// A treated model with random numbers.
  static func make(
    _ name: String, _ options: [String: OptionValue] = [:],
    on baseline: ModelConfiguration = baseline()
  ) throws -> LanguageModel<Double> {
    let model: LanguageModel<Double> = try arm(name, options).model(baseline, seed: 3)
    model.spread()
    return model
  }

  /// A tape and random rows on it.
  static func rows(
    _ count: Int, width: Int = 32, seed: UInt64 = 5, isTraining: Bool = false
  ) -> (pass: ForwardPass<Double>, input: Tensor<Double>) {
    let tape = Tape<Double>(pool: .inline, isDifferentiable: isTraining)
    let pass = ForwardPass(tape: tape, batch: 1, length: count)
    let input = tape.input([count, width])
    let numbers = TreatmentFixtures.tokens(count * width, seed: seed)
    for index in 0..<input.count { input.values[index] = Double(numbers[index]) / 10 - 0.95 }
    return (pass, input)
  }

  /// The greatest difference of two lists of numbers.
  static func difference(_ one: [Double], _ other: [Double]) -> Double {
    precondition(one.count == other.count)
    return zip(one, other).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// Sets all numbers of the parameters whose names end so.
  static func set(_ model: LanguageModel<Double>, _ suffix: String, to value: Double) {
    for parameter in model.parameters.parameters where parameter.name.hasSuffix(suffix) {
      parameter.tensor.buffer.update(repeating: value)
    }
  }
}

extension Tensor {
  /// Replaces the elements.
  func set(_ numbers: [Element]) {
    precondition(numbers.count == count)
    _ = buffer.update(fromContentsOf: numbers)
  }
}
