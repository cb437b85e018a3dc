/// Choices of a model that do not fit together.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// What was found and what was expected, in one sentence.
  public let description: String

  /// What was found and what was expected, in one sentence.
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
    try bound(vocabularyCount, ModelLimits.vocabulary, "the vocabulary")
    try bound(contextLength, ModelLimits.context, "the context")
    try bound(width, ModelLimits.width, "the width")
    try bound(layers.count, ModelLimits.layers, "the number of layers")
    try require(tokenTypeCount >= 0, "there are \(tokenTypeCount) kinds of segment")
    try bound(tokenTypeCount, ModelLimits.width, "the number of kinds of segment")
    if case .repeated(let first, let last, let times) = depth {
      try require(
        first >= 0 && first <= last && last < layers.count && times >= 1,
        "layers \(first) to \(last) repeated \(times) times do not exist in \(layers.count) layers")
      try bound(times, ModelLimits.layers, "the number of passes")
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
      try bound(a.headCount, times: a.headWidth, "all heads of \(place) together")
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
      try bound(r.headCount, times: r.headWidth, "all heads of \(place) together")
      try require(isCausal, "\(place) is a recurrence in a model that sees all tokens")
    }
  }

  private func validate(
    _ mixer: ChannelMixerConfiguration, _ place: String
  ) throws(ConfigurationError) {
    switch mixer {
    case .feedForward(let f):
      try require(f.width > 0, "\(place) has a feed-forward of width \(f.width)")
      try bound(f.width, ModelLimits.width, "the feed-forward of \(place)")
    case .experts(let e):
      try require(
        e.count > 0 && e.chosen > 0 && e.chosen <= e.count,
        "\(place) gives each token \(e.chosen) of \(e.count) experts")
      try require(e.expert.width > 0, "\(place) has experts of width \(e.expert.width)")
      try bound(e.count, ModelLimits.experts, "the number of experts of \(place)")
      try bound(e.count, times: e.expert.width, "all experts of \(place) together")
      try require(
        !e.expert.hasBias && !e.expert.normalizesSpectrally,
        "\(place) has experts with biases or spectral normalisation, which experts do not take")
    }
  }

  private func bound(
    _ size: Int, _ most: Int, _ what: @autoclosure () -> String
  ) throws(ConfigurationError) {
    try require(size <= most, "\(what()) is \(size), expected at most \(most)")
  }

  /// Bounds a product of two sizes, neither of which need be possible.
  private func bound(
    _ count: Int, times size: Int, _ what: @autoclosure () -> String
  ) throws(ConfigurationError) {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    try require(
      !overflow && product <= ModelLimits.width,
      "\(what()) are \(count) times \(size) wide, expected at most \(ModelLimits.width)")
  }

  private func require(
    _ condition: Bool, _ description: @autoclosure () -> String
  ) throws(ConfigurationError) {
    guard condition else { throw ConfigurationError(description()) }
  }
}
