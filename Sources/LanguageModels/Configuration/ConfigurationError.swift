/// Choices of a model that do not fit together.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// What was found and what was expected, in one sentence.
  public let description: String

  /// - Parameter description: what was found and what was expected, in one sentence.
  public init(_ description: String) { self.description = description }
}

extension ModelConfiguration {
  /// Checks that sizes are possible and choices fit together.
  ///
  /// - Throws: ``ConfigurationError`` for the first that does not.
  public func validate() throws(ConfigurationError) {
    try require(vocabularyCount > 0, "the vocabulary has \(vocabularyCount) tokens")
    try require(contextLength > 0, "the context is \(contextLength) tokens long")
    try require(width > 0, "the width is \(width)")
    try require(!layers.isEmpty, "there are no layers")
    if case .repeated(let first, let last, let times) = depth {
      try require(
        first >= 0 && first <= last && last < layers.count && times >= 1,
        "layers \(first) to \(last) repeated \(times) times do not exist in \(layers.count) layers")
    }
    if case .maximalUpdate(let baseWidth, let baseHeadWidth, _) = parametrization {
      try require(
        baseWidth > 0 && baseHeadWidth > 0,
        "maximal update from a base width \(baseWidth) with heads of \(baseHeadWidth)")
    }
    try require(
      head == .linear || tiesEmbeddings,
      "a masked-token head shares its matrix with the embedding")
    for (index, layer) in layers.enumerated() {
      try validate(layer.tokenMixer, "layer \(index)")
      try validate(layer.channelMixer, "layer \(index)")
    }
  }

  private func validate(
    _ mixer: TokenMixerConfiguration, _ place: String
  ) throws(ConfigurationError) {
    switch mixer {
    case .attention(let a):
      try require(
        a.headCount > 0 && a.keyValueHeadCount > 0 && a.headCount % a.keyValueHeadCount == 0,
        "\(place) has \(a.headCount) query heads for \(a.keyValueHeadCount) key and value heads; "
          + "expected a multiple")
      try require(a.headWidth > 0, "\(place) has heads of width \(a.headWidth)")
      if case .rotary = positions {
        try require(
          a.headWidth % 2 == 0,
          "\(place) has heads of width \(a.headWidth); rotary positions need an even width")
      }
      if case .window(let width, let sinks) = a.pattern {
        try require(
          width > 0 && sinks >= 0, "\(place) has a window of \(width) tokens and \(sinks) sinks")
        try require(isCausal, "\(place) has a window of the past in a model that sees all tokens")
      }
      if let cap = a.scoreCap { try require(cap > 0, "\(place) bounds scores to \(cap)") }
    case .linearRecurrence(let r):
      try require(
        r.headCount > 0 && r.headWidth > 0,
        "\(place) has \(r.headCount) heads of width \(r.headWidth)")
      try require(isCausal, "\(place) is a recurrence in a model that sees all tokens")
    }
  }

  private func validate(
    _ mixer: ChannelMixerConfiguration, _ place: String
  ) throws(ConfigurationError) {
    switch mixer {
    case .feedForward(let f):
      try require(f.width > 0, "\(place) has a feed-forward of width \(f.width)")
    case .experts(let e):
      try require(
        e.count > 0 && e.chosen > 0 && e.chosen <= e.count,
        "\(place) gives each token \(e.chosen) of \(e.count) experts")
      try require(e.expert.width > 0, "\(place) has experts of width \(e.expert.width)")
      try require(
        !e.expert.hasBias && !e.expert.normalizesSpectrally,
        "\(place) has experts with biases or spectral normalisation, which experts do not take")
    }
  }

  private func require(
    _ condition: Bool, _ description: @autoclosure () -> String
  ) throws(ConfigurationError) {
    guard condition else { throw ConfigurationError(description()) }
  }
}
