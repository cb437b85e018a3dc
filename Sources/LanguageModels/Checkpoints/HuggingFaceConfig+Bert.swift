extension HuggingFaceConfig {
  /// The shape of a BERT: an encoder with learned positions, token types and layer norm after each
  /// sublayer.
  public struct Bert: Codable, Hashable, Sendable {
    /// Vocabulary, context, widths, layers and heads.
    public var sizes: Sizes
    /// `type_vocab_size`.
    public var tokenTypeCount = 2
    /// `hidden_act`, of the feed-forwards and of the head.
    public var activation: Activation = .gelu
    /// `layer_norm_eps`.
    public var epsilon = 1e-12
    /// `tie_word_embeddings`.
    public var tiesEmbeddings = true
    /// Whether `architectures` names a model with the head that predicts masked tokens.
    public var hasMaskedTokenHead = true

    /// The usual settings with these sizes.
    public init(_ sizes: Sizes) { self.sizes = sizes }

    /// Reads the keys of a BERT configuration.
    public init(from decoder: any Decoder) throws {
      let fields = try ConfigFields(decoder)
      sizes = try Sizes(fields)
      tokenTypeCount = try fields.size("type_vocab_size", default: 2)
      activation = try fields.activation("hidden_act", default: .gelu)
      epsilon = try fields.positive("layer_norm_eps", default: 1e-12)
      tiesEmbeddings = try fields.value("tie_word_embeddings", default: true)
      try fields.require("is_decoder", false)
      try fields.require("add_cross_attention", false)
      let positions = try fields.value("position_embedding_type", default: "absolute")
      guard positions == "absolute" else {
        throw ConfigFields.fault(
          "position_embedding_type", "found \(positions), but only absolute is supported",
          .unsupported)
      }
      let architectures: [String] = try fields.value(
        "architectures", default: ["BertForMaskedLM"])
      hasMaskedTokenHead = architectures.contains {
        ["BertForMaskedLM", "BertForPreTraining"].contains($0)
      }
      try ConfigFields.require(sizes.headCount, divides: sizes.width, "num_attention_heads")
    }

    /// Writes the keys of a BERT configuration.
    public func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: ConfigKey.self)
      try fields.encode("bert", forKey: "model_type")
      try fields.encode(
        [hasMaskedTokenHead ? "BertForMaskedLM" : "BertModel"], forKey: "architectures")
      try sizes.encode(to: &fields)
      try fields.encode(tokenTypeCount, forKey: "type_vocab_size")
      try fields.encode(activation, forKey: "hidden_act")
      try fields.encode(epsilon, forKey: "layer_norm_eps")
      try fields.encode(tiesEmbeddings, forKey: "tie_word_embeddings")
      try fields.encode("absolute", forKey: "position_embedding_type")
      try fields.encode(0, forKey: "hidden_dropout_prob")
      try fields.encode(0, forKey: "attention_probs_dropout_prob")
    }
  }
}
