internal import LanguageModels
internal import Tensors

extension ModelConfiguration {
  /// Changes every attention layer.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention, or what `change` throws.
  mutating func changeAttention(
    for card: TreatmentCard,
    _ change: (inout AttentionConfiguration) throws(TreatmentError) -> Void
  ) throws(TreatmentError) {
    var count = 0
    for index in layers.indices {
      guard case .attention(var attention) = layers[index].tokenMixer else { continue }
      try change(&attention)
      layers[index].tokenMixer = .attention(attention)
      count += 1
    }
    guard count > 0 else { throw TreatmentError(card.name, "the model has no attention") }
  }

  /// The attention layers by their place, each with how often it runs in a pass.
  var attentionRuns: [(layer: Int, attention: AttentionConfiguration, runs: Int)] {
    let order = depth.order(of: layers.count)
    return layers.indices.compactMap { index in
      guard case .attention(let attention) = layers[index].tokenMixer else { return nil }
      return (index, attention, order.count { $0 == index })
    }
  }
}

extension RunCosts {
  /// Charges attention to some of the keys instead of to all of them.
  ///
  /// - Parameters:
  ///   - attention: the layer's attention.
  ///   - runs: how often it runs in a pass.
  ///   - isCausal: whether all would be those up to the query.
  ///   - length: the number of tokens of a sequence.
  ///   - pairs: pairs of a query and a key that see each other, over all heads.
  ///   - kept: keys that a later query can see, over all key heads.
  mutating func replaceAllKeys(
    _ attention: AttentionConfiguration, runs: Int, isCausal: Bool, length: Int, pairs: Int,
    kept: Int
  ) {
    let all = attention.headCount * (isCausal ? length * (length + 1) / 2 : length * length)
    add(
      operationsPerToken: 4 * Double(runs * attention.headWidth) * Double(pairs - all)
        / Double(length))
    let bytes = 2 * MemoryLayout<Float>.size * attention.headWidth
    stateBytes += runs * bytes * (kept - length * attention.keyValueHeadCount)
  }
}

extension LanguageModel {
  /// The attention layers, each with its dotted name.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention.
  func attentionLayers(
    for card: TreatmentCard
  ) throws(TreatmentError) -> [(name: String, attention: Attention<Element>)] {
    let layers = blocks.compactMap { block in
      (block.tokenMixer as? Attention<Element>).map { ("\(block.name).attention", $0) }
    }
    guard !layers.isEmpty else { throw TreatmentError(card.name, "the model has no attention") }
    return layers
  }

  /// The attention layers whose keys a rule may select, by their place.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention, with patterns of its own, or whose
  ///   scores depend on distances, which a selection does not keep while decoding.
  func selectableAttention(
    for card: TreatmentCard
  ) throws(TreatmentError) -> [(layer: Int, attention: Attention<Element>)] {
    guard configuration.positions != .linearBias else {
      throw TreatmentError(card.name, "scores that fall with distance do not go with selected keys")
    }
    for (_, attention) in try attentionLayers(for: card) {
      guard attention.selection == nil, attention.supplement == nil,
        attention.configuration.pattern == .all
      else {
        throw TreatmentError(card.name, "another choice of keys is made already")
      }
    }
    return blocks.enumerated().compactMap { index, block in
      (block.tokenMixer as? Attention<Element>).map { (index, $0) }
    }
  }
}
