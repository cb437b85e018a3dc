internal import Corpora
internal import LanguageModels
internal import Tensors
internal import Training

/// The loss of a model on all that its run holds out, whatever the run's batch and length.
struct HeldOutLoss {
  /// Nats per token.
  var loss: Double
  /// Bits per byte of text, where the tokens are text.
  var bitsPerByte: Double?
  var tokens: Int
  /// The number of bytes that they stand for, where they are text.
  var bytes: Int?

  init(
    of model: LanguageModel<Float>, on data: Dataset, recipe: TrainingRecipe, pool: ThreadPool
  ) throws {
    let held = try data.heldOut(recipe)
    var all = recipe
    all.validation.batches = held.count
    loss = try Validation.loss(
      of: LanguageModelObjective(model), on: held, recipe: all, pool: pool)
    if let windows = held as? EvaluationBatches {
      tokens = windows.targetCount
      bytes = data.tokenizer.map { windows.targetByteCount(tokenizer: $0) }
    } else {
      var count = 0
      held.forEachBatch(recipe) { _, targets in count += targets.count { $0 >= 0 } }
      tokens = count
    }
    if let bytes, bytes > 0 {
      bitsPerByte = BitsPerByte.bitsPerByte(nats: loss * Double(tokens), byteCount: bytes)
    }
  }
}

extension ValidationBatches {
  /// Calls a function with the inputs and targets of each micro-batch.
  func forEachBatch(_ recipe: TrainingRecipe, _ body: ([Int32], [Int32]) -> Void) {
    let size = recipe.microBatchSize * recipe.sequenceLength
    var inputs = [Int32](repeating: 0, count: size)
    var targets = inputs
    for batch in 0..<count {
      inputs.withUnsafeMutableBufferPointer { inputs in
        targets.withUnsafeMutableBufferPointer {
          write(batch: batch, inputs: inputs, targets: $0)
        }
      }
      body(inputs, targets)
    }
  }
}
