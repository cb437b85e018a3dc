// The shapes that checkpoints in the wild have.
extension ModelConfiguration {
  /// GPT-2: learned positions, layer norm before each sublayer, tanh GELU, biases, tied embedding.
  /// `width` is a multiple of `heads`.
  public static func gpt2(
    width: Int, layers: Int, heads: Int, vocabulary: Int, context: Int
  ) -> ModelConfiguration {
    withBiases(
      width: width, layers: layers, heads: heads, inner: 4 * width, .geluTanh,
      vocabulary: vocabulary, context: context)
  }

  /// LLaMA: rotary positions, RMS norm, SwiGLU of 8/3 the width, grouped keys and values, no
  /// biases, a head of its own. `width` is a multiple of `heads`. `keyValueHeads` divides `heads`.
  public static func llama(
    width: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil, vocabulary: Int, context: Int
  ) -> ModelConfiguration {
    // The authors' width: two thirds of 4D, up to a multiple that kernels like.
    let inner = (8 * width / 3 + 31) / 32 * 32
    let attention = AttentionConfiguration(
      headCount: heads, keyValueHeadCount: keyValueHeads, headWidth: width / heads, hasBias: false)
    return gated(
      attention, layers: layers, width: width,
      FeedForwardConfiguration(width: inner, activation: .swiGLU, hasBias: false),
      vocabulary: vocabulary, context: context, base: 10_000)
  }

  /// BERT: an encoder with learned positions, token types, layer norm after each sublayer and the
  /// head that predicts masked tokens. `width` is a multiple of `heads`.
  public static func bert(
    width: Int, layers: Int, heads: Int, vocabulary: Int, context: Int
  ) -> ModelConfiguration {
    var model = withBiases(
      width: width, layers: layers, heads: heads, inner: 4 * width, .gelu, vocabulary: vocabulary,
      context: context, epsilon: 1e-12)
    model.becomeMaskedTokenEncoder(tokenTypeCount: 2)
    return model
  }

  /// Learned positions, layer norm and biases, as GPT-2 and BERT have them.
  static func withBiases(
    width: Int, layers: Int, heads: Int, inner: Int,
    _ activation: FeedForwardConfiguration.Activation, vocabulary: Int, context: Int,
    epsilon: Double = 1e-5
  ) -> ModelConfiguration {
    let layer = LayerConfiguration(
      tokenMixer: .attention(
        AttentionConfiguration(headCount: heads, headWidth: width / heads, hasBias: true)),
      channelMixer: .feedForward(
        FeedForwardConfiguration(width: inner, activation: activation, hasBias: true)))
    return ModelConfiguration(
      vocabularyCount: vocabulary, contextLength: context, width: width,
      layers: Array(repeating: layer, count: layers), positions: .learned,
      normalization: .layer(epsilon: epsilon))
  }

  /// Rotary positions, RMS norm and a head of its own, as LLaMA has them.
  static func gated(
    _ attention: AttentionConfiguration, layers: Int, width: Int,
    _ feedForward: FeedForwardConfiguration, vocabulary: Int, context: Int, base: Double,
    epsilon: Double = 1e-5
  ) -> ModelConfiguration {
    let layer = LayerConfiguration(
      tokenMixer: .attention(attention), channelMixer: .feedForward(feedForward))
    var model = ModelConfiguration(
      vocabularyCount: vocabulary, contextLength: context, width: width,
      layers: Array(repeating: layer, count: layers), positions: .rotary(base: base),
      normalization: .rootMeanSquare(epsilon: epsilon))
    model.tiesEmbeddings = false
    return model
  }

  /// What BERT has besides: it sees all tokens, normalises late and predicts masked ones.
  mutating func becomeMaskedTokenEncoder(tokenTypeCount: Int) {
    isCausal = false
    normPlacement = .after
    self.tokenTypeCount = tokenTypeCount
    head = .maskedTokens
  }
}
