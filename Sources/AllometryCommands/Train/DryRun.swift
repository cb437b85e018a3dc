internal import LanguageModels
internal import Quantities
internal import Reports
internal import Tensors
internal import Training

/// What a run would cost, from its configuration and a short trial.
struct DryRun {
  struct Costs: Encodable {
    var schema = "allometry.dry-run/1"
    var layers: Int
    var width: Int
    var parameters: Int
    var nonEmbeddingParameters: Int
    var activeParameters: Int
    var steps: Int
    var tokens: Int
    /// Arithmetic of the whole run by kind of part, forward and backward.
    var flopsByPart: [String: Double]
    var flops: Double
    var weightBytes: Int
    var gradientBytes: Int
    var optimizerBytes: Int
    var activationBytes: Int
    var stateBytesPerSequence: Int
    var secondsPerStep: Double
    var seconds: Double
  }

  private let costs: Costs
  private let parts: [(part: String, operations: Double)]

  init(_ plan: RunPlan, pool: ThreadPool) throws {
    let recipe = plan.recipe
    let model = try LanguageModel<Float>(plan.model, seed: recipe.seed)
    let objective = LanguageModelObjective(model)
    let tape = Tape<Float>(pool: pool)
    let recorded = objective.record(
      on: tape, batch: recipe.microBatchSize, length: recipe.sequenceLength, zLoss: recipe.zLoss,
      probe: nil)
    // Gradients of activations take their memory in the first backward pass.
    tape.backward(from: recorded.loss)
    let optimizer = try Optimizer(
      recipe.optimizer, for: model.parameters, pool: pool, rule: { objective.rule(for: $0) })
    let numbers = ModelCosts(plan.model)
    let length = recipe.sequenceLength
    let tokens = recipe.steps * recipe.tokensPerStep
    let scale = 3 * Double(tokens) / Double(length)
    parts = Self.merged(numbers.forwardOperations(length: length)).map {
      ($0.part, $0.operations * scale)
    }
    let weights = 4 * model.parameters.count
    let step = plan.calibration?.secondsPerStep ?? .nan
    costs = Costs(
      layers: plan.model.layers.count, width: plan.model.width,
      parameters: numbers.parameterCount,
      nonEmbeddingParameters: numbers.nonEmbeddingParameterCount,
      activeParameters: numbers.activeParameterCount, steps: recipe.steps, tokens: tokens,
      flopsByPart: Dictionary(uniqueKeysWithValues: parts.map { ($0.part, $0.operations) }),
      flops: parts.reduce(0) { $0 + $1.operations }, weightBytes: weights, gradientBytes: weights,
      optimizerBytes: optimizer.state.reduce(0) { $0 + 4 * $1.values.count },
      activationBytes: tape.arena.bytesUsed,
      stateBytesPerSequence: numbers.stateBytes(length: plan.model.contextLength),
      secondsPerStep: step,
      seconds: Double(recipe.steps) * step * (1 + TrainingDefaults.validationShare))
  }

  /// Parts of all layers together: `attention.qkv`, `mlp`, `head`.
  private static func merged(
    _ parts: [(part: String, operations: Double)]
  ) -> [(part: String, operations: Double)] {
    var result: [(part: String, operations: Double)] = []
    for (part, operations) in parts {
      let words = part.split(separator: ".")
      let name = words.first == "layers" ? words.dropFirst(2).joined(separator: ".") : part
      if let index = result.firstIndex(where: { $0.part == name }) {
        result[index].operations += operations
      } else {
        result.append((name, operations))
      }
    }
    return result
  }

  func print(json: Bool) throws {
    if json {
      try Console.print(json: costs)
      return
    }
    var table = Console.table(["cost", .number("value")])
    func bytes(_ count: Int) -> String { NumberFormat.bytes(Double(count)) }
    table.rows = [
      ["layers × width", "\(costs.layers) × \(costs.width)"],
      ["parameters", "\(costs.parameters)"],
      ["  without embeddings", "\(costs.nonEmbeddingParameters)"],
      ["  that a token passes", "\(costs.activeParameters)"],
      ["steps", "\(costs.steps)"], ["tokens", NumberFormat.scale(Double(costs.tokens))],
      ["FLOPs", NumberFormat.flops(costs.flops)],
    ]
    table.rows += parts.map {
      ["  \($0.part)", NumberFormat.percent($0.operations / costs.flops)]
    }
    table.rows += [
      ["memory of weights", bytes(costs.weightBytes)],
      ["memory of gradients", bytes(costs.gradientBytes)],
      ["memory of the optimiser", bytes(costs.optimizerBytes)],
      ["memory of activations", bytes(costs.activationBytes)],
      ["decoding state a sequence", bytes(costs.stateBytesPerSequence)],
      ["time of a step", NumberFormat.duration(costs.secondsPerStep)],
      ["time of the run", NumberFormat.duration(costs.seconds)],
    ]
    Console.show(table)
  }
}
