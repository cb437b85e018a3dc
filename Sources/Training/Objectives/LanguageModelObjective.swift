import Foundation
public import LanguageModels
public import Tensors

/// The next-token (or masked-token) loss of a language model.
public final class LanguageModelObjective<Element: TensorElement>: Objective {
  /// The model that is trained.
  public let model: LanguageModel<Element>

  /// The loss of a model.
  public init(_ model: LanguageModel<Element>) { self.model = model }

  /// The model's parameters.
  public var parameters: ParameterSet<Element> { model.parameters }

  /// Refuses sequences beyond the model's context, and SGD under maximal update, whose factors on
  /// learning rates are for steps that do not depend on the gradient's scale.
  ///
  /// - Throws: ``TrainingError`` naming the setting.
  public func check(_ recipe: TrainingRecipe) throws(TrainingError) {
    let context = model.configuration.contextLength
    guard recipe.sequenceLength <= context else {
      throw TrainingError(
        .badSetting, "sequenceLength",
        "found \(recipe.sequenceLength) tokens, but the model's context has \(context)")
    }
    if case .sgd = recipe.optimizer, model.configuration.parametrization != .standard {
      throw TrainingError(
        .badSetting, "optimizer.kind",
        "found sgd, for which maximal update has no rule here; expected adamW, lion or muon")
    }
  }

  /// The rule of the model's parametrisation; fused projections are matrices of their own.
  public func rule(for parameter: Parameter<Element>) -> UpdateRule {
    UpdateRule(parameter.role, in: model.configuration, blocks: parameter.columnBlocks)
  }

  /// Does what treatments do before every step.
  public func begin(_ moment: TrainingMoment) {
    for action in model.stepActions { action(moment) }
  }

  /// Which recording of the model a step needs.
  public func stage(at moment: TrainingMoment) -> Int { model.stage?(moment) ?? 0 }

  /// Records the model's loss; the probe looks at the stream after each layer, at the final
  /// activations and at the logits. `zLoss` is the coefficient of z-loss [145].
  public func record(
    on tape: Tape<Element>, batch: Int, length: Int, zLoss: Double,
    probe: ActivationProbe<Element>?
  ) -> RecordedLoss<Element> {
    var hooks = Hooks<Element>()
    if let probe {
      // Sites on the stream itself: a hook inside a sublayer would undo a fused addition.
      for block in model.blocks {
        hooks.read(
          at: "\(block.name).output", probe.rootMeanSquare("activation_rms", at: block.name))
      }
      hooks.read(at: "final", probe.rootMeanSquare("activation_rms", at: "final"))
      hooks.read(at: "logits", probe.rootMeanSquare("logit_rms", at: ""))
    }
    let pass = ForwardPass(tape: tape, batch: batch, length: length, hooks: hooks)
    let targets = tape.indices([batch * length])
    let weights = tape.input([batch * length])
    weights.buffer.update(repeating: 1)
    let loss = model.loss(pass, targets: targets, targetWeights: weights, zLoss: zLoss)
    var recorded = RecordedLoss(
      tokens: pass.tokens, targets: targets, loss: loss, crossEntropy: pass.crossEntropy ?? loss)
    recorded.targetWeights = weights
    recorded.attention = attentionSummaries(of: pass)
    recorded.diagnostics = pass.routings.sorted { $0.key < $1.key }.map { place, routing in
      { routing.load.diagnostics(at: place) }
    }
    return recorded
  }

  /// How attention is spread wherever the pass kept it, layers in their order.
  private func attentionSummaries(
    of pass: ForwardPass<Element>
  ) -> [(place: String, summary: () -> [AttentionSummary])] {
    let layers = model.blocks.map { (place: $0.name, key: "\($0.name).attention") }
    let known = Set(layers.map(\.key))
    let others = pass.attentions.keys.filter { !known.contains($0) }.sorted()
    return (layers + others.map { (place: $0, key: $0) }).compactMap { place, key in
      guard let result = pass.attentions[key], result.hasSummary else { return nil }
      return (place, { result.summary() })
    }
  }

  private static var extras: String { "extra.safetensors" }

  /// Writes the model as `transformers` or this library loads it.
  ///
  /// A model that treatments changed is more than its configuration says: its parameters and buffers
  /// are written under our own names, and only the same treatments can read them again.
  public func write(to folder: String) throws {
    if model.isTreated { return try writeParameters(to: folder) }
    try ModelCheckpoint.save(model, to: folder)
    let others = try parametersBeyondModel(in: folder)
    if !others.isEmpty { try ParameterFile.write(others, to: "\(folder)/\(Self.extras)") }
  }

  /// Reads what ``write(to:)`` wrote into the model.
  public func read(from folder: String) throws {
    guard !model.isTreated, let config = try config(in: folder) else {
      return try readParameters(from: folder)
    }
    let others = try parametersBeyondModel(in: folder)
    if !others.isEmpty { try ParameterFile.read(others, from: "\(folder)/\(Self.extras)") }
    let parameters = parameters
    try TensorMapping(config).load(from: try SafetensorsFolder(path: folder)) { name in
      parameters[name].map {
        ParameterMemory(shape: $0.tensor.shape, values: $0.tensor.buffer)
      }
    }
  }

  /// The configuration of `transformers`, where the model was written in its layout.
  private func config(in folder: String) throws -> HuggingFaceConfig? {
    guard FileManager.default.fileExists(atPath: "\(folder)/config.json") else { return nil }
    return try HuggingFaceConfig(path: folder)
  }

  /// What treatments added to a model whose file has the layout of `transformers`.
  private func parametersBeyondModel(in folder: String) throws -> [Parameter<Element>] {
    guard let config = try config(in: folder) else { return [] }
    let known = Set(TensorMapping(config).parameterNames)
    return parameters.parameters.filter { !known.contains($0.name) }
  }
}
