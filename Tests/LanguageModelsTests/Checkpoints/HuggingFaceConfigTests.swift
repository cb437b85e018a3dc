import Foundation
import LanguageModels
import Testing

struct HuggingFaceConfigTests {
  private func read(_ json: String) throws -> HuggingFaceConfig {
    try CheckpointFiles.withFolder { folder in
      try Data(json.utf8).write(to: URL(filePath: folder + "/config.json"))
      return try HuggingFaceConfig(path: folder)
    }
  }

  /// What `save_pretrained` of transformers 5.23 wrote; see make_parity.py.
  @Test func readsTheFixtures() throws {
    let gpt2 = HuggingFaceConfig.GPT2(
      HuggingFaceConfig.Sizes(
        vocabularyCount: 80, contextLength: 32, width: 32, layerCount: 2, headCount: 4))
    #expect(try HuggingFaceConfig(path: CheckpointFiles.golden("gpt2")) == .gpt2(gpt2))

    var llama = HuggingFaceConfig.Llama(
      HuggingFaceConfig.Sizes(
        vocabularyCount: 96, contextLength: 32, width: 32, layerCount: 2, headCount: 4,
        innerWidth: 88), keyValueHeadCount: 2)
    llama.epsilon = 1e-3
    llama.rotaryBase = 500
    #expect(try HuggingFaceConfig(path: CheckpointFiles.golden("llama")) == .llama(llama))

    let bert = HuggingFaceConfig.Bert(
      HuggingFaceConfig.Sizes(
        vocabularyCount: 72, contextLength: 32, width: 32, layerCount: 2, headCount: 4))
    #expect(try HuggingFaceConfig(path: CheckpointFiles.golden("bert/config.json")) == .bert(bert))
  }

