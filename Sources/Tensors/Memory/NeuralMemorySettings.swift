/// The shape of a memory whose weights are learned while a sequence is read [189].
public struct NeuralMemoryShape: Hashable, Sendable {
  /// The width of queries, keys and values, d.
  public var width: Int
  /// The width h between the two matrices of a memory of depth two, `M(x) = x + (1 + g) ⊙
  /// norm(gelu(x W₁) W₂)` with layer normalisation; nil for one matrix, `M(x) = x W`.
  public var hiddenWidth: Int?

  /// A memory of a width and depth.
  public init(width: Int, hiddenWidth: Int? = nil) {
    self.width = width
    self.hiddenWidth = hiddenWidth
  }

  /// The shapes of a head's weights: `[d, d]`, or `[d, h]`, `[h, d]` and `[d]` for g.
  public var weightShapes: [[Int]] {
    guard let hiddenWidth else { return [[width, width]] }
    return [[width, hiddenWidth], [hiddenWidth, width], [width]]
  }

  /// The number of a head's weights.
  public var weightCount: Int { weightShapes.reduce(0) { $0 + $1.reduce(1, *) } }

  /// Numbers that decoding keeps of a head: the weights, their momentum, and the weights at the
  /// beginning of the chunk.
  public var stateCount: Int { 3 * weightCount }

  /// Arithmetic of matrix products of one head for each token: a read of the key, the inner
  /// gradient, its use, and a read of the query.
  public var operationsPerToken: Double {
    guard let hiddenWidth else { return Double(6 * width * width) }
    return Double(14 * width * hiddenWidth)
  }
}

/// Heads, chunks and decoding state of a neural memory.
///
/// For each sequence and head, with weights M and momentum S,
/// `S_t = η_t S_{t−1} − θ_t ∇‖M_c(k_t) − v_t‖²`, `M_t = (1 − α_t) M_{t−1} + S_t` and
/// `y_t = M_t(q_t)`, where M_c are the weights before the first token of t's chunk.
public struct NeuralMemorySettings<Element: TensorElement> {
  /// The number of sequences.
  public var batch: Int
  /// The number of heads, each with a memory of its own.
  public var headCount: Int
  /// The shape of a head's memory.
  public var shape: NeuralMemoryShape
  /// Tokens whose inner gradients are taken at the same weights; one for the sequential rule.
  public var chunkLength: Int
  /// The number of tokens of each sequence that came before, `[batch]`; a sequence without any
  /// starts anew. Nil for none.
  public var offsets: IndexTensor?
  /// Where weights, momentum and the chunk's weights of all heads are kept, `[batch, …]`, from the
  /// operand's column on `headCount · stateCount` numbers; only on tapes for inference.
  public var state: HeadColumns<Element>?

  /// A memory that starts anew with each sequence.
  public init(batch: Int, headCount: Int, shape: NeuralMemoryShape, chunkLength: Int) {
    self.batch = batch
    self.headCount = headCount
    self.shape = shape
    self.chunkLength = chunkLength
  }
}

/// The decay, momentum and step of a neural memory at each token, `[rows, H]` each.
public struct NeuralMemoryRates<Element: TensorElement> {
  /// α: the share of the weights that is forgotten.
  public var decay: Tensor<Element>
  /// η: the share of the momentum that is kept.
  public var momentum: Tensor<Element>
  /// θ: the factor of the inner gradient.
  public var step: Tensor<Element>

  /// The three rates.
  public init(decay: Tensor<Element>, momentum: Tensor<Element>, step: Tensor<Element>) {
    self.decay = decay
    self.momentum = momentum
    self.step = step
  }
}
