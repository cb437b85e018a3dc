// The shapes that checkpoints in the wild have.
extension ModelConfiguration {
  /// GPT-2: learned positions, layer norm before each sublayer, tanh GELU, biases, tied embedding.
  ///
  /// - Parameters:
  ///   - width: the width of the residual stream; a multiple of `heads`.
  ///   - layers: the number of layers.
  ///   - heads: the number of attention heads.
  ///   - vocabulary: the number of different tokens.
  ///   - context: the longest sequence.
  public static func gpt2(
    width: Int, layers: Int, heads: Int, vocabulary: Int, context: Int
  ) -> ModelConfiguration {
    let layer = LayerConfiguration(
      tokenMixer: .attention(
        AttentionConfiguration(headCount: heads, headWidth: width / heads, hasBias: true)),
      channelMixer: .feedForward(
        FeedForwardConfiguration(width: 4 * width, activation: .geluTanh, hasBias: true)))
    return ModelConfiguration(
      vocabularyCount: vocabulary, contextLength: context, width: width,
      layers: Array(repeating: layer, count: layers), positions: .learned,
      normalization: .layer())
  }

  /// LLaMA: rotary positions, RMS norm, SwiGLU of 8/3 the width, grouped keys and values, no biases,
  /// a head of its own.
  ///
  /// - Parameters:
  ///   - width: the width of the residual stream; a multiple of `heads`.
  ///   - layers: the number of layers.
  ///   - heads: the number of query heads.
  ///   - keyValueHeads: the number of key and value heads; divides `heads`.
  ///   - vocabulary: the number of different tokens.
  ///   - context: the longest sequence.
  public static func llama(
    width: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil, vocabulary: Int, context: Int
  ) -> ModelConfiguration {
    // The authors' width: two thirds of 4D, up to a multiple that kernels like.
    let inner = (8 * width / 3 + 31) / 32 * 32
    let layer = LayerConfiguration(
      tokenMixer: .attention(
        AttentionConfiguration(
          headCount: heads, keyValueHeadCount: keyValueHeads, headWidth: width / heads,
          hasBias: false)),
      channelMixer: .feedForward(
        FeedForwardConfiguration(width: inner, activation: .swiGLU, hasBias: false)))
    var model = ModelConfiguration(
      vocabularyCount: vocabulary, contextLength: context, width: width,
      layers: Array(repeating: layer, count: layers), positions: .rotary(base: 10_000),
      normalization: .rootMeanSquare())
    model.tiesEmbeddings = false
    return model
  }

  /// BERT: an encoder with learned positions, token types, layer norm after each sublayer and the
  /// head that predicts masked tokens.
  ///
  /// - Parameters:
  ///   - width: the width of the residual stream; a multiple of `heads`.
  ///   - layers: the number of layers.
  ///   - heads: the number of attention heads.
  ///   - vocabulary: the number of different tokens.
  ///   - context: the longest sequence.
  public static func bert(
    width: Int, layers: Int, heads: Int, vocabulary: Int, context: Int
  ) -> ModelConfiguration {
    let layer = LayerConfiguration(
      tokenMixer: .attention(
        AttentionConfiguration(headCount: heads, headWidth: width / heads, hasBias: true)),
      channelMixer: .feedForward(
        FeedForwardConfiguration(width: 4 * width, activation: .gelu, hasBias: true)))
    var model = ModelConfiguration(
      vocabularyCount: vocabulary, contextLength: context, width: width,
      layers: Array(repeating: layer, count: layers), positions: .learned,
      normalization: .layer(epsilon: 1e-12))
    model.isCausal = false
    model.normPlacement = .after
    model.tokenTypeCount = 2
    model.head = .maskedTokens
    return model
  }
}
