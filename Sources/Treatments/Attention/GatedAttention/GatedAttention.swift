public import Cards
public import LanguageModels
public import Tensors

/// A gate computed from the token on the results of its attention heads [7].
public struct GatedAttention: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "gated-attention", title: "Gated attention",
    summary: """
      Each head's result is multiplied by a sigmoid gate that a matrix computes from the normalised \
      input of the layer, between attention and the output projection.
      """,
    claim: """
      The loss falls, higher learning rates stay stable, and heads no longer need the first token \
      as a sink, because the gate is sparse and depends on the query.
      """,
    citations: [
      Citation(
        "Qiu et al.",
        """
        Gated Attention for Large Language Models: Non-linearity, Sparsity, and \
        Attention-Sink-Free
        """, 2025, id: "7")
    ], family: .attention,
    options: [
      .choice(
        "granularity", "element", of: ["element", "head"],
        "a gate for every element of a head, or one for the whole head"),
      .choice(
        "position", "attention", of: GatePosition.allCases.map(\.rawValue),
        "what is gated: the heads' results (G1), values (G2), keys (G3), queries (G4) or the "
          + "layer's output (G5)"),
      .choice(
        "activation", "sigmoid", of: GateActivation.allCases.map(\.rawValue),
        "the gate of z: sigmoid(z); half-sigmoid 0.5 + 0.5 sigmoid(z), which is not sparse; silu(z)"
      ),
      .flag("additive", false, "whether the gate is added instead of multiplied, as a control"),
      .flag(
        "bias", false, "whether the gate has a bias even where the other projections have none"),
      .number("bias-start", 0, in: -20...20, "what the bias starts from"),
    ],
    null: NullSetting(
      options: ["bias": true], parameters: ["gate.weight": 0, "gate.bias": 100]))

  private let isHeadwise: Bool
  private let position: GatePosition
  private let activation: GateActivation
  private let isAdditive: Bool
  private let hasBias: Bool
  private let biasStart: Double

  /// The treatment.
  ///
  /// - Throws: ``TreatmentError`` for a headwise gate where there are no heads or where it is added.
  public init(_ options: OptionValues) throws(TreatmentError) {
    isHeadwise = options.word("granularity") == "head"
    position = GatePosition(rawValue: options.word("position")) ?? .attention
    activation = GateActivation(rawValue: options.word("activation")) ?? .sigmoid
    isAdditive = options.flag("additive")
    hasBias = options.flag("bias")
    biasStart = options.number("bias-start")
    if isHeadwise, isAdditive {
      throw TreatmentError(
        Self.card.name, option: "granularity", "an added gate has an element for each of a head")
    }
    if isHeadwise, position == .output {
      throw TreatmentError(
        Self.card.name, option: "granularity", "the layer's output is not divided into heads")
    }
  }

  /// Adds a gate to every attention layer.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention, or with a combiner already.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    for (name, attention) in try model.attentionLayers(for: Self.card) {
      let outputs = outputs(attention.configuration, model.configuration)
      let gate = Gate(
        "\(name).gate", width: model.configuration.width, outputs: outputs, activation: activation,
        isAdditive: isAdditive,
        biasStart: hasBias || attention.configuration.hasBias ? biasStart : nil,
        deviation: StartingDeviations(model.configuration).hidden, in: model.parameters)
      switch position {
      case .attention:
        guard attention.combiner == nil else { throw Self.taken }
        attention.combiner = gate
      case .output:
        guard attention.outputCombiner == nil else { throw Self.taken }
        attention.outputCombiner = gate
      case .queries, .keys, .values:
        attention.projectionTransforms.append(
          ProjectionGate(gate, columns: position.columns(attention.configuration)))
      }
    }
  }

  private static var taken: TreatmentError {
    TreatmentError(card.name, "another treatment already changes the outputs of the heads")
  }

  private func outputs(_ attention: AttentionConfiguration, _ model: ModelConfiguration) -> Int {
    if position == .output { return model.width }
    let width = position.columns(attention).count
    return isHeadwise ? width / attention.headWidth : width
  }

  /// One matrix a layer.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (_, attention, runs) in model.attentionRuns {
      let outputs = outputs(attention, model)
      costs.add(
        parameters: model.width * outputs + (hasBias || attention.hasBias ? outputs : 0))
      costs.add(operationsPerToken: 2 * Double(runs * model.width * outputs))
    }
  }
}

/// What a gate of [7] stands on.
enum GatePosition: String, CaseIterable {
  case attention, values, keys, queries, output

  /// The columns among queries, keys and values side by side, or among the heads' results.
  func columns(_ attention: AttentionConfiguration) -> Range<Int> {
    let inner = attention.headCount * attention.headWidth
    let key = attention.keyValueHeadCount * attention.headWidth
    switch self {
    case .attention, .queries, .output: return 0..<inner
    case .keys: return inner..<inner + key
    case .values: return inner + key..<inner + 2 * key
    }
  }
}
