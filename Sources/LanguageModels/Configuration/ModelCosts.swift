internal import Tensors

/// What a model costs, worked out from its configuration alone.
///
/// Arithmetic is that of matrix products, a multiply-add being two operations: exact in the number of
/// pairs that attention looks at, without what norms, softmax and activations add (a few per cent).
public struct ModelCosts: Hashable, Sendable {
  /// Parameters, all of them.
  public let parameterCount: Int
  /// Parameters that one token passes through: a mixture's idle experts are not among them, nor the
  /// rows of embeddings of other tokens.
  public let activeParameterCount: Int
  /// Parameters of token, position and type embeddings; a tied head counts here.
  public let embeddingParameterCount: Int

  private let configuration: ModelConfiguration

  /// The costs of a model.
  public init(_ configuration: ModelConfiguration) {
    self.configuration = configuration
    let c = configuration
    let embedding = c.vocabularyCount * c.width
    let positions: Int
    if case .learned = c.positions {
      positions = c.contextLength * c.width
    } else {
      positions = 0
    }
    let types = c.tokenTypeCount * c.width
    let norm = c.normalization.parameterCount(width: c.width)
    var total = embedding + positions + types + norm
    // A token's own row; of a shared matrix it is a part of the head already.
    var active = (c.tiesEmbeddings ? 0 : c.width) + norm
    active += (positions > 0 ? c.width : 0) + (types > 0 ? c.width : 0)
    if !c.tiesEmbeddings { total += embedding }
    active += embedding
    if c.head == .maskedTokens {
      let transform = c.width * c.width + c.width + c.normalization.parameterCount(width: c.width)
      total += transform + c.vocabularyCount
      active += transform + c.vocabularyCount
    }
    for layer in c.layers {
      let mixer = layer.tokenMixer.parameterCount(c)
      let channel = layer.channelMixer.parameterCount(c)
      total += 2 * norm + mixer + channel.total
      active += 2 * norm + mixer + channel.active
    }
    parameterCount = total
    activeParameterCount = active
    embeddingParameterCount = embedding + positions + types
  }

  /// Parameters without embeddings, as [11] counts N.
  public var nonEmbeddingParameterCount: Int { parameterCount - embeddingParameterCount }

  /// Arithmetic of a forward pass over one sequence, by part of the model. Returns parts in order,
  /// with floating-point operations for the whole sequence.
  public func forwardOperations(length: Int) -> [(part: String, operations: Double)] {
    let c = configuration
    let tokens = Double(length)
    var parts: [(part: String, operations: Double)] = []
    for index in c.depth.order(of: c.layers.count) {
      let layer = c.layers[index]
      let name = "layers.\(index)"
      parts += layer.tokenMixer.forwardOperations(c, length: length).map {
        ("\(name).attention.\($0.part)", $0.operations)
      }
      parts.append(
        (
          "\(name).mlp", tokens * layer.channelMixer.forwardOperationsPerToken(c)
        ))
    }
    var head = 2 * Double(c.width * c.vocabularyCount)
    if c.head == .maskedTokens { head += 2 * Double(c.width * c.width) }
    parts.append(("head", tokens * head))
    return parts
  }

  /// Arithmetic of a forward pass over one sequence.
  public func forwardOperations(length: Int) -> Double {
    forwardOperations(length: length).reduce(0) { $0 + $1.operations }
  }

  /// Arithmetic of training on one token: forward and twice as much backward.
  public func trainingOperationsPerToken(length: Int) -> Double {
    3 * forwardOperations(length: length) / Double(length)
  }

  /// Bytes of keys, values and recurrent states that decoding keeps a sequence.
  public func stateBytes(length: Int, bytesPerNumber: Int = 4) -> Int {
    let c = configuration
    return c.depth.order(of: c.layers.count).reduce(0) { sum, index in
      switch c.layers[index].tokenMixer {
      case .attention(let attention):
        let kept: Int
        switch attention.pattern {
        case .all: kept = length
        case .window(let width, let sinks): kept = min(length, width + sinks)
        }
        return sum + 2 * kept * attention.keyValueHeadCount * attention.headWidth * bytesPerNumber
      case .linearRecurrence(let recurrence):
        return sum + recurrence.headCount * recurrence.headWidth * recurrence.headWidth
          * bytesPerNumber
      }
    }
  }
}

