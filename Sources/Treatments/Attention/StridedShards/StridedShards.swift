public import Cards
public import LanguageModels
public import Tensors

/// Heads that see the recent blocks and each its own share of the older ones [212].
public struct StridedShards: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "strided-shards", title: "Strided shards of the context",
    summary: """
      Tokens come in blocks. Every head sees the recent blocks, and of the older ones each \
      stride-th, at a place of its own, so that all heads together see the whole context.
      """,
    claim: """
      The quality of attention to everything at a fraction of its cost and memory, because heads \
      see different shards.
      """,
    citations: [
      Citation(
        "Lin et al.",
        """
        Efficient LLM Training and Serving with Heterogeneous Context Sharding among \
        Attention Heads
        """, 2024, id: "212")
    ], family: .attention,
    options: [
      .whole("block", 64, in: 1...65_536, "how many tokens a block has"),
      .whole("local-blocks", 2, in: 1...65_536, "how many recent blocks every head sees"),
      .whole("stride", 4, in: 1...65_536, "one of so many older blocks is seen by a head"),
      .whole("dense-layers", 2, in: 0...65_536, "how many first layers see everything"),
      .flag("same-for-all-heads", false, "whether all heads see the same shard, as a control"),
    ],
    null: NullSetting(options: ["stride": 1, "dense-layers": 0], tolerance: 1e-12))

  private let rule: ContextShards
  private let denseLayers: Int

  /// The treatment.
  public init(_ options: OptionValues) throws(TreatmentError) {
    rule = ContextShards(
      block: options.whole("block"), localBlocks: options.whole("local-blocks"),
      stride: options.whole("stride"), isSameForAllHeads: options.flag("same-for-all-heads"))
    denseLayers = options.whole("dense-layers")
  }

  /// Gives every attention layer but the first ones its shards.
  ///
  /// - Throws: ``TreatmentError`` for another model.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    guard model.configuration.isCausal else {
      throw TreatmentError(Self.card.name, "shards of the past need a causal model")
    }
    for (layer, attention) in try model.selectableAttention(for: Self.card)
    where layer >= denseLayers {
      let (rule, heads) = (rule, attention.configuration.headCount)
      attention.selection = KeySelection(isSharedByHeads: rule.isSameForAllHeads) {
        head, query, key, _ in
        key <= query && rule.contains(key, of: query, head: head, heads: heads)
      }
    }
  }

  /// Only the pairs that the rule admits are computed, and only the shards are kept.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (layer, attention, runs) in model.attentionRuns where layer >= denseLayers {
      costs.replaceAllKeys(
        attention, runs: runs, isCausal: true, length: length,
        pairs: rule.pairCount(heads: attention.headCount, length: length),
        kept: rule.keptKeys(
          heads: attention.headCount, keyHeads: attention.keyValueHeadCount, length: length))
    }
  }
}
