internal import LanguageModels

extension RunCosts {
  /// Takes out what the token mixers of some layers cost, so that those which replace them can be
  /// charged.
  mutating func removeTokenMixers(
    of layers: some Sequence<Int>, in model: ModelConfiguration, length: Int
  ) {
    var rest = model
    for layer in layers {
      // A recurrence without heads has no parameters, no arithmetic and no state.
      rest.layers[layer].tokenMixer = .linearRecurrence(
        LinearRecurrenceConfiguration(headCount: 0, headWidth: 0))
    }
    keep(rest, of: model, length: length)
  }

  /// Takes out what the channel mixers of some layers cost.
  mutating func removeChannelMixers(
    of layers: some Sequence<Int>, in model: ModelConfiguration, length: Int
  ) {
    var rest = model
    for layer in layers {
      rest.layers[layer].channelMixer = .feedForward(
        FeedForwardConfiguration(width: 0, activation: .silu, hasBias: false))
    }
    keep(rest, of: model, length: length)
  }

  private mutating func keep(
    _ rest: ModelConfiguration, of model: ModelConfiguration, length: Int
  ) {
    let (whole, kept) = (RunCosts(model, length: length), RunCosts(rest, length: length))
    parameters -= whole.parameters - kept.parameters
    activeParameters -= whole.activeParameters - kept.activeParameters
    add(
      operationsPerToken: kept.forwardOperationsPerToken - whole.forwardOperationsPerToken)
    stateBytes -= whole.stateBytes - kept.stateBytes
  }
}

extension ModelConfiguration {
  /// How often each layer runs in one pass.
  var uses: [Int] {
    depth.order(of: layers.count).reduce(into: Array(repeating: 0, count: layers.count)) {
      $0[$1] += 1
    }
  }

  /// The attention of a layer, which a method is about to change or to replace.
  ///
  /// - Throws: ``TreatmentError`` where the layer has another mixer or the model sees all tokens.
  func causalAttention(
    _ layer: Int, for treatment: String
  ) throws(TreatmentError) -> AttentionConfiguration {
    guard isCausal else {
      throw TreatmentError(treatment, "found an encoder, expected a model that sees its past only")
    }
    guard case .attention(let attention) = layers[layer].tokenMixer else {
      throw TreatmentError(
        treatment, "layer \(layer) has no attention, expected a layer of the baseline's")
    }
    return attention
  }
}

extension AttentionConfiguration {
  /// A linear recurrence with the same heads and neither decay nor feature map, to be replaced.
  var linear: LinearRecurrenceConfiguration {
    LinearRecurrenceConfiguration(
      headCount: headCount, headWidth: headWidth, decays: false, featureMap: .identity)
  }
}
