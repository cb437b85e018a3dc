// The table of each architecture. The left names are ours, the right ones those of `transformers`.

extension TensorMapping {
  /// GPT-2: its `Conv1D` weights are [inputs, outputs] and its queries, keys and values together, as
  /// ours are.
  init(_ shape: HuggingFaceConfig.GPT2) {
    self.init()
    let prefix = "transformer."
    let width = shape.sizes.width
    addEmbedding("embedding.token", shape.sizes.vocabularyCount, width, prefix, "wte.weight")
    addEmbedding("embedding.position", shape.sizes.contextLength, width, prefix, "wpe.weight")
    for layer in 0..<shape.sizes.layerCount {
      let ours = "layers.\(layer)"
      let theirs = "h.\(layer)"
      addNorm("\(ours).attentionNorm", width, prefix: prefix, "\(theirs).ln_1")
      addLinear(
        "\(ours).attention.qkv", inputs: width, prefix: prefix,
        [("\(theirs).attn.c_attn", 3 * width)], isTransposed: false, hasBias: true)
      addLinear(
        "\(ours).attention.output", inputs: width, prefix: prefix,
        [("\(theirs).attn.c_proj", width)], isTransposed: false, hasBias: true)
      addNorm("\(ours).mlpNorm", width, prefix: prefix, "\(theirs).ln_2")
      addLinear(
        "\(ours).mlp.up", inputs: width, prefix: prefix,
        [("\(theirs).mlp.c_fc", shape.sizes.innerWidth)], isTransposed: false, hasBias: true)
      addLinear(
        "\(ours).mlp.down", inputs: shape.sizes.innerWidth, prefix: prefix,
        [("\(theirs).mlp.c_proj", width)], isTransposed: false, hasBias: true)
    }
    addNorm("finalNorm", width, prefix: prefix, "ln_f")
    addHead(width, shape.sizes.vocabularyCount, "lm_head.weight", isTied: shape.tiesEmbeddings)
    // The causal mask and its fill value, which versions before 4.30 saved.
    ignoredSuffixes = [".attn.bias", ".attn.masked_bias"]
  }

  /// LLaMA: all matrices apart and [outputs, inputs].
  init(_ shape: HuggingFaceConfig.Llama) {
    self.init()
    let prefix = "model."
    let width = shape.sizes.width
    let queries = shape.sizes.headCount * shape.headWidth
    let keys = shape.keyValueHeadCount * shape.headWidth
    addEmbedding(
      "embedding.token", shape.sizes.vocabularyCount, width, prefix, "embed_tokens.weight")
    for layer in 0..<shape.sizes.layerCount {
      let ours = "layers.\(layer)"
      let attention = "\(ours).self_attn"
      addNorm(
        "\(ours).attentionNorm", width, prefix: prefix, "\(ours).input_layernorm", hasBias: false)
      addLinear(
        "\(ours).attention.qkv", inputs: width, prefix: prefix,
        [
          ("\(attention).q_proj", queries), ("\(attention).k_proj", keys),
          ("\(attention).v_proj", keys),
        ], hasBias: shape.hasAttentionBias)
      addLinear(
        "\(ours).attention.output", inputs: queries, prefix: prefix,
        [("\(attention).o_proj", width)], hasBias: shape.hasAttentionBias)
      addNorm(
        "\(ours).mlpNorm", width, prefix: prefix, "\(ours).post_attention_layernorm",
        hasBias: false)
      addLinear(
        "\(ours).mlp.gateUp", inputs: width, prefix: prefix,
        [
          ("\(ours).mlp.gate_proj", shape.sizes.innerWidth),
          ("\(ours).mlp.up_proj", shape.sizes.innerWidth),
        ], hasBias: shape.hasFeedForwardBias)
      addLinear(
        "\(ours).mlp.down", inputs: shape.sizes.innerWidth, prefix: prefix,
        [("\(ours).mlp.down_proj", width)], hasBias: shape.hasFeedForwardBias)
    }
    addNorm("finalNorm", width, prefix: prefix, "norm", hasBias: false)
    addHead(width, shape.sizes.vocabularyCount, "lm_head.weight", isTied: shape.tiesEmbeddings)
    ignoredSuffixes = ["rotary_emb.inv_freq"]
  }

  /// BERT: all matrices apart and [outputs, inputs]; norms stand after the sublayers.
  init(_ shape: HuggingFaceConfig.Bert) {
    self.init()
    let prefix = "bert."
    let width = shape.sizes.width
    let embeddings = "embeddings."
    addEmbedding(
      "embedding.token", shape.sizes.vocabularyCount, width, prefix,
      "\(embeddings)word_embeddings.weight"
    )
    addEmbedding(
      "embedding.position", shape.sizes.contextLength, width, prefix,
      "\(embeddings)position_embeddings.weight")
    addEmbedding(
      "embedding.tokenType", shape.tokenTypeCount, width, prefix,
      "\(embeddings)token_type_embeddings.weight")
    addNorm("embedding.norm", width, prefix: prefix, "\(embeddings)LayerNorm")
    for layer in 0..<shape.sizes.layerCount {
      let ours = "layers.\(layer)"
      let theirs = "encoder.layer.\(layer)"
      addLinear(
        "\(ours).attention.qkv", inputs: width, prefix: prefix,
        ["query", "key", "value"].map { ("\(theirs).attention.self.\($0)", width) }, hasBias: true)
      addLinear(
        "\(ours).attention.output", inputs: width, prefix: prefix,
        [("\(theirs).attention.output.dense", width)], hasBias: true)
      addNorm(
        "\(ours).attentionNorm", width, prefix: prefix, "\(theirs).attention.output.LayerNorm")
      addLinear(
        "\(ours).mlp.up", inputs: width, prefix: prefix,
        [("\(theirs).intermediate.dense", shape.sizes.innerWidth)], hasBias: true)
      addLinear(
        "\(ours).mlp.down", inputs: shape.sizes.innerWidth, prefix: prefix,
        [("\(theirs).output.dense", width)], hasBias: true)
      addNorm("\(ours).mlpNorm", width, prefix: prefix, "\(theirs).output.LayerNorm")
    }
    ignoredSuffixes = ["embeddings.position_ids"]
    ignoredPrefixes = ["bert.pooler.", "pooler.", "cls.seq_relationship."]
    guard shape.hasMaskedTokenHead else {
      ignoredPrefixes.append("cls.")
      return
    }
    let head = "cls.predictions."
    addLinear(
      "head.transform", inputs: width, prefix: "", [("\(head)transform.dense", width)],
      hasBias: true)
    addNorm("head.transform.norm", width, prefix: "", "\(head)transform.LayerNorm")
    addHead(
      width, shape.sizes.vocabularyCount, "\(head)decoder.weight", isTied: shape.tiesEmbeddings)
    add(
      "head.bias", [shape.sizes.vocabularyCount],
      Piece(names: ["\(head)bias"], columns: shape.sizes.vocabularyCount))
    repetitions.append(Repetition(names: ["\(head)decoder.bias"], parameter: "head.bias"))
  }

  private mutating func addEmbedding(
    _ parameter: String, _ rows: Int, _ width: Int, _ prefix: String, _ name: String
  ) {
    add(parameter, [rows, width], Piece(names: Self.names(prefix, [name]), columns: width))
  }

  private mutating func addHead(_ width: Int, _ vocabulary: Int, _ name: String, isTied: Bool) {
    if isTied {
      repetitions.append(Repetition(names: [name], parameter: "embedding.token"))
    } else {
      add(
        "head.weight", [width, vocabulary],
        Piece(names: [name], isTransposed: true, columns: vocabulary))
    }
  }
}
