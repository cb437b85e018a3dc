extension HuggingFaceConfig {
  /// The shape of a GPT-2: learned positions, layer norm before each sublayer, biases everywhere.
  public struct GPT2: Codable, Hashable, Sendable {
    /// Vocabulary, context, widths, layers and heads.
    public var sizes: Sizes
    /// `activation_function`.
    public var activation: Activation = .geluTanh
    /// `layer_norm_epsilon`.
    public var epsilon = 1e-5
    /// `tie_word_embeddings`.
    public var tiesEmbeddings = true

    /// The usual settings with these sizes.
    public init(_ sizes: Sizes) { self.sizes = sizes }

    /// Reads the keys of a GPT-2 configuration.
    public init(from decoder: any Decoder) throws {
      let fields = try ConfigFields(decoder)
      sizes = try Sizes(fields, .gpt2)
      activation = try fields.activation("activation_function", default: .geluTanh)
      epsilon = try fields.positive("layer_norm_epsilon", default: 1e-5)
      tiesEmbeddings = try fields.value("tie_word_embeddings", default: true)
      try fields.require("scale_attn_weights", true)
      try fields.require("scale_attn_by_inverse_layer_idx", false)
      try fields.require("add_cross_attention", false)
      try ConfigFields.require(sizes.headCount, divides: sizes.width, "n_head")
    }

    /// Writes the keys of a GPT-2 configuration.
    public func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: ConfigKey.self)
      try fields.encode("gpt2", forKey: "model_type")
      try fields.encode(["GPT2LMHeadModel"], forKey: "architectures")
      try sizes.encode(to: &fields, .gpt2)
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
