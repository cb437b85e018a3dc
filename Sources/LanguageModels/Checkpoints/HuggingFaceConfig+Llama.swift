extension HuggingFaceConfig {
  /// The shape of a LLaMA: rotary positions, RMS norm before each sublayer, SwiGLU, grouped keys and
  /// values.
  public struct Llama: Codable, Hashable, Sendable {
    /// Vocabulary, context, widths, layers and heads.
    public var sizes: Sizes
    /// `num_key_value_heads`; as many as heads where it is absent.
    public var keyValueHeadCount: Int
    /// `head_dim`; width over heads where it is absent.
    public var headWidth: Int
    /// `rope_theta`, at the top or in `rope_parameters`.
    public var rotaryBase = 10_000.0
    /// `rms_norm_eps`.
    public var epsilon = 1e-6
    /// `tie_word_embeddings`.
    public var tiesEmbeddings = false
    /// `attention_bias`: biases on queries, keys, values and the output.
    public var hasAttentionBias = false
    /// `mlp_bias`.
    public var hasFeedForwardBias = false

    /// The usual settings with these sizes; by default there are as many key and value heads as
    /// query heads, and a head is the width over their number wide.
    public init(_ sizes: Sizes, keyValueHeadCount: Int? = nil, headWidth: Int? = nil) {
      self.sizes = sizes
      self.keyValueHeadCount = keyValueHeadCount ?? sizes.headCount
      self.headWidth = headWidth ?? sizes.width / sizes.headCount
    }

    /// Reads the keys of a LLaMA configuration.
    public init(from decoder: any Decoder) throws {
      let fields = try ConfigFields(decoder)
      sizes = try Sizes(fields)
      let (width, headCount) = (sizes.width, sizes.headCount)
      keyValueHeadCount = try fields.size("num_key_value_heads", default: headCount)
      let headDimension: Int? = try fields.optional("head_dim")
      if headDimension == nil {
        try ConfigFields.require(headCount, divides: width, "num_attention_heads")
      }
      headWidth = try fields.size("head_dim", default: width / headCount)
      epsilon = try fields.positive("rms_norm_eps", default: 1e-6)
      tiesEmbeddings = try fields.value("tie_word_embeddings", default: false)
      hasAttentionBias = try fields.value("attention_bias", default: false)
      hasFeedForwardBias = try fields.value("mlp_bias", default: false)
      try ConfigFields.require(keyValueHeadCount, divides: headCount, "num_key_value_heads")
      guard headWidth.isMultiple(of: 2) else {
        throw ConfigFields.fault(
          "head_dim", "found \(headWidth), but rotary positions need an even width")
      }
      let activation = try fields.activation("hidden_act", default: .silu)
      guard activation == .silu else {
        throw ConfigFields.fault(
          "hidden_act", "found \(activation.rawValue), but the gate of a LLaMA is silu",
          .unsupported)
      }
      rotaryBase = try Self.rotaryBase(fields)
    }

    /// The base of the angles; anything that stretches or reshapes the angles is refused.
    private static func rotaryBase(_ fields: ConfigFields) throws(CheckpointError) -> Double {
      // Up to version 4 `rope_theta` is at the top and stretching in `rope_scaling`; from version 5
      // both are in `rope_parameters`.
      var base = try fields.positive("rope_theta", default: 10_000)
      for key in ["rope_scaling", "rope_parameters"] {
        guard let rotary: Rotary = try fields.optional(key) else { continue }
        guard rotary.kind == "default" else {
          throw ConfigFields.fault(
            key, "found the kind \(rotary.kind), but only unscaled rotary positions are supported",
            .unsupported)
        }
        guard rotary.fraction == 1 else {
          throw ConfigFields.fault(
            key, "found partial_rotary_factor \(rotary.fraction), but only 1 is supported",
            .unsupported)
        }
        base = rotary.base ?? base
      }
      return base
    }

    private struct Rotary: Decodable {
      var kind: String
      var base: Double?
      var fraction: Double

      init(from decoder: any Decoder) throws {
        let fields = try ConfigFields(decoder)
        kind = try fields.optional("rope_type") ?? fields.value("type", default: "default")
        base =
          try fields.optional("rope_theta", Double.self) == nil
          ? nil : fields.positive("rope_theta", default: 1)
        fraction = try fields.value("partial_rotary_factor", default: 1)
      }
    }

    /// Writes the keys of a LLaMA configuration.
    public func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: ConfigKey.self)
      try fields.encode("llama", forKey: "model_type")
      try fields.encode(["LlamaForCausalLM"], forKey: "architectures")
      try sizes.encode(to: &fields)
      try fields.encode(keyValueHeadCount, forKey: "num_key_value_heads")
      try fields.encode(headWidth, forKey: "head_dim")
      try fields.encode(Activation.silu, forKey: "hidden_act")
      try fields.encode(epsilon, forKey: "rms_norm_eps")
      try fields.encode(tiesEmbeddings, forKey: "tie_word_embeddings")
      try fields.encode(hasAttentionBias, forKey: "attention_bias")
      try fields.encode(hasFeedForwardBias, forKey: "mlp_bias")
      try fields.encode(0, forKey: "attention_dropout")
      // Both places, so that versions before and after 5 read the base.
      try fields.encode(rotaryBase, forKey: "rope_theta")
      var rotary = fields.nestedContainer(keyedBy: ConfigKey.self, forKey: "rope_parameters")
      try rotary.encode("default", forKey: "rope_type")
      try rotary.encode(rotaryBase, forKey: "rope_theta")
      try fields.encodeNil(forKey: "bos_token_id")
      try fields.encodeNil(forKey: "eos_token_id")
    }
  }
}