extension Normalization {
  /// Gains and biases of one normalisation of `width` channels.
  func parameterCount(width: Int) -> Int { (hasGain ? width : 0) + (hasBias ? width : 0) }
}

extension AttentionConfiguration {
  /// The width of queries, keys and values side by side.
  var projectedWidth: Int { (headCount + 2 * keyValueHeadCount) * headWidth }
}

extension TokenMixerConfiguration {
  func parameterCount(_ c: ModelConfiguration) -> Int {
    switch self {
    case .attention(let a):
      let out = a.headCount * a.headWidth * c.width
      var count = c.width * a.projectedWidth + out
      if a.hasBias { count += a.projectedWidth + c.width }
      if a.normalizesQueriesAndKeys { count += 2 * a.headWidth }
      if case .softmaxWithSink = a.weights { count += a.headCount }
      if a.normalizesSpectrally { count += 2 }
      return count
    case .linearRecurrence(let r):
      // Queries, keys, values, output gate and output projection.
      return 5 * c.width * r.headCount * r.headWidth
    }
  }

  func forwardOperations(
    _ c: ModelConfiguration, length: Int
  ) -> [(part: String, operations: Double)] {
    let tokens = Double(length)
    switch self {
    case .attention(let a):
      let pairs: Double
      switch (a.pattern, c.isCausal) {
      case (.all, true): pairs = tokens * (tokens + 1) / 2
      case (.all, false): pairs = tokens * tokens
      case (.window(let width, let sinks), _):
        pairs = (0..<length).reduce(0.0) {
          $0 + Double(min($1 + 1, width + min(sinks, max($1 + 1 - width, 0))))
        }
      }
      return [
        ("qkv", 2 * tokens * Double(c.width * a.projectedWidth)),
        ("scores", 4 * pairs * Double(a.headCount * a.headWidth)),
        ("output", 2 * tokens * Double(a.headCount * a.headWidth * c.width)),
      ]
    case .linearRecurrence(let r):
      let inner = Double(r.headCount * r.headWidth)
      let pairs = Double(min(length, LinearRecurrenceEvaluator.chunkLength) + 1) / 2
      return [
        ("qkvg", 8 * tokens * Double(c.width) * inner),
        // k vᵀ into the state and q out of it, and within a chunk the pairs of tokens.
        ("state", 4 * tokens * inner * (Double(r.headWidth) + pairs)),
        ("output", 2 * tokens * inner * Double(c.width)),
      ]
    }
  }
}

extension FeedForwardConfiguration {
  /// Matrices between the width of the model and that of the layer.
  var matrixCount: Int { activation == .swiGLU ? 3 : 2 }

  func parameterCount(width: Int) -> Int {
    var count = matrixCount * width * self.width
    if hasBias { count += (matrixCount - 1) * self.width + width }
    if normalizesSpectrally { count += 2 }
    return count
  }
}

extension ChannelMixerConfiguration {
  func parameterCount(_ c: ModelConfiguration) -> (total: Int, active: Int) {
    switch self {
    case .feedForward(let f):
      let count = f.parameterCount(width: c.width)
      return (count, count)
    case .experts(let e):
      let one = e.expert.parameterCount(width: c.width)
      let router = c.width * e.count
      return (router + e.count * one, router + e.chosen * one)
    }
  }

  func forwardOperationsPerToken(_ c: ModelConfiguration) -> Double {
    switch self {
    case .feedForward(let f):
      return 2 * Double(f.matrixCount * c.width * f.width)
    case .experts(let e):
      return 2 * Double(c.width * e.count)
        + 2 * Double(e.chosen * e.expert.matrixCount * c.width * e.expert.width)
    }
  }
}
