public import Cards
public import LanguageModels
public import Tensors

/// Lightning attention in the layers of TransNormerLLM [210]: linear attention with a fixed decay a
/// head and layer, evaluated in blocks, and a channel mixer without activation.
public struct LightningAttention: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "lightning-attention", title: "Lightning attention",
    summary: """
      Attention is replaced by silu(Q) silu(K)ᵀ V with exponential decay, a norm of the output and a \
      gate, computed in blocks in time linear in the length; the feed-forward becomes a product of \
      two linear maps. Positions enter by the decay alone: the learned rotation (LRPE-d) that the \
      paper has in its first layer is left out.
      """,
    claim: """
      WikiText-103 at about 45M parameters: test perplexity 24.03 against 24.78 of a transformer; \
      training speed does not depend on the length.
      """,
    citations: [
      Citation(
        "Qin et al.",
        """
        Various Lengths, Constant Speed: Efficient Language Modeling with Lightning \
        Attention
        """, 2024, id: "210")
    ], family: .recurrence,
    options: [
      .flag("gate", true, "whether the normalised output is multiplied by x W_u"),
      .flag("decay", true, "whether states decay by exp(−(8h/H)(1 − l/L)), h = 1…H, l = 0…L−1"),
      .flag(
        "bilinear-unit", true,
        "whether the feed-forward is (x W_v ⊙ x W_u) W_o; one without gate gets two thirds of its "
          + "width"),
      .flag("simple-norm", true, "whether norms divide by the root mean square without a gain"),
    ],
    whyNoNull: "no setting of linear attention has the denominator of softmax")

  /// Whether there is an output gate.
  public let gates: Bool
  /// Whether states decay.
  public let decays: Bool
  /// Whether the feed-forward is a product of linear maps.
  public let isBilinear: Bool
  /// Whether norms have no gain.
  public let normalizesSimply: Bool

  /// The treatment with some options.
  public init(_ options: OptionValues) {
    gates = options.flag("gate")
    decays = options.flag("decay")
    isBilinear = options.flag("bilinear-unit")
    normalizesSimply = options.flag("simple-norm")
  }

  /// Puts linear attention into every layer, with as many heads as the attention had.
  ///
  /// - Throws: ``TreatmentError`` for an encoder, for a layer without attention or, if it is to be
  ///   bilinear, without a feed-forward.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    let name = Self.card.name
    for layer in model.layers.indices {
      let attention = try model.causalAttention(layer, for: name)
      model.layers[layer].tokenMixer = .linearRecurrence(
        LinearRecurrenceConfiguration(
          headCount: attention.headCount, headWidth: attention.headWidth, decays: decays))
      if isBilinear {
        guard case .feedForward(let feedForward) = model.layers[layer].channelMixer else {
          throw TreatmentError(
            name, option: "bilinear-unit", "layer \(layer) has experts, expected a feed-forward")
        }
        model.layers[layer].channelMixer = .feedForward(feedForward.gated)
      }
    }
    model.positions = .none
    if normalizesSimply {
      model.normalization = .rootMeanSquare(epsilon: model.normalization.epsilon)
      model.normalization.hasGain = false
    }
  }

  /// Takes the gate out of the mixers and the activation out of the feed-forwards, as the options
  /// say.
  public func install<Element: TensorElement>(in model: LanguageModel<Element>) {
    for (index, block) in model.blocks.enumerated() {
      if isBilinear, let feedForward = block.channelMixer as? FeedForward<Element> {
        block.channelMixer = BilinearUnit("\(block.name).mlp", of: feedForward)
      }
      if !gates, let mixer = block.tokenMixer as? LinearAttention<Element> {
        let name = "\(block.name).attention"
        model.parameters.remove(under: name)
        let nearness = 1 - Double(index) / Double(model.blocks.count)
        let heads = mixer.configuration.headCount
        let logDecays = (1...heads).map { -8 * Double($0) / Double(heads) * nearness }
        block.tokenMixer = NormAttention(
          name, mixer.configuration,
          NormAttention<Element>.Form(featureMap: .silu, logDecays: decays ? logDecays : []),
          in: model)
      }
    }
  }

  /// A mixer without gate has a matrix less.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    guard !gates else { return }
    costs.removeGates(of: model.layers.indices, in: model)
  }
}

extension RunCosts {
  /// Takes the output gates of linear attention out.
  mutating func removeGates(of layers: some Sequence<Int>, in model: ModelConfiguration) {
    let uses = model.uses
    for layer in layers {
      guard case .linearRecurrence(let recurrence) = model.layers[layer].tokenMixer else {
        continue
      }
      let gate = model.width * recurrence.headCount * recurrence.headWidth
      add(parameters: -gate)
      add(operationsPerToken: -2 * Double(gate * uses[layer]))
    }
  }
}
