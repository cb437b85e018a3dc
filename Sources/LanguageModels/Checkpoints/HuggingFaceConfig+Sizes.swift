extension HuggingFaceConfig {
  /// The sizes that every architecture has, under keys of its own.
  public struct Sizes: Hashable, Sendable {
    /// `vocab_size`.
    public var vocabularyCount: Int
    /// `max_position_embeddings`; of a GPT-2 `n_positions`.
    public var contextLength: Int
    /// `hidden_size`; of a GPT-2 `n_embd`.
    public var width: Int
    /// `num_hidden_layers`; of a GPT-2 `n_layer`.
    public var layerCount: Int
    /// `num_attention_heads`; of a GPT-2 `n_head`.
    public var headCount: Int
    /// `intermediate_size`; of a GPT-2 `n_inner`, four times the width where it is null.
    public var innerWidth: Int

    /// The feed-forward is four times as wide as the stream by default.
    public init(
      vocabularyCount: Int, contextLength: Int, width: Int, layerCount: Int, headCount: Int,
      innerWidth: Int? = nil
    ) {
      self.vocabularyCount = vocabularyCount
      self.contextLength = contextLength
      self.width = width
      self.layerCount = layerCount
      self.headCount = headCount
      self.innerWidth = innerWidth ?? 4 * width
    }

    init(
      _ model: ModelConfiguration, _ attention: AttentionConfiguration,
      _ feedForward: FeedForwardConfiguration
    ) {
      self.init(
        vocabularyCount: model.vocabularyCount, contextLength: model.contextLength,
        width: model.width, layerCount: model.layers.count, headCount: attention.headCount,
        innerWidth: feedForward.width)
    }

    /// The keys of the sizes besides `vocab_size`.
    struct Keys {
      var context = "max_position_embeddings"
      var width = "hidden_size"
      var layers = "num_hidden_layers"
      var heads = "num_attention_heads"
      var inner = "intermediate_size"

      static let gpt2 = Keys(
        context: "n_positions", width: "n_embd", layers: "n_layer", heads: "n_head",
        inner: "n_inner")
    }

    /// - Throws: ``CheckpointError`` naming the first key that is missing or no size; only GPT-2's
    ///   width of the feed-forward may be absent.
    init(_ fields: ConfigFields, _ keys: Keys = Keys()) throws(CheckpointError) {
      vocabularyCount = try fields.size("vocab_size", upTo: ModelLimits.vocabulary)
      contextLength = try fields.size(keys.context, upTo: ModelLimits.context)
      width = try fields.size(keys.width)
      layerCount = try fields.size(keys.layers, upTo: ModelLimits.layers)
      headCount = try fields.size(keys.heads)
      innerWidth =
        keys.inner == Keys.gpt2.inner
        ? try fields.size(keys.inner, default: 4 * width) : try fields.size(keys.inner)
    }

    func encode(
      to fields: inout KeyedEncodingContainer<ConfigKey>, _ keys: Keys = Keys()
    ) throws {
      for (value, key) in [
        (vocabularyCount, "vocab_size"), (contextLength, keys.context), (width, keys.width),
        (layerCount, keys.layers), (headCount, keys.heads), (innerWidth, keys.inner),
      ] { try fields.encode(value, forKey: ConfigKey(stringValue: key)) }
    }
  }
}
