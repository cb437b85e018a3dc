internal import CKernels

/// How a linear recurrence is computed. All three agree to rounding.
public enum LinearRecurrenceEvaluator: String, CaseIterable, Hashable, Sendable {
  /// Tokens in a chunk.
  public static var chunkLength: Int { Int(AKN_RECURRENCE_CHUNK) }

  /// The weights of all pairs of tokens: work quadratic in the length. Not for the delta rule.
  case quadratic
  /// Token by token: what decoding does.
  case recurrent
  /// Pairs within chunks of 64 tokens and a state from chunk to chunk [210]. Not for the delta rule.
  case chunked
}

/// Heads, decays and rule of a linear recurrence.
///
/// For each sequence and head, with a state S of `keyWidth × valueWidth` numbers,
/// `S_t = λ_t S_{t−1} + β_t k_t u_tᵀ` and `o_t = S_tᵀ q_t`, where `u_t = v_t`, or by the delta rule
/// `u_t = v_t − (λ_t S_{t−1})ᵀ k_t`. Queries and keys come with their feature map applied.
public struct LinearRecurrenceSettings<Element: TensorElement> {
  /// The number of sequences.
  public var batch: Int
  /// The number of heads, H.
  public var headCount: Int
  /// The width of a query and of a key.
  public var keyWidth: Int
  /// The width of a value.
  public var valueWidth: Int
  /// How it is computed.
  public var evaluator: LinearRecurrenceEvaluator = .chunked
  /// Whether what the state already holds under a key is subtracted from the value to be written.
  public var usesDeltaRule = false
  /// If not nil, outputs are divided by `z_t·q_t + ε` with `z_t = λ_t z_{t−1} + β_t k_t`, as kernel
  /// attention does [194]; the features must keep that away from zero. Not for the delta rule.
  public var normalizerEpsilon: Double?
  /// log λ of each head, `[H]`, at most 0; adds to ``logDecay``. No decay if both are nil.
  public var headLogDecay: Tensor<Element>?
  /// log λ of each token and head, `[rows, H]`, at most 0.
  public var logDecay: Tensor<Element>?
  /// β of each token and head, `[rows, H]`; 1 if nil.
  public var writeStrength: Tensor<Element>?
  /// The state before the first token, `[batch, H, keyWidth, stateWidth]`; zeros if nil.
  public var initialState: Tensor<Element>?
  /// Where the state after the last token is left; may be ``initialState`` itself, which then moves
  /// on with every run. Nil: a tensor of the tape, through which gradients flow.
  public var stateDestination: Tensor<Element>?

  /// A recurrence without decay, evaluated in chunks; values are as wide as keys by default.
  public init(batch: Int, headCount: Int, keyWidth: Int, valueWidth: Int? = nil) {
    self.batch = batch
    self.headCount = headCount
    self.keyWidth = keyWidth
    self.valueWidth = valueWidth ?? keyWidth
  }

  /// The width of a row of a state: that of a value, and one more for the normaliser's z.
  public var stateWidth: Int { valueWidth + (normalizerEpsilon == nil ? 0 : 1) }
  /// The axes of the states of a batch.
  public var stateShape: [Int] { [batch, headCount, keyWidth, stateWidth] }
}
