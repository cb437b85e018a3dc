public import Cards
public import LanguageModels
public import Tensors

/// The layers of hierarchical sequential transduction units [113]: attention by silu without a sum
/// over the row, a norm and a gate, and no feed-forward.
public struct PointwiseSiluAttention: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "pointwise-silu-attention", title: "Pointwise SiLU attention",
    summary: """
      A layer is norm(A V) ⊙ U, projected back, where U, V, Q, K = silu(x W + b) and \
      A = silu(Q Kᵀ/√d + bias of the distance)/n with one n, the longest sequence, for all rows: how \
      often something occurred stays visible. There is no feed-forward. The paper's bias of time, its \
      interleaving of items and actions and its dropout are for recommendations and left out.
      """,
    claim: """
      Up to 65.8% better NDCG in recommendation than transformers, and a power law of quality in \
      compute over three orders of magnitude.
      """,
    citations: [
      Citation(
        "Zhai et al.",
        """
        Actions Speak Louder than Words: Trillion-Parameter Sequential Transducers for \
        Generative Recommendations
        """, 2024, id: "113")
    ], family: .attention,
    options: [
      .flag(
        "relative-bias", true,
        "whether scores have a learned bias of the distance, one for all heads"),
      .flag("feed-forward", false, "whether layers keep the baseline's feed-forward"),
    ],
    whyNoNull: "no setting of a pointwise function is a softmax")

  /// Whether scores have a bias of the distance.
  public let hasRelativeBias: Bool
  /// Whether layers keep the baseline's feed-forward.
  public let keepsFeedForward: Bool

  /// The treatment with some options.
  public init(_ options: OptionValues) {
    hasRelativeBias = options.flag("relative-bias")
    keepsFeedForward = options.flag("feed-forward")
  }

  /// Takes rotations and linear biases out of the model: the distance enters by the bias alone.
  ///
  /// Learned positions stay, which the paper's models have too.
  ///
  /// - Throws: ``TreatmentError`` for an encoder, for norms after the addition, or where a layer has
  ///   no attention over all tokens.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    let name = Self.card.name
    guard model.normPlacement == .before else {
      throw TreatmentError(name, "found norms after the addition, expected them before a layer")
    }
    for layer in model.layers.indices {
      let attention = try model.causalAttention(layer, for: name)
      guard attention.pattern == .all else {
        throw TreatmentError(name, "layer \(layer) has a pattern of its own")
      }
    }
    if model.positions != .learned { model.positions = .none }
  }

  /// Replaces attention, and takes the feed-forward with its norm away.
  public func install<Element: TensorElement>(in model: LanguageModel<Element>) {
    for (index, block) in model.blocks.enumerated() {
      guard case .attention(let attention) = model.configuration.layers[index].tokenMixer else {
        continue
      }
      let name = "\(block.name).attention"
      model.parameters.remove(under: name)
      block.tokenMixer = PointwiseAttention(
        name, attention, hasDistanceBias: hasRelativeBias, in: model)
      guard !keepsFeedForward else { continue }
      model.parameters.remove(under: "\(block.name).mlp")
      model.parameters.remove(under: "\(block.name).mlpNorm")
      block.channelMixer = NoChannelMixer()
      var bare = model.configuration.normalization
      (bare.hasGain, bare.hasBias) = (false, false)
      block.mlpNorm = Norm(
        "\(block.name).mlpNorm", width: model.configuration.width, bare, in: model.parameters)
    }
  }

  /// The costs of the new layers in place of the baseline's.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    costs.removeTokenMixers(of: model.layers.indices, in: model, length: length)
    if !keepsFeedForward {
      costs.removeChannelMixers(of: model.layers.indices, in: model, length: length)
    }
    let norm = model.normalization
    let normParameters = ((norm.hasGain ? 1 : 0) + (norm.hasBias ? 1 : 0)) * model.width
    let uses = model.uses
    for (index, layer) in model.layers.enumerated() {
      guard case .attention(let attention) = layer.tokenMixer else { continue }
      let inner = attention.headCount * attention.headWidth
      costs.add(
        parameters: 5 * model.width * inner + 4 * inner + 2 * inner
          + (hasRelativeBias ? model.contextLength : 0) - (keepsFeedForward ? 0 : normParameters))
      let operations = 10 * Double(model.width * inner) + 2 * Double((length + 1) * inner)
      costs.add(operationsPerToken: operations * Double(uses[index]))
      costs.stateBytes += 8 * length * inner * uses[index]
    }
  }
}
