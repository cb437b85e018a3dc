extension HuggingFaceConfig {
  /// The shape of a GPT-2: learned positions, layer norm before each sublayer, biases everywhere.
  public struct GPT2: Codable, Hashable, Sendable {
    /// `vocab_size`.
    public var vocabularyCount: Int
    /// `n_positions`.
    public var contextLength: Int
    /// `n_embd`.
    public var width: Int
    /// `n_layer`.
    public var layerCount: Int
    /// `n_head`.
    public var headCount: Int
    /// `n_inner`; four times the width where it is null.
    public var innerWidth: Int
    /// `activation_function`.
    public var activation: Activation = .geluTanh
    /// `layer_norm_epsilon`.
    public var epsilon = 1e-5
    /// `tie_word_embeddings`.
    public var tiesEmbeddings = true

    /// The usual settings with these sizes; the feed-forward is four times as wide as the stream by
    /// default.
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

    /// Reads the keys of a GPT-2 configuration.
    public init(from decoder: any Decoder) throws {
      let fields = try ConfigFields(decoder)
      vocabularyCount = try fields.size("vocab_size", upTo: ModelLimits.vocabulary)
      contextLength = try fields.size("n_positions", upTo: ModelLimits.context)
      width = try fields.size("n_embd")
      layerCount = try fields.size("n_layer", upTo: ModelLimits.layers)
      headCount = try fields.size("n_head")
      innerWidth = try fields.size("n_inner", default: 4 * width)
      activation = try fields.activation("activation_function", default: .geluTanh)
      epsilon = try fields.positive("layer_norm_epsilon", default: 1e-5)
      tiesEmbeddings = try fields.value("tie_word_embeddings", default: true)
      try fields.require("scale_attn_weights", true)
      try fields.require("scale_attn_by_inverse_layer_idx", false)
      try fields.require("add_cross_attention", false)
      try ConfigFields.require(headCount, divides: width, "n_head")
    }

    /// Writes the keys of a GPT-2 configuration.
    public func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: ConfigKey.self)
      try fields.encode("gpt2", forKey: "model_type")
      try fields.encode(["GPT2LMHeadModel"], forKey: "architectures")
      try fields.encode(vocabularyCount, forKey: "vocab_size")
      try fields.encode(contextLength, forKey: "n_positions")
      try fields.encode(width, forKey: "n_embd")
      try fields.encode(layerCount, forKey: "n_layer")
      try fields.encode(headCount, forKey: "n_head")
      try fields.encode(innerWidth, forKey: "n_inner")
      try fields.encode(activation, forKey: "activation_function")
      try fields.encode(epsilon, forKey: "layer_norm_epsilon")
      try fields.encode(tiesEmbeddings, forKey: "tie_word_embeddings")
      for name in ["attn_pdrop", "embd_pdrop", "resid_pdrop"] {
        try fields.encode(0, forKey: ConfigKey(stringValue: name))
      }
      // The defaults, 50256, are beyond a small vocabulary.
      try fields.encodeNil(forKey: "bos_token_id")
      try fields.encodeNil(forKey: "eos_token_id")
    }
  }
}
