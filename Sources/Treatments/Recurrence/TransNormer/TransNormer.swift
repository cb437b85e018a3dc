public import Cards
public import LanguageModels
internal import Quantities
public import Tensors

/// TransNormer [206]: softmax attention within blocks in early layers, linear attention whose
/// denominator is replaced by a norm in later ones.
public struct TransNormer: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "transnormer", title: "TransNormer",
    summary: """
      Early layers attend by softmax within blocks of consecutive tokens; later layers compute \
      norm(φ(Q)(φ(K)ᵀV)) with φ = 1 + elu, without the denominator whose gradients are unbounded. \
      Feed-forwards are gated.
      """,
    claim: """
      WikiText-103 at about 45M parameters: test perplexity 25.00 against 24.78 of a transformer, \
      better than other linear attentions.
      """,
    citations: [
      Citation(
        "Qin et al.",
        "The Devil in Linear Transformer", 2022, id: "206")
    ], family: .recurrence,
    options: [
      .whole("block", 64, in: 1...1_048_576, "tokens in a block of the early layers"),
      .number(
        "diagonal-share", 0.5, in: 0...1,
        "the share of the layers, from the first one, that attend within blocks"),
      .choice(
        "feature-map", "elu-plus-one", of: ["elu-plus-one", "silu", "identity"],
        "what queries and keys of the later layers pass through"),
      .choice(
        "norm", "width", of: ["width", "head"],
        "whether the output is normalised over all heads or a head at a time"),
      .flag(
        "gated-feed-forward", true,
        "whether feed-forwards without a gate get one, at two thirds of their width"),
    ],
    null: NullSetting(
      options: ["block": 1_048_576, "diagonal-share": 1, "gated-feed-forward": false],
      tolerance: 1e-12))

  /// Tokens in a block of the early layers.
  public let block: Int
  /// The share of layers that attend within blocks.
  public let diagonalShare: Double
  /// What queries and keys of the later layers pass through; nil for nothing.
  public let featureMap: PointwiseFunction?
  /// Whether heads are normalised each by itself.
  public let normalizesHeads: Bool
  /// Whether feed-forwards are made gated.
  public let gatesFeedForward: Bool

  /// The treatment with some options.
  public init(_ options: OptionValues) {
    block = options.whole("block")
    diagonalShare = options.number("diagonal-share")
    featureMap =
      switch options.word("feature-map") {
      case "elu-plus-one": .eluPlusOne
      case "silu": .silu
      default: nil
      }
    normalizesHeads = options.word("norm") == "head"
    gatesFeedForward = options.flag("gated-feed-forward")
  }

  /// The number of early layers: half of them, or a little less of an odd number.
  private func diagonalCount(of layers: Int) -> Int {
    Int(saturating: Double(layers) * diagonalShare)
  }

  /// Puts linear attention into the later layers and a window into the early ones.
  ///
  /// - Throws: ``TreatmentError`` for an encoder, or where a layer has no softmax attention over all
  ///   tokens.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    let name = Self.card.name
    guard model.positions != .linearBias else {
      throw TreatmentError(name, "found linear biases, expected rotary, learned or no positions")
    }
    let diagonal = diagonalCount(of: model.layers.count)
    for layer in model.layers.indices {
      var attention = try model.causalAttention(layer, for: name)
      if layer < diagonal {
        guard attention.pattern == .all, attention.weights != .sigmoid else {
          throw TreatmentError(
            name, "layer \(layer) has weights or a pattern of its own, expected softmax over all")
        }
        // A window of the same width keeps as many keys; the pairs are charged below.
        attention.pattern = .window(width: block, sinks: 0)
        model.layers[layer].tokenMixer = .attention(attention)
      } else {
        model.layers[layer].tokenMixer = .linearRecurrence(attention.linear)
      }
      if gatesFeedForward, case .feedForward(let feedForward) = model.layers[layer].channelMixer {
        model.layers[layer].channelMixer = .feedForward(feedForward.gated)
      }
    }
  }

  /// Replaces the windows by blocks and the gated linear attention by the normalised one.
  public func install<Element: TensorElement>(in model: LanguageModel<Element>) {
    let diagonal = diagonalCount(of: model.blocks.count)
    for (index, part) in model.blocks.enumerated() {
      let name = "\(part.name).attention"
      if index < diagonal, let attention = part.tokenMixer as? Attention<Element> {
        part.tokenMixer = BlockDiagonalAttention(
          name, of: attention, block: block, model: model.configuration)
      } else if let mixer = part.tokenMixer as? LinearAttention<Element> {
        model.parameters.remove(under: name)
        part.tokenMixer = NormAttention(
          name, mixer.configuration,
          NormAttention<Element>.Form(featureMap: featureMap, normalizesHeads: normalizesHeads),
          in: model)
      }
    }
  }

  /// Blocks have fewer pairs than windows, and the later layers have no gate.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    let diagonal = diagonalCount(of: model.layers.count)
    costs.removeGates(of: diagonal..<model.layers.count, in: model)
    let uses = model.uses
    let inBlocks = BlockDiagonalAttention<Float>.pairCount(length: length, block: block)
    let inWindows = (1...length).reduce(0) { $0 + min($1, block) }
    for layer in 0..<diagonal {
      guard case .attention(let attention) = model.layers[layer].tokenMixer else { continue }
      let perPair = 4 * attention.headCount * attention.headWidth * uses[layer]
      costs.add(operationsPerToken: Double((inBlocks - inWindows) * perPair) / Double(length))
    }
  }
}
