internal import LanguageModels
internal import Tensors

/// A treatment that puts experts in the place of every feed-forward.
protocol FeedForwardReplacement: Treatment {
  func mixer<E: TensorElement>(
    replacing feedForward: FeedForward<E>, of block: Block<E>, in model: LanguageModel<E>
  ) -> any ChannelMixer<E>
}

extension FeedForwardReplacement {
  /// Refuses a model that has experts already.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    _ = try model.feedForwards(for: Self.card)
  }

  /// - Throws: ``TreatmentError`` where another treatment has replaced a feed-forward.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    for (block, feedForward) in try model.feedForwardLayers(for: Self.card) {
      block.channelMixer = mixer(replacing: feedForward, of: block, in: model)
    }
  }
}
