internal import LanguageModels
internal import Quantities
internal import Tensors

extension ModelConfiguration {
  /// The feed-forward of every layer, with how often the layer runs in a pass.
  ///
  /// - Throws: ``TreatmentError`` for a layer that has experts already.
  func feedForwards(
    for card: TreatmentCard
  ) throws(TreatmentError) -> [(feedForward: FeedForwardConfiguration, runs: Int)] {
    let found = feedForwardRuns
    guard found.count == layers.count else {
      throw TreatmentError(
        card.name, "the model has layers with experts in place of a feed-forward")
    }
    return found
  }

  /// The feed-forwards among the layers, with how often each layer runs in a pass.
  var feedForwardRuns: [(feedForward: FeedForwardConfiguration, runs: Int)] {
    let order = depth.order(of: layers.count)
    return layers.indices.compactMap { index in
      guard case .feedForward(let feedForward) = layers[index].channelMixer else { return nil }
      return (feedForward, order.count { $0 == index })
    }
  }
}

extension LanguageModel {
  /// The layers with their feed-forwards.
  ///
  /// - Throws: ``TreatmentError`` where another treatment has replaced a feed-forward.
  func feedForwardLayers(
    for card: TreatmentCard
  ) throws(TreatmentError) -> [(block: Block<Element>, feedForward: FeedForward<Element>)] {
    var layers: [(block: Block<Element>, feedForward: FeedForward<Element>)] = []
    for block in blocks {
      guard let feedForward = block.channelMixer as? FeedForward<Element> else {
        throw TreatmentError(card.name, "\(block.name) has no dense feed-forward")
      }
      layers.append((block, feedForward))
    }
    return layers
  }

  /// A feed-forward with a share of its width: itself with its starting values for a share of one, a
  /// new one under the same names for another, none for zero.
  func resized(
    _ feedForward: FeedForward<Element>, of block: Block<Element>, share: Double
  ) -> FeedForward<Element>? {
    if share == 1 { return feedForward }
    parameters.remove(under: "\(block.name).mlp")
    guard let smaller = feedForward.configuration.scaled(by: share) else { return nil }
    return FeedForward(
      "\(block.name).mlp", smaller, start: StartingDeviations(configuration),
      model: configuration, in: parameters)
  }
}

extension FeedForwardConfiguration {
  /// The same with a share of the width, at least one; nil for a share of zero.
  func scaled(by share: Double) -> FeedForwardConfiguration? {
    guard share > 0 else { return nil }
    var scaled = self
    scaled.width = max(1, Int(saturating: (share * Double(width)).rounded()))
    return scaled
  }

  /// An expert with a share of the width: without biases and spectral norms, which experts do not
  /// take.
  func expert(share: Double) -> FeedForwardConfiguration {
    var expert = scaled(by: share) ?? self
    expert.hasBias = false
    expert.normalizesSpectrally = false
    return expert
  }

  private var matrices: Int { activation == .swiGLU ? 3 : 2 }

  /// The number of its parameters.
  func parameters(in model: Int) -> Int {
    matrices * model * width + (hasBias ? (matrices - 1) * width + model : 0)
      + (normalizesSpectrally ? 2 : 0)
  }

  /// Arithmetic of its matrix products for a token.
  func operations(in model: Int) -> Double { 2 * Double(matrices * model * width) }
}

extension RunCosts {
  /// Charges experts in the place of a feed-forward.
  ///
  /// - Parameters:
  ///   - dense: the feed-forward that was there.
  ///   - kept: what stays of it, if anything.
  ///   - experts: how many there are, how many a token passes through on average, and each.
  ///   - choices: alternatives that routers score for a token, over all routers.
  ///   - routers: routers with parameters of their own over all routers that score.
  ///   - width: the width of the model.
  ///   - runs: how often the layer runs in a pass.
  mutating func exchange(
    _ dense: FeedForwardConfiguration?, for kept: FeedForwardConfiguration?,
    experts: (count: Int, chosen: Double, each: FeedForwardConfiguration), choices: Int,
    routers: Double = 1, width: Int, runs: Int
  ) {
    let router = Int(saturating: (routers * Double(choices * width)).rounded())
    let common =
      router + (kept?.parameters(in: width) ?? 0) - (dense?.parameters(in: width) ?? 0)
    let one = experts.each.parameters(in: width)
    parameters += common + experts.count * one
    activeParameters += common + Int(saturating: (experts.chosen * Double(one)).rounded())
    let before = dense?.operations(in: width) ?? 0
    let after =
      (kept?.operations(in: width) ?? 0) + 2 * Double(choices * width)
      + experts.chosen * experts.each.operations(in: width)
    add(operationsPerToken: Double(runs) * (after - before))
  }
}
