/// Everything that decides a transformer's shape: its sizes and its choice for each part.
///
/// Choices are orthogonal: any token mixer goes with any channel mixer, normalisation, position
/// scheme and parametrisation. The presets ``gpt2(width:layers:heads:vocabulary:context:)``,
/// ``llama(width:layers:heads:keyValueHeads:vocabulary:context:)`` and
/// ``bert(width:layers:heads:vocabulary:context:)`` set them as those models do.
public struct ModelConfiguration: Codable, Hashable, Sendable {
  /// The number of different tokens.
  public var vocabularyCount: Int
  /// The longest sequence in tokens.
  public var contextLength: Int
  /// The width of the residual stream, D.
  public var width: Int
  /// What each layer is, first to last.
  public var layers: [LayerConfiguration]
  /// The order in which layers run, and how often.
  public var depth: DepthConfiguration = .sequential
  /// How a token's place enters.
  public var positions: PositionScheme
  /// The normalisation of the residual stream.
  public var normalization: Normalization
  /// Whether normalisation comes before each sublayer or after its addition to the stream.
  public var normPlacement: NormPlacement = .before
  /// Whether tokens see only their past; an encoder's see the whole sequence.
  public var isCausal = true
  /// Whether the embedding is also the matrix that makes logits.
  public var tiesEmbeddings = true
  /// What comes between the last layer and the logits, apart from normalisation.
  public var head: HeadConfiguration = .linear
  /// How many kinds of segment a token can belong to, as in BERT; zero for none.
  public var tokenTypeCount = 0
  /// How weights start and how their learning rates follow the width.
  public var parametrization: Parametrization = .standard

  /// The usual choices besides these; every layer is listed.
  public init(
    vocabularyCount: Int, contextLength: Int, width: Int, layers: [LayerConfiguration],
    positions: PositionScheme, normalization: Normalization
  ) {
    self.vocabularyCount = vocabularyCount
    self.contextLength = contextLength
    self.width = width
    self.layers = layers
    self.positions = positions
    self.normalization = normalization
  }
}

/// How a token's place in the sequence enters the model.
public enum PositionScheme: Codable, Hashable, Sendable {
  /// A learned row a position is added to the embedding.
  case learned
  /// Queries and keys are rotated by angles that grow with the position; the first half of a head
  /// is paired with the second.
  case rotary(base: Double)
  /// Attention scores fall linearly with distance, with a fixed slope a head (ALiBi).
  case linearBias
  /// Not at all.
  case none
}

/// How activations are normalised.
public struct Normalization: Codable, Hashable, Sendable {
  /// What is subtracted and divided by.
  public var kind: Kind
  /// Added to the variance or mean square.
  public var epsilon: Double
  /// Whether there is a learned gain.
  public var hasGain = true
  /// Whether there is a learned bias.
  public var hasBias: Bool

  /// What a norm divides by.
  public enum Kind: String, Codable, Hashable, Sendable {
    /// Mean zero and variance one.
    case layer
    /// Mean square one.
    case rootMeanSquare
  }

  /// Layer normalisation with gain and bias.
  public static func layer(epsilon: Double = 1e-5) -> Normalization {
    Normalization(kind: .layer, epsilon: epsilon, hasBias: true)
  }

  /// Root-mean-square normalisation with a gain.
  public static func rootMeanSquare(epsilon: Double = 1e-5) -> Normalization {
    Normalization(kind: .rootMeanSquare, epsilon: epsilon, hasBias: false)
  }
}

/// Where a sublayer's normalisation stands.
public enum NormPlacement: String, Codable, Hashable, Sendable {
  /// x + f(norm(x)), with a last norm before the head.
  case before
  /// norm(x + f(x)), with a norm after the embedding.
  case after
}

/// What turns the last activations into logits.
public enum HeadConfiguration: String, Codable, Hashable, Sendable {
  /// A matrix.
  case linear
  /// A dense layer with GELU and normalisation, then a matrix and a bias, as BERT predicts masked
  /// tokens.
  case maskedTokens
}

/// The order in which layers run.
public enum DepthConfiguration: Codable, Hashable, Sendable {
  /// Each layer once, first to last.
  case sequential
  /// The layers from `first` up to `last` inclusive run `times` times in a row.
  case repeated(first: Int, last: Int, times: Int)

  /// The indices of layers in the order in which they run.
  public func order(of count: Int) -> [Int] {
    switch self {
    case .sequential:
      return Array(0..<count)
    case .repeated(let first, let last, let times):
      let repeated = (0..<times).flatMap { _ in first...last }
      return Array(0..<first) + repeated + Array((last + 1)..<count)
    }
  }
}
