public import Tensors

/// The loss on held-out micro-batches.
public enum Validation {
  /// Measures the mean cross-entropy over all targets of some micro-batches, in nats per token.
  ///
  /// - Parameters:
  ///   - objective: what is trained.
  ///   - batches: the micro-batches.
  ///   - recipe: their sizes, and how many to take at most.
  ///   - pool: the threads.
  public static func loss<Element: TensorElement>(
    of objective: any Objective<Element>, on batches: any ValidationBatches,
    recipe: TrainingRecipe, pool: ThreadPool
  ) throws -> Double {
    let tape = Tape<Element>(pool: pool, isDifferentiable: false)
    let recorded = try objective.record(
      on: tape, batch: recipe.microBatchSize, length: recipe.sequenceLength, zLoss: 0, probe: nil)
    var sum = 0.0
    var total = 0
    for batch in 0..<min(batches.count, recipe.validation.batches) {
      batches.write(
        batch: batch, inputs: recorded.tokens.buffer, targets: recorded.targets.buffer)
      let count = recorded.targets.buffer.reduce(0) { $1 >= 0 ? $0 + 1 : $0 }
      guard count > 0 else { continue }
      tape.replay()
      sum += Double(count) * Double(recorded.crossEntropy.values.pointee)
      total += count
    }
    guard total > 0 else {
      throw TrainingError(.badData, "validation", "no held-out batch has a token to predict")
    }
    return sum / Double(total)
  }
}
