/// What turns scores into weights.
public enum AttentionNormalizer: Hashable, Sendable {
  /// exp(z) over the sum of exp(z).
  case softmax
  /// 1/(1 + exp(−z − bias)), each by itself [196].
  case sigmoid(bias: Double)
  /// z/(1 + exp(−z))/length with one length for all rows [113].
  case silu(length: Double)
}

/// Heads, scores, weights and pattern of an attention.
///
/// The score of query i and key j in head h is
/// `z = cap(scale · temperature[i, h] · q·k) + bias[h, p − j] − slope[h]·|p − j|`, where p is the
/// query's position, `cap(x) = c·tanh(x/c)`, and all but the scale are absent by default.
public struct AttentionSettings<Element: TensorElement> {
  /// The number of sequences.
  public var batch: Int
  /// The number of query heads, H.
  public var headCount: Int
  /// The number of key and value heads; divides `headCount`.
  public var keyValueHeadCount: Int
  /// The width of a query and of a key, d.
  public var headWidth: Int
  /// The width of a value.
  public var valueWidth: Int
  /// Which keys a query sees.
  public var pattern: AttentionPattern
  /// What turns scores into weights.
  public var normalizer: AttentionNormalizer = .softmax
  /// The factor of q·k; 1/√d by default.
  public var scale: Double
  /// The bound c of `cap`; nil for none.
  public var scoreCap: Double?
  /// A factor of each query's scores, `[rows, H]` [167].
  public var temperature: Tensor<Element>?
  /// A bias for each head and distance, `[H, distances]`; distances beyond it take its end's.
  public var bias: Tensor<Element>?
  /// The column of ``bias`` for distance 0, where a query meets the key at its own position.
  public var biasOrigin = 0
  /// The slopes of a penalty linear in the distance, `[H]` (ALiBi). No gradient flows to them.
  public var slopes: Tensor<Element>?
  /// One more score a head in the softmax's denominator, `[H]`: attention to nothing.
  public var sinkScore: Tensor<Element>?
  /// The position of the first query of every sequence.
  public var offset = 0
  /// What is added to ``offset`` for each sequence, `[batch]`.
  public var offsets: IndexTensor?
  /// The end of each sequence's keys, `[batch]`: later ones are padding.
  public var keyEnds: IndexTensor?
  /// The beginning of each sequence's keys, `[batch]`: earlier ones are padding.
  public var keyBegins: IndexTensor?
  /// The first key that each query may see, `[batch · queries]`: of packed documents, each one's
  /// beginning.
  public var firstKeys: IndexTensor?

  /// Softmax attention with scores `q·k/√d`; by default with as many key and value heads as query
  /// heads, and values as wide as queries.
  public init(
    batch: Int, headCount: Int, keyValueHeadCount: Int? = nil, headWidth: Int,
    valueWidth: Int? = nil, pattern: AttentionPattern = .causal
  ) {
    self.batch = batch
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount ?? headCount
    self.headWidth = headWidth
    self.valueWidth = valueWidth ?? headWidth
    self.pattern = pattern
    scale = 1 / Double(headWidth).squareRoot()
  }
}
