public import Tensors

/// The loss on held-out micro-batches.
public enum Validation {
  /// Measures the mean cross-entropy over all targets of some micro-batches, in nats per token. The
  /// recipe says how many to take at most.
  public static func loss<Element: TensorElement>(
    of objective: any Objective<Element>, on batches: any ValidationBatches,
    recipe: TrainingRecipe, pool: ThreadPool
  ) throws -> Double {
    try losses(of: objective, on: batches, recipe: recipe, pool: pool).mean
  }

  /// The loss on held-out data, and on each of its parts.
  public struct Losses: Hashable, Sendable {
    /// The mean over all targets, in nats per token; where data have domains, that of their natural
    /// mixture.
    public var mean: Double
    /// The mean over each part's targets by its name; empty where data have no parts.
    public var parts: [String: Double]
  }

  /// Measures the mean cross-entropy of some micro-batches in all and by parts, in nats per token.
  /// The recipe says how many to take at most.
  ///
  /// - Throws: ``TrainingError`` if no target counts.
  public static func losses<Element: TensorElement>(
    of objective: any Objective<Element>, on batches: any ValidationBatches,
    recipe: TrainingRecipe, pool: ThreadPool
  ) throws -> Losses {
    let tape = Tape<Element>(pool: pool, isDifferentiable: false)
    let recorded = try objective.record(
      on: tape, batch: recipe.microBatchSize, length: recipe.sequenceLength, zLoss: 0, probe: nil)
    var all = (sum: 0.0, total: 0.0)
    var parts: [String: (sum: Double, total: Double)] = [:]
    for batch in 0..<min(batches.count, recipe.validation.batches) {
      batches.write(
        batch: batch, inputs: recorded.tokens.buffer, targets: recorded.targets.buffer)
      let count = recorded.targets.buffer.reduce(0) { $1 >= 0 ? $0 + 1 : $0 }
      guard count > 0 else { continue }
      tape.replay()
      let targets = batches.weight(of: batch) * Double(count)
      let sum = targets * Double(recorded.crossEntropy.values.pointee)
      all.sum += sum
      all.total += targets
      if let name = batches.name(of: batch) {
        let part = parts[name, default: (0, 0)]
        parts[name] = (part.sum + sum, part.total + targets)
      }
    }
    guard all.total > 0 else {
      throw TrainingError(.badData, "validation", "no held-out batch has a token to predict")
    }
    return Losses(mean: all.sum / all.total, parts: parts.mapValues { $0.sum / $0.total })
  }
}
