import Foundation
public import LanguageModels
public import Tensors

/// The next-token (or masked-token) loss of a language model.
public final class LanguageModelObjective<Element: TensorElement>: Objective {
  /// The model that is trained.
  public let model: LanguageModel<Element>

  /// - Parameter model: the model to train.
  public init(_ model: LanguageModel<Element>) { self.model = model }

  /// The model's parameters.
  public var parameters: ParameterSet<Element> { model.parameters }

  /// Refuses sequences beyond the model's context, and SGD under maximal update, whose factors on
  /// learning rates are for steps that do not depend on the gradient's scale.
  ///
  /// - Parameter recipe: a valid recipe.
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
  ///
  /// - Parameter parameter: one of ``parameters``.
  public func rule(for parameter: Parameter<Element>) -> UpdateRule {
    UpdateRule(parameter.role, in: model.configuration, blocks: blocks(of: parameter))
  }

  /// Queries, keys and values, or the halves of a gated feed-forward.
  private func blocks(of parameter: Parameter<Element>) -> [Range<Int>] {
    let parts = parameter.name.split(separator: ".")
    let columns = parameter.tensor.columnCount
    if parts.contains("gateUp"), columns % 2 == 0 {
      return [0..<columns / 2, columns / 2..<columns]
    }
    guard parts.contains("qkv"), parts.count > 1, let layer = Int(parts[1]),
      model.configuration.layers.indices.contains(layer)
    else { return [] }
    let (query, key): (Int, Int)
    switch model.configuration.layers[layer].tokenMixer {
    case .attention(let attention):
      query = attention.headCount * attention.headWidth
      key = attention.keyValueHeadCount * attention.headWidth
    case .linearRecurrence(let recurrence):
      query = recurrence.headCount * recurrence.headWidth
      key = query
    }
    guard query + 2 * key == columns else { return [] }
    return [0..<query, query..<query + key, query + key..<columns]
  }

  /// Records the model's loss; the probe looks at the stream after each layer, at the final
  /// activations and at the logits.
  ///
  /// - Parameters:
  ///   - tape: where to record.
  ///   - batch: the number of sequences.
  ///   - length: the number of tokens of each.
  ///   - zLoss: the coefficient of z-loss [145].
  ///   - probe: what looks at activations; nil for none.
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
    let loss = model.loss(pass, targets: targets, zLoss: zLoss)
    var recorded = RecordedLoss(
      tokens: pass.tokens, targets: targets, loss: loss, crossEntropy: pass.crossEntropy ?? loss)
    for block in model.blocks {
      guard let attention = block.tokenMixer as? Attention<Element>,
        attention.configuration.weights != .sigmoid,
        let result = pass.attentions["\(block.name).attention"]
      else { continue }
      if case .blocks = attention.pattern { continue }
      recorded.attention.append((place: block.name, summary: { result.summary() }))
    }
    return recorded
  }

  private static var extras: String { "extra.safetensors" }

  /// Writes the model as `transformers` or this library loads it.
  ///
  /// - Parameter folder: where.
  public func write(to folder: String) throws {
    try ModelCheckpoint.save(model, to: folder)
    let others = try parametersBeyondModel(in: folder)
    if !others.isEmpty { try ParameterFile.write(others, to: "\(folder)/\(Self.extras)") }
  }

  /// Reads what ``write(to:)`` wrote into the model.
  ///
  /// - Parameter folder: where from.
  public func read(from folder: String) throws {
    guard let config = try config(in: folder) else {
      return try ParameterFile.read(
        parameters.parameters + parameters.buffers, from: "\(folder)/\(ParameterFile.name)")
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
