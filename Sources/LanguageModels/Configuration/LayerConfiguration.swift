/// One layer: a token mixer, then a channel mixer, each added to the residual stream.
public struct LayerConfiguration: Codable, Hashable, Sendable {
  /// What moves information between tokens.
  public var tokenMixer: TokenMixerConfiguration
  /// What transforms each token by itself.
  public var channelMixer: ChannelMixerConfiguration

  /// Two mixers.
  public init(
    tokenMixer: TokenMixerConfiguration, channelMixer: ChannelMixerConfiguration
  ) {
    self.tokenMixer = tokenMixer
    self.channelMixer = channelMixer
  }
}

/// What moves information between tokens.
public enum TokenMixerConfiguration: Codable, Hashable, Sendable {
  /// Attention over keys and values of other tokens.
  case attention(AttentionConfiguration)
  /// A linear recurrence over a matrix state.
  case linearRecurrence(LinearRecurrenceConfiguration)
}

/// Multi-head attention, with grouped keys and values.
public struct AttentionConfiguration: Codable, Hashable, Sendable {
  /// The number of query heads, H.
  public var headCount: Int
  /// The number of key and value heads; divides `headCount`.
  public var keyValueHeadCount: Int
  /// The width of a head, d.
  public var headWidth: Int
  /// Whether the projections have biases.
  public var hasBias: Bool
  /// Whether queries and keys are normalised a head before their product (QK-norm [145]).
  public var normalizesQueriesAndKeys = false
  /// What turns scores into weights.
  public var weights: AttentionWeights = .softmax
  /// Which tokens a token may attend to, within the causal order if there is one.
  public var pattern: AttentionPatternConfiguration = .all
  /// Scores are bounded to ±`cap` by cap·tanh(s/cap).
  public var scoreCap: Double?
  /// Whether weight matrices are divided by their spectral norm, with a learned scale (σReparam
  /// [176]).
  public var normalizesSpectrally = false

  /// As many key and value heads as query heads by default.
  public init(headCount: Int, keyValueHeadCount: Int? = nil, headWidth: Int, hasBias: Bool) {
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount ?? headCount
    self.headWidth = headWidth
    self.hasBias = hasBias
  }
}

/// What turns attention scores into weights.
public enum AttentionWeights: Codable, Hashable, Sendable {
  /// exp(s) over the sum of exp(s).
  case softmax
  /// Softmax with one more term of a learned score a head in the sum, so that a head can attend to
  /// nothing.
  case softmaxWithSink
  /// 1/(1 + exp(−s − b)) with b = −log(context length) [196].
  case sigmoid
}

/// Which tokens a token may attend to.
public enum AttentionPatternConfiguration: Codable, Hashable, Sendable {
  /// Every token (of the past, in a causal model).
  case all
  /// The last `width` tokens, itself included, and the first `sinks` tokens of the sequence.
  case window(width: Int, sinks: Int)
}

/// A linear recurrence S ← λ S + k vᵀ read by o = Sᵀ q, evaluated in chunks [206][210].
public struct LinearRecurrenceConfiguration: Codable, Hashable, Sendable {
  /// The number of heads.
  public var headCount: Int
  /// The width of a head.
  public var headWidth: Int
  /// Whether states decay at the rates exp(−(8h/H)(1 − l/L)) of [210].
  public var decays: Bool
  /// What queries and keys pass through first.
  public var featureMap: FeatureMap

  /// A function of queries and keys, element by element.
  public enum FeatureMap: String, Codable, Hashable, Sendable {
    /// None.
    case identity
    /// x·sigmoid(x), as in [210].
    case silu
  }

  /// Decay and feature map as in [210] by default.
  public init(
    headCount: Int, headWidth: Int, decays: Bool = true, featureMap: FeatureMap = .silu
  ) {
    self.headCount = headCount
    self.headWidth = headWidth
    self.decays = decays
    self.featureMap = featureMap
  }
}

/// What transforms each token by itself.
public enum ChannelMixerConfiguration: Codable, Hashable, Sendable {
  /// Two matrices with a function between, or three with a gate.
  case feedForward(FeedForwardConfiguration)
  /// Several feed-forwards, of which a router gives each token a few.
  case experts(ExpertsConfiguration)
}

/// A feed-forward: activation(x W₁ + b₁) W₂ + b₂, or its gated form.
public struct FeedForwardConfiguration: Codable, Hashable, Sendable {
  /// The width between the matrices, F.
  public var width: Int
  /// The function between.
  public var activation: Activation
  /// Whether the matrices have biases.
  public var hasBias: Bool
  /// Whether weight matrices are divided by their spectral norm, with a learned scale (σReparam
  /// [176]).
  public var normalizesSpectrally = false

  /// The function between the matrices.
  public enum Activation: String, Codable, Hashable, Sendable {
    /// x·Φ(x) with the normal distribution function.
    case gelu
    /// The same with the tanh approximation.
    case geluTanh
    /// max(x, 0).
    case relu
    /// max(x, 0)².
    case reluSquared
    /// x·sigmoid(x).
    case silu
    /// silu(x W_g) ⊙ (x W_u): SwiGLU.
    case swiGLU
  }

  /// Widths, function and biases.
  public init(width: Int, activation: Activation, hasBias: Bool) {
    self.width = width
    self.activation = activation
    self.hasBias = hasBias
  }
}

/// A mixture of experts: a router gives each token to `chosen` of `count` feed-forwards.
public struct ExpertsConfiguration: Codable, Hashable, Sendable {
  /// The number of experts, E.
  public var count: Int
  /// The number of experts a token goes to, K.
  public var chosen: Int
  /// Each expert.
  public var expert: FeedForwardConfiguration
  /// How the router scores, weighs and balances.
  public var router: RouterConfiguration

  /// Experts and the router that chooses among them.
  public init(
    count: Int, chosen: Int, expert: FeedForwardConfiguration, router: RouterConfiguration = .init()
  ) {
    self.count = count
    self.chosen = chosen
    self.expert = expert
    self.router = router
  }
}
