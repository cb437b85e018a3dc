internal import LanguageModels
internal import Tensors

extension ModelConfiguration {
  /// Changes every attention layer.
  ///
  /// - Parameters:
  ///   - card: the treatment that asks.
  ///   - change: changes one layer's attention.
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

  /// How often attention runs in a pass, a number of layers' runs for each configuration.
  var attentionRuns: [(attention: AttentionConfiguration, runs: Int)] {
    let order = depth.order(of: layers.count)
    return layers.indices.compactMap { index in
      guard case .attention(let attention) = layers[index].tokenMixer else { return nil }
      return (attention, order.count { $0 == index })
    }
  }
}

extension LanguageModel {
  /// The attention layers, each with its dotted name.
  ///
  /// - Parameter card: the treatment that asks.
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
}
