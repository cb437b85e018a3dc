import LanguageModels
import Tensors
import Training

/// Tokens of a recurrence over integers, so that the runs of tests have something to learn.
final class CountingBatches: BatchSource, ValidationBatches {
  var position = 0
  var count = 3

  func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    for row in 0..<sequences {
      write(position + row, row, length, tokens, targets)
    }
    position += sequences
  }

  func write(
    batch: Int, inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>
  ) {
    let length = 8
    for row in 0..<inputs.count / length {
      write(100_000 + batch * 8 + row, row, length, inputs, targets)
    }
  }

  private func write(
    _ index: Int, _ row: Int, _ length: Int, _ tokens: UnsafeMutableBufferPointer<Int32>,
    _ targets: UnsafeMutableBufferPointer<Int32>
  ) {
    func token(_ place: Int) -> Int32 { Int32((index * 7 + place * (1 + index % 3)) % 13) }
    for place in 0..<length {
      tokens[row * length + place] = token(place)
      // Some places count for nothing, a different number in each row.
      targets[row * length + place] = (place + index) % (4 + row % 2) == 0 ? -1 : token(place + 1)
    }
  }
}

/// A two-layer GPT-2 small enough for hundreds of steps a second.
func tinyModel<Element: TensorElement>(
  _ type: Element.Type, seed: UInt64 = 1, width: Int = 16, vocabulary: Int = 13,
  spectral: Bool = false
) throws -> LanguageModelObjective<Element> {
  var configuration = ModelConfiguration.gpt2(
    width: width, layers: 2, heads: 2, vocabulary: vocabulary, context: 8)
  if spectral {
    for index in configuration.layers.indices {
      guard case .attention(var attention) = configuration.layers[index].tokenMixer else {
        continue
      }
      attention.normalizesSpectrally = true
      configuration.layers[index].tokenMixer = .attention(attention)
    }
  }
  return LanguageModelObjective(try LanguageModel<Element>(configuration, seed: seed))
}

/// Twelve steps of four sequences in two micro-batches.
func tinyRecipe() -> TrainingRecipe {
  var recipe = TrainingRecipe(
    batchSize: 4, sequenceLength: 8, budget: .steps(12),
    optimizer: .adamW(AdamWSettings(learningRate: 1e-2)),
    schedule: Schedule(warmup: 3, .cosine(floor: 0.1)))
  recipe.accumulation = 2
  recipe.validation = ValidationCadence(every: 5, batches: 2)
  recipe.checkpoints = CheckpointCadence(every: 4, keep: 2)
  recipe.diagnosticsEvery = 3
  return recipe
}

/// The largest absolute difference of two sequences of as many numbers; infinite where one is NaN.
func largestDifference<A: BinaryFloatingPoint, B: BinaryFloatingPoint>(
  _ one: some Sequence<A>, _ other: some Sequence<B>
) -> Double {
  zip(one, other).reduce(0) { largest, pair in
    let difference = abs(Double(pair.0) - Double(pair.1))
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}
