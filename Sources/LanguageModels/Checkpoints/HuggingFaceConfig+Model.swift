// Between the three architectures and the free choices of a model.

extension HuggingFaceConfig {
  /// The model that the configuration describes.
  ///
  /// - Throws: ``CheckpointError`` if it is a BERT without a head for masked tokens, or one whose head
  ///   has another activation than GELU.
  public func modelConfiguration() throws(CheckpointError) -> ModelConfiguration {
    switch self {
    case .gpt2(let shape): return shape.model
    case .llama(let shape): return shape.model
    case .bert(let shape):
      guard shape.hasMaskedTokenHead else {
        throw ConfigFields.fault(
          "architectures", "only a BERT with its head for masked tokens is supported", .unsupported)
      }
      guard shape.activation == .gelu else {
        throw ConfigFields.fault(
          "hidden_act", "found \(shape.activation.rawValue), but only gelu is supported in a BERT",
          .unsupported)
      }
      return shape.model
    }
  }

  /// The configuration with which `transformers` computes what a model computes that has the
  /// choices of GPT-2, LLaMA or BERT and any sizes.
  ///
  /// - Throws: ``CheckpointError`` that lists the choices which the nearest architecture lacks.
  public init(_ model: ModelConfiguration) throws(CheckpointError) {
    guard let layer = model.layers.first,
      case .attention(let attention) = layer.tokenMixer,
      case .feedForward(let feedForward) = layer.channelMixer
    else {
      throw CheckpointError(
        .unsupported, file: "config.json",
        "the model has mixers other than attention and a feed-forward, which none of gpt2, llama "
          + "and bert has")
    }
    let nearest: HuggingFaceConfig
    let described: ModelConfiguration
    if case .rotary(let base) = model.positions {
      let shape = Llama(model, attention, feedForward, rotaryBase: base)
      (nearest, described) = (.llama(shape), shape.model)
    } else if model.isCausal {
      let shape = GPT2(model, attention, feedForward)
      (nearest, described) = (.gpt2(shape), shape.model)
    } else {
      let shape = Bert(model, attention, feedForward)
      (nearest, described) = (.bert(shape), shape.model)
    }
    // The way back is exact, so whatever it does not bring back is a choice the architecture lacks.
    guard described == model else {
      throw CheckpointError(
        .unsupported, file: "config.json",
        "the nearest architecture, \(nearest.name), computes something else in: "
          + CheckpointError.listed(Self.differences(described, model)))
    }
    self = nearest
  }

  private var name: String {
    switch self {
    case .gpt2: "gpt2"
    case .llama: "llama"
    case .bert: "bert"
    }
  }

  private static func differences(_ a: ModelConfiguration, _ b: ModelConfiguration) -> [String] {
    var names: [String] = []
    func compare<Value: Equatable>(_ name: String, _ value: (ModelConfiguration) -> Value) {
      if value(a) != value(b) { names.append(name) }
    }
    compare("layers", \.layers)
    compare("depth", \.depth)
    compare("positions", \.positions)
    compare("normalization", \.normalization)
    compare("normPlacement", \.normPlacement)
    compare("isCausal", \.isCausal)
    compare("tiesEmbeddings", \.tiesEmbeddings)
    compare("head", \.head)
    compare("tokenTypeCount", \.tokenTypeCount)
    compare("parametrization", \.parametrization)
    return names.isEmpty ? ["other settings"] : names
  }
}

extension HuggingFaceConfig.Activation {
  fileprivate var ours: FeedForwardConfiguration.Activation {
    switch self {
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .relu: .relu
    case .reluSquared: .reluSquared
    case .silu: .silu
    }
  }

  /// A gated function becomes its gate.
  fileprivate init(_ ours: FeedForwardConfiguration.Activation) {
    switch ours {
    case .gelu: self = .gelu
    case .geluTanh: self = .geluTanh
    case .relu: self = .relu
    case .reluSquared: self = .reluSquared
    case .silu, .swiGLU: self = .silu
    }
  }
}

extension HuggingFaceConfig.Sizes {
  fileprivate func withBiases(
    _ activation: HuggingFaceConfig.Activation, epsilon: Double
  ) -> ModelConfiguration {
    .withBiases(
      width: width, layers: layerCount, heads: headCount, inner: innerWidth, activation.ours,
      vocabulary: vocabularyCount, context: contextLength, epsilon: epsilon)
  }
}

extension HuggingFaceConfig.GPT2 {
  fileprivate var model: ModelConfiguration {
    var model = sizes.withBiases(activation, epsilon: epsilon)
    model.tiesEmbeddings = tiesEmbeddings
    return model
  }

  fileprivate init(
    _ model: ModelConfiguration, _ attention: AttentionConfiguration,
    _ feedForward: FeedForwardConfiguration
  ) {
    self.init(HuggingFaceConfig.Sizes(model, attention, feedForward))
    activation = HuggingFaceConfig.Activation(feedForward.activation)
    epsilon = model.normalization.epsilon
    tiesEmbeddings = model.tiesEmbeddings
  }
}

extension HuggingFaceConfig.Llama {
  fileprivate var model: ModelConfiguration {
    let attention = AttentionConfiguration(
      headCount: sizes.headCount, keyValueHeadCount: keyValueHeadCount, headWidth: headWidth,
      hasBias: hasAttentionBias)
    var model = ModelConfiguration.gated(
      attention, layers: sizes.layerCount, width: sizes.width,
      FeedForwardConfiguration(
        width: sizes.innerWidth, activation: .swiGLU, hasBias: hasFeedForwardBias),
      vocabulary: sizes.vocabularyCount, context: sizes.contextLength, base: rotaryBase,
      epsilon: epsilon)
    model.tiesEmbeddings = tiesEmbeddings
    return model
  }

  fileprivate init(
    _ model: ModelConfiguration, _ attention: AttentionConfiguration,
    _ feedForward: FeedForwardConfiguration, rotaryBase: Double
  ) {
    self.init(
      HuggingFaceConfig.Sizes(model, attention, feedForward),
      keyValueHeadCount: attention.keyValueHeadCount, headWidth: attention.headWidth)
    self.rotaryBase = rotaryBase
    epsilon = model.normalization.epsilon
    tiesEmbeddings = model.tiesEmbeddings
    hasAttentionBias = attention.hasBias
    hasFeedForwardBias = feedForward.hasBias
  }
}

extension HuggingFaceConfig.Bert {
  fileprivate var model: ModelConfiguration {
    var model = sizes.withBiases(activation, epsilon: epsilon)
    model.becomeMaskedTokenEncoder(tokenTypeCount: tokenTypeCount)
    model.tiesEmbeddings = tiesEmbeddings
    return model
  }

  fileprivate init(
    _ model: ModelConfiguration, _ attention: AttentionConfiguration,
    _ feedForward: FeedForwardConfiguration
  ) {
    self.init(HuggingFaceConfig.Sizes(model, attention, feedForward))
    tokenTypeCount = model.tokenTypeCount
    activation = HuggingFaceConfig.Activation(feedForward.activation)
    epsilon = model.normalization.epsilon
    tiesEmbeddings = model.tiesEmbeddings
  }
}
