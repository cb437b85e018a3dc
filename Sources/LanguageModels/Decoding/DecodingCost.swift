/// The work of one model while decoding.
public struct ModelUse: Codable, Hashable, Sendable {
  /// Tokens that were drawn from its distribution.
  public var generatedTokens: Int
  /// Tokens that it took in, of all sequences: prompts, drafts that it scored, its own.
  public var processedTokens: Int
  /// Forward passes, whatever the number of tokens and sequences of each.
  public var passes: Int
  /// Floating-point operations of its passes, of attention at the lengths that it had: as
  /// ``ModelCosts`` counts them, with the head where logits were made.
  public var operations: Double

  /// Counts of tokens, passes and operations.
  public init(
    generatedTokens: Int = 0, processedTokens: Int = 0, passes: Int = 0, operations: Double = 0
  ) {
    self.generatedTokens = generatedTokens
    self.processedTokens = processedTokens
    self.passes = passes
    self.operations = operations
  }

  /// Two uses together.
  public static func + (left: ModelUse, right: ModelUse) -> ModelUse {
    ModelUse(
      generatedTokens: left.generatedTokens + right.generatedTokens,
      processedTokens: left.processedTokens + right.processedTokens,
      passes: left.passes + right.passes, operations: left.operations + right.operations)
  }

  /// The use since an earlier reading.
  public static func - (left: ModelUse, right: ModelUse) -> ModelUse {
    ModelUse(
      generatedTokens: left.generatedTokens - right.generatedTokens,
      processedTokens: left.processedTokens - right.processedTokens,
      passes: left.passes - right.passes, operations: left.operations - right.operations)
  }

  /// Adds a use.
  public static func += (left: inout ModelUse, right: ModelUse) { left = left + right }
}

/// What decoding cost, of the model whose text is wanted and of one that helps it.
public struct DecodingCost: Codable, Hashable, Sendable {
  /// The model whose distribution the text has; all parts of a composed one together.
  public var target: ModelUse
  /// The model that drafts; nothing where there is none.
  public var draft: ModelUse

  /// The uses of the two models.
  public init(target: ModelUse = ModelUse(), draft: ModelUse = ModelUse()) {
    self.target = target
    self.draft = draft
  }

  /// Floating-point operations of both.
  public var operations: Double { target.operations + draft.operations }

  /// Tokens drawn from either.
  public var generatedTokens: Int { target.generatedTokens + draft.generatedTokens }

  /// Two costs together.
  public static func + (left: DecodingCost, right: DecodingCost) -> DecodingCost {
    DecodingCost(target: left.target + right.target, draft: left.draft + right.draft)
  }

  /// Adds a cost.
  public static func += (left: inout DecodingCost, right: DecodingCost) { left = left + right }
}

/// The arithmetic of single passes of a model that keeps a cache.
///
/// Passes that follow each other from the first token on, with logits of all tokens, sum to the
/// `forwardOperations(length:)` of ``ModelCosts`` in models of attention; the terms of a recurrence
/// are those of the pass alone.
public struct PassOperations: Hashable, Sendable {
  private let configuration: ModelConfiguration
  private let policy: CachePolicy
  private let layers: [Int]
  private let head: Double

  /// The passes of a model that keeps a cache.
  public init(_ configuration: ModelConfiguration, policy: CachePolicy = .full) {
    self.configuration = configuration
    self.policy = policy
    layers = configuration.depth.order(of: configuration.layers.count)
    let transform = configuration.head == .maskedTokens ? configuration.width : 0
    head = 2 * Double(configuration.width * (configuration.vocabularyCount + transform))
  }

  /// Floating-point operations of a pass over further tokens of one sequence.
  public func operations(from start: Int, count: Int, logitRows: Int) -> Double {
    let width = configuration.width
    let tokens = Double(count)
    return layers.reduce(Double(logitRows) * head) { sum, index in
      let layer = configuration.layers[index]
      let mixing: Double
      switch layer.tokenMixer {
      case .attention(let a):
        let inner = a.headCount * a.headWidth
        mixing =
          2 * tokens * Double(width * (a.projectedWidth + inner))
          + 4 * pairs(from: start, count: count, a.pattern) * Double(inner)
      case .linearRecurrence:
        mixing = layer.tokenMixer.forwardOperations(configuration, length: count)
          .reduce(0) { $0 + $1.operations }
      }
      return sum + mixing + tokens * layer.channelMixer.forwardOperationsPerToken(configuration)
    }
  }

  /// Pairs of a token of the pass and a token that it sees.
  private func pairs(
    from start: Int, count: Int, _ pattern: AttentionPatternConfiguration
  ) -> Double {
    var bounds: (width: Int, sinks: Int)?
    if case .window(let width, let sinks) = pattern { bounds = (width, sinks) }
    if case .window(let width, let sinks) = policy { bounds = (width, sinks) }
    guard let bounds else { return Double(count) * (Double(start) + Double(count + 1) / 2) }
    return (start..<start + count).reduce(0) { sum, position in
      let past = max(position + 1 - bounds.width, 0)
      return sum + Double(min(position + 1, bounds.width + min(bounds.sinks, past)))
    }
  }
}