  /// As versions before 5 write it: `rope_theta` at the top, absent keys for defaults.
  @Test func readsOldLlamas() throws {
    let config = try read(
      """
      {"model_type": "llama", "vocab_size": 128256, "max_position_embeddings": 8192,
       "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
       "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_act": "silu",
       "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "rope_scaling": null, "torch_dtype": "bfloat16",
       "attention_bias": true, "mlp_bias": true, "tie_word_embeddings": true}
      """)
    guard case .llama(let llama) = config else {
      Issue.record("found \(config)")
      return
    }
    #expect(llama.rotaryBase == 500_000)
    #expect(llama.headWidth == 128)
    #expect(llama.keyValueHeadCount == 8)
    #expect(llama.hasAttentionBias && llama.hasFeedForwardBias && llama.tiesEmbeddings)
    let bare = try read(
      """
      {"model_type": "llama", "vocab_size": 32000, "max_position_embeddings": 2048,
       "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 1,
       "num_attention_heads": 4}
      """)
    #expect(
      bare
        == .llama(
          HuggingFaceConfig.Llama(
            HuggingFaceConfig.Sizes(
              vocabularyCount: 32000, contextLength: 2048, width: 64, layerCount: 1, headCount: 4,
              innerWidth: 128))))
  }

  private static let llama = """
    "model_type": "llama", "vocab_size": 8, "max_position_embeddings": 8, "hidden_size": 8,
    "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 4
    """
  private static let gpt2 = """
    "model_type": "gpt2", "vocab_size": 8, "n_positions": 8, "n_embd": 8, "n_layer": 1
    """
  private static let bert = """
    "model_type": "bert", "vocab_size": 8, "max_position_embeddings": 8, "hidden_size": 8,
    "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 4
    """

  @Test(arguments: [
    ("{}", "key model_type: is missing, expected gpt2, llama or bert"),
    ("[]", "expected a JSON object of settings"),
    ("{\"model_type\": \"llama\"", "expected a JSON object of settings"),
    (
      #"{"model_type": "mamba"}"#,
      "key model_type: found mamba, expected gpt2, llama or bert"
    ),
    ("{\(gpt2)}", "key n_head: is missing, expected a whole number from one"),
    ("{\(gpt2), \"n_head\": \"four\"}", "key n_head: expected a value of type whole number"),
    ("{\(gpt2), \"n_head\": 3}", "key n_head: found 3, which does not divide 8"),
    (
      "{\(gpt2), \"n_head\": 0}",
      "key n_head: found 0, expected a whole number from one to 4194304"
    ),
    (
      "{\(gpt2), \"n_head\": 4, \"scale_attn_by_inverse_layer_idx\": true}",
      "key scale_attn_by_inverse_layer_idx: found true, but only false is supported"
    ),
    (
      "{\(gpt2), \"n_head\": 4, \"activation_function\": \"tanh\"}",
      "key activation_function: found tanh, expected one of gelu, gelu_new, gelu_pytorch_tanh, relu, "
        + "relu2, silu"
    ),
    (
      "{\(llama), \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0}}",
      "key rope_scaling: found the kind llama3, but only unscaled rotary positions are supported"
    ),
    (
      "{\(llama), \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}}",
      "key rope_scaling: found the kind linear, but only unscaled rotary positions are supported"
    ),
    (
      "{\(llama), \"rope_parameters\": {\"rope_type\": \"yarn\", \"rope_theta\": 1e4}}",
      "key rope_parameters: found the kind yarn, but only unscaled rotary positions are supported"
    ),
    (
      "{\(llama), \"rope_theta\": -1}",
      "key rope_theta: found -1.0, expected a positive number"
    ),
    (
      "{\(llama), \"hidden_act\": \"gelu\"}",
      "key hidden_act: found gelu, but the gate of a LLaMA is silu"
    ),
    (
      "{\(llama), \"num_key_value_heads\": 3}",
      "key num_key_value_heads: found 3, which does not divide 4"
    ),
    (
      "{\(llama), \"head_dim\": 3}",
      "key head_dim: found 3, but rotary positions need an even width"
    ),
    (
      "{\(bert), \"position_embedding_type\": \"relative_key\"}",
      "key position_embedding_type: found relative_key, but only absolute is supported"
    ),
    (
      "{\(bert), \"is_decoder\": true}",
      "key is_decoder: found true, but only false is supported"
    ),
  ])
  func namesTheFault(json: String, sentence: String) {
    #expect(CheckpointFiles.sentence { _ = try read(json) } == "config.json: \(sentence)")
  }

  static let presets: [ModelConfiguration] = [
    .gpt2(width: 48, layers: 3, heads: 4, vocabulary: 100, context: 64),
    .llama(width: 48, layers: 3, heads: 4, keyValueHeads: 2, vocabulary: 100, context: 64),
    .bert(width: 48, layers: 3, heads: 4, vocabulary: 100, context: 64),
  ]

  @Test(arguments: presets) func presetsComeBack(model: ModelConfiguration) throws {
    let config = try HuggingFaceConfig(model)
    #expect(try config.modelConfiguration() == model)
    try CheckpointFiles.withFolder { folder in
      try config.write(to: folder + "/config.json")
      #expect(try HuggingFaceConfig(path: folder) == config)
    }
  }

  @Test func refusesModelsThatNoneHas() {
    var capped = ModelConfiguration.gpt2(
      width: 16, layers: 2, heads: 2, vocabulary: 10, context: 8)
    capped.positions = .linearBias
    capped.depth = .repeated(first: 0, last: 1, times: 2)
    #expect(
      CheckpointFiles.sentence { _ = try HuggingFaceConfig(capped) }
        == "config.json: the nearest architecture, gpt2, computes something else in: depth, positions"
    )
    var normalized = ModelConfiguration.llama(
      width: 16, layers: 1, heads: 2, vocabulary: 10, context: 8)
    guard case .attention(var attention) = normalized.layers[0].tokenMixer else { return }
    attention.normalizesQueriesAndKeys = true
    normalized.layers[0].tokenMixer = .attention(attention)
    #expect(
      CheckpointFiles.sentence { _ = try HuggingFaceConfig(normalized) }
        == "config.json: the nearest architecture, llama, computes something else in: layers")
  }

  @Test func refusesABertWithoutItsHead() throws {
    let config = try read("{\(Self.bert), \"architectures\": [\"BertModel\"]}")
    #expect(
      CheckpointFiles.sentence { _ = try config.modelConfiguration() }
        == "config.json: key architectures: only a BERT with its head for masked tokens is supported"
    )
  }
}
